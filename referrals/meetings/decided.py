"""What a meeting decided and somebody is to do: it waits for whoever answers for it, until it is said to be done.

What became an action of the plan in force, in the same words and for the same person, waits there and not twice.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from referrals import calendar, history
from referrals.access import Actor, Role, View, may_view, parties_for
from referrals.errors import NotAllowed
from referrals.languages import local_date
from referrals.models import Account, MeetingDecision, Referral, RoleAssignment, TeamMeeting
from referrals.people import coordinating, organisation
from referrals.plans import plan_versions
from referrals.safeguarding import access_list
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.vocabulary import DeadlineSource
from referrals.work import worklist
from referrals.work.waiting_items import Waiting, WaitingItem
from referrals.work.worklist import shown_unit

_VERB = Verb.RECORD_DECISION_DONE


def who_answers(session: Session, meeting: TeamMeeting, name: str) -> uuid.UUID | None:
    """The account of whoever is called to `meeting` and has this name; None where nobody has it, or more than one."""
    called = select(Account).where(Account.id.in_([uuid.UUID(one) for one in meeting.called]))
    named = [one.id for one in session.scalars(called) if _plain(one.name) == _plain(name)]
    return named[0] if len(named) == 1 else None


def waiting_for(session: Session, actor: Actor) -> list[WaitingItem]:
    """The decisions that `actor` answers for, that nobody has said are done, of approved minutes that they may read.

    One that nobody can do any more who was to do it waits for whoever coordinates the referral.
    """
    theirs = _undone(session, MeetingDecision.responsible_id == actor.account_id, access_list.is_open_to(actor))
    kept = [one for one in theirs if may_say_done(one, actor)]
    left = [one for one in _left_to(session, actor) if may_say_done(one, actor) and not _is_kept(session, one)]
    return [
        _item(one, kind)
        for kind, those in ((Waiting.DECISION, kept), (Waiting.LEFT_DECISION, left))
        for one in those
        if not _is_planned(session, one)
    ]


def left_lying(session: Session, actor: Actor, *, today: date) -> list[WaitingItem]:
    """Decisions of others in the units `actor` heads, late for as long as they were meant to take from the meeting on."""
    if not any(role is Role.HEAD_TEACHER for role, _unit in actor.roles):
        return []
    late = _undone(
        session,
        MeetingDecision.responsible_id.is_not(None),
        MeetingDecision.responsible_id != actor.account_id,
        MeetingDecision.due_on < today,
        worklist.in_units(actor, Role.HEAD_TEACHER),
    )
    zone, closed = organisation.municipality(session).timezone, calendar.closed_days(session)
    return [
        replace(_item(one, Waiting.OTHERS_DECISION), is_stalled=True, is_others=True)
        for one in late
        if one.due_on is not None
        and today >= calendar.twice_overdue(local_date(one.meeting.starts_at, zone=zone), one.due_on, closed=closed)
        and _is_wanted(one)
        and may_view(View.MINUTES_IN_FULL, actor, one.referral.facts())
        and not _is_planned(session, one)
    ]


def may_say_done(decision: MeetingDecision, actor: Actor) -> bool:
    """Whether `actor` may say that it is done: who answers for it and may read the minutes, and the coordinator."""
    if decision.done_id is not None or decision.meeting.approved_at is None or not _is_wanted(decision):
        return False
    parties = parties_for(_VERB, actor, decision.referral.facts())  # of those who may read the minutes
    return bool(parties) and (decision.responsible_id == actor.account_id or Party.COORDINATOR in parties)


def to_say_done(meetings: Collection[TeamMeeting], actor: Actor) -> frozenset[uuid.UUID]:
    """The decisions of these meetings of which `actor` may say that they are done, by their ids."""
    return frozenset(one.id for meeting in meetings for one in meeting.decisions if may_say_done(one, actor))


def who_owes(session: Session, decision: MeetingDecision) -> Account | None:
    """Who is still to do it, and can say that it is done; None where nobody is, or it waits as an action of the plan."""
    if decision.responsible_id is None or not _is_kept(session, decision) or _is_planned(session, decision):
        return None
    return session.get_one(Account, decision.responsible_id)


def asks(meeting: TeamMeeting, actor: Actor) -> bool:
    """Whether something that `meeting` decided waits for `actor`."""
    return any(one.responsible_id == actor.account_id and may_say_done(one, actor) for one in meeting.decisions)


def say_done(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, decision_id: uuid.UUID
) -> MeetingDecision:
    """Record that a decision is done. Said before, it changes nothing. Raises NotAllowed for whoever may not say so."""
    history.guard(session, referral, _VERB, by=by, seen=seen)
    decision = session.get(MeetingDecision, decision_id)
    if decision is None or decision.referral_id != referral.id:
        raise NotAllowed(_VERB)
    if decision.done_id is not None:
        return decision
    if not may_say_done(decision, by):
        raise NotAllowed(_VERB)
    decision.done = history.record(session, referral, _VERB, by=by, seen=seen)
    session.flush()
    return decision


def _left_to(session: Session, actor: Actor) -> Sequence[MeetingDecision]:
    """Those whose account has left, or has no role in the unit any more, of the referrals that `actor` keeps moving: seldom any."""
    if not any(role is Role.COORDINATOR for role, _unit in actor.roles):
        return []
    works_here = exists().where(
        RoleAssignment.account_id == MeetingDecision.responsible_id,
        RoleAssignment.unit_id == Referral.unit_id,
        Account.id == RoleAssignment.account_id,
        Account.is_active,
    )
    return _undone(
        session,
        MeetingDecision.responsible_id.is_not(None),
        ~works_here,
        worklist.in_units(actor, Role.COORDINATOR),
        or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
    )


def _is_kept(session: Session, decision: MeetingDecision) -> bool:
    """Whether whoever answers for it can say that it is done all the same, as who stands in there or sits in another team of the unit."""
    account = session.get_one(Account, decision.responsible_id)
    return account.is_active and may_say_done(decision, account.actor())


def _undone(session: Session, *conditions: ColumnElement[bool]) -> Sequence[MeetingDecision]:
    rows = (
        select(MeetingDecision)
        .join(TeamMeeting, MeetingDecision.meeting_id == TeamMeeting.id)
        .join(Referral, MeetingDecision.referral_id == Referral.id)
        .where(
            MeetingDecision.done_id.is_(None), TeamMeeting.approved_at.is_not(None), Referral.is_open, *conditions
        )
        .order_by(TeamMeeting.approved_at, MeetingDecision.position, MeetingDecision.id)
        .limit(500)
        .options(
            contains_eager(MeetingDecision.meeting),
            selectinload(MeetingDecision.referral).selectinload(Referral.unit),
        )
    )  # fmt: skip
    return session.scalars(rows).all()


def _is_wanted(decision: MeetingDecision) -> bool:
    """Whether somebody answers for it, and its referral stands where it can still be said to be done."""
    referral = decision.referral
    if decision.responsible_id is None or referral.kept_outside_at is not None:
        return False
    return referral.state in MOVE_BY_VERB[_VERB].frm


def _item(decision: MeetingDecision, kind: Waiting) -> WaitingItem:
    referral = decision.referral
    party = Party.COORDINATOR if kind is Waiting.LEFT_DECISION else Party.ASSESSOR
    return WaitingItem(
        number=referral.number, kind=kind, subject_id=decision.id, verb=_VERB, party=party,
        due_on=decision.due_on, source=DeadlineSource.SET, state=referral.state, rulepack=referral.rulepack,
        unit=shown_unit(referral), topics=tuple(referral.topics),
    )  # fmt: skip


def _is_planned(session: Session, decision: MeetingDecision) -> bool:
    plan = plan_versions.plan_in_force(session, decision.referral)
    same = (decision.responsible_id, _plain(decision.text))
    return plan is not None and any((one.owner_id, _plain(one.text)) == same for one in plan_versions.actions_of(plan))


def _plain(words: str | None) -> str:
    """Words without what two people write differently who mean the same: capitals, blanks and the full stop."""
    return " ".join((words or "").casefold().split()).rstrip(".")
