"""A conflict of interest told in the reporter's own words: all waits until somebody who is not meant has settled whom it means."""

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here, history
from referrals.access import Actor, is_administrator, parties_for
from referrals.calendar import add_school_days, closed_days
from referrals.errors import Incomplete, NotAllowed
from referrals.languages import local_date
from referrals.meetings import conflict
from referrals.models import Account, Concern, History, Referral
from referrals.people import organisation
from referrals.safeguarding import access_list
from referrals.stages import Verb


def declare_uninvolved(session: Session, referral: Referral, *, by: Actor, seen: int | None = None) -> None:
    """Keep that `by` says they know of no tie of their own: from then on they read what was written. Again changes nothing."""
    history.guard(session, referral, Verb.DECLARE_UNINVOLVED, by=by, seen=seen)
    if not has_declared(session, referral, by):
        history.record(session, referral, Verb.DECLARE_UNINVOLVED, by=by, seen=seen)


def step_aside(session: Session, referral: Referral, *, by: Actor, seen: int | None = None) -> History:
    """Let `by` be kept out, because they are or may be the one who is meant; who is next is told."""
    row = history.record(session, referral, Verb.STEP_ASIDE, by=by, seen=seen)
    conflict.shut_out(session, referral, [session.get_one(Account, by.account_id)])
    return row


def settle_conflict(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None = None,
    kept_out: Collection[uuid.UUID],
    reason: str,
) -> History:
    """Keep `kept_out` out of the referral, or nobody, and let everything that waited go on.

    Raises NotAllowed for who has not declared to be uninvolved, and where one of them cannot be kept out or is the one who
    settles it; Incomplete without a reason.
    """  # fmt: skip
    history.guard(session, referral, Verb.SETTLE_CONFLICT, by=by, seen=seen)
    able = {account.id: account for account in could_be_kept_out(session, referral, by)}
    if not has_declared(session, referral, by) or not able.keys() >= set(kept_out):
        raise NotAllowed(Verb.SETTLE_CONFLICT)
    if not reason.strip():
        raise Incomplete("reason")
    row = history.record(session, referral, Verb.SETTLE_CONFLICT, by=by, seen=seen, reason=reason.strip())
    conflict.shut_out(session, referral, [able[one] for one in kept_out])
    conflict.let_stand_in(session, referral)
    referral.held_since = None
    session.flush()
    access_list.take_charge(session, referral)
    return row


def has_declared(session: Session, referral: Referral, by: Actor) -> bool:
    """Whether `by` has said that they are not the one who is meant."""
    declared = select(History.id).where(
        History.referral_id == referral.id, History.verb == Verb.DECLARE_UNINVOLVED, History.by_id == by.account_id
    )
    return session.scalars(declared.limit(1)).one_or_none() is not None


def words_of_reporter(session: Session, referral: Referral, *, by: Actor) -> str | None:
    """What the reporter wrote about the conflict; None for whoever has not declared to be uninvolved."""
    if not parties_for(Verb.SETTLE_CONFLICT, by, referral.facts()) or not has_declared(session, referral, by):
        return None
    return session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one().conflict_text


def could_be_kept_out(session: Session, referral: Referral, by: Actor) -> list[Account]:
    """Who of the unit could be meant, by name: everybody but who is kept out already and who settles it."""
    there = {account.id for account in conflict.kept_out(referral)} | {by.account_id}
    return [account for account in conflict.people_of(session, referral) if account.id not in there]


def waiting_for(session: Session, actor: Actor) -> list[Referral]:
    """The concerns whose conflict `actor` may settle, the oldest first."""
    held = _held(session)
    return [row for row in held if parties_for(Verb.SETTLE_CONFLICT, actor, row.facts())]


def left_without_anybody(session: Session, actor: Actor) -> int:
    """How many concerns wait with nobody left who may settle their conflict: for administrators, who see no more of them."""
    if not is_administrator(actor):
        return 0
    return sum(not conflict.deciders(session, referral) for referral in _held(session))


def due_on(session: Session, referral: Referral) -> date:
    """The day by which it should be settled, or by which whoever may is reminded: the first school day there is after the last word of it."""
    reminded = [row.at for row in referral.history if row.verb is Verb.REMIND_OF_CONFLICT]
    last = max([*reminded, referral.held_since or referral.opened_at])
    zone = organisation.municipality(session).timezone
    # Whether the reporter fears harm makes no difference: whoever is meant may read this day, and the rhythm of the reminders,
    # and would know from a longer one that nobody fears any. The shortest holds for all, for no such concern must lie.
    return add_school_days(local_date(last, zone=zone), 0, closed=closed_days(session))


def held_too_long(session: Session, today: date) -> list[Referral]:
    """The concerns whose conflict should have been settled before `today`, and of which nobody was reminded since."""
    return [referral for referral in _held(session) if due_on(session, referral) < today]


def remind_of_conflict(session: Session, referral: Referral, *, by: Actor, seen: int | None = None) -> History | None:
    """Remind whoever may settle it, or the administrators where nobody may. Before the next day of it that changes nothing."""
    history.guard(session, referral, Verb.REMIND_OF_CONFLICT, by=by, seen=seen)
    if referral.held_since is None or due_on(session, referral) >= here.today(session):
        return None
    return history.record(session, referral, Verb.REMIND_OF_CONFLICT, by=by, seen=seen)


def _held(session: Session) -> list[Referral]:
    held = select(Referral).where(Referral.held_since.is_not(None)).order_by(Referral.opened_at, Referral.number)
    return list(session.scalars(held))
