"""Referrals kept outside the system: what was typed is destroyed once it lies in the paper file; a lock marker is left."""

from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from referrals import clock, history
from referrals.access import Actor
from referrals.errors import Incomplete, NotAllowed
from referrals.keeping import retention
from referrals.models import (
    Base,
    Disposal,
    History,
    LegalHold,
    Listed,
    LogSampleVisit,
    Mail,
    Membership,
    Municipality,
    OfReferral,
    Referral,
    RegisterEntry,
    Step,
    UpwardOrigin,
    UpwardQuestion,
)
from referrals.stages import CLOSED, Verb

#: rows that stay: what happened when and by whom, who may know of it, and the work that was done; none says what it is about
STAYS: Final[frozenset[type]] = frozenset(
    {Disposal, History, LegalHold, Listed, LogSampleVisit, Mail, Membership, RegisterEntry, Step}
)

#: sealed columns are no attributes; what is in hand is read anew afterwards
_AS_IT_IS: Final = {"synchronize_session": False}


def can_be_kept_outside(session: Session, referral: Referral) -> bool:
    """Whether the municipality keeps such referrals outside, and this is one that still has its content here."""
    is_wanted = bool(session.scalars(select(Municipality.keeps_protected_outside)).first())
    return is_wanted and referral.protected_since is not None and referral.kept_outside_at is None


def keep_outside(session: Session, referral: Referral, *, by: Actor, seen: int | None, is_on_paper: bool) -> None:
    """Destroy everything typed about this referral, for good. A referral that is kept outside already is left as it is.

    Raises NotAllowed where the municipality does not do so or nobody is protected, Incomplete unless somebody says that
    the paper file has it, OnHold while a hold keeps it here.
    """
    history.guard(session, referral, Verb.KEEP_OUTSIDE, by=by, seen=seen)
    if referral.kept_outside_at is not None:
        return
    if not can_be_kept_outside(session, referral):
        raise NotAllowed(Verb.KEEP_OUTSIDE)
    if not is_on_paper:
        raise Incomplete("is_on_paper")
    retention.require_no_hold(session, referral)
    history.record(session, referral, Verb.KEEP_OUTSIDE, by=by, seen=seen)
    _destroy(session, referral)


def end_outside(session: Session, referral: Referral, *, by: Actor, seen: int | None) -> None:
    """Note that the work, which goes on on paper, has ended. Raises NotAllowed where the referral is not kept outside."""
    history.guard(session, referral, Verb.END_OUTSIDE, by=by, seen=seen)
    if referral.kept_outside_at is None:
        raise NotAllowed(Verb.END_OUTSIDE)
    history.record(session, referral, Verb.END_OUTSIDE, by=by, seen=seen, to=CLOSED)


def _destroy(session: Session, referral: Referral) -> None:
    """Rows go with their texts; what the history says why is never rewritten, but its key is gone, so nobody reads it again."""
    now = clock.now()
    goes = {mapper.local_table for mapper in Base.registry.mappers if _goes(mapper.class_)}
    asked = select(UpwardOrigin.question_id).where(UpwardOrigin.referral_id == referral.id)
    session.execute(delete(UpwardQuestion).where(UpwardQuestion.id.in_(asked)), execution_options=_AS_IT_IS)
    for table in reversed(Base.metadata.sorted_tables):
        if table in goes:
            session.execute(delete(table).where(table.c.referral_id == referral.id))
    unsent = update(Mail).where(Mail.referral_id == referral.id, Mail.sent_at.is_(None), Mail.stopped_at.is_(None))
    session.execute(unsent.values(stopped_at=now))
    addresses = update(Mail).where(Mail.referral_id == referral.id).values({"address": None})
    session.execute(addresses, execution_options=_AS_IT_IS)
    named = update(RegisterEntry).where(RegisterEntry.referral_id == referral.id)
    session.execute(named.values({"counterpart_name": None}), execution_options=_AS_IT_IS)
    reasons = update(Listed).where(Listed.referral_id == referral.id).values({"reason": None})
    session.execute(reasons, execution_options=_AS_IT_IS)
    open_steps = update(Step).where(Step.referral_id == referral.id, Step.finished_at.is_(None))
    session.execute(open_steps.values(finished_at=clock.machine_now(), holder=None, lease_until=None))
    session.expire_all()
    referral.child_name = referral.child_birth_date = referral.child_group = None
    referral.topics, referral.school_year, referral.kept_outside_at = [], None, now
    referral.destroy_data_keys()
    session.flush()


def _goes(kind: type) -> bool:
    return issubclass(kind, OfReferral) and kind not in STAYS
