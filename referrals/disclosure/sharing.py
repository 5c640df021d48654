"""Sharing with another service: on consent or on a named ground, told to guardians, and reviewed before they read of it.

Nothing leaves the house by itself here: these verbs say that something goes to somebody, whether it may, and why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from referrals import clock, here, history
from referrals.access import Actor
from referrals.disclosure import coverage, pieces
from referrals.disclosure.coverage import Cover
from referrals.disclosure.pieces import Piece
from referrals.errors import Incomplete, NotAllowed, NotCovered, NotLookedAt
from referrals.keeping import audit
from referrals.models import CONSENT, AuditEvent, Disclosure, Referral, What
from referrals.rules import rulebook
from referrals.rules.rulebook import Ground
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind, InformationCategory, PieceKind, Recipient, Review


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """To whom something goes, on which ground, what for, and what guardians know of it."""

    recipient: Recipient
    #: the person or function there
    to_whom: str
    purpose: str
    #: `consent`, or a key of the rule pack's grounds
    ground: str = CONSENT
    reason: str = ""
    told_on: date | None = None
    why_not_told: str = ""


@dataclass(frozen=True)
class Shared:
    """One disclosure as it stands today."""

    row: Disclosure
    #: the first day on which the consent it rests on no longer held; None while it holds, or where it rests on none
    ended_on: date | None


def share_information(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    chosen: Sequence[Piece],
    sharing: Sharing,
    is_only_look: bool = False,
) -> list[Disclosure]:
    """Record that each of `chosen` goes to somebody outside the own staff.

    With `is_only_look` it is done to look at the paper that would follow, and taken back by whoever calls.

    Raises NotCovered where consent does not reach all of it, or the named ground does not reach that far; Incomplete without
    anything chosen, a person or function, a purpose, and on another ground than consent a reason and whether guardians know;
    NotLookedAt where a paper is to be made that `by` has not looked at since the plan was approved or one was shared last.
    """
    party = history.guard(session, referral, Verb.SHARE_INFORMATION, by=by, seen=seen)
    _require(chosen, sharing)
    covers = [_permitted(session, referral, piece, sharing=sharing) for piece in chosen]
    if any(piece.kind is PieceKind.RENDERING for piece in chosen) and not (
        is_only_look or _has_looked(session, referral, by)
    ):
        raise NotLookedAt
    rows = [
        Disclosure(
            referral=referral,
            kind=piece.kind,
            object_id=piece.object_id,
            holds=[[str(identity), name] for identity, name in (single.key for single in piece.singles)],
            categories=sorted(piece.categories),
            recipient=sharing.recipient,
            at=clock.now(),
            by_id=by.account_id,
            ground=sharing.ground,
            consent_ids=[str(consent.id) for consent in cover.consents],
            told_on=sharing.told_on,
            to_whom=sharing.to_whom.strip(),
            purpose=sharing.purpose.strip(),
            reason=sharing.reason.strip() or None,
            why_not_told=None if sharing.told_on else sharing.why_not_told.strip() or None,
        )
        for piece, cover in zip(chosen, covers, strict=True)
    ]
    session.add_all(rows)
    history.record(session, referral, Verb.SHARE_INFORMATION, by=by, seen=seen, choice=sharing.recipient)
    for row in rows:
        audit.append(
            session, What.DISCLOSED, by=by, chain=referral.id, party=party, subject=row.kind, object_id=row.id, ground=row.ground
        )  # fmt: skip
    return rows


def tell_guardians(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, disclosure: Disclosure, told_on: date
) -> None:
    """Record when guardians were told of what was shared. Once they were, again changes nothing."""
    history.guard(session, referral, Verb.TELL_GUARDIANS, by=by, seen=seen)
    _must_belong(disclosure, referral, Verb.TELL_GUARDIANS)
    if disclosure.told_on is not None:
        return
    if told_on > here.today(session):
        raise Incomplete("told_on")
    disclosure.told_on = told_on
    history.record(session, referral, Verb.TELL_GUARDIANS, by=by, seen=seen)


def review_sharing(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, disclosure: Disclosure, outcome: Review, reason: str
) -> None:  # fmt: skip
    """Decide whether what was shared without consent may stand in guardians' papers and hand-overs. Raises Incomplete without why.

    The same decision again changes nothing; another one takes its place. What was shared on consent needs none.
    """
    history.guard(session, referral, Verb.REVIEW_SHARING, by=by, seen=seen)
    _must_belong(disclosure, referral, Verb.REVIEW_SHARING)
    if disclosure.is_by_consent or disclosure.review is outcome:
        return
    if not reason.strip():
        raise Incomplete("reason")
    disclosure.review, disclosure.review_reason = outcome, reason.strip()
    disclosure.reviewed_at, disclosure.reviewed_by_id = clock.now(), by.account_id
    history.record(session, referral, Verb.REVIEW_SHARING, by=by, seen=seen, choice=outcome)


def shared(session: Session, referral: Referral) -> list[Shared]:
    """Everything that was shared, the newest first, marked where the consent it rests on has ended since."""
    rows = select(Disclosure).where(Disclosure.referral_id == referral.id)
    today = here.today(session)
    return [
        Shared(row, coverage.ended_on(session, row.consent_ids, row.recipient, categories=row.categories, today=today))
        for row in session.scalars(rows.order_by(Disclosure.at.desc(), Disclosure.id))
    ]


def known_to_guardians(session: Session, referral: Referral) -> list[Shared]:
    """What guardians may read of: shared on their consent, or reviewed and cleared for them."""
    return [one for one in shared(session, referral) if not one.row.is_kept_from_guardians]


def find(session: Session, referral: Referral, disclosure_id: UUID) -> Disclosure:
    """One disclosure of this referral. Raises NotAllowed where there is none."""
    row = session.get(Disclosure, disclosure_id)
    if row is None or row.referral_id != referral.id:
        raise NotAllowed("no such disclosure")
    return row


def grounds_for(referral: Referral, recipient: Recipient, kinds: Iterable[InformationCategory] = ()) -> list[Ground]:
    """The grounds of the referral's rule pack on which information of all these kinds may go to `recipient`."""
    known = rulebook.load(referral.rulepack).grounds.values()
    wanted = list(kinds)
    return [ground for ground in known if ground.reaches(recipient, wanted)]


