"""What tests of teams and their meetings share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from referrals import config, mailer
from tests.referrals.post_office import PostOffice, free_port


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[PostOffice]:
    """A post office that really speaks SMTP, to which mail goes while the test runs."""
    office, port = PostOffice(), free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    settings = config.Settings(data=tmp_path, smtp_host="127.0.0.1", smtp_port=port)
    monkeypatch.setattr(mailer, "current", lambda: settings)
    yield office
    controller.stop()
