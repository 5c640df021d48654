"""The pieces of a referral's file as a reviewer goes through them: every text, paper and file, working notes of each author included."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.keeping import contents
from referrals.models import (
    Account,
    AssessmentPart,
    Attachment,
    AttachmentContent,
    ColourRating,
    Document,
    FollowUp,
    History,
    PartOpening,
    Referral,
    TeamMeeting,
    WorkingNote,
)
from referrals.vocabulary import N_, Colour, ContentKind, Domain

#: kinds whose texts are read row by row; papers and files come as they are, and addresses of staff's mail are no piece
TEXT_KINDS: Final = tuple(
    kind for kind in ContentKind if kind not in (ContentKind.PAPERS, ContentKind.FILES, ContentKind.POST)
)
REASON: Final = N_("Reason of a decision")
INTERPRETER: Final = N_("Interpreter")
#: what a row holds beside words: its id, the code that opens the reporter's own page, and in which ways support is given, which
#: stands in words on the programme's paper
_NO_WORDS: Final = frozenset({"id", "return_code", "forms"})
#: whose words a row is, where the row says so
_AUTHORS: Final[dict[str, tuple[type[Any], str]]] = {
    "assessment_part": (AssessmentPart, "assessor_id"),
    "part_opening": (PartOpening, "by_id"),
    "team_meeting": (TeamMeeting, "minutes_by_id"),
    "colour_rating": (ColourRating, "by_id"),
    "follow_up": (FollowUp, "by_id"),
    "working_note": (WorkingNote, "author_id"),
}


@dataclass(frozen=True)
class Piece:
    """One piece: `texts` and `colours` are what it says, empty for a paper or a file, which `row_id` names."""

    key: str
    label: str
    row_id: uuid.UUID
    texts: tuple[str, ...] = ()
    author: str | None = None
    #: the name a paper or file goes out under, and the table it lies in
    file: str | None = None
    of: type[Any] = Referral
    #: areas with their colours, which are said in the reader's language
    colours: tuple[tuple[Domain, Colour], ...] = ()


def pieces_of(session: Session, referral: Referral) -> list[Piece]:
    """Every piece that says something, in the order of the kinds of content: texts, reasons of decisions, papers, files."""
    return [
        *_texts(session, referral),
        *_reasons(session, referral),
        *_papers(session, referral),
        *_files(session, referral),
    ]


def _texts(session: Session, referral: Referral) -> Iterator[Piece]:
    for kind in TEXT_KINDS:
        for table, rows in contents.texts(session, referral, [kind]).items():
            for row in rows:
                colours = tuple((Domain(of), Colour(value)) for of, value in (row.pop("colours", None) or {}).items())
                interpreters = row.pop("interpreters", None) or ()
                said = tuple(text for name, value in row.items() if name not in _NO_WORDS for text in _said(value))
                row_id = uuid.UUID(row["id"])
                if said or colours:
                    author = _author(session, table, row_id)
                    yield Piece(f"{table}:{row_id}", kind.label, row_id, said, author, colours=colours)
                if interpreters:
                    # Apart from the minutes: it says what one guardian speaks, which the other need not learn.
                    booked = tuple(one[name] for one in interpreters for name in ("language", "with"))
                    yield Piece(f"{table}:{row_id}:interpreters", INTERPRETER, row_id, booked)


def _reasons(session: Session, referral: Referral) -> Iterator[Piece]:
    rows = select(History).where(History.referral_id == referral.id).order_by(History.number)
    for row in session.scalars(rows):
        if row.reason:
            yield Piece(f"history:{row.id}", REASON, row.id, (row.reason,), row.by.name if row.by else None)


def _papers(session: Session, referral: Referral) -> Iterator[Piece]:
    rows = select(Document).where(Document.referral_id == referral.id).order_by(Document.issued_at, Document.id)
    for number, paper in enumerate(session.scalars(rows), start=1):
        if paper.content is not None:
            yield Piece(f"document:{paper.id}", paper.kind.label, paper.id, file=f"paper-{number}.pdf", of=Document)


def _files(session: Session, referral: Referral) -> Iterator[Piece]:
    rows = select(Attachment).join(AttachmentContent).where(Attachment.referral_id == referral.id)
    for file in session.scalars(rows.order_by(Attachment.number)):
        yield Piece(f"attachment:{file.id}", file.belongs_to.label, file.id, file=file.paper_name, of=Attachment)


def _author(session: Session, table: str, row_id: uuid.UUID) -> str | None:
    if table not in _AUTHORS:
        return None
    model, column = _AUTHORS[table]
    account_id = getattr(session.get_one(model, row_id), column)
    return session.get_one(Account, account_id).name if account_id else None


def _said(value: object) -> Iterator[str]:
    """The words in a sealed value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _said(inner)
    elif isinstance(value, str) and value.strip():
        yield value
