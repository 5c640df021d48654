"""Handing a referral over to another unit's team, or to another team of the same unit: offered, taken back, declined, or accepted as a new referral of that team.

The receiving team learns which child it is about and what is asked of it; what was chosen is theirs once they have accepted,
and nothing else ever is. From then on the team before has no access to what it had, which stays as it was and is kept as
the municipality's plan says. A decline loses nothing: the work goes on where it was, and it can be offered again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here, history, reference
from referrals.access import Actor, parties_for
from referrals.disclosure import coverage, handed_over, pieces, receivers, service_referral
from referrals.disclosure.pieces import Key, Piece
from referrals.errors import (
    DutiesOpen,
    HandOverEnded,
    Incomplete,
    NotAllowed,
    NotCovered,
    ProtectedByHand,
    ServiceAsked,
)
from referrals.keeping import audit, register
from referrals.languages import local_date
from referrals.meetings import conflict
from referrals.models import (
    CONSENT,
    Concern,
    Disclosure,
    Guardian,
    HandOver,
    History,
    Membership,
    ReceivedHandOver,
    Referral,
    What,
)
from referrals.people import coordinating, organisation
from referrals.plans import plan_versions
from referrals.safeguarding import access_list, protected_identity
from referrals.stages import CLOSED, IN_TRIAGE, Party, Verb
from referrals.statutory.waiting import has_open_duties
from referrals.vocabulary import (
    ActionStatus,
    ConflictAnswer,
    Counterpart,
    GuardiansKnow,
    HandOverState,
    PlanStatus,
    ProtectionAnswer,
    Recipient,
    Registered,
    ReporterKind,
    Standing,
)

#: who may answer for a unit that something is offered to
MAY_ANSWER: Final = receivers.MAY_ANSWER
#: how a guardian can be reached and spoken to: the receiving team has to inform them
_OF_GUARDIAN: Final = ("custody", "may_contact", "name", "language", "interpreter", "phone", "email", "address")
#: so many of one's own offers are listed
MOST: Final = 50


@dataclass(frozen=True, kw_only=True)
class Offer:
    """To which unit and team, what of the referral, what for, and whom that team can ask."""

    to_unit_id: UUID
    #: a team of the unit beside the one that takes in its concerns; None where that one is meant
    to_forum_id: UUID | None = None
    chosen: Sequence[Key]
    purpose: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which child it is about, what is asked, whom one can ask, and what would come along."""

    child_name: str | None
    child_birth_date: str | None
    purpose: str | None
    contact: str | None
    pieces: Sequence[Piece]


