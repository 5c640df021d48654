"""A paper as it would go out, made from a form that is still being written: decided, looked at, and taken back as a whole."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from referrals import documents, printing
from referrals.errors import NoSuchReferral
from referrals.models import History, Referral
from referrals.papers import paper_sources, readers
from referrals.vocabulary import DocumentKind
from schemas.documents.writing import paper_html
from webapp import downloads, notices, transactions

#: name of the buttons that only look; their value is the key of the reader whose copy it is (`referrals.papers.readers`)
PREVIEW = "_preview"

View = Callable[..., ResponseReturnValue]


class Looked(Exception):
    """Raised instead of an answer, so that the guard keeps nothing of what the verb has written."""

    def __init__(self, number: str, paper: documents.Paper, html: str) -> None:
        self.kind = paper.kind
        #: whose copy it is; None for a copy that is no guardian's
        self.guardian_id: uuid.UUID | None = readers.guardian_in(paper.recipient)
        self._name, self._html = f"{number}-{paper.kind}-preview.pdf", html

    def answer(self) -> Response:
        """The PDF, with the mark across each page. Call it once nothing waits for this request's transaction."""
        return downloads.to_look_at(printing.print_in_time(self._html), name=self._name)


def is_wanted() -> bool:
    """Whether the form was sent only to look at a paper."""
    return PREVIEW in request.form


def offers(kind: DocumentKind) -> Callable[[View], View]:
    """The form decides what issues papers of this kind: with a button named `_preview` it shows one of them instead.

    The view runs as ever, and what it refuses it refuses. Raises Looked where it has decided, NoSuchReferral for a reader
    who would get none.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def looking(referral: Referral, **arguments: Any) -> ResponseReturnValue:
            answer = make_response(view(referral=referral, **arguments))
            if not is_wanted() or answer.status_code != 303:
                return answer
            notices.take_back_next()
            raise _look(referral, kind)

        return looking

    return decorate


def _look(referral: Referral, kind: DocumentKind) -> Looked:
    session = transactions.session()
    row = session.scalars(
        select(History).where(History.referral_id == referral.id).order_by(History.number.desc()).limit(1)
    ).one()
    key, papers = request.form[PREVIEW], [one for one in documents.papers_after(session, row) if one.kind == kind]
    # The form cannot know the row that a reader's key ends with.
    wanted = {key, f"{key}:{row.id}"}
    paper = next((one for one in papers if one.recipient in wanted), None)
    if paper is None:
        raise NoSuchReferral
    html = paper_html(paper_sources.gather(session, referral, paper, after=None), preview=True)
    return Looked(referral.number, paper, html)
