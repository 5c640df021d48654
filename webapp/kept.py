"""What somebody typed and has not sent: shown again at once, or kept sealed, for them only, until they sign in or come back."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Response, current_app, g, make_response, redirect, request
from sqlalchemy import Delete, delete, select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from referrals import clock
from referrals.clock import machine_now
from referrals.errors import ReferralError
from referrals.models.account import KeptForm
from referrals.sealing import key_ring
from webapp import forms, notices, people, screens, transactions
from webapp.language import choose_language, gettext, time_of_day

#: field with the address of the page a form stands on, where that is not the address it is sent to
PAGE = "_page"
#: field with the name of the form, on a page that has several
FORM = "_form"
#: field of a form that is saved while it is written: at each submit, and with a script while somebody types
SAVING = "_saving"
_LANGUAGE, _ADD, _REMOVE, _TYPING, _FORGET = "_language", "_add", "_remove", "_typing", "_forget"
#: button that takes words shown beside a field over into it: the field's name, a new line, and the words
_TAKE = "_take"
#: button, or script, that has the page shown by what stands in the form now: who is elsewhere at the time that was chosen
_LOOK = "_look"
#: header that tells a script whether what it sent is saved; an answer without it comes from something between, such as a page to sign in on
SAVED = "Trivsel-Saved"
#: so long a form waits for its writer to sign in again
_KEPT_FOR = timedelta(hours=24)
#: so long it waits for its writer to go on with it
_SAVED_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Waiting:
    """A form that waits for its writer to sign in again, and the page it stands on."""

    id: uuid.UUID
    path: str


@dataclass(frozen=True)
class Saved:
    """A form that is saved for its writer: the page it stands on, and when it was."""

    path: str
    at: datetime


@dataclass(frozen=True)
class _Page:
    path: str
    endpoint: str
    arguments: dict[str, Any]


def page_again(
    notice: notices.Notice | None = None, status: int = 200, typed: forms.Typed | None = None
) -> Response | None:
    """The page the submitted form stands on, with everything that was typed; nothing is decided and nothing written.

    None where that page cannot be found or shown any more.
    """
    found = _page_of_form()
    if found is None:
        return None
    transactions.turn_back()
    g.shows_again, g.page_path, g.page_endpoint = True, found.path, found.endpoint
    g.kept_form = forms.clean(request.form) if typed is None else typed
    g.kept_form_name = request.form.get(FORM, "")
    if notice:
        notices.say(notice)
    try:
        response = make_response(current_app.view_functions[found.endpoint](**found.arguments))
    except (HTTPException, ReferralError):
        return None
    if response.status_code == 200:
        response.status_code = status
    return response


def show_texts() -> None:
    """Let the page that says why something cannot be done show the texts of the form, to be copied."""
    g.kept_form = forms.clean(request.form)
    g.pop("kept_with_place", None)  # a page that could not be shown after all may have had one


def page_only() -> Response | None:
    """The answer to a submit that changes the page and not the referral: another language, one row more, one row less, words
    taken over into a field, what follows from the form as it stands, a form saved while somebody types, or what was saved so
    taken away.

    None for every other submit, which is for the view to decide.
    """
    changed = forms.clean(request.form)
    if is_typing():
        saved_at = save(changed)
        return answer_saved(gettext("Saved %(time)s", time=time_of_day(saved_at))) if saved_at else Response(status=204)
    if _FORGET in request.form:
        forget()
        transactions.commit()
        found = _page_of_form()
        return make_response(redirect(screens.still_there(found.path) if found else "/", 303))
    if language := request.form.get(_LANGUAGE):
        choose_language(language)
    elif group := request.form.get(_ADD):
        changed = forms.add_row(changed, group)
        g.added_row = f"{group}-{len(forms.Form(changed).rows(group)) - 1}-"
    elif row := request.form.get(_REMOVE):
        group, _, number = row.rpartition("-")
        if number.isdecimal():
            changed = forms.remove_row(changed, group, int(number))
            g.added_row = (
                f"{group}-{max(0, int(number) - 1)}-"  # the row before takes the focus, so nobody is sent to the top
            )
    elif taken := request.form.get(_TAKE):
        name, _, words = taken.partition("\n")
        changed = forms.take_over(changed, name.strip(), words)
        g.added_row = name.strip()
    elif _LOOK not in request.form:
        return None
    save(changed)
    return page_again(typed=changed) or make_response(redirect("/", 303))


def is_typing() -> bool:
    """Whether the form was not sent by anybody, but by a script while somebody types."""
    return _TYPING in request.form


def answer_saved(words: str) -> Response:
    """What a script is told whose form is saved: `words` to show. Every other answer to it says no (`webapp/headers.py`)."""
    return Response(words, headers={SAVED: "yes"})


def save(typed: forms.Typed | None = None, *, writer_id: uuid.UUID | None = None) -> datetime | None:
    """Save what stands in a form that asks for it, sealed and for whoever writes it only; when it was saved, or None.

    `writer_id` names the writer where their session has run out.

    It is no draft of the referral's: nobody else sees it, nothing is decided and no version made. It lasts until the form
    is sent, or is thrown away.
    """
    writer_id, found = writer_id or _writer_id(), _page_of_form()
    if writer_id is None or found is None:
        return None
    transactions.turn_back()
    row = _sealed(writer_id, found, forms.clean(request.form) if typed is None else typed)
    row.is_writing = True
    with transactions.writing() as session:
        session.execute(_saved_rows(writer_id, found.path))
        session.execute(delete(KeptForm).where(KeptForm.is_writing, KeptForm.saved_at < machine_now() - _SAVED_FOR))
        session.add(row)
    g.just_saved = Saved(found.path, clock.now())
    return clock.now()


def saved() -> Saved | None:
    """What is saved for its writer of the form that this page shows, or shows the texts of; None where nothing is."""
    if "kept_saved_at" in g:
        return Saved(request.path, g.kept_saved_at)
    just_saved: Saved | None = g.get("just_saved")
    return just_saved


def forget() -> None:
    """Take away what was saved of this form, together with what its sending has changed."""
    writer_id, found = _writer_id(), _page_of_form()
    if writer_id is not None and found is not None:
        transactions.session().execute(_saved_rows(writer_id, found.path))


def show_saved() -> None:
    """Let the form of this page begin with what its reader has written there and not sent yet."""
    somebody = people.account()
    if somebody is None or "kept_form" in g or screens.is_curtain():
        return
    mine = select(KeptForm).where(
        KeptForm.account_id == somebody.id, KeptForm.path == request.path, KeptForm.is_writing
    )
    row = transactions.session().scalars(mine.order_by(KeptForm.saved_at.desc()).limit(1)).one_or_none()
    if row is not None and _open(row.id, somebody.id, row.fields):
        g.kept_saved_at = clock.now() - (machine_now() - row.saved_at)  # a demonstration has a date of its own


def keep_for(account_id: uuid.UUID) -> Waiting | None:
    """Keep what was typed, sealed and for this account only, until it has signed in again; None where it stood on no page."""
    found = _page_of_form()
    if found is None:
        return None
    row = _sealed(account_id, found, forms.clean(request.form))
    with transactions.writing() as session:
        session.execute(
            delete(KeptForm).where(KeptForm.is_writing.is_(False), KeptForm.saved_at < machine_now() - _KEPT_FOR)
        )
        session.add(row)
        return Waiting(row.id, found.path)


def take_out(kept_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Show again on this page what was kept under `kept_id`, once, if this account typed it here. Says whether there was something."""
    if screens.is_curtain():
        return False  # it would be used up unseen
    with transactions.writing() as session:
        row = session.scalars(
            select(KeptForm).where(
                KeptForm.id == kept_id, KeptForm.account_id == account_id, KeptForm.path == request.path
            )
        ).one_or_none()
        if row is None:
            return False
        sealed = row.fields
        session.delete(row)
    return _open(kept_id, account_id, sealed)


