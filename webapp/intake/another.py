"""A page of another draft than the one this browser writes: nothing of it is saved, and what was typed is shown to be copied.

Two tabs of a browser share its cookie, so whoever begins a second concern in one of them has the other's page in front of
them with the first. Each page says which draft it belongs to, by a mark that opens nothing; its code, which stands on it
in clear anyway, comes along, so that whoever is refused is told it once more.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from flask import Response, g, request
from werkzeug.datastructures import MultiDict

from referrals import drafts, reference
from referrals.errors import TooManyTries
from referrals.models import Draft
from webapp import forms, transactions, uploads
from webapp.accounts import paces
from webapp.intake import browser, review
from webapp.language import gettext
from webapp.pages import page

#: fields with the mark and the code of the draft a page belongs to
MARK: Final = "_draft"
_CODE: Final = "_code"


def carried(draft: Draft | None) -> dict[str, str]:
    """What a page carries of its draft. One that is shown again while its draft is out of reach carries what it did before."""
    if draft is None:
        return {"mark": request.form.get(MARK, ""), "code": request.form.get(_CODE, "")}
    return {"mark": _mark(draft), "code": draft.code or ""}


def is_of_another(*, even_unmarked: bool = True) -> bool:
    """Whether the page that was sent belongs to another draft than this browser's; without one there is nothing to mix it into.

    A page that was open during an upgrade has no mark: which draft it belongs to cannot be told, so it counts as another's
    unless `even_unmarked` is False, for a page that changes no answers.
    """
    token = browser.draft_token(even_if_idle=True)
    if request.method != "POST" or token is None or not (even_unmarked or MARK in request.form):
        return False
    with transactions.reading() as session:
        draft = drafts.find_draft(session, token)
        return draft is not None and request.form.get(MARK) != _mark(draft)


def refused(typed: Sequence[review.Row], *, go_on: str) -> Response:
    """Why nothing of the page was saved, with what was `typed`, and the ways to both concerns; `go_on` leads to the newer one."""
    g.kept_form = MultiDict()  # it stands below in the page's own words
    g.pop("notices", None)  # such as that it was open for too long and what to press: there is no such button here
    code = request.form.get(_CODE, "")
    code = code if reference.is_code(code) else ""
    own = [(name, request.form[name]) for name in (MARK, _CODE, "_door") if name in request.form]
    return page(
        "intake/another.html",
        409,
        why=_why(),
        is_marked=MARK in request.form,
        fields=own + list(forms.clean(request.form).items(multi=True)),
        typed=typed,
        has_files=uploads.are_chosen(),
        code=code,
        is_gone=bool(code) and _is_gone(code),
        go_on=go_on,
    )


def refused_typing() -> str:
    """The same in a line, to stand beside the button while somebody types, where otherwise it says when it was saved.

    It is no error to the script, on a page from before an upgrade neither, since that one would call it a lost connection.
    """
    return gettext(
        "Not saved. %(why)s. What you typed stays on this page: press “Go on” to see how to keep it.", why=_why()
    )


def _is_gone(code: str) -> bool:
    """Whether `code` opens nothing any more. Asking is a try at it: who has none left is told as if it opened its draft."""
    with transactions.reading() as session:
        if drafts.goes_on(session, code):
            return False
    transactions.turn_back()  # counting a try writes too
    try:
        paces.take(paces.REPORTERS, paces.this_browser())
    except TooManyTries:
        return False
    return True


def _why() -> str:
    if MARK in request.form:
        return gettext("This page belongs to another concern")
    return gettext("We cannot tell which concern this page belongs to")


def _mark(draft: Draft) -> str:
    return browser.taken_over() or sha256(draft.id.bytes).hexdigest()[:16]
