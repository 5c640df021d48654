"""What tests of rounds begin with: a morning on which teams enrol, and a round with the cast's team in it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from referrals import clock
from referrals.models import ConsultationRound, RoundEnrolment
from tests import rounds
from tests.people import Cast


@pytest.fixture(autouse=True)
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets what instant it is; at the beginning a morning on which teams enrol."""

    def be(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    be(rounds.MORNING)
    return be


@pytest.fixture
def opened(session: Session, cast: Cast) -> ConsultationRound:
    """A round in which teams can enrol."""
    return rounds.lay_round(session, cast)


@pytest.fixture
def enrolled(session: Session, cast: Cast, opened: ConsultationRound) -> RoundEnrolment:
    """The cast's team in that round."""
    return rounds.enrol(session, cast, opened)
