"""Retention: what a municipality's plan says is due, proposed by one person, approved by another, done at night; and legal holds.

Nothing is due without a rule: where no plan is adopted, nothing may be destroyed.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from referrals import clock, here, moving
from referrals.access import SYSTEM, Actor, Role
from referrals.errors import AlreadyDecided, ContentGone, NotAllowed, NotDue, OnHold, SamePerson
from referrals.keeping import audit, content_keys, contents
from referrals.languages import local_date
from referrals.models import Disposal, Document, History, LegalHold, Referral, Step, StepKind, What
from referrals.people import coordinating, organisation
from referrals.stages import Party
from referrals.vocabulary import ContentKind, DisposalState, Fate

#: who proposes that content goes, who approves it, and who puts a hold on it; each in their own units
MAY_PROPOSE: Final = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER, Role.REGISTRAR})
MAY_APPROVE: Final = frozenset({Role.HEAD_TEACHER, Role.REGISTRAR})
MAY_HOLD: Final = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER})
#: how many referrals one list or one night takes; what is left comes next
MOST: Final = 200


@dataclass(frozen=True)
class Rule:
    """What the plan says of one kind of content: so many years after the end, and then what."""

    years: int
    then: Fate


@dataclass(frozen=True)
class Due:
    """Content of one referral whose time is over, all with the same fate."""

    referral: Referral
    fate: Fate
    kinds: tuple[ContentKind, ...]
    since: date


def rules(session: Session) -> dict[ContentKind, Rule]:
    """The municipality's rules; empty where it has stated none."""
    written: Mapping[str, Any] = organisation.municipality(session).retention.get("kinds", {})
    return {ContentKind(kind): Rule(int(rule["years"]), Fate(rule["then"])) for kind, rule in written.items()}


def years_after(day: date, years: int) -> date:
    """The same day so many years on; the 29th of February counts as the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def due(session: Session, actor: Actor, *, today: date) -> list[Due]:
    """What may be proposed in the units of `actor`, the longest overdue first: closed, over its time, not on hold, not under way."""
    plan = rules(session)
    if not plan:
        return []
    busy = select(Disposal.referral_id).where(Disposal.done_at.is_(None), Disposal.is_declined.is_(False))
    held = select(LegalHold.referral_id).where(LegalHold.lifted_at.is_(None))
    ended = (
        select(Referral)
        .where(
            Referral.is_open.is_(False),
            Referral.wrapped_key != b"",  # else all of it is gone, and nothing more comes
            coordinating.looked_after_by(actor, MAY_PROPOSE),
            Referral.held_since.is_(None),
            Referral.id.not_in(busy),
            Referral.id.not_in(held),
        )
        .order_by(Referral.stage_since)
    )
    found: list[Due] = []
    for referral in session.scalars(ended).yield_per(MOST):
        if _over_since(session, referral, min(rule.years for rule in plan.values())) > today or len(found) >= MOST:
            break
        found += _due_of(session, referral, plan, today=today)
    return found


def disposals(session: Session, actor: Actor) -> list[Disposal]:
    """The disposals in the units of `actor`, the newest first."""
    rows = select(Disposal).join(Referral).where(coordinating.looked_after_by(actor, MAY_PROPOSE | MAY_APPROVE))
    return list(session.scalars(rows.order_by(Disposal.proposed_at.desc()).limit(MOST)))


def may_approve(disposal: Disposal, actor: Actor) -> bool:
    """Whether `actor` decides about it, apart from having proposed it."""
    return _acts_for(disposal.referral, actor, MAY_APPROVE)


def find(session: Session, disposal_id: uuid.UUID, *, by: Actor) -> Disposal:
    """One disposal of the units of `by`. Raises NotAllowed where there is none."""
    found = session.get(Disposal, disposal_id)
    if found is None or not _acts_for(found.referral, by, MAY_PROPOSE | MAY_APPROVE):
        raise NotAllowed("no such disposal")
    return found


def propose_disposal(session: Session, referral: Referral, *, by: Actor, fate: Fate) -> Disposal:
    """Propose that everything of `referral` that is due for `fate` goes. Raises NotAllowed, OnHold, NotDue, AlreadyDecided."""
    _require(referral, by, MAY_PROPOSE)
    _require_free(session, referral)
    today = here.today(session)
    found = [one for one in _due_of(session, referral, rules(session), today=today) if one.fate is fate]
    if referral.is_open or not found:
        raise NotDue
    plan = organisation.municipality(session).retention
    disposal = Disposal(
        referral=referral, kinds=[kind.value for kind in found[0].kinds], fate=fate, proposed_at=clock.now(),
        proposed_by_id=by.account_id,
        rule={"plan": plan.get("plan"), "kinds": {kind.value: plan["kinds"][kind.value] for kind in found[0].kinds}},
    )  # fmt: skip
    session.add(disposal)
    session.flush()
    _log(session, disposal, "propose_disposal", by=by)
    return disposal


def approve_disposal(session: Session, disposal: Disposal, *, by: Actor) -> Disposal:
    """Approve what somebody else proposed. Raises NotAllowed, SamePerson, OnHold, AlreadyDecided, NotDue once it was reopened."""
    _require(disposal.referral, by, MAY_APPROVE)
    hold_still(session, disposal)
    if disposal.state is not DisposalState.PROPOSED:
        raise AlreadyDecided
    if by.account_id == disposal.proposed_by_id:
        raise SamePerson
    _require_due_still(session, disposal)
    require_no_hold(session, disposal.referral)
    disposal.decided_at, disposal.decided_by_id = clock.now(), by.account_id
    session.flush()
    _log(session, disposal, "approve_disposal", by=by)
    return disposal


def decline_disposal(session: Session, disposal: Disposal, *, by: Actor) -> Disposal:
    """Say no to it, or change one's mind before the night: nothing has gone yet. Raises NotAllowed, AlreadyDecided."""
    _require(disposal.referral, by, MAY_APPROVE)
    hold_still(session, disposal)
    if disposal.state in {DisposalState.DECLINED, DisposalState.DONE}:
        raise AlreadyDecided
    _decline(session, disposal, by=by)
    return disposal


