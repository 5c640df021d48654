"""Reminding somebody by hand of what they owe a referral: their part of the assessment, or the head teacher's decision."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from referrals import history, languages, roster
from referrals.access import Actor, parties
from referrals.models import AssessmentPart, History, Referral
from referrals.stages import MOVE_BY_VERB, WITH_HEAD_TEACHER, Verb
from referrals.vocabulary import PartStatus

_ABOUT_THE_QUESTION = frozenset({Verb.ASK_HEAD_TEACHER, Verb.REMIND_COLLEAGUE})


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


def owed_answer(session: Session, referral: Referral) -> Owed:
    """Where the question to the head teacher stands with reminders: one a day at most, while it waits."""
    if referral.state != WITH_HEAD_TEACHER:
        return Owed(None, can_remind=False)
    newest = next((row for row in reversed(referral.history) if row.verb in _ABOUT_THE_QUESTION), None)
    at = newest.at if newest is not None and newest.verb is Verb.REMIND_COLLEAGUE else None
    return Owed(at, not _was_today(session, at))


def remind_of_part(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, part: AssessmentPart
) -> History | None:
    """Remind whoever is to write `part`. None, and nothing changed, where they were today already or owe it no more."""
    history.guard(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    if part.referral_id != referral.id or not owed_part(session, part, by=by).can_remind:
        return None
    row = history.record(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    part.reminded_at = row.at
    session.flush()
    return row


def remind_of_answer(session: Session, referral: Referral, *, by: Actor, seen: int | None) -> History | None:
    """Remind the unit's head teachers of the question to them. None, and nothing changed, as `remind_of_part`."""
    history.guard(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)
    if not owed_answer(session, referral).can_remind:
        return None
    return history.record(session, referral, Verb.REMIND_COLLEAGUE, by=by, seen=seen)


def _was_today(session: Session, at: datetime | None) -> bool:
    return at is not None and languages.local_date(at, zone=roster.time_zone(session)) == roster.today(session)
