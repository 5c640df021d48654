"""The initial assessment: what a coordinator decides, and what must come with it."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from referrals import triage
from referrals.access import SYSTEM
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, WrongStage
from referrals.models import Referral
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, PLAN_ACTIVE, RETURNED, SUBMITTED, Party, Verb
from referrals.triage import Ending
from referrals.vocabulary import TriageEnding
from tests.factories import a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

DECISIONS = {
    Verb.RETURN_CONCERN: (triage.return_concern, RETURNED),
    Verb.SEND_TO_ASSESSMENT: (triage.send_to_assessment, IN_CONSENT),
    Verb.SEND_TO_TEAM: (triage.send_to_team, IN_CONSENT),
}
every_decision = pytest.mark.parametrize(("verb", "decide", "to"), [(v, d, to) for v, (d, to) in DECISIONS.items()])
LOOK_AGAIN = date(2026, 10, 14)


def test_the_workflow_takes_a_new_concern_up(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    row = triage.open_triage(session, referral, by=SYSTEM)
    assert (referral.state, row.by_party) == (IN_TRIAGE, Party.SYSTEM)


def test_a_concern_is_taken_up_once(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    triage.open_triage(session, referral, by=SYSTEM)
    with pytest.raises(WrongStage):
        triage.open_triage(session, referral, by=SYSTEM)


@every_decision
def test_a_decision_moves_the_referral_and_keeps_who_and_why(session: Session, cast: Cast, verb, decide, to) -> None:
    referral = a_referral(session, cast)
    row = decide(session, referral, by=cast.coordinator.actor(), seen=referral.version, reason="  Vi behöver mer.  ")
    assert referral.state == to
    assert (row.verb, row.by_id, row.by_party, row.reason) == (
        verb, cast.coordinator.id, Party.COORDINATOR, "Vi behöver mer.",
    )  # fmt: skip


@every_decision
def test_a_decision_need_not_wait_for_the_workflow(session: Session, cast: Cast, verb, decide, to) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    decide(session, referral, by=cast.coordinator.actor(), seen=None, reason="Bråttom.")
    assert referral.state == to


@every_decision
def test_a_decision_needs_a_reason(session: Session, cast: Cast, verb, decide, to) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        decide(session, referral, by=cast.coordinator.actor(), seen=None, reason="   ")
    assert refused.value.missing == ("reason",)
    assert referral.state == IN_TRIAGE


@every_decision
def test_a_decision_is_refused_later_on(session: Session, cast: Cast, verb, decide, to) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    with pytest.raises(WrongStage):
        decide(session, referral, by=cast.coordinator.actor(), seen=None, reason="För sent.")


@every_decision
def test_only_a_coordinator_of_the_unit_decides(session: Session, cast: Cast, verb, decide, to) -> None:
    referral = a_referral(session, cast)
    for person in (cast.outsider, cast.head_teacher, cast.counsellor, cast.administrator):
        with pytest.raises(NotAllowed):
            decide(session, referral, by=person.actor(), seen=None, reason="Får jag?")


@every_decision
def test_the_second_of_two_coordinators_learns_who_was_first(session: Session, cast: Cast, verb, decide, to) -> None:
    referral = a_referral(session, cast)
    seen = referral.version
    decide(session, referral, by=cast.coordinator.actor(), seen=seen, reason="Först.")
    with pytest.raises(AlreadyMoved) as refused:
        decide(session, referral, by=cast.second_coordinator.actor(), seen=seen, reason="Sedan.")
    assert refused.value.who == "Karin Almkvist"
    assert referral.owner_id == cast.coordinator.id


def test_who_decides_about_a_concern_nobody_owns_keeps_it_moving(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, owner_id=None)
    _send(session, referral, cast)
    assert referral.owner_id == cast.coordinator.id


def test_an_owner_stays_the_owner(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, owner_id=cast.second_coordinator.id)
    _send(session, referral, cast)
    assert referral.owner_id == cast.second_coordinator.id


def test_only_the_straight_way_to_the_team_skips_the_assessment(session: Session, cast: Cast) -> None:
    by_parts, straight = a_referral(session, cast), a_referral(session, cast)
    _send(session, by_parts, cast)
    triage.send_to_team(session, straight, by=cast.coordinator.actor(), seen=None, reason="Det räcker.")
    assert (by_parts.skips_assessment, straight.skips_assessment) == (False, True)


def test_a_day_to_look_again_is_over_once_the_work_goes_on(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, revisit_on=LOOK_AGAIN)
    _send(session, referral, cast)
    assert referral.revisit_on is None


@pytest.mark.parametrize("way", [TriageEnding.NO_ACTION, TriageEnding.OWN_UNIT])
def test_what_stays_where_it_arose_is_looked_at_again(session: Session, cast: Cast, way: TriageEnding) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        _end(session, referral, cast, Ending(way, "Skolan räcker."))
    assert refused.value.missing == ("revisit_on",)
    row = _end(session, referral, cast, Ending(way, "Skolan räcker.", LOOK_AGAIN))
    assert (referral.state, referral.revisit_on, referral.is_open) == (CLOSED, LOOK_AGAIN, False)
    assert (row.choice, row.reason) == (way, "Skolan räcker.")


@pytest.mark.parametrize("way", [TriageEnding.OTHER_TRACK, TriageEnding.REDIRECTED])
def test_what_goes_on_elsewhere_needs_no_day(session: Session, cast: Cast, way: TriageEnding) -> None:
    referral = a_referral(session, cast)
    _end(session, referral, cast, Ending(way, "Hör hemma hos rektor."))
    assert (referral.state, referral.revisit_on) == (CLOSED, None)


def test_ending_without_anything_names_all_that_is_missing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        _end(session, referral, cast, Ending(TriageEnding.NO_ACTION, ""))
    assert refused.value.missing == ("reason", "revisit_on")


def test_ending_is_refused_to_others_and_later(session: Session, cast: Cast) -> None:
    ending = Ending(TriageEnding.REDIRECTED, "Annan skola.")
    with pytest.raises(NotAllowed):
        triage.end_at_triage(session, a_referral(session, cast), by=cast.outsider.actor(), seen=None, ending=ending)
    with pytest.raises(WrongStage):
        _end(session, a_referral(session, cast, IN_CONSENT), cast, ending)


def test_ending_twice_changes_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    _end(session, referral, cast, Ending(TriageEnding.NO_ACTION, "Redan bra.", LOOK_AGAIN))
    before = referral.version
    with pytest.raises(WrongStage):
        _end(session, referral, cast, Ending(TriageEnding.REDIRECTED, "Nej, annat."))
    assert (referral.version, referral.revisit_on) == (before, LOOK_AGAIN)


def test_a_referral_is_handed_to_another_coordinator_with_a_reason(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
    row = triage.assign_owner(
        session, referral, by=cast.coordinator.actor(), seen=referral.version, owner=cast.second_coordinator,
        reason=" Semester ",
    )  # fmt: skip
    assert (referral.owner, referral.state, row.reason) == (
        cast.second_coordinator,
        PLAN_ACTIVE,
        "Karin Almkvist → Sanna Brolund: Semester",
    )
    assert row.is_move is False


def test_the_history_names_whoever_takes_a_referral_up_first(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    by = cast.coordinator.actor()
    assert triage.assign_owner(session, referral, by=by, seen=None, owner=cast.coordinator).reason == "Karin Almkvist"


def test_a_referral_is_not_handed_to_a_stranger_or_somebody_who_has_left(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    cast.second_coordinator.is_active = False
    for owner in (cast.outsider, cast.head_teacher, cast.second_coordinator):
        with pytest.raises(NotAllowed):
            triage.assign_owner(session, referral, by=cast.coordinator.actor(), seen=None, owner=owner)
    assert referral.owner is None


def test_nobody_else_hands_a_referral_over(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(NotAllowed):
        triage.assign_owner(session, referral, by=cast.outsider.actor(), seen=None, owner=cast.coordinator)


def test_a_closed_referral_gets_no_new_owner(session: Session, cast: Cast) -> None:
    with pytest.raises(WrongStage):
        triage.assign_owner(
            session, a_referral(session, cast, CLOSED), by=cast.coordinator.actor(), seen=None, owner=cast.coordinator
        )


def _send(session: Session, referral: Referral, cast: Cast) -> None:
    triage.send_to_assessment(session, referral, by=cast.coordinator.actor(), seen=None, reason="Mer behövs.")


def _end(session: Session, referral: Referral, cast: Cast, ending: Ending):
    return triage.end_at_triage(session, referral, by=cast.coordinator.actor(), seen=None, ending=ending)
