"""Requests to read the file: recorded, given to a named reviewer, answered piece by piece, and let go only after that."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from referrals import calendar, clock, here
from referrals.access import Actor, Role
from referrals.calendar import Closed
from referrals.errors import AlreadyDecided, ContentGone, Incomplete, NotAllowed, SamePerson, WithheldFromAsker
from referrals.keeping import audit, register
from referrals.models import Account, Guardian, ReadingAnswer, ReadingRequest, Referral, RoleAssignment, What
from referrals.people import coordinating
from referrals.reading import reading_pieces, reading_withheld
from referrals.reading.reading_pieces import Piece
from referrals.rules import rulebook
from referrals.vocabulary import AskedBy, AskedHow, Counterpart, Direction, Registered

#: who records that somebody asked, and who may go through a file for them; each in their own units
MAY_RECORD: Final = frozenset({Role.COORDINATOR, Role.HEAD_TEACHER})
MAY_REVIEW: Final = frozenset({Role.HEAD_TEACHER, Role.REGISTRAR})
_COUNTERPART: Final = {
    AskedBy.GUARDIAN: Counterpart.GUARDIAN,
    AskedBy.CHILD: Counterpart.CHILD,
    AskedBy.OTHER: Counterpart.OTHER,
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asked, and how."""

    asked_by: AskedBy
    asked_how: AskedHow
    received_on: date
    reviewer_id: uuid.UUID
    guardian_id: uuid.UUID | None = None
    asker_name: str | None = None
    wish: str | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the reviewer says of one piece; withheld only on a ground of the rule pack and for a reason."""

    is_given: bool
    ground: str | None = None
    reason: str | None = None


def reviewers(session: Session, referral: Referral, *, by: Actor) -> list[Account]:
    """Who could go through the file of `referral` for a request that `by` records, by name."""
    rows = (
        select(Account)
        .join(RoleAssignment)
        .where(RoleAssignment.unit_id == referral.unit_id, RoleAssignment.role.in_(MAY_REVIEW), Account.is_active)
        .order_by(Account.name)
        .distinct()
    )
    return [one for one in session.scalars(rows) if one.id != by.account_id and _may(one.actor(), referral, MAY_REVIEW)]


def may_record(actor: Actor, referral: Referral) -> bool:
    """Whether `actor` records requests about `referral`."""
    is_theirs = referral.kept_outside_at is None and referral.handed_over_at is None
    return is_theirs and _may(actor, referral, MAY_RECORD)


def record_request(session: Session, referral: Referral, *, by: Actor, asked: Asked) -> ReadingRequest:
    """Record that somebody asked to read, and who goes through it. It gets its line in the register.

    Raises NotAllowed, SamePerson where the reviewer is who records it, Incomplete without the guardian or the name of who
    asked or with a day still to come, AlreadyDecided where the same person's request is under way.
    """
    if not may_record(by, referral):
        raise NotAllowed("reading requests")
    if asked.reviewer_id == by.account_id:
        raise SamePerson
    if asked.reviewer_id not in {one.id for one in reviewers(session, referral, by=by)}:
        raise NotAllowed("no reviewer here")
    guardian = session.get(Guardian, asked.guardian_id) if asked.guardian_id else None
    _require_complete(session, referral, asked, guardian=guardian)
    pack = rulebook.load(referral.rulepack)
    request = ReadingRequest(
        referral=referral, asked_by=asked.asked_by, guardian_id=guardian.id if guardian else None, asked_how=asked.asked_how,
        received_on=asked.received_on, due_on=asked.received_on + timedelta(days=pack.reading.answer_days),
        recorded_at=clock.now(), recorded_by_id=by.account_id, reviewer_id=asked.reviewer_id,
    )  # fmt: skip
    request.asker_name, request.wish = asked.asker_name or None, asked.wish or None
    session.add(request)
    session.flush()
    _log(session, request, "record_reading_request", by=by)
    register.enter(
        session, Registered.ACCESS_REQUEST, request.id, referral=referral, counterpart=_COUNTERPART[asked.asked_by],
        dated_on=asked.received_on,
    )  # fmt: skip
    return request


def requests_of(session: Session, referral: Referral) -> list[ReadingRequest]:
    """The requests about one referral, the newest first."""
    rows = select(ReadingRequest).where(ReadingRequest.referral_id == referral.id)
    return list(session.scalars(rows.order_by(ReadingRequest.recorded_at.desc(), ReadingRequest.id)))


def to_review(session: Session, actor: Actor) -> list[ReadingRequest]:
    """What `actor` has to go through, the most urgent first; of what another team has taken over, also what its reviewer left."""
    handed_over = ReadingRequest.referral.has(Referral.handed_over_at.is_not(None))
    rows = select(ReadingRequest).where(
        or_(ReadingRequest.reviewer_id == actor.account_id, handed_over), ReadingRequest.approved_at.is_(None)
    )
    found = session.scalars(rows.order_by(ReadingRequest.due_on, ReadingRequest.id))
    return [one for one in found if _goes_through(one, actor)]


def come_back(session: Session, actor: Actor) -> list[ReadingRequest]:
    """What lies with its reviewer and comes back to `actor`, the most urgent first: its day has passed, or they can go through it no more.

    It comes back to who recorded it, and where they cannot see to it any more, to everybody who records requests there; once it
    is twice overdue, to the head teachers too.
    """
    today = here.today(session)
    # Asked apart, and first: databases would begin at every referral of the units, and not at the few requests that wait.
    waiting = session.scalars(select(ReadingRequest.id).where(ReadingRequest.approved_at.is_(None))).all()
    if not waiting:
        return []
    rows = (
        select(ReadingRequest)
        .join(Referral, ReadingRequest.referral_id == Referral.id)
        .where(ReadingRequest.id.in_(waiting), coordinating.looked_after_by(actor, MAY_RECORD))
        .order_by(ReadingRequest.due_on, ReadingRequest.id)
    )
    # what they go through themselves waits for them anyway
    found = [one for one in session.scalars(rows) if one.reviewer_id != actor.account_id]
    lying = [one for one in found if may_record(actor, one.referral) and (one.due_on < today or _is_left(one))]
    closed = calendar.closed_days(session) if lying else Closed()
    return [
        one
        for one in lying
        if _comes_back_to(actor, one)
        or (
            today >= calendar.twice_overdue(one.received_on, one.due_on, closed=closed)
            and actor.holds(Role.HEAD_TEACHER, unit_id=one.referral.unit_id)
        )
    ]


def others(session: Session, request: ReadingRequest, *, by: Actor) -> list[Account]:
    """To whom `by` may give an open request, by name: never to who recorded it, nor to themself."""
    if request.approved_at is not None or not may_record(by, request.referral):
        return []
    apart = {request.recorded_by_id, request.reviewer_id}
    return [one for one in reviewers(session, request.referral, by=by) if one.id not in apart]


def give_on(
    session: Session, referral: Referral, *, by: Actor, request_id: uuid.UUID, reviewer_id: uuid.UUID
) -> ReadingRequest:
    """Let somebody else go on with an open request; what was decided so far goes along, and the day stays the law's.

    Raises NotAllowed where this referral has none such, for who may not record requests, and for a reviewer who could not be chosen.
    """
    found = session.get(ReadingRequest, request_id)
    if found is None or found.referral_id != referral.id:
        raise NotAllowed("no such request")
    to = next((one for one in others(session, found, by=by) if one.id == reviewer_id), None)
    if to is None:
        raise NotAllowed("no reviewer here")
    found.reviewer = to
    session.flush()
    _log(session, found, "give_on_reading_request", by=by)
    return found


def find(session: Session, request_id: uuid.UUID, *, by: Actor) -> ReadingRequest:
    """A request for its reviewer, while they still may. Raises NotAllowed for everybody else: it opens all walls.

    What was asked before another team took the referral over is answered all the same, and shut soon after. Nobody could give that to
    somebody else any more: where its reviewer cannot go on, whoever else may goes through it.
    """
    found = session.get(ReadingRequest, request_id)
    if found is None or not _goes_through(found, by):
        raise NotAllowed("no such request")
    if found.referral.handed_over_at is not None and _was_handed_out(found):
        raise NotAllowed("no such request")
    if found.referral.kept_outside_at is not None:
        raise ContentGone
    return found


def to_go_through(session: Session, request: ReadingRequest) -> list[Piece]:
    """The pieces that the reviewer reads for it: all of the file, and once they have let the extract go nothing more."""
    return reading_pieces.pieces_of(session, request.referral) if request.approved_at is None else []


def answers_to(session: Session, request: ReadingRequest) -> dict[str, ReadingAnswer]:
    """What was decided so far, by piece."""
    rows = select(ReadingAnswer).where(ReadingAnswer.request_id == request.id)
    return {answer.piece: answer for answer in session.scalars(rows)}


def answer_pieces(session: Session, request: ReadingRequest, *, by: Actor, answers: Mapping[str, Answer]) -> None:
    """Keep what the reviewer decided about the pieces named; until the extract is let go each can be decided anew.

    Raises NotAllowed for a piece that is not there, Incomplete with the pieces withheld without a ground of the rule pack
    or a reason, WithheldFromAsker with those given although this guardian is not to read them, AlreadyDecided once it was
    let go.
    """
    _require_open(session, request, by)
    known = {piece.key for piece in reading_pieces.pieces_of(session, request.referral)}
    if not set(answers) <= known:
        raise NotAllowed("no such piece")
    grounds = rulebook.load(request.referral.rulepack).reading.grounds
    unfounded = [
        key for key, one in answers.items() if not one.is_given and (one.ground not in grounds or not one.reason)
    ]
    if unfounded:
        raise Incomplete(*unfounded)
    kept = reading_withheld.not_to_give(session, request)
    if against := [key for key, one in answers.items() if one.is_given and key in kept]:
        raise WithheldFromAsker(*against)
    there = answers_to(session, request)
    for key, one in answers.items():
        row = there.get(key) or ReadingAnswer(referral=request.referral, request_id=request.id, piece=key)
        row.is_given, row.decided_at = one.is_given, clock.now()
        row.ground, row.reason = (None, None) if one.is_given else (one.ground, one.reason)
        session.add(row)
    session.flush()
    _log(session, request, "answer_reading_request", by=by)


def undecided(session: Session, request: ReadingRequest) -> list[Piece]:
    """The pieces nobody has decided about yet; what was written since the review began is among them, and what was given
    before somebody decided that this guardian does not read it.
    """
    kept, there = reading_withheld.not_to_give(session, request), answers_to(session, request)
    settled = {key for key, answer in there.items() if not (answer.is_given and key in kept)}
    return [piece for piece in reading_pieces.pieces_of(session, request.referral) if piece.key not in settled]


def approve_extract(session: Session, request: ReadingRequest, *, by: Actor) -> ReadingRequest:
    """Let the extract go, with its line in the register. Raises Incomplete with the pieces nobody has decided about, AlreadyDecided."""
    _require_open(session, request, by)
    if left := undecided(session, request):
        raise Incomplete(*(piece.key for piece in left))
    request.approved_at, request.extract_id = clock.now(), uuid.uuid4()
    session.flush()
    _log(session, request, "approve_reading_request", by=by)
    register.enter(
        session, Registered.ACCESS_REQUEST, request.extract_id, referral=request.referral,
        counterpart=_COUNTERPART[request.asked_by], direction=Direction.ISSUED,
    )  # fmt: skip
    return request


def _require_complete(session: Session, referral: Referral, asked: Asked, *, guardian: Guardian | None) -> None:
    missing = []
    if asked.asked_by is AskedBy.GUARDIAN and (guardian is None or guardian.referral_id != referral.id):
        missing.append("guardian_id")
    if asked.asked_by is AskedBy.OTHER and not (asked.asker_name or "").strip():
        missing.append("asker_name")
    if asked.received_on > here.today(session):
        missing.append("received_on")
    if missing:
        raise Incomplete(*missing)
    for one in requests_of(session, referral):
        is_same = (one.asked_by, one.guardian_id) == (asked.asked_by, asked.guardian_id)
        if one.approved_at is None and is_same and asked.asked_by is not AskedBy.OTHER:
            raise AlreadyDecided


def _require_open(session: Session, request: ReadingRequest, by: Actor) -> None:
    """Raises NotAllowed, ContentGone, AlreadyDecided. Whoever goes on with what was left is its reviewer from now on."""
    find(session, request.id, by=by)
    if request.approved_at is not None:
        raise AlreadyDecided
    if request.reviewer_id != by.account_id:
        request.reviewer = session.get_one(Account, by.account_id)
        session.flush()
        _log(session, request, "give_on_reading_request", by=by)


def _goes_through(request: ReadingRequest, actor: Actor) -> bool:
    if not _may(actor, request.referral, MAY_REVIEW):
        return False
    is_taken_over = request.referral.handed_over_at is not None
    is_theirs_too = is_taken_over and request.recorded_by_id != actor.account_id and _is_left(request)
    return request.reviewer_id == actor.account_id or is_theirs_too


def _comes_back_to(actor: Actor, request: ReadingRequest) -> bool:
    recorder = request.recorded_by
    sees_to_it = recorder.is_active and may_record(recorder.actor(), request.referral)
    return request.recorded_by_id == actor.account_id or not sees_to_it


def _is_left(request: ReadingRequest) -> bool:
    """Whether its reviewer has left, or may not go through it any more."""
    reviewer = request.reviewer
    return not (reviewer.is_active and _may(reviewer.actor(), request.referral, MAY_REVIEW))


def _was_handed_out(request: ReadingRequest) -> bool:
    """Whether there was time enough to hand out what was let go: as many days as the law gives for the answer."""
    days = timedelta(days=rulebook.load(request.referral.rulepack).reading.answer_days)
    return request.approved_at is not None and clock.now() >= request.approved_at + days


def _may(actor: Actor, referral: Referral, roles: Collection[Role]) -> bool:
    """In their units and teams, not shut out, on the access list where there is one, and of nothing that a conflict holds."""
    facts = referral.facts()
    is_listed = facts.listed is None or actor.account_id in facts.listed
    is_kept_out = facts.is_held or actor.account_id in facts.shut_out
    return coordinating.looks_after(actor, referral, roles) and is_listed and not is_kept_out


def _log(session: Session, request: ReadingRequest, verb: str, *, by: Actor) -> None:
    audit.append(session, What.DID, by=by, chain=request.referral_id, subject=verb, object_id=request.id)