def record_delivery(session: Session, disposal: Disposal, *, by: Actor, archive_number: str) -> Disposal:
    """Record under which number the archive has received its copy.

    Raises NotAllowed, AlreadyDecided, and NotDue before it was taken out, or where something came to the referral since.
    """
    _require(disposal.referral, by, MAY_APPROVE)
    hold_still(session, disposal)
    if disposal.state is not DisposalState.TO_DELIVER:
        raise AlreadyDecided
    if disposal.exported_at is None or not archive_number.strip():
        raise NotDue
    _require_due_still(session, disposal)
    disposal.archive_number = archive_number.strip()
    session.flush()
    _log(session, disposal, "record_delivery", by=by)
    return disposal


def approved(session: Session, *, today: date) -> list[Disposal]:
    """What the night may do: approved, and where it was to be preserved, received by the archive; from the day after."""
    zone = organisation.municipality(session).timezone
    rows = select(Disposal).where(
        Disposal.done_at.is_(None), Disposal.is_declined.is_(False), Disposal.decided_at.is_not(None)
    )
    return [
        one
        for one in session.scalars(rows.order_by(Disposal.decided_at))
        if one.state is DisposalState.APPROVED and one.decided_at and local_date(one.decided_at, zone=zone) < today
    ]


def carry_out(session: Session, disposal: Disposal) -> Disposal:
    """Take the content out and leave the receipt. Again changes nothing.

    Raises OnHold, AlreadyDecided while it is not approved, and NotDue where the referral was reopened since.
    Where it has outgrown the copy that the archive holds nothing goes: it waits for a new copy.

    What is destroyed takes the keys of its kinds with it; what the archive has keeps them, so that ours may prove its copy. Once every
    kind that the plan destroys is gone and nothing is left that is preserved, the referral's own key goes too.
    """
    hold_still(session, disposal)
    if disposal.state is DisposalState.DONE:
        return disposal
    if disposal.state is not DisposalState.APPROVED:
        raise AlreadyDecided
    _require_ended_since(disposal)
    if has_outgrown(session, disposal):
        disposal.exported_at = disposal.archive_number = None
        _log(session, disposal, "ask_for_new_copy", by=SYSTEM)
        return disposal
    require_no_hold(session, disposal.referral)
    kinds = [ContentKind(kind) for kind in disposal.kinds]
    receipt = contents.take_out(session, disposal.referral, kinds)
    if disposal.fate is Fate.DISPOSE:
        content_keys.destroy(session, disposal.referral, kinds)
    disposal.done_at = clock.now()
    session.flush()
    receipt["key_destroyed"] = _nothing_is_left(session, disposal.referral)
    disposal.receipt = receipt
    _log(session, disposal, "carry_out_disposal", by=SYSTEM)
    if receipt["key_destroyed"]:
        content_keys.destroy_all(session, disposal.referral)
    return disposal


