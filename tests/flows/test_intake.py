"""A new concern is carried to triage without anybody, unless somebody is quicker."""

import pytest
from sqlalchemy.orm import Session

from flows import intake
from referrals import history, triage
from referrals.access import SYSTEM
from referrals.models import Referral
from referrals.stages import IN_CONSENT, IN_TRIAGE, SUBMITTED, State, Verb
from tests.factories import a_referral
from tests.people import Cast


def test_a_new_concern_is_carried_to_triage_once(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    for _ in range(2):
        intake.open_triage(session, referral.history[0])
    assert referral.state == IN_TRIAGE
    assert [row.verb for row in referral.history] == [Verb.SUBMIT_CONCERN, Verb.OPEN_TRIAGE]


def test_a_coordinator_who_decides_in_the_very_same_moment_is_not_overruled(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    real = triage.open_triage

    def a_moment_too_late(session: Session, referral: Referral, *, by: object) -> None:
        triage.send_to_assessment(session, referral, by=cast.coordinator.actor(), seen=1, reason="Genast.")
        real(session, referral, by=SYSTEM, seen=1)

    monkeypatch.setattr(triage, "open_triage", a_moment_too_late)
    intake.open_triage(session, referral.history[0])
    assert referral.state == IN_CONSENT


@pytest.mark.parametrize("state", [SUBMITTED, IN_TRIAGE])
def test_other_decisions_carry_nothing_to_triage(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state)
    row = history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    intake.open_triage(session, row)
    assert referral.state == state
