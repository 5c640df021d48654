"""What a meeting decided and somebody is to do: it waits for whoever answers for it, until it is said to be done.

What became an action of the plan in force, in the same words and for the same person, waits there and not twice.
"""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import history
from referrals.access import Actor, parties_for
from referrals.errors import NotAllowed
from referrals.models import Account, MeetingDecision, Referral, TeamMeeting
from referrals.plans import plan_versions
from referrals.safeguarding import access_list
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.vocabulary import DeadlineSource
from referrals.work.waiting_items import Waiting, WaitingItem
from referrals.work.worklist import shown_unit

_VERB = Verb.RECORD_DECISION_DONE


def who_answers(session: Session, meeting: TeamMeeting, name: str) -> uuid.UUID | None:
    """The account of whoever is called to `meeting` and has this name; None where nobody has it, or more than one."""
    called = select(Account).where(Account.id.in_([uuid.UUID(one) for one in meeting.called]))
    named = [one.id for one in session.scalars(called) if _plain(one.name) == _plain(name)]
    return named[0] if len(named) == 1 else None


def waiting_for(session: Session, actor: Actor) -> list[WaitingItem]:
    """The decisions that `actor` answers for, that nobody has said are done, of approved minutes that they may read."""
    rows = (
        select(MeetingDecision)
        .join(TeamMeeting, MeetingDecision.meeting_id == TeamMeeting.id)
        .join(Referral, MeetingDecision.referral_id == Referral.id)
        .where(
            MeetingDecision.responsible_id == actor.account_id, MeetingDecision.done_id.is_(None),
            TeamMeeting.approved_at.is_not(None), Referral.is_open, access_list.is_open_to(actor),
        )
        .options(selectinload(MeetingDecision.referral).selectinload(Referral.unit))
    )  # fmt: skip
    return [_item(one) for one in session.scalars(rows) if may_say_done(one, actor) and not _is_planned(session, one)]


def may_say_done(decision: MeetingDecision, actor: Actor) -> bool:
    """Whether `actor` may say that it is done: who answers for it and may read the minutes, and the coordinator."""
    referral = decision.referral
    if decision.done_id is not None or decision.meeting.approved_at is None or decision.responsible_id is None:
        return False
    if referral.kept_outside_at is not None or referral.state not in MOVE_BY_VERB[_VERB].frm:
        return False
    parties = parties_for(_VERB, actor, referral.facts())  # of those who may read the minutes
    return bool(parties) and (decision.responsible_id == actor.account_id or Party.COORDINATOR in parties)


def to_say_done(meetings: Collection[TeamMeeting], actor: Actor) -> frozenset[uuid.UUID]:
    """The decisions of these meetings of which `actor` may say that they are done, by their ids."""
    return frozenset(one.id for meeting in meetings for one in meeting.decisions if may_say_done(one, actor))


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


def _item(decision: MeetingDecision) -> WaitingItem:
    referral = decision.referral
    return WaitingItem(
        number=referral.number, kind=Waiting.DECISION, subject_id=decision.id, verb=_VERB, party=Party.ASSESSOR,
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
