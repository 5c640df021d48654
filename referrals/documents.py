"""Papers: which follow which decision and for whom, issued once, kept sealed with their checksum, stopped within some minutes."""

import hashlib
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, history, languages, team_review
from referrals.access import SYSTEM, Actor
from referrals.config import current
from referrals.disclosure import coverage
from referrals.errors import ContentGone, NoSuchReferral, SealBroken, TooLateToStop
from referrals.keeping import audit, register
from referrals.models import Account, Concern, Document, DocumentContent, History, Referral, What
from referrals.papers import calls, readers
from referrals.papers.readers import Reader
from referrals.people import organisation
from referrals.sealing import KeyDestroyed, seal_bytes, unseal_bytes
from referrals.stages import PLAN_DRAFT, PLAN_RETURNED, Party, State, Verb, verbs_from
from referrals.vocabulary import Counterpart, Direction, DocumentKind, Recipient, Registered

_D = DocumentKind
_file, _reporter, _guardians = readers.the_file, readers.the_reporter, readers.guardians

#: which papers follow which decision, and who gets one
PAPERS: Final[dict[Verb, tuple[tuple[DocumentKind, Callable[[Session, History], list[Reader]]], ...]]] = {
    Verb.SUBMIT_CONCERN:      ((_D.RECEIPT, _reporter), (_D.REFERRAL, _file)),
    Verb.RESUBMIT_CONCERN:    ((_D.REFERRAL, _file),),
    Verb.SEND_TO_ASSESSMENT:  ((_D.REFERRAL, _file),),
    Verb.SEND_TO_TEAM:        ((_D.REFERRAL, _file),),
    Verb.END_AT_TRIAGE:       ((_D.REFERRAL, _file), (_D.CLOSING, _file)),
    Verb.DECIDE_STATUTORY_TRACK: ((_D.REFERRAL, _file), (_D.CLOSING, _file)),
    Verb.RECORD_INFORMATION:  ((_D.INFORMATION_AND_CONSENT, readers.guardian_told),),
    Verb.RECORD_CONSENT:      ((_D.INFORMATION_AND_CONSENT, readers.guardian_answering),),
    Verb.WITHDRAW_CONSENT:    ((_D.INFORMATION_AND_CONSENT, readers.guardian_answering),),
    Verb.CONCLUDE_ASSESSMENT: ((_D.ASSESSMENT, _file),),
    Verb.SCHEDULE_MEETING:    ((_D.INVITATION, readers.professionals_called), (_D.INVITATION, readers.guardians_invited)),
    Verb.APPROVE_MINUTES:     ((_D.MINUTES, _file), (_D.MINUTES, _guardians)),
    Verb.SHARE_INFORMATION:   ((_D.PLAN_FOR_SERVICE, readers.services_shared_with),),
    Verb.ACCEPT_HAND_OVER:    ((_D.HAND_OVER, _file), (_D.HAND_OVER, _guardians)),
    Verb.RECEIVE_HAND_OVER:   ((_D.HAND_OVER, _file),),
    Verb.REFER_TO_SERVICE:    ((_D.SERVICE_REFERRAL, readers.service_referred_to),),
    Verb.APPROVE_ACTION_PLAN: ((_D.ACTION_PLAN, _file), (_D.ACTION_PLAN, _guardians), (_D.CHILDS_PLAN, _file)),
    Verb.RECORD_FOLLOW_UP:    ((_D.FOLLOW_UP, _file), (_D.FOLLOW_UP, _guardians)),
    Verb.REPORT_SUPPORT_NEED: ((_D.SUPPORT_REPORT, _file),),
    Verb.CONCLUDE_SUPPORT_INVESTIGATION: ((_D.SUPPORT_INVESTIGATION, _file),),
    Verb.DECIDE_SUPPORT_PROGRAMME: ((_D.SUPPORT_PROGRAMME, _file), (_D.SUPPORT_PROGRAMME, _guardians), (_D.SUPPORT_PROGRAMME, readers.the_pupil)),
    Verb.DECIDE_NO_SUPPORT_PROGRAMME: ((_D.NO_SUPPORT_PROGRAMME, _file), (_D.NO_SUPPORT_PROGRAMME, _guardians), (_D.NO_SUPPORT_PROGRAMME, readers.the_pupil)),
    Verb.REVIEW_SUPPORT_PROGRAMME: ((_D.SUPPORT_REVIEW, _file), (_D.SUPPORT_REVIEW, _guardians)),
    Verb.END_SUPPORT_PROGRAMME: ((_D.SUPPORT_PROGRAMME_ENDED, _file), (_D.SUPPORT_PROGRAMME_ENDED, _guardians), (_D.SUPPORT_PROGRAMME_ENDED, readers.the_pupil)),
    Verb.BEGIN_ABSENCE_INVESTIGATION: ((_D.ABSENCE_NOTICE, _file),),
    Verb.CONCLUDE_ABSENCE_INVESTIGATION: ((_D.ABSENCE_INVESTIGATION, _file),),
    Verb.REPORT_DEGRADING_TREATMENT: ((_D.DEGRADING_REPORT, _file),),
    Verb.CONCLUDE_DEGRADING_INVESTIGATION: ((_D.DEGRADING_INVESTIGATION, _file),),
    Verb.ASK_EDUCATIONAL_ASSESSMENT: ((_D.EDUCATIONAL_REQUEST, _file),),
    Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT: ((_D.EDUCATIONAL_ASSESSMENT, _file),),
    Verb.DECIDE_EDUCATIONAL_HELP: ((_D.EDUCATIONAL_DECISION, _file), (_D.EDUCATIONAL_DECISION, _guardians)),
    Verb.CLOSE_REFERRAL:      ((_D.CLOSING, _file), (_D.CLOSING, _guardians)),
}  # fmt: skip