def take_up_again(session: Session, referral: Referral, *, by: Actor) -> None:
    """Let nothing of it go that was proposed or approved, since it is worked with again; it is held still already.

    Raises ContentGone where the referral's own key went: nothing could be written of it any more.
    """
    if not referral.wrapped_key:
        raise ContentGone
    for disposal in session.scalars(_under_way(referral)).all():
        _decline(session, disposal, by=by)


def hold_still(session: Session, disposal: Disposal) -> None:
    """Let nobody else change the referral, or what becomes of it, until this transaction ends, and read both as they stand by now."""
    moving.newest_version(session, disposal.referral)
    moving.read_anew(session, disposal.referral)
    session.refresh(disposal)


def has_outgrown(session: Session, disposal: Disposal) -> bool:
    """Whether something came to the referral after the archive's copy was taken out."""
    if disposal.exported_at is None:
        return False
    done = select(History.id).where(History.referral_id == disposal.referral_id, History.at > disposal.exported_at)
    paper = select(Document.id).where(
        Document.referral_id == disposal.referral_id, Document.issued_at > disposal.exported_at
    )
    # A paper that was long in coming carries the day of its decision.
    step = select(Step.id).where(Step.kind == StepKind.ADVANCE_REFERRAL, Step.referral_id == disposal.referral_id)
    late = step.where(Step.finished_at > disposal.exported_at)
    return bool(session.scalar(select(or_(done.exists(), paper.exists(), late.exists()))))


# ------------------------------------------------------------------------------------------------------- holds
def disposed_at(session: Session, referral: Referral) -> datetime | None:
    """When content of a referral that has ended was last disposed of; None where all of it is there."""
    done = select(func.max(Disposal.done_at)).where(Disposal.referral_id == referral.id)
    return None if referral.is_open else session.scalar(done)


def hold_of(session: Session, referral: Referral) -> LegalHold | None:
    """The hold that is on `referral` now."""
    rows = select(LegalHold).where(LegalHold.referral_id == referral.id, LegalHold.lifted_at.is_(None))
    return session.scalars(rows).first()


def require_no_hold(session: Session, referral: Referral) -> None:
    """Raises OnHold while a hold is on `referral`: for whatever destroys something of it, by the plan or not."""
    if hold_of(session, referral) is not None:
        raise OnHold


def place_hold(session: Session, referral: Referral, *, by: Actor, reason: str) -> LegalHold:
    """Let nothing of `referral` be disposed of until the hold is lifted. A hold that is there already stays. Raises NotAllowed."""
    _require(referral, by, MAY_HOLD)
    moving.newest_version(session, referral)  # a disposal under way is over before, or finds the hold
    there = hold_of(session, referral)
    if there is not None:
        return there
    hold = LegalHold(referral=referral, since=clock.now(), by_id=by.account_id, reason=reason.strip())
    session.add(hold)
    session.flush()
    _log_of(session, referral, "place_hold", by=by)
    return hold