def _has_looked(session: Session, referral: Referral, by: Actor) -> bool:
    """Whether `by` looked at a paper for a service later than the plan was approved and one was shared last; the log says so."""
    in_chain = select(func.max(AuditEvent.number)).where(AuditEvent.chain_id == referral.id)
    looked = in_chain.where(
        AuditEvent.what == What.PREVIEWED_PAPER,
        AuditEvent.subject == DocumentKind.PLAN_FOR_SERVICE,
        AuditEvent.by_id == by.account_id,
    )
    before = in_chain.where(
        or_(
            and_(AuditEvent.what == What.DID, AuditEvent.subject == Verb.APPROVE_ACTION_PLAN),
            and_(AuditEvent.what == What.DISCLOSED, AuditEvent.subject == PieceKind.RENDERING),
        )
    )
    return (session.scalar(looked) or 0) > (session.scalar(before) or 0)


def _require(chosen: Sequence[Piece], sharing: Sharing) -> None:
    needed: dict[str, object] = {
        "chosen": chosen, "to_whom": sharing.to_whom.strip(), "purpose": sharing.purpose.strip(),
    }  # fmt: skip
    if sharing.ground != CONSENT:
        needed |= {"reason": sharing.reason.strip(), "why_not_told": sharing.told_on or sharing.why_not_told.strip()}
    if missing := [name for name, value in needed.items() if not value]:
        raise Incomplete(*missing)


def _permitted(session: Session, referral: Referral, piece: Piece, *, sharing: Sharing) -> Cover:
    """What allows it: the consents it rests on, or none where a ground does. Raises NotCovered."""
    is_empty = piece.kind is PieceKind.RENDERING and not piece.made_of
    if is_empty or sharing.recipient not in rulebook.load(referral.rulepack).reachable:
        raise NotCovered
    if sharing.ground != CONSENT:
        if sharing.ground not in {one.key for one in grounds_for(referral, sharing.recipient, piece.categories)}:
            raise NotCovered
        return Cover()
    cover = pieces.cover_of(session, referral, piece, recipient=sharing.recipient, on=here.today(session))
    if not cover.is_covered:
        raise NotCovered
    return cover


def _must_belong(disclosure: Disclosure, referral: Referral, verb: Verb) -> None:
    if disclosure.referral_id != referral.id:
        raise NotAllowed(verb)
