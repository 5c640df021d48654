"""What an instance opens at its start, and what it refuses when it is for real people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from referrals import clock, sealing
from referrals.config import Mode, Settings
from referrals.errors import StartRefused
from referrals.models import Account, Municipality
from referrals.operations import production
from referrals.sealing import KeyRing
from tests.people import Cast


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """The settings of an instance with real people, whose key ring is not there yet."""
    ring = sealing.key_ring()
    yield Settings(
        mode=Mode.PRODUCTION, data=tmp_path / "data", keys=tmp_path / "keys.json", proxies=1, smtp_host="post.lindkoping.example",
        public_url="https://trivsel.lindkoping.example", mail_from="trivsel@lindkoping.example",
    )  # fmt: skip
    sealing.use_key_ring(ring)
    clock.use_shift_file(None)


def test_production_makes_no_keys_by_itself(settings: Settings) -> None:
    with pytest.raises(StartRefused, match="trivsel keys new"):
        production.open_keys_and_date(settings)
    assert not settings.key_file.exists()


def test_production_refuses_the_keys_of_a_demonstration(settings: Settings) -> None:
    KeyRing.read_or_make(settings.key_file)
    with pytest.raises(StartRefused, match="made by a demonstration"):
        production.open_keys_and_date(settings)


def test_production_refuses_keys_that_others_can_read(settings: Settings) -> None:
    KeyRing.make(settings.key_file, is_for_production=True)
    settings.key_file.chmod(0o640)
    with pytest.raises(StartRefused, match="chmod 600"):
        production.open_keys_and_date(settings)


def test_production_opens_its_own_keys_and_goes_by_the_real_date(settings: Settings, tmp_path: Path) -> None:
    KeyRing.make(settings.key_file, is_for_production=True)
    (tmp_path / "data").mkdir()
    settings.shift_file.write_text("864000")
    ring = production.open_keys_and_date(settings)
    assert sealing.key_ring() == ring
    assert (clock.now() - clock.machine_now()).total_seconds() < 60


def test_new_keys_stay_for_production_when_they_are_changed(settings: Settings) -> None:
    KeyRing.make(settings.key_file, is_for_production=True)
    ring = KeyRing.read(settings.key_file)
    sealing.write_privately(settings.key_file, ring.as_json())
    assert KeyRing.read(settings.key_file) == ring


def test_production_refuses_the_cast_of_a_demonstration(session: Session, cast: Cast) -> None:
    with pytest.raises(StartRefused, match="people of a demonstration"):
        production.refuse_demonstration(session)
    for account in session.query(Account):
        account.email = account.email.replace("trivsel.invalid", "lindkoping.example")
    session.flush()
    production.refuse_demonstration(session)


def test_a_demonstrator_who_was_put_away_still_counts(session: Session, cast: Cast) -> None:
    for account in session.query(Account):
        account.email = account.email.replace("trivsel.invalid", "lindkoping.example")
    cast.outsider.email, cast.outsider.is_active = "Otto.Utterman@Trivsel.INVALID", False
    session.flush()
    with pytest.raises(StartRefused, match="people of a demonstration"):
        production.refuse_demonstration(session)


def test_production_waits_for_its_municipality(session: Session) -> None:
    session.execute(delete(Municipality))
    with pytest.raises(StartRefused, match="trivsel setup FILE"):
        production.refuse_demonstration(session)