def _sealed(account_id: uuid.UUID, found: _Page, typed: forms.Typed) -> KeptForm:
    row = KeptForm(id=uuid.uuid4(), account_id=account_id, path=found.path, saved_at=machine_now())
    content = {
        "for": [str(row.id), str(account_id)], "form": request.form.get(FORM, ""), "fields": list(typed.items(multi=True)),
    }  # fmt: skip
    row.fields = key_ring().wrapper.encrypt(json.dumps(content).encode())
    return row


def _open(kept_id: uuid.UUID, account_id: uuid.UUID, sealed: bytes) -> bool:
    """Let the page show what was kept; False where the seal is not the one it was kept with."""
    try:
        content = json.loads(key_ring().wrapper.decrypt(sealed))
    except InvalidToken:
        return False
    if content["for"] != [str(kept_id), str(account_id)]:
        return False
    g.kept_form = MultiDict((name, value) for name, value in content["fields"])
    g.kept_form_name = content["form"]
    return True


def _writer_id() -> uuid.UUID | None:
    """Who writes the form that was sent, where it is one that is saved while it is written."""
    somebody = people.account() if SAVING in request.form and not g.get("keeps_no_form") else None
    return somebody.id if somebody else None


def _saved_rows(account_id: uuid.UUID, path: str) -> Delete:
    return delete(KeptForm).where(KeptForm.account_id == account_id, KeptForm.path == path, KeptForm.is_writing)


def _page_of_form() -> _Page | None:
    """The page that shows the submitted form: the address it was sent to, or else the one it names itself."""
    for path in (request.path, request.form.get(PAGE, "")):
        try:
            endpoint, arguments = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
        except (HTTPException, RequestRedirect):
            continue
        if path.startswith("/"):
            return _Page(path, endpoint, dict(arguments))
    return None
