"""Reminding by hand: one mail a day at most, to whoever owes something, and no page is too old because of it."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import assessment, history, notifications, team_review, triage
from referrals.errors import AlreadyMoved, NotAllowed, WrongStage
from referrals.meetings import decided
from referrals.models import Mail
from referrals.plans import plan_versions
from referrals.reminders import by_hand
from referrals.stages import (
    CLOSURE_PROPOSED,
    IN_TRIAGE,
    MEETING_HELD,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_FOR_APPROVAL,
    TO_SCHEDULE,
    State,
    Verb,
)
from referrals.vocabulary import ActionStatus, PartStatus, PlanStatus
from tests.factories import a_member, a_part, a_plan, a_referral
from tests.people import Cast
from tests.referrals.test_team_review import a_held_meeting


@pytest.fixture(autouse=True)
def clock_at(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


def mails(session: Session) -> list[tuple[str, str | None]]:
    return [(mail.kind.value, mail.address) for mail in session.scalars(select(Mail).order_by(Mail.written_at))]


def test_the_writer_of_a_part_is_reminded_once_a_day(session: Session, cast: Cast, clock_at) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    by = cast.coordinator.actor()
    assert by_hand.owed_part(session, part, by=by) == by_hand.Owed(None, can_remind=True)
    row = by_hand.remind_of_part(session, referral, by=by, seen=None, part=part)
    assert row is not None
    notifications.write(session, row)
    assert mails(session) == [("part_reminded", cast.counsellor.email)]
    assert by_hand.owed_part(session, part, by=by) == by_hand.Owed(row.at, can_remind=False)
    assert by_hand.remind_of_part(session, referral, by=by, seen=None, part=part) is None
    clock_at.shift(timedelta(days=1))
    again = by_hand.remind_of_part(session, referral, by=by, seen=None, part=part)
    assert again is not None
    assert notifications.write(session, row) == []
    (mail,) = notifications.write(session, again)
    assert not notifications.is_done(session, mail)
    part.status = PartStatus.RECEIVED
    session.flush()
    assert notifications.is_done(session, mail)


def test_a_part_that_came_meanwhile_is_asked_for_no_more(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    by = cast.coordinator.actor()
    row = by_hand.remind_of_part(session, referral, by=by, seen=None, part=part)
    part.status = PartStatus.RECEIVED
    session.flush()
    assert row is not None
    assert notifications.write(session, row) == []
    assert not by_hand.owed_part(session, part, by=by).can_remind


def test_nobody_is_reminded_who_cannot_come_to_it_or_of_what_is_their_own(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    gone = a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    own = a_part(session, referral, cast.coordinator, asked_by=cast.second_coordinator)
    elsewhere = a_part(session, a_referral(session, cast, PARTS_REQUESTED), cast.counsellor, asked_by=cast.coordinator)
    late = a_part(session, a_referral(session, cast, PLAN_ACTIVE), cast.counsellor, asked_by=cast.coordinator)
    cast.special_educator.is_active = False
    session.flush()
    by = cast.coordinator.actor()
    for part in (gone, own, elsewhere):
        assert by_hand.remind_of_part(session, referral, by=by, seen=None, part=part) is None
    assert not by_hand.owed_part(session, late, by=by).can_remind
    assert by_hand.remind_of_part(session, late.referral, by=by, seen=None, part=late) is None
    with pytest.raises(WrongStage):
        by_hand.remind_of_part(session, a_referral(session, cast, CLOSURE_PROPOSED), by=by, seen=None, part=late)
    for other in (cast.counsellor, cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            by_hand.remind_of_part(session, referral, by=other.actor(), seen=None, part=gone)


def test_whoever_answers_for_an_action_is_reminded_once_a_day(session: Session, cast: Cast, clock_at) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    plan = a_plan(session, referral, author=a_member(session, referral, cast.counsellor), status=PlanStatus.ACTIVE)
    (action,), by = plan_versions.actions_of(plan), cast.coordinator.actor()
    assert by_hand.owed_action(session, action, by=by) == by_hand.Owed(None, can_remind=True)
    row = by_hand.remind_of_action(session, referral, by=by, seen=None, action=action)
    assert row is not None
    notifications.write(session, row)
    assert mails(session) == [("action_reminded", cast.counsellor.email)]
    assert by_hand.owed_action(session, action, by=by) == by_hand.Owed(row.at, can_remind=False)
    assert by_hand.remind_of_action(session, referral, by=by, seen=None, action=action) is None
    clock_at.shift(timedelta(days=1))
    again = by_hand.remind_of_action(session, referral, by=by, seen=None, action=action)
    assert again is not None
    (mail,) = notifications.write(session, again)
    assert not notifications.is_done(session, mail)
    action.status = ActionStatus.DONE
    session.flush()
    assert notifications.is_done(session, mail)
    assert not by_hand.owed_action(session, action, by=by).can_remind


def test_nobody_is_reminded_of_an_action_that_is_their_own_nobodys_or_of_another_plan(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    own = plan_versions.actions_of(a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE))[0]
    other = a_referral(session, cast, PLAN_ACTIVE)
    theirs = a_plan(session, other, author=a_member(session, other, cast.counsellor), status=PlanStatus.ACTIVE)
    elsewhere = plan_versions.actions_of(theirs)[0]
    by = cast.coordinator.actor()
    for action in (own, elsewhere):
        assert by_hand.remind_of_action(session, referral, by=by, seen=None, action=action) is None
    own.owner = None
    assert not by_hand.owed_action(session, own, by=by).can_remind
    assert by_hand.owed_action(session, elsewhere, by=by).can_remind
    theirs.status = PlanStatus.REPLACED
    assert not by_hand.owed_action(session, elsewhere, by=by).can_remind
    for person in (cast.counsellor, cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            by_hand.remind_of_action(session, referral, by=person.actor(), seen=None, action=own)


def test_whoever_answers_for_a_decision_of_a_meeting_is_reminded_once_a_day(
    session: Session, cast: Cast, clock_at
) -> None:
    wanted = [
        {"text": "Ring hem", "responsible": one.name, "due_on": date(2026, 10, 12)}
        for one in (cast.counsellor, cast.coordinator)
    ] + [{"text": "Skjuts", "responsible": "Kommunen", "due_on": date(2026, 10, 12)}]
    referral = a_held_meeting(session, cast, decisions=wanted)
    (meeting,) = team_review.meetings_of(session, referral)
    theirs, own, nobodys = meeting.decisions
    own.responsible_id = cast.coordinator.id
    by = cast.coordinator.actor()
    assert by_hand.owed_decision(session, theirs, by=by) == by_hand.Owed(None, can_remind=False), "not approved yet"
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
    assert by_hand.owed_decision(session, theirs, by=by) == by_hand.Owed(None, can_remind=True)
    for decision in (own, nobodys):
        assert by_hand.remind_of_decision(session, referral, by=by, seen=None, decision=decision) is None
    other = a_referral(session, cast, TO_SCHEDULE)
    assert by_hand.remind_of_decision(session, other, by=by, seen=None, decision=theirs) is None
    for person in (cast.counsellor, cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            by_hand.remind_of_decision(session, referral, by=person.actor(), seen=None, decision=theirs)
    row = by_hand.remind_of_decision(session, referral, by=by, seen=None, decision=theirs)
    assert row is not None
    notifications.write(session, row)
    assert mails(session) == [("decision_reminded", cast.counsellor.email)]
    assert by_hand.owed_decision(session, theirs, by=by) == by_hand.Owed(row.at, can_remind=False)
    clock_at.shift(timedelta(days=1))
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    (action,) = plan_versions.actions_of(plan)
    action.text, action.owner = "ring  hem", cast.counsellor
    session.flush()
    assert not by_hand.owed_decision(session, theirs, by=by).can_remind, "it waits as an action of the plan"
    action.text = "Något annat"
    session.flush()
    again = by_hand.remind_of_decision(session, referral, by=by, seen=None, decision=theirs)
    assert again is not None
    (mail,) = notifications.write(session, again)
    assert not notifications.is_done(session, mail)
    decided.say_done(session, referral, by=cast.counsellor.actor(), seen=None, decision_id=theirs.id)
    assert notifications.is_done(session, mail)
    assert not by_hand.owed_decision(session, theirs, by=by).can_remind


def test_whoever_writes_it_instead_was_reminded_of_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    by = cast.coordinator.actor()
    by_hand.remind_of_part(session, referral, by=by, seen=None, part=part)
    assessment.hand_on([part], cast.special_educator)
    assert part.reminded_at is None


@pytest.mark.parametrize(
    ("state", "began", "kind"),
    [
        (MEETING_HELD, Verb.SCHEDULE_MEETING, "minutes_to_approve"),
        (PLAN_FOR_APPROVAL, Verb.SUBMIT_ACTION_PLAN, "plan_to_approve"),
    ],
)
def test_whoever_may_approve_is_reminded_once_a_day(
    session: Session, cast: Cast, clock_at, state: State, began: Verb, kind: str
) -> None:
    referral, by = a_referral(session, cast, state), cast.coordinator.actor()
    assert by_hand.owed_approval(session, referral) == by_hand.Owed(None, can_remind=True)
    row = by_hand.remind_of_approval(session, referral, by=by, seen=None)
    assert row is not None
    notifications.write(session, row)
    assert sorted(mails(session)) == sorted((kind, one.email) for one in (cast.head_teacher, cast.second_coordinator))
    session.refresh(referral, ["history"])
    assert by_hand.owed_approval(session, referral) == by_hand.Owed(row.at, can_remind=False)
    assert by_hand.remind_of_approval(session, referral, by=by, seen=None) is None
    clock_at.shift(timedelta(days=1))
    assert by_hand.owed_approval(session, referral).can_remind
    row.verb = began
    assert by_hand.owed_approval(session, referral) == by_hand.Owed(None, can_remind=True), "that was of an earlier one"


def test_where_nothing_is_to_be_approved_nobody_is_reminded_of_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    assert by_hand.remind_of_approval(session, referral, by=cast.coordinator.actor(), seen=None) is None


def test_the_head_teacher_is_reminded_of_each_question_once_a_day(session: Session, cast: Cast, clock_at) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    by = cast.coordinator.actor()
    assert by_hand.owed_answer(session, referral) == by_hand.Owed(None, can_remind=False)
    with pytest.raises(WrongStage):
        by_hand.remind_of_answer(session, referral, by=by, seen=None)
    triage.ask_head_teacher(session, referral, by=by, seen=None, reason="Är det här ditt?")
    row = by_hand.remind_of_answer(session, referral, by=by, seen=None)
    assert row is not None
    notifications.write(session, row)
    assert mails(session) == [("answer_reminded", cast.head_teacher.email)]
    assert by_hand.owed_answer(session, referral) == by_hand.Owed(row.at, can_remind=False)
    assert by_hand.remind_of_answer(session, referral, by=by, seen=None) is None
    triage.hand_back_to_coordinator(session, referral, by=by, seen=None, reason="Nej")
    triage.ask_head_teacher(session, referral, by=by, seen=None, reason="Jo")
    assert by_hand.owed_answer(session, referral) == by_hand.Owed(None, can_remind=True)


def test_no_page_is_too_old_after_a_reminder_and_after_anything_else_it_is(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    seen, by = referral.version, cast.coordinator.actor()
    by_hand.remind_of_part(session, referral, by=by, seen=None, part=part)
    concluded = assessment.conclude_assessment(session, referral, by=by, seen=seen, reason="Vi vet nog")
    assert (concluded.verb, referral.state) == (Verb.CONCLUDE_ASSESSMENT, TO_SCHEDULE)
    with pytest.raises(AlreadyMoved):
        history.guard(session, referral, Verb.SCHEDULE_MEETING, by=by, seen=seen)