#: papers of which the newest alone holds; the others each tell of an occasion of their own, and of calls `papers/calls.py` knows
_NEWEST_HOLDS: Final = frozenset(
    {
        _D.REFERRAL, _D.INFORMATION_AND_CONSENT, _D.ASSESSMENT, _D.ACTION_PLAN, _D.CHILDS_PLAN, _D.PLAN_FOR_SERVICE, _D.PAGE_CODE,
    }
)  # fmt: skip
#: services that are authorities of their own
_AUTHORITIES: Final = frozenset({Recipient.SOCIAL_SERVICES, Recipient.POLICE})
#: papers whose content is there before the decision that issues them
_WRITTEN_BEFOREHAND: Final = frozenset(
    {_D.REFERRAL, _D.INFORMATION_AND_CONSENT, _D.ASSESSMENT, _D.MINUTES, _D.ACTION_PLAN, _D.CHILDS_PLAN}
)
#: where a paper is being written although the decision that issues it is not possible yet
_WRITTEN_IN: Final[dict[State, tuple[Verb, ...]]] = {
    PLAN_DRAFT: (Verb.APPROVE_ACTION_PLAN,),
    PLAN_RETURNED: (Verb.APPROVE_ACTION_PLAN,),
}


@dataclass(frozen=True)
class Paper:
    """A paper to be: its kind, whom it is for (a key of `readers.Reader`), and in which language."""

    kind: DocumentKind
    recipient: str
    language: str


def papers_after(session: Session, row: History) -> list[Paper]:
    """The papers that follow what `row` records."""
    return [
        Paper(kind, reader.key, reader.language)
        for kind, who in PAPERS.get(row.verb, ())
        for reader in who(session, row)
    ]


def papers_ahead(session: Session, referral: Referral) -> list[Paper]:
    """The papers that the decisions possible now, or the one being written now, would issue, each guardian's too: for a preview."""
    verbs = {*verbs_from(referral.state), *_WRITTEN_IN.get(referral.state, ())}
    kinds = {kind for verb in verbs for kind, _who in PAPERS.get(verb, ()) if kind in _WRITTEN_BEFOREHAND}
    file = Reader(readers.FILE, readers.house_language(session))
    return [
        Paper(kind, reader.key, reader.language)
        for kind in DocumentKind
        if kind in kinds
        for reader in (file, *_guardians_ahead(session, referral, kind))
    ]


def _guardians_ahead(session: Session, referral: Referral, kind: DocumentKind) -> list[Reader]:
    """The guardians who would get a copy of this kind, were it issued now."""
    if kind is DocumentKind.INFORMATION_AND_CONSENT:
        return readers.guardians_to_reach(session, referral)
    for_guardians = any((kind, _guardians) in papers for papers in PAPERS.values())
    return readers.guardians_told_by(session, referral, clock.now()) if for_guardians else []


