"""What follows a decision by itself: new concerns and new work wait to be taken up, unless somebody is quicker; mail goes while it is needed."""

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import history, intake, notifications, settling, triage
from referrals.access import SYSTEM, Actor
from referrals.development import stages
from referrals.development.moves import IN_ANALYSIS
from referrals.models import DevelopmentCase, Referral
from referrals.stages import IN_CONSENT, IN_TRIAGE, SUBMITTED, State, Verb
from tests import straight_way
from tests.development import begin
from tests.factories import a_referral
from tests.people import Cast


def test_a_new_concern_is_carried_to_triage_once(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    for _ in range(2):
        settling.settle_referral(session, referral.history[0])
    assert referral.state == IN_TRIAGE
    assert [row.verb for row in referral.history] == [Verb.SUBMIT_CONCERN, Verb.OPEN_TRIAGE]
    assert referral.target_on


def test_a_coordinator_who_decides_in_the_very_same_moment_is_not_overruled(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    real = triage.open_triage

    def a_moment_too_late(session: Session, referral: Referral, *, by: object) -> None:
        triage.send_to_assessment(session, referral, by=cast.coordinator.actor(), seen=1, reason="Genast.")
        real(session, referral, by=SYSTEM, seen=1)

    monkeypatch.setattr(triage, "open_triage", a_moment_too_late)
    settling.settle_referral(session, referral.history[0])
    assert referral.state == IN_CONSENT


@pytest.mark.parametrize("state", [SUBMITTED, IN_TRIAGE])
def test_other_decisions_carry_nothing_to_triage(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state)
    row = history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    settling.settle_referral(session, row)
    assert referral.state == state


def test_who_takes_up_new_work_in_the_very_same_moment_is_not_overruled(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, real = begin(session, cast), stages.open_triage

    def a_moment_too_late(session: Session, found: DevelopmentCase) -> None:
        stages.take_up(session, found, by=cast.coordinator.actor())
        real(session, found)

    monkeypatch.setattr(stages, "open_triage", a_moment_too_late)
    event = found.events[-1]
    for _ in range(2):  # the second finds it taken up
        settling.settle_development(session, event)
    assert found.state == IN_ANALYSIS
    assert found.target_on


def test_mail_that_asks_for_what_is_done_by_now_gives_no_letter(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school)
    row = triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Mer.")
    (mail,) = notifications.write(session, row)
    letter = settling.letter_to_send(session, mail)
    assert letter is not None
    assert letter.to == "reporter@kvast.invalid"
    intake.resubmit_concern(session, referral, by=Actor(reported=referral.id), seen=None, text="Efter lunch.")
    assert settling.letter_to_send(session, mail) is None
    assert mail.stopped_at


def test_mail_to_a_colleague_goes_where_they_are_by_now(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    first, second = notifications.write(session, referral.history[-1])
    cast.coordinator.email = "karin@ny.invalid"
    letters = [settling.letter_to_send(session, mail) for mail in (first, second)]
    assert {letter.to for letter in letters if letter} == {"karin@ny.invalid", cast.second_coordinator.email}
