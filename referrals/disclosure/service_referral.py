"""Referring to a service outside, such as child and youth psychiatry: what was sent on consent, and what became of it.

It goes on paper, and only what the guardians allow for that kind of service goes along. What the service answers is recorded
by the team; so is that the team takes it back, or that a consent it rests on has ended. What was sent stays sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import clock, here, history, wording
from referrals.access import Actor, Role, View, may_view, parties_for
from referrals.disclosure import coverage, handed_over, pieces
from referrals.disclosure.pieces import Key, Piece
from referrals.errors import AlreadyDecided, Incomplete, NotAllowed, NotCovered, ProtectedByHand
from referrals.keeping import audit
from referrals.languages import local_date
from referrals.models import CONSENT, Consent, Disclosure, Guardian, History, Referral, ServiceReferral, What
from referrals.people.roster import ONLY_ACTIONS
from referrals.rules import rulebook
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.vocabulary import Recipient, ServiceReferralState, WordingGround
from referrals.work.waiting_items import Waiting, WaitingItem
from referrals.work.worklist import in_units, shown_unit

_S = ServiceReferralState
#: to whom nothing is referred: a new school takes over, and the other guardian is no service
_NO_SERVICES: Final = ONLY_ACTIONS | {Recipient.RECEIVING_SCHOOL, Recipient.OTHER_GUARDIAN}
#: what may become of it, from where it stands
NEXT: Final[dict[ServiceReferralState, tuple[ServiceReferralState, ...]]] = {
    _S.SENT: (_S.ACCEPTED, _S.DECLINED, _S.REVOKED, _S.CONSENT_ENDED),
    _S.ACCEPTED: (_S.DONE, _S.DECLINED, _S.REVOKED, _S.CONSENT_ENDED),
}
#: what the service itself answers at first; everything else ends it
_ANSWERS: Final = frozenset({_S.ACCEPTED, _S.DECLINED})
#: after so long without news the coordinators ask the service
ASKED_AFTER: Final = timedelta(days=28)
#: what is recorded with the reason
NEEDS_REASON: Final = frozenset({_S.DECLINED, _S.REVOKED})


@dataclass(frozen=True, kw_only=True)
class Request:
    """Which service is asked for what, what goes along, and whom it can ask."""

    recipient: Recipient
    #: the service by name
    service: str
    chosen: Sequence[Key]
    question: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of it, on which day, and why."""

    state: ServiceReferralState
    on: date
    reason: str = ""


def services_for(referral: Referral) -> list[Recipient]:
    """The kinds of service that the guardians are asked about and something can be referred to."""
    return [one for one in rulebook.load(referral.rulepack).asked_about if one not in _NO_SERVICES]


