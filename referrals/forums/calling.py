"""Calling the team to a referral with those one would call anyway, and to everything on a date's agenda at once."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, team_review
from referrals.access import Actor
from referrals.disclosure import coverage
from referrals.forums import agenda, dates, readiness, seats
from referrals.forums.agenda import Slot
from referrals.models import Account, AssessmentPart, MeetingVersion, Referral, TeamDate, TeamMeeting, TeamSeat
from referrals.people import roster
from referrals.people.roster import Colleague
from referrals.plans import plan_versions
from referrals.stages import MOVE_BY_VERB, Verb


@dataclass(frozen=True)
class Called:
    """How many meetings the team is called to, and how many on the agenda wait until somebody has seen to what is in the way."""

    meetings: int
    left: int
    #: how many guardians are invited and get no mail about it
    to_tell: int = 0


@dataclass(frozen=True)
class Instead:
    """Somebody called who does not sit in the team then, and who does in that seat; None for nobody."""

    called: Account
    sits: Account | None
    #: whether the seat is theirs, and they are away
    is_member: bool


def usually_called(
    session: Session, referral: Referral, colleagues: Sequence[Colleague], *, at: datetime, by: Actor
) -> list[uuid.UUID]:
    """Those of `colleagues` a call begins with: who contributes already, who sits in the team at the instant `at`, and `by`.

    Whom only an earlier call let in is no part of it, nor a member who is away then. As long as no seats are given, whoever
    completes the team.
    """
    forum, contribute = referral.forum, referral.facts().members
    if held := seats.seats_of(session, forum):
        sitting = {one.account.id for one in seats.sitting(held, at)}
        contribute -= _only_called(session, referral) | {one.account_id for one in held}
    else:
        sitting = {one.account.id for one in colleagues if one.account.profession in forum.quorum}
    expected = sitting | contribute | {by.account_id}
    return [one.account.id for one in colleagues if one.locked_by is None and one.account.id in expected]


def called_instead(held: Sequence[TeamSeat], called: Collection[uuid.UUID], at: datetime) -> list[Instead]:
    """Those of `called` who have to do with a seat and do not sit there at the instant `at`: away then, or stood in on another day.

    Who stood in is left out where the member is called beside them: somebody chose that. Of a seat whose account is closed nothing
    is said, unless its member is away: nobody sits there.
    """
    there = seats.sitting(held, at)
    sitting = {one.account.id for one in there}
    stands_in = {one.instead_of.id: one.account for one in there if one.instead_of}
    found = []
    for seat in held:
        member = seat.account
        if any(one.begins_at <= at < one.ends_at for one in seat.absences):
            known, sits = [member], stands_in.get(member.id)
        elif member.is_active:
            known, sits = [], member
        else:
            continue
        if member.id not in called or sits is not member:
            known += [one.stand_in for one in seat.absences if one.stand_in]
        found += [
            Instead(one, sits, is_member=one is member)
            for one in dict.fromkeys(known)
            if one.id in called and one.id not in sitting
        ]
    return found


def usually_invited(session: Session, referral: Referral) -> list[uuid.UUID]:
    """The guardians a call begins with: who has custody and may be turned to."""
    known = coverage.guardians_of(session, referral)
    return [one.id for one in known if one.has_custody and one.may_contact]


def usual_place(referral: Referral, place: str) -> str:
    """`place`, the team's own room; nothing where that says which school a protected child attends: somebody writes one on purpose."""
    return "" if referral.protected_since is not None else place


def can_be_called(session: Session, slot: Slot, held: Sequence[TeamSeat], *, by: Actor) -> bool:
    """Whether the team can be called to the referral in `slot` without anybody having to decide something first.

    It is not where it is called already, or has met about it; where guardians are not told; where somebody at the table stands too close or has
    another meeting then; where a profession is missing that somebody calls or does without knowingly; nor where only a person
    can say where it meets.
    """
    referral = slot.item.referral
    if not agenda.may_arrange(referral, slot.item.date, by) or slot.starts_at <= clock.now():
        return False
    if agenda.was_met_about(session, slot):
        return False
    if referral.state not in MOVE_BY_VERB[Verb.SCHEDULE_MEETING].frm or not usual_place(referral, slot.item.date.place):
        return False
    lacks = readiness.readiness(session, slot, held)
    in_the_way = lacks.to_inform or lacks.too_close or lacks.at_once
    is_free = lacks.called_for is None and lacks.has_guardians and not in_the_way
    return is_free and _is_complete(session, slot, by=by)


def call_to_agenda(
    session: Session, date: TeamDate, *, points: Sequence[str], by: Actor, seen: str | None = None,
    on_closed_day: bool = False,
) -> Called:  # fmt: skip
    """Call the team to each referral on the agenda that is ready for it, at its time there, to talk about `points`.

    What would end after the date waits until that is longer, or the agenda shorter. Raises SchoolsClosed where they are, unless
    `on_closed_day` says that this is known: days are closed after dates were set, too. Raises NotAllowed, and AgendaRefused once the
    day has passed, and where the agenda was changed since it stood as `seen`.
    """
    dates.require_keeper(date.forum, by)
    agenda.require_to_come(session, date)
    agenda.require_as_seen(session, date, seen)
    held = seats.seats_of(session, date.forum)
    called = left = to_tell = 0
    for slot in agenda.slots(session, date):
        referral = slot.item.referral
        is_done = team_review.is_called(session, referral) or agenda.was_met_about(session, slot)
        if is_done or not agenda.may_arrange(referral, date, by):
            continue
        if slot.is_within and can_be_called(session, slot, held, by=by):
            _call(session, slot, points, by=by, on_closed_day=on_closed_day)
            called += 1
            meeting = team_review.current_meeting(session, referral)
            to_tell += len(team_review.without_mail(session, meeting)) if meeting else 0
        else:
            left += 1
    return Called(called, left, to_tell)


def _only_called(session: Session, referral: Referral) -> set[uuid.UUID]:
    """Who was called to a meeting about it, now or before it moved, and has nothing else to do with it.

    They were not asked for a part, do not coordinate it, and the plan in force names them for nothing.
    """
    of_this = [select(row.called).where(row.referral_id == referral.id) for row in (TeamMeeting, MeetingVersion)]
    called = {uuid.UUID(one) for rows in of_this for ids in session.scalars(rows) for one in ids}
    asked = session.scalars(select(AssessmentPart.assessor_id).where(AssessmentPart.referral_id == referral.id))
    plan = plan_versions.plan_in_force(session, referral)
    return called - {*asked, referral.owner_id, *(plan_versions.people_in(plan) if plan else ())}


def _is_complete(session: Session, slot: Slot, *, by: Actor) -> bool:
    """Whether nobody is missing among those one would call: fewer than sit in the team, where a wall keeps somebody out."""
    referral = slot.item.referral
    colleagues = roster.for_team(session, referral)
    usual = set(usually_called(session, referral, colleagues, at=slot.starts_at, by=by))
    called = [one.account for one in colleagues if one.account.id in usual]
    return not team_review.missing_professions(referral, called)


def _call(session: Session, slot: Slot, points: Sequence[str], *, by: Actor, on_closed_day: bool) -> None:
    referral, date = slot.item.referral, slot.item.date
    team_review.schedule_meeting(
        session, referral, by=by, seen=None, starts_at=slot.starts_at, minutes=slot.item.minutes, place=date.place,
        called=usually_called(session, referral, roster.for_team(session, referral), at=slot.starts_at, by=by),
        guardians=usually_invited(session, referral), agenda=points, on_closed_day=on_closed_day,
    )  # fmt: skip