def lift_hold(session: Session, referral: Referral, *, by: Actor) -> None:
    """Lift the hold; where there is none, nothing changes. Raises NotAllowed."""
    _require(referral, by, MAY_HOLD)
    hold = hold_of(session, referral)
    if hold is None:
        return
    hold.lifted_at, hold.lifted_by_id = clock.now(), by.account_id
    session.flush()
    _log_of(session, referral, "lift_hold", by=by)


# ------------------------------------------------------------------------------------------------------- inside
def _due_of(session: Session, referral: Referral, plan: Mapping[ContentKind, Rule], *, today: date) -> list[Due]:
    gone = _gone(session, referral)
    over = {
        kind: since
        for kind, rule in plan.items()
        if kind not in gone and (since := _over_since(session, referral, rule.years)) <= today
    }
    found = []
    for fate in Fate:
        kinds = tuple(kind for kind in ContentKind if kind in over and plan[kind].then is fate)
        if kinds:
            found.append(Due(referral, fate, kinds, min(over[kind] for kind in kinds)))
    return found


def _gone(session: Session, referral: Referral) -> set[ContentKind]:
    """The kinds that went since the referral ended, and of which nothing came after. One that was reopened begins anew."""
    done = select(Disposal.kinds).where(
        Disposal.referral_id == referral.id, Disposal.done_at.is_not(None), Disposal.proposed_at >= referral.stage_since
    )
    went = {ContentKind(kind) for kinds in session.scalars(done) for kind in kinds}
    return went - contents.there(session, referral, went)


def _nothing_is_left(session: Session, referral: Referral) -> bool:
    """Whether every kind is gone, and none of them to the archive, whose copy may have to be proved against ours."""
    kept = select(Disposal.id).where(
        Disposal.referral_id == referral.id, Disposal.fate == Fate.PRESERVE, Disposal.is_declined.is_(False)
    )
    return _gone(session, referral) == set(ContentKind) and session.scalars(kept).first() is None


def _over_since(session: Session, referral: Referral, years: int) -> date:
    """The day on which `years` are over since the referral ended."""
    return years_after(local_date(referral.stage_since, zone=organisation.municipality(session).timezone), years)


def _acts_for(referral: Referral, by: Actor, roles: Collection[Role]) -> bool:
    facts = referral.facts()
    return coordinating.looks_after(by, referral, roles) and not facts.is_held and by.account_id not in facts.shut_out


def _require(referral: Referral, by: Actor, roles: Collection[Role]) -> None:
    if not _acts_for(referral, by, roles):
        raise NotAllowed("retention")


def _require_free(session: Session, referral: Referral) -> None:
    require_no_hold(session, referral)
    if session.scalars(_under_way(referral)).first() is not None:
        raise AlreadyDecided


def _under_way(referral: Referral) -> Select[Disposal]:
    return select(Disposal).where(
        Disposal.referral_id == referral.id, Disposal.done_at.is_(None), Disposal.is_declined.is_(False)
    )


def _require_due_still(session: Session, disposal: Disposal) -> None:
    _require_ended_since(disposal)
    if has_outgrown(session, disposal):
        raise NotDue


def _require_ended_since(disposal: Disposal) -> None:
    if disposal.referral.is_open or disposal.proposed_at < disposal.referral.stage_since:
        raise NotDue


def _decline(session: Session, disposal: Disposal, *, by: Actor) -> None:
    disposal.is_declined = True
    disposal.decided_at, disposal.decided_by_id = clock.now(), by.account_id
    session.flush()
    _log(session, disposal, "decline_disposal", by=by)


def _log(session: Session, disposal: Disposal, verb: str, *, by: Actor) -> None:
    _log_of(session, disposal.referral, verb, by=by, object_id=disposal.id)


def _log_of(session: Session, referral: Referral, verb: str, *, by: Actor, object_id: uuid.UUID | None = None) -> None:
    party = Party.SYSTEM if by.is_system else None
    audit.append(session, What.DID, by=by, chain=referral.id, party=party, subject=verb, object_id=object_id)