def replaced(papers: Collection[Document]) -> set[uuid.UUID]:
    """The ids of those of `papers` in whose place a newer version holds, for the same reader and not stopped."""
    holds: dict[tuple[DocumentKind, str], int] = {}
    for paper in papers:
        if paper.kind in _NEWEST_HOLDS and paper.stopped_at is None:
            key = (paper.kind, paper.recipient)
            holds[key] = max(paper.version, holds.get(key, 0))
    return {paper.id for paper in papers if paper.version < holds.get((paper.kind, paper.recipient), 0)}


def outstanding(session: Session, row: History) -> list[Paper]:
    """The papers that follow `row` and were not issued yet."""
    issued = select(Document.kind, Document.recipient).where(Document.history_id == row.id)
    there = {(kind, recipient) for kind, recipient in session.execute(issued)}
    return [paper for paper in papers_after(session, row) if (paper.kind, paper.recipient) not in there]


def next_version(session: Session, referral: Referral, kind: DocumentKind, *, recipient: str) -> int:
    """The version the next paper of this kind for this reader has."""
    newest = select(func.max(Document.version)).where(
        Document.referral_id == referral.id, Document.kind == kind, Document.recipient == recipient
    )
    return (session.scalar(newest) or 0) + 1


def issue(session: Session, row: History, paper: Paper, *, content: bytes) -> Document:
    """Keep `content` as the paper that followed `row`. A paper that was issued already comes back as it is."""
    already = session.scalars(
        select(Document).where(
            Document.history_id == row.id, Document.kind == paper.kind, Document.recipient == paper.recipient
        )
    ).one_or_none()
    if already is not None:
        return already
    document = Document(
        referral=row.referral,
        kind=paper.kind,
        version=next_version(session, row.referral, paper.kind, recipient=paper.recipient),
        recipient=paper.recipient,
        language=paper.language,
        history_id=row.id,
        issued_at=row.at,
        held_until=None if paper.recipient == readers.FILE else clock.now() + timedelta(minutes=current().hold_minutes),
        checksum=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    session.add(document)
    session.flush()
    paper_itself = DocumentContent(referral=row.referral, document_id=document.id)
    paper_itself.sealed = seal_bytes(content, key=paper_itself.data_key(), place=document.seal_place("content"))
    session.add(paper_itself)
    if paper.kind is DocumentKind.RECEIPT:
        _forget_return_code(session, row.referral)
    session.flush()
    audit.append(
        session, What.ISSUED_PAPER, by=SYSTEM, chain=row.referral_id, party=Party.SYSTEM, subject=paper.kind,
        object_id=document.id,
    )  # fmt: skip
    _register(session, document)
    return document


def issued(session: Session, referral: Referral) -> list[Document]:
    """The papers of a referral, the newest first."""
    papers = select(Document).where(Document.referral_id == referral.id)
    return list(session.scalars(papers.order_by(Document.issued_at.desc(), Document.kind, Document.recipient)))


def find(session: Session, referral: Referral, document_id: uuid.UUID) -> Document:
    """One paper of this referral. Raises NoSuchReferral where it has none with this id."""
    found = session.get(Document, document_id)
    if found is None or found.referral_id != referral.id:
        raise NoSuchReferral
    return found


def receipt_of(session: Session, referral: Referral) -> Document | None:
    """The reporter's receipt, once it is made; None too where somebody stopped it, or it names who is protected now."""
    found = select(Document).where(
        Document.referral_id == referral.id,
        Document.kind == DocumentKind.RECEIPT,
        Document.recipient == readers.REPORTER,
        Document.stopped_at.is_(None),
        Document.restricted_at.is_(None),
    )
    return session.scalars(found.order_by(Document.version.desc()).limit(1)).one_or_none()


def call_for(session: Session, referral: Referral, account_id: uuid.UUID | None) -> Document | None:
    """The newest call to a team meeting, for one of those it calls, in their language, once it has left. None for everybody else.

    None too where somebody stopped it or it holds no more, since it may tell another day, or it says where a protected child goes.
    """
    reader = session.get(Account, account_id) if account_id else None
    own = readers.professionals_key(session, reader.language) if reader else readers.PROFESSIONALS
    theirs = select(Document).join(History, History.id == Document.history_id).where(
        Document.referral_id == referral.id,
        Document.kind == DocumentKind.INVITATION,
        Document.recipient.in_({own, readers.PROFESSIONALS}),
    )  # fmt: skip
    newest_first = theirs.order_by(History.number.desc(), Document.recipient != own)
    call = session.scalars(newest_first.limit(1)).one_or_none()
    if call is None or call.content is None or call.restricted_at is not None:
        return None
    if call.id in calls.ended(session, referral):
        return None
    meeting = team_review.called_then(session, referral, after=call.history)
    if meeting is None or str(account_id) not in meeting.called:
        return None
    has_left = call.stoppable_until is not None and call.stoppable_until <= clock.now()
    return call if has_left else None


def read_content(document: Document) -> bytes:
    """The bytes of the PDF. Raises SealBroken when they are not the ones that were issued, ContentGone once disposed of."""
    if document.content is None:
        raise ContentGone
    try:
        key = document.content.data_key()
    except KeyDestroyed:  # disposed of since the copy of the data that this was put back from
        raise ContentGone from None
    content = unseal_bytes(document.content.sealed, key=key, place=document.seal_place("content"))
    if hashlib.sha256(content).hexdigest() != document.checksum:
        raise SealBroken("a paper differs from its checksum")
    return content


def file_name(session: Session, document: Document) -> str:
    """What a downloaded copy is called: number, kind and version, and which guardian's, service's or language's copy; nobody's name.

    Guardians are counted in the order in which they were recorded, so that each keeps the same number.
    """
    guardian = readers.guardian_in(document.recipient)
    known = [one.id for one in coverage.guardians_of(session, document.referral)] if guardian else []
    service = readers.service_in(document.recipient)
    pupil = f"-{readers.PUPIL}" if document.recipient == readers.PUPIL else ""
    reader = f"-guardian-{known.index(guardian) + 1}" if guardian else f"-{service[0]}" if service else pupil
    if readers.are_professionals(document.recipient) and document.recipient != readers.PROFESSIONALS:
        reader = f"-{document.language}"
    return f"{document.referral.number}-{document.kind}-{document.version}{reader}.pdf".replace("_", "-")


def stop(session: Session, referral: Referral, document: Document, *, by: Actor, seen: int | None = None) -> Document:
    """Keep a paper from going out; its bytes stay. Again changes nothing. Raises TooLateToStop after its minutes."""
    history.guard(session, referral, Verb.STOP_SENDING, by=by, seen=seen)
    if document.stopped_at is not None:
        return document
    until = document.stoppable_until
    if until is None or clock.now() >= until:
        raise TooLateToStop
    document.stopped_at, document.stopped_by_id = clock.now(), by.account_id
    history.record(session, referral, Verb.STOP_SENDING, by=by, seen=seen, choice=document.kind)
    return document


def _register(session: Session, document: Document) -> None:
    readers_by_key = {
        readers.FILE: Counterpart.FILE,
        readers.REPORTER: Counterpart.REPORTER,
        readers.PUPIL: Counterpart.CHILD,
    }
    if readers.are_professionals(document.recipient):
        readers_by_key[document.recipient] = Counterpart.STAFF
    register.enter(
        session,
        Registered.PAPER,
        document.id,
        referral=document.referral,
        direction=Direction.ISSUED,
        counterpart=readers_by_key.get(document.recipient) or _outside(document.recipient),
        paper=document.kind,
        dated_on=languages.local_date(document.issued_at, zone=organisation.municipality(session).timezone),
    )


def _outside(recipient: str) -> Counterpart:
    service = readers.service_in(recipient)
    if service is None:
        return Counterpart.GUARDIAN
    return Counterpart.AUTHORITY if service[0] in _AUTHORITIES else Counterpart.OTHER


def _forget_return_code(session: Session, referral: Referral) -> None:
    """The code stands on the receipt now, and with the reporter; we keep what recognises it, not the code."""
    for concern in session.scalars(select(Concern).where(Concern.referral_id == referral.id)):
        concern.return_code = None
