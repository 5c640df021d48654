"""Reminding somebody by hand of what they owe a referral: a part of the assessment, an action, what a meeting decided, the head teacher's answer, an approval, an answer to an offer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from referrals import here, history, languages
from referrals.access import Actor, parties
from referrals.disclosure import hand_over
from referrals.meetings import decided
from referrals.models import AssessmentPart, History, MeetingDecision, PlannedAction, Referral
from referrals.plans import plan_versions
from referrals.stages import MEETING_HELD, MOVE_BY_VERB, PLAN_FOR_APPROVAL, WITH_HEAD_TEACHER, State, Verb
from referrals.vocabulary import PartStatus, PlanStatus

_ABOUT_THE_QUESTION = frozenset({Verb.ASK_HEAD_TEACHER, Verb.REMIND_COLLEAGUE})
#: what is to be approved in a state, as the row of a reminder names it, and the decision it came out of
_TO_APPROVE: dict[State, tuple[Verb, Verb]] = {
    MEETING_HELD: (Verb.APPROVE_MINUTES, Verb.SCHEDULE_MEETING),
    PLAN_FOR_APPROVAL: (Verb.APPROVE_ACTION_PLAN, Verb.SUBMIT_ACTION_PLAN),
}


@dataclass(frozen=True)
class Owed:
    """Something outstanding: when somebody was last reminded of it by hand, and whether that can be done now."""

    reminded_at: datetime | None
    can_remind: bool


def owed_part(session: Session, part: AssessmentPart, *, by: Actor) -> Owed:
    """Where `part` stands with reminders: its writer gets one a day at most, while it is out and they can come to it."""
    is_out = part.status is PartStatus.REQUESTED and part.referral.state in MOVE_BY_VERB[Verb.SUBMIT_PART].frm
    writer = part.assessor
    reaches = writer.id != by.account_id and writer.is_active and bool(parties(writer.actor(), part.referral.facts()))
    return Owed(part.reminded_at, is_out and reaches and not _was_today(session, part.reminded_at))


def owed_action(session: Session, action: PlannedAction, *, by: Actor) -> Owed:
    """Where `action` stands with reminders: whoever answers for it gets one a day at most, while it runs and they can come to it."""
    runs = action.status in plan_versions.RUNNING and action.goal.plan.status is PlanStatus.ACTIVE
    owner, facts = action.owner, action.referral.facts()
    reaches = (
        owner is not None and owner.id != by.account_id and owner.is_active and bool(parties(owner.actor(), facts))
    )
    is_here = action.referral.state in MOVE_BY_VERB[Verb.REMIND_COLLEAGUE].frm
    return Owed(action.reminded_at, runs and reaches and is_here and not _was_today(session, action.reminded_at))


def owed_decision(session: Session, decision: MeetingDecision, *, by: Actor) -> Owed:
    """Where `decision` stands with reminders: whoever answers for it gets one a day at most, while it waits for them."""
    owner = decided.who_owes(session, decision)
    is_here = decision.referral.state in MOVE_BY_VERB[Verb.REMIND_COLLEAGUE].frm
    can_remind = owner is not None and owner.id != by.account_id and is_here
    return Owed(decision.reminded_at, can_remind and not _was_today(session, decision.reminded_at))


def owed_answer(session: Session, referral: Referral) -> Owed:
    """Where the question to the head teacher stands with reminders: one a day at most, while it waits."""
    if referral.state != WITH_HEAD_TEACHER:
        return Owed(None, can_remind=False)
    newest = next((row for row in reversed(referral.history) if row.verb in _ABOUT_THE_QUESTION), None)
    at = newest.at if newest is not None and newest.verb is Verb.REMIND_COLLEAGUE else None
    return Owed(at, not _was_today(session, at))


def owed_approval(session: Session, referral: Referral) -> Owed:
    """Where the minutes or the plan stand with reminders: whoever may approve gets one a day at most, while they wait."""
    if referral.state not in _TO_APPROVE:
        return Owed(None, can_remind=False)
    awaited, began_with = _TO_APPROVE[referral.state]
    of_it = (row for row in reversed(referral.history) if row.verb is began_with or row.choice == awaited)
    newest = next(of_it, None)
    at = newest.at if newest is not None and newest.verb is Verb.REMIND_COLLEAGUE else None
    return Owed(at, not _was_today(session, at))


def owed_hand_over(session: Session, referral: Referral) -> Owed:
    """Where an offer to another team stands with reminders: whoever may answer gets one a day at most, while it waits."""
    found = hand_over.waiting(session, referral)
    if found is None:
        return Owed(None, can_remind=False)
    since = (row for row in reversed(referral.history) if row.number > found.offered.number)
    at = next((row.at for row in since if row.choice == Verb.ACCEPT_HAND_OVER), None)
    is_here = referral.state in MOVE_BY_VERB[Verb.REMIND_COLLEAGUE].frm
    return Owed(at, is_here and not _was_today(session, at))


def remind_of_part(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, part: AssessmentPart
) -> History | None:
    """Remind whoever is to write `part`. None, and nothing changed, where they were today already or owe it no more."""
    return _remind_of(session, referral, part, owed=lambda: owed_part(session, part, by=by), by=by, seen=seen)


def remind_of_action(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, action: PlannedAction
) -> History | None:
    """Remind whoever answers for `action`. None, and nothing changed, as `remind_of_part`."""
    return _remind_of(session, referral, action, owed=lambda: owed_action(session, action, by=by), by=by, seen=seen)


def remind_of_decision(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, decision: MeetingDecision
) -> History | None:
    """Remind whoever answers for `decision` of a meeting. None, and nothing changed, as `remind_of_part`."""
    return _remind_of(
        session, referral, decision, owed=lambda: owed_decision(session, decision, by=by), by=by, seen=seen
    )


def _remind_of(
    session: Session, referral: Referral, thing: AssessmentPart | PlannedAction | MeetingDecision, *,
    owed: Callable[[], Owed], by: Actor, seen: int | None,
) -> History | None:  # fmt: skip
    history.guard(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    # What is owed is asked only now that nobody else changes the referral.
    if thing.referral_id != referral.id or not owed().can_remind:
        return None
    row = history.record(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    thing.reminded_at = row.at
    session.flush()
    return row


def remind_of_answer(session: Session, referral: Referral, *, by: Actor, seen: int | None) -> History | None:
    """Remind the unit's head teachers of the question to them. None, and nothing changed, as `remind_of_part`."""
    history.guard(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    if not owed_answer(session, referral).can_remind:
        return None
    return history.record(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)


def remind_of_approval(session: Session, referral: Referral, *, by: Actor, seen: int | None) -> History | None:
    """Remind whoever may approve the minutes or the plan. None, and nothing changed, as `remind_of_part`."""
    history.guard(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    if not owed_approval(session, referral).can_remind:
        return None
    awaited, _began_with = _TO_APPROVE[referral.state]
    return history.record(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen, choice=awaited)


def remind_of_hand_over(session: Session, referral: Referral, *, by: Actor, seen: int | None) -> History | None:
    """Remind the team that it is offered to. None, and nothing changed, as `remind_of_part`."""
    history.guard(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    if not owed_hand_over(session, referral).can_remind:
        return None
    return history.record(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen, choice=Verb.ACCEPT_HAND_OVER)


def _was_today(session: Session, at: datetime | None) -> bool:
    return at is not None and languages.local_date(at, zone=here.time_zone(session)) == here.today(session)
