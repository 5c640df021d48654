"""The extract somebody gets who asked to read: a PDF of what is given and what is withheld, with the papers and files beside it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from referrals import documents, printing
from referrals.access import Actor
from referrals.errors import NotDue
from referrals.files import attachments
from referrals.keeping import archive, audit
from referrals.models import Attachment, Document, ReadingAnswer, ReadingRequest, What
from referrals.people import organisation
from referrals.reading import reading_pieces, reading_requests, reading_withheld
from referrals.reading.reading_pieces import Piece
from referrals.rules import rulebook


@dataclass(frozen=True)
class Extract:
    """What is given: its page as HTML, and each paper and file by its name."""

    html: str
    files: dict[str, bytes]

    def packed(self) -> bytes:
        """A ZIP with the page as `extract.pdf` beside the files. Call it once nobody waits for the transaction that gathered them."""
        return archive.packed({"extract.pdf": printing.print_in_time(self.html)} | self.files)


def extract(session: Session, request: ReadingRequest, *, by: Actor) -> Extract:
    """What is given of a request, to be printed and packed. That it is taken out is logged.

    Raises NotAllowed for anybody but the reviewer, NotDue before they have let it go. What was written since is not in it,
    nor what was withheld from this guardian since.
    """
    reading_requests.find(session, request.id, by=by)
    if request.approved_at is None:
        raise NotDue
    answers, kept = reading_requests.answers_to(session, request), reading_withheld.not_to_give(session, request)
    decided = [
        (piece, answers[piece.key])
        for piece in reading_pieces.pieces_of(session, request.referral)
        if piece.key in answers and not (answers[piece.key].is_given and piece.key in kept)
    ]
    language = organisation.municipality(session).language
    html = printing.extract_html(_context(session, request, decided, language=language), language=language)
    files = {}
    for piece, answer in decided:
        if answer.is_given and piece.file:
            files[piece.file] = _content(session, piece)
    audit.append(session, What.EXPORTED, by=by, chain=request.referral_id, subject="extract", object_id=request.id)
    return Extract(html, files)


def _context(
    session: Session, request: ReadingRequest, decided: list[tuple[Piece, ReadingAnswer]], *, language: str
) -> dict[str, Any]:
    referral, here = request.referral, organisation.municipality(session)
    reading = rulebook.load(referral.rulepack).reading
    return {
        "municipality": here.name, "unit": None, "forum": None, "reference": referral.number, "version": None, "recipient": None,
        "zone": here.timezone, "issued_at": request.approved_at, "received_on": request.received_on,
        "given": [
            {
                "label": piece.label, "author": piece.author, "texts": piece.texts, "file": piece.file,
                "colours": [(of.label, colour.label) for of, colour in piece.colours],
            }
            for piece, answer in decided if answer.is_given
        ],
        "withheld": [
            {"label": piece.label, "ground": reading.ground(answer.ground or "", language), "reason": answer.reason}
            for piece, answer in decided if not answer.is_given
        ],
        "appeal": reading.how_to_appeal(language),
    }  # fmt: skip


def _content(session: Session, piece: Piece) -> bytes:
    found: Document | Attachment = session.get_one(piece.of, piece.row_id)
    return documents.read_content(found) if isinstance(found, Document) else attachments.open_content(session, found)
