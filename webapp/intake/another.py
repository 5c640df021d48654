"""A page of another draft than the one this browser writes: nothing of it is saved, and what was typed is shown to be copied.

Two tabs of a browser share its cookie, so whoever begins a second concern in one of them has the other's page in front of
them with the first. Each page says which draft it belongs to, by a mark that opens nothing; its code, which stands on it
in clear anyway, comes along, so that whoever is refused is told it once more.
"""

from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from flask import Response, g, request
from werkzeug.datastructures import MultiDict

from referrals import drafts, reference
from referrals.models import Draft
from webapp import forms, transactions, uploads
from webapp.intake import browser, review
from webapp.language import gettext
from webapp.pages import page

#: fields with the mark and the code of the draft a page belongs to, and with what only a page of ours knows of that code
MARK: Final = "_draft"
_CODE: Final = "_code"
_PROOF: Final = "_given"


def carried(draft: Draft | None) -> dict[str, str]:
    """The fields a page carries of its draft. One shown again while its draft is out of reach carries what it did before."""
    if draft is None:
        return {name: request.form.get(name, "") for name in (MARK, _CODE, _PROOF)}
    code = draft.code or ""
    return {MARK: _mark(draft), _CODE: code, _PROOF: _proof(code)}


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
    own = [(name, request.form[name]) for name in (MARK, _CODE, _PROOF, "_door") if name in request.form]
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
    """Whether `code` opens nothing any more. Only of a code that stood on a page of ours: of any other, nobody learns anything."""
    if not compare_digest(request.form.get(_PROOF, "").encode(), _proof(code).encode()):
        return False
    with transactions.reading() as session:
        return not drafts.goes_on(session, code)


def _proof(code: str) -> str:
    return reference.code_digest(reference.PAGE, code)


def _why() -> str:
    if MARK in request.form:
        return gettext("This page belongs to another concern")
    return gettext("We cannot tell which concern this page belongs to")


def _mark(draft: Draft) -> str:
    return browser.taken_over() or sha256(draft.id.bytes).hexdigest()[:16]