def offer_hand_over(session: Session, referral: Referral, *, by: Actor, seen: int | None, offer: Offer) -> HandOver:
    """Offer the referral to another unit's team or another team of its own unit, with what of it goes along.

    Raises ProtectedByHand where an identity is protected, HandOverEnded while another offer waits, DutiesOpen while the law asks
    something of this unit, ServiceAsked while a service outside is asked, Incomplete without a unit, anything chosen, a purpose or a contact, and NotCovered where consent does
    not let all of it go there.
    """
    history.guard(session, referral, Verb.OFFER_HAND_OVER, by=by, seen=seen)
    if referral.protected_since is not None:
        raise ProtectedByHand
    if waiting(session, referral) is not None:
        raise HandOverEnded
    _require_nothing_left(session, referral)
    stated = {
        "to_unit_id": receivers.can_take(session, referral, unit_id=offer.to_unit_id, forum_id=offer.to_forum_id),
        "chosen": offer.chosen,
        "purpose": offer.purpose.strip(),
        "contact": offer.contact.strip(),
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    offerable = {
        piece.key
        for piece in handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=here.today(session))
    }
    if not set(offer.chosen) <= offerable:
        raise NotCovered
    row = history.record(session, referral, Verb.OFFER_HAND_OVER, by=by, seen=seen)
    made = HandOver(
        referral=referral, to_unit_id=offer.to_unit_id, to_forum_id=offer.to_forum_id, state=HandOverState.OFFERED, offered_id=row.id,
        chosen=[[str(identity), name] for identity, name in dict.fromkeys(offer.chosen)],
        purpose=offer.purpose.strip(), contact=offer.contact.strip(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def take_back_hand_over(session: Session, referral: Referral, *, by: Actor, seen: int | None) -> HandOver:
    """Take the offer back that waits. Raises HandOverEnded where none does."""
    history.guard(session, referral, Verb.TAKE_BACK_HAND_OVER, by=by, seen=seen)
    found = waiting(session, referral)
    if found is None:
        raise HandOverEnded
    row = history.record(session, referral, Verb.TAKE_BACK_HAND_OVER, by=by, seen=seen)
    return _answered(session, found, row, state=HandOverState.TAKEN_BACK)


def decline_hand_over(session: Session, found: HandOver, *, by: Actor, reason: str) -> HandOver:
    """Say no, with a reason that the team which offered it reads. Raises HandOverEnded where it waits no more, Incomplete."""
    _require_waiting(found)
    history.guard(session, found.referral, Verb.DECLINE_HAND_OVER, by=by)
    if not reason.strip():
        raise Incomplete("reason")
    row = history.record(session, found.referral, Verb.DECLINE_HAND_OVER, by=by, reason=reason.strip())
    return _answered(session, found, row, state=HandOverState.DECLINED)


def accept_hand_over(session: Session, found: HandOver, *, by: Actor) -> Referral:
    """Take it over: a new referral of the own team, which begins with what was chosen; the old one is shut from now on.

    Raises HandOverEnded where it waits no more, ProtectedByHand where an identity was protected since, DutiesOpen while the law
    asks something of the team before, ServiceAsked while a service outside is asked by it, NotCovered where a consent it rests on has ended since; nothing goes then.
    """
    _require_waiting(found)
    referral, today = found.referral, here.today(session)
    party = history.guard(session, referral, Verb.ACCEPT_HAND_OVER, by=by)
    if referral.protected_since is not None:
        raise ProtectedByHand
    _require_nothing_left(session, referral)
    chosen = handed_over.still_covered(session, referral, chosen_in(found), on=today)
    if chosen is None:
        raise NotCovered
    disclosures = [_disclosure(session, found, piece) for piece in chosen]
    session.add_all(disclosures)
    content = handed_over.package(chosen, zone=here.time_zone(session))
    _end_plan(session, found, by=by)
    row = history.record(session, referral, Verb.ACCEPT_HAND_OVER, by=by, to=CLOSED)
    for one in disclosures:
        audit.append(
            session, What.DISCLOSED, by=by, chain=referral.id, party=party, subject=one.kind, object_id=one.id, ground=CONSENT
        )  # fmt: skip
    found.package = content | _particulars(session, found, row)
    _answered(session, found, row, state=HandOverState.ACCEPTED)
    taken = _take_over(session, found, by=by)
    referral.handed_over_at = row.at
    session.flush()
    return taken


# ------------------------------------------------------------------------------------------------------------ reading
def waiting(session: Session, referral: Referral) -> HandOver | None:
    """The offer that waits for an answer; there is one at most."""
    return next((one for one in hand_overs_of(session, referral) if one.state is HandOverState.OFFERED), None)


def hand_overs_of(session: Session, referral: Referral) -> list[HandOver]:
    """Every offer of this referral, the newest first."""
    rows = select(HandOver).join(HandOver.offered).where(HandOver.referral_id == referral.id)
    return list(session.scalars(rows.order_by(History.number.desc())))


def received(session: Session, referral: Referral) -> ReceivedHandOver | None:
    """What this referral began with, where it was handed over."""
    return session.scalars(select(ReceivedHandOver).where(ReceivedHandOver.referral_id == referral.id)).one_or_none()


def offered_to(session: Session, actor: Actor) -> list[HandOver]:
    """What waits for an answer of `actor`, the oldest first."""
    units = {unit for role, unit in actor.roles if role in MAY_ANSWER} | {unit for _team, unit in actor.coordinates}
    rows = (
        select(HandOver)
        .join(HandOver.offered)
        .join(Referral, HandOver.referral_id == Referral.id)
        .where(HandOver.state == HandOverState.OFFERED, HandOver.to_unit_id.in_(units), Referral.is_open)
        .where(access_list.is_open_to(actor))
        .order_by(History.at, HandOver.id)
    )
    return [one for one in session.scalars(rows) if may_answer(one, actor)]


def offered_by(session: Session, actor: Actor) -> list[HandOver]:
    """What `actor` offered to others, the newest first: after an acceptance nothing else of it is theirs to see.

    Nothing of units they have left, nor of what they are kept out of since.
    """
    stands = select(Membership.referral_id).where(Membership.account_id == actor.account_id)
    rows = (
        select(HandOver)
        .join(HandOver.offered)
        .join(Referral, HandOver.referral_id == Referral.id)
        .where(History.by_id == actor.account_id, access_list.lets_in(actor))
        .where(
            coordinating.looked_after_by(actor, MAY_ANSWER)
            | Referral.id.in_(stands.where(Membership.standing == Standing.STANDS_IN))
        )
        .where(Referral.id.not_in(stands.where(Membership.standing == Standing.SHUT_OUT)))
    )
    return list(session.scalars(rows.order_by(History.at.desc(), History.number.desc()).limit(MOST)))


def may_answer(found: HandOver, actor: Actor) -> bool:
    """Whether an answer of `actor` is waited for."""
    is_waiting = found.state is HandOverState.OFFERED and found.referral.is_open
    return is_waiting and bool(parties_for(Verb.DECLINE_HAND_OVER, actor, found.referral.facts()))


def find(session: Session, hand_over_id: UUID, *, by: Actor) -> HandOver:
    """An offer to one of the teams that `by` answers for, while it waits or once it was taken back. Raises NotAllowed.

    What was answered is not shown again: it was declined, or it is a referral of their own.
    """
    found = session.get(HandOver, hand_over_id)
    if found is None or not by.answers_for(found.to_unit_id, beside=found.to_forum_id):
        raise NotAllowed("no such hand-over")
    if found.state is HandOverState.OFFERED and not may_answer(found, by):
        raise NotAllowed("no such hand-over")
    if found.state in {HandOverState.ACCEPTED, HandOverState.DECLINED}:
        raise HandOverEnded
    return found


def chosen_in(found: HandOver) -> list[Key]:
    """What of the referral was chosen, as keys of pieces."""
    return [(UUID(identity), name) for identity, name in found.chosen]


def asked_of(session: Session, found: HandOver) -> Asked | None:
    """What the receiving team learns before it answers; None where consent reaches it no more: then not even whom it is about."""
    goes = covered(session, found)
    if goes is None:
        return None
    return Asked(
        child_name=found.referral.child_name, child_birth_date=found.referral.child_birth_date, purpose=found.purpose,
        contact=found.contact, pieces=goes,
    )  # fmt: skip


def covered(session: Session, found: HandOver) -> list[Piece] | None:
    """What would go if it were accepted today; None where consent does not let all of it go any more."""
    return handed_over.still_covered(session, found.referral, chosen_in(found), on=here.today(session))


def is_held_up(session: Session, referral: Referral) -> bool:
    """Whether something is left to the team before."""
    return has_open_duties(session, referral) or service_referral.are_running(session, referral)


# ------------------------------------------------------------------------------------------------------------- inside
def _require_nothing_left(session: Session, referral: Referral) -> None:
    """That nothing is left to the team before, which could not do it any more. Raises DutiesOpen, or ServiceAsked."""
    if has_open_duties(session, referral):
        raise DutiesOpen
    if service_referral.are_running(session, referral):
        raise ServiceAsked


def _require_waiting(found: HandOver) -> None:
    if found.state is not HandOverState.OFFERED or not found.referral.is_open:
        raise HandOverEnded


def _answered(session: Session, found: HandOver, row: History, *, state: HandOverState) -> HandOver:
    found.state, found.answered_id = state, row.id
    session.flush()
    return found


def _disclosure(session: Session, found: HandOver, piece: Piece) -> Disclosure:
    """That a piece went over: shared by who offered it, on the guardians' consent."""
    on = here.today(session)
    cover = pieces.cover_of(session, found.referral, piece, recipient=Recipient.RECEIVING_SCHOOL, on=on)
    return Disclosure(
        referral=found.referral, kind=piece.kind, object_id=piece.object_id, holds=[[str(piece.object_id), piece.name]],
        categories=sorted(piece.categories), recipient=Recipient.RECEIVING_SCHOOL, at=clock.now(), by_id=found.offered.by_id,
        ground=CONSENT, consent_ids=[str(consent.id) for consent in cover.consents], to_whom=found.to_name,
        purpose=found.purpose,
    )  # fmt: skip


def _end_plan(session: Session, found: HandOver, *, by: Actor) -> None:
    """Nothing runs in what is handed over: each running action is marked as handed to the receiving unit."""
    for plan in plan_versions.versions(session, found.referral):
        if plan.status is PlanStatus.ACTIVE:
            for action in plan_versions.running_actions(plan):
                action.status, action.handed_to = ActionStatus.HANDED_OVER, found.to_name
                action.status_at, action.status_by_id = clock.now(), by.account_id
        if plan.status is PlanStatus.ACTIVE or plan.status in plan_versions.UNFINISHED:
            plan.status = PlanStatus.ENDED


def _particulars(session: Session, found: HandOver, row: History) -> dict[str, Any]:
    """From where to where, what for, on whose word, and whom to ask."""
    deciding = coverage.deciding_guardians(session, found.referral)
    answers = [answer for guardian in deciding if (answer := coverage.newest_answer(guardian)) is not None]
    zone = here.time_zone(session)
    return {
        "from_unit": found.from_name,
        "to_unit": found.to_name,
        "offered_by": getattr(found.offered.by, "name", None),
        "purpose": found.purpose,
        "contact": found.contact,
        "phone": found.referral.unit.phone,
        "accepted_on": local_date(row.at, zone=zone).isoformat(),
        "consented_on": max(local_date(answer.at, zone=zone) for answer in answers).isoformat(),
    }


def _take_over(session: Session, found: HandOver, *, by: Actor) -> Referral:
    """The new referral, with the child, the guardians and what was handed over; its team informs and asks the guardians itself."""
    old, municipality, now = found.referral, organisation.municipality(session), clock.now()
    new = Referral(
        number=reference.new_number(session, municipality.country), unit_id=found.to_unit_id, forum_id=found.to_team.id, stage=IN_TRIAGE.stage,
        status=IN_TRIAGE.status, topics=[], school_year=old.school_year, rulepack=municipality.rulepack_version, language=municipality.language,
        opened_at=now, stage_since=now, child_name=old.child_name, child_birth_date=old.child_birth_date,
    )  # fmt: skip
    if by.is_coordinator(found.to_unit_id, beside=found.to_forum_id):
        new.owner_id = by.account_id
    protected_identity.set_index(new)
    history.begin(session, new, by=by, verb=Verb.RECEIVE_HAND_OVER, party=Party.RECEIVER)
    conflict.shut_out(session, new, conflict.kept_out(old))  # who is too close to it is so in every team
    conflict.let_stand_in(session, new)
    concern = _concern(new, found)
    session.add(concern)
    session.add_all(
        Guardian(referral=new, recorded_at=now, **{name: getattr(guardian, name) for name in _OF_GUARDIAN})
        for guardian in coverage.deciding_guardians(session, old)
    )
    session.add(ReceivedHandOver(referral=new, hand_over_id=found.id, package=found.package))
    session.flush()
    register.enter(
        session, Registered.CONCERN, concern.id, referral=new, counterpart=Counterpart.STAFF, function=ReporterKind.OTHER_STAFF
    )  # fmt: skip
    return new


def _concern(new: Referral, found: HandOver) -> Concern:
    """What is asked of the receiving team, as the concern that its work begins with. Nobody gets a code to come back with."""
    return Concern(
        referral=new, reporter_kind=ReporterKind.OTHER_STAFF, language=new.language, protection=ProtectionAnswer.NO,
        guardians_know=GuardiansKnow.YES, conflict=ConflictAnswer.UNSURE, conflict_functions=[], submitted_at=new.opened_at,
        return_code_index=reference.code_digest(reference.RETURN, reference.new_code()),
        reporter_name=getattr(found.offered.by, "name", None), reporter_function=found.from_name,
        observations=found.purpose,
    )  # fmt: skip