def refer_to_service(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    request: Request,
    ground: WordingGround | None = None,
) -> ServiceReferral:
    """Refer to a service, with what of the referral goes along; its paper follows.

    Raises ProtectedByHand where an identity is protected, Incomplete without anything chosen, a service, a question or a contact,
    NotCovered where consent does not let all of it go there, and LooksMedical where words look so and no `ground` is named.
    """
    party = history.guard(session, referral, Verb.REFER_TO_SERVICE, by=by, seen=seen)
    if referral.protected_since is not None:
        raise ProtectedByHand
    stated = {
        "service": request.service.strip(),
        "chosen": request.chosen,
        "question": request.question.strip(),
        "contact": request.contact.strip(),
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    if request.recipient not in services_for(referral):
        raise NotCovered
    today, wanted = here.today(session), set(request.chosen)
    offerable = handed_over.offerable(session, referral, to=request.recipient, on=today)
    chosen = [piece for piece in offerable if piece.key in wanted]
    if len(chosen) != len(wanted):
        raise NotCovered
    wording.check(session, referral, by=by, said=request.question, ground=ground)
    disclosures = [_disclosure(session, referral, piece, by=by, request=request) for piece in chosen]
    session.add_all(disclosures)
    row = history.record(session, referral, Verb.REFER_TO_SERVICE, by=by, seen=seen, choice=request.recipient)
    for one in disclosures:
        audit.append(
            session, What.DISCLOSED, by=by, chain=referral.id, party=party, subject=one.kind, object_id=one.id, ground=CONSENT
        )  # fmt: skip
    sent = ServiceReferral(
        referral=referral, recipient=request.recipient, state=_S.SENT, sent_id=row.id,
        consent_ids=sorted({each for one in disclosures for each in one.consent_ids}),
        service=request.service.strip(), question=request.question.strip(),
        package=handed_over.package(chosen, zone=here.time_zone(session)) | _particulars(session, referral, row=row, request=request),
    )  # fmt: skip
    session.add(sent)
    session.flush()
    return sent


def record_service_answer(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, found: ServiceReferral, outcome: Outcome
) -> ServiceReferral:
    """Record what the service answered, that it is done, or that the team takes it back. The same again changes nothing.

    Raises AlreadyDecided where it stands otherwise meanwhile, and Incomplete without a reason where one is needed, or with a day
    before it was sent or after today.
    """
    history.guard(session, referral, Verb.RECORD_SERVICE_ANSWER, by=by, seen=seen)
    if found.referral_id != referral.id:
        raise NotAllowed(Verb.RECORD_SERVICE_ANSWER)
    if found.state is outcome.state:
        return found
    if outcome.state not in possible_now(session, found):
        raise AlreadyDecided
    stated = {
        "on": earliest(session, found) <= outcome.on <= here.today(session),
        "reason": outcome.reason.strip() or outcome.state not in NEEDS_REASON,
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(
        session, referral, Verb.RECORD_SERVICE_ANSWER, by=by, seen=seen, choice=outcome.state,
        reason=outcome.reason.strip() or None,
    )  # fmt: skip
    found.state = outcome.state
    if outcome.state in _ANSWERS and found.answered_id is None:
        found.answered_id, found.answered_on = row.id, outcome.on
    else:
        found.ended_id, found.ended_on = row.id, outcome.on
    session.flush()
    return found


def put_service_answer_right(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, found: ServiceReferral, reason: str
) -> ServiceReferral:
    """Take back what was recorded last, which was wrong, by whoever recorded it: it stands as before, and the history keeps both.

    Raises NotAllowed for everybody else and where nothing was recorded, Incomplete without a reason.
    """
    history.guard(session, referral, Verb.PUT_SERVICE_ANSWER_RIGHT, by=by, seen=seen)
    if found.referral_id != referral.id or not may_put_right(session, found, by):
        raise NotAllowed(Verb.PUT_SERVICE_ANSWER_RIGHT)
    if not reason.strip():
        raise Incomplete("reason")
    wrong = found.state
    if found.ended_id is not None:
        found.state = _S.SENT if found.answered_id is None else _S.ACCEPTED
        found.ended_id, found.ended_on = None, None
    else:
        found.state, found.answered_id, found.answered_on = _S.SENT, None, None
    history.record(
        session, referral, Verb.PUT_SERVICE_ANSWER_RIGHT, by=by, seen=seen, choice=wrong, reason=reason.strip()
    )
    session.flush()
    session.refresh(found)
    return found


# ------------------------------------------------------------------------------------------------------------ reading
def may_put_right(session: Session, found: ServiceReferral, actor: Actor) -> bool:
    """Whether `actor` recorded the newest of what became of it, and nobody else did since."""
    newest_id = found.ended_id or found.answered_id
    return newest_id is not None and session.get_one(History, newest_id).by_id == actor.account_id


def referrals_to_services(session: Session, referral: Referral) -> list[ServiceReferral]:
    """Every referral to a service outside, the newest first."""
    rows = select(ServiceReferral).join(ServiceReferral.sent).where(ServiceReferral.referral_id == referral.id)
    return list(session.scalars(rows.order_by(History.number.desc())))


def find(session: Session, referral: Referral, service_referral_id: UUID) -> ServiceReferral:
    """One of them. Raises NotAllowed where this referral has none such."""
    found = session.get(ServiceReferral, service_referral_id)
    if found is None or found.referral_id != referral.id:
        raise NotAllowed("no such referral to a service")
    return found


def possible_now(session: Session, found: ServiceReferral) -> list[ServiceReferralState]:
    """What can become of it now: that a consent has ended only where one has."""
    has_ended = consent_ended_on(session, found) is not None
    return [state for state in NEXT.get(found.state, ()) if has_ended or state is not _S.CONSENT_ENDED]


def consent_ended_on(session: Session, found: ServiceReferral) -> date | None:
    """Since which day the guardians no longer let all of it go there; None while they do."""
    kinds = (found.package or {}).get("categories", ())
    return coverage.ended_on(session, found.consent_ids, found.recipient, categories=kinds, today=here.today(session))


def are_running(session: Session, referral: Referral) -> bool:
    """Whether a service was asked and has neither declined nor done its part."""
    rows = select(ServiceReferral.id).where(ServiceReferral.referral_id == referral.id, ServiceReferral.state.in_(NEXT))
    return session.scalars(rows.limit(1)).first() is not None


def earliest(session: Session, found: ServiceReferral) -> date:
    """The first day on which something can have become of it."""
    return found.answered_on or local_date(found.sent.at, zone=here.time_zone(session))


def waiting_for(session: Session, actor: Actor) -> list[WaitingItem]:
    """What the coordinator of its unit sees to: a service that has said nothing for four weeks, or whose consent has ended.

    Each with the day since when.
    """
    verb = Verb.RECORD_SERVICE_ANSWER
    running = [
        one for one in _running(session, actor, Role.COORDINATOR) if parties_for(verb, actor, one.referral.facts())
    ]
    return _lines(session, running)


def left_lying(session: Session, actor: Actor) -> list[WaitingItem]:
    """The same in the units `actor` heads, of which nobody has heard or recorded anything for as long again."""
    running = [
        one
        for one in _running(session, actor, Role.HEAD_TEACHER)
        if may_view(View.GUARDIANS, actor, one.referral.facts())
    ]
    return [replace(line, is_stalled=True, is_others=True) for line in _lines(session, running, after=ASKED_AFTER)]


# ------------------------------------------------------------------------------------------------------------- inside
def _running(session: Session, actor: Actor, role: Role) -> list[ServiceReferral]:
    rows = (
        select(ServiceReferral)
        .join(Referral, ServiceReferral.referral_id == Referral.id)
        .where(ServiceReferral.state.in_(NEXT), in_units(actor, role))
        .options(selectinload(ServiceReferral.referral).selectinload(Referral.unit), selectinload(ServiceReferral.sent))
    )
    states = MOVE_BY_VERB[Verb.RECORD_SERVICE_ANSWER].frm
    return [one for one in session.scalars(rows) if one.referral.state in states]


def _lines(
    session: Session, running: Sequence[ServiceReferral], *, after: timedelta = timedelta()
) -> list[WaitingItem]:
    """A line for each that is waited for, `after` so long beyond the day from which it is."""
    verb, today = Verb.RECORD_SERVICE_ANSWER, here.today(session)
    _answers = _load_answers(session, running)
    since = {one: consent_ended_on(session, one) or earliest(session, one) + ASKED_AFTER for one in running}
    return [
        WaitingItem(
            number=one.referral.number, kind=Waiting.SERVICE, subject_id=one.id, verb=verb, party=Party.COORDINATOR, due_on=None,
            state=one.referral.state, rulepack=one.referral.rulepack, unit=shown_unit(one.referral),
            topics=tuple(one.referral.topics), waits_since=since[one],
        )
        for one in running
        if since[one] + after <= today
    ]  # fmt: skip


def _load_answers(session: Session, running: Sequence[ServiceReferral]) -> Sequence[Consent]:
    """What the guardians of these answered: read at once, and at hand as long as the answer is kept."""
    rows = select(Consent).where(Consent.referral_id.in_([one.referral_id for one in running]))
    return session.scalars(rows.options(selectinload(Consent.guardian).selectinload(Guardian.consents))).all()


def _disclosure(session: Session, referral: Referral, piece: Piece, *, by: Actor, request: Request) -> Disclosure:
    """That a piece went there, on the guardians' consent."""
    cover = pieces.cover_of(session, referral, piece, recipient=request.recipient, on=here.today(session))
    return Disclosure(
        referral=referral, kind=piece.kind, object_id=piece.object_id, holds=[[str(piece.object_id), piece.name]],
        categories=sorted(piece.categories), recipient=request.recipient, at=clock.now(), by_id=by.account_id, ground=CONSENT,
        consent_ids=[str(consent.id) for consent in cover.consents], to_whom=request.service.strip(),
        purpose=request.question.strip(),
    )  # fmt: skip


def _particulars(session: Session, referral: Referral, *, row: History, request: Request) -> dict[str, Any]:
    """From where to where, about whom, what for, on whose word, and whom to ask."""
    zone = here.time_zone(session)
    answers = [coverage.newest_answer(one) for one in coverage.deciding_guardians(session, referral)]
    return {
        "from_unit": referral.unit.name,
        "to_unit": request.service.strip(),
        "recipient": request.recipient.value,
        "born_on": referral.child_birth_date,
        "purpose": request.question.strip(),
        "contact": request.contact.strip(),
        "phone": referral.unit.phone,
        "sent_on": local_date(row.at, zone=zone).isoformat(),
        "consented_on": max(local_date(answer.at, zone=zone).isoformat() for answer in answers if answer is not None),
    }
