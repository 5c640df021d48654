"""What somebody typed when a form could not be accepted as it was: shown again at once, or kept sealed until they have signed in."""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from flask import Response, current_app, g, make_response, redirect, request
from sqlalchemy import delete, select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from referrals.clock import machine_now
from referrals.models.account import KeptForm
from referrals.sealing import key_ring
from webapp import forms, notices, transactions
from webapp.language import choose_language

#: field with the address of the page a form stands on, where that is not the address it is sent to
PAGE = "_page"
#: field with the name of the form, on a page that has several
FORM = "_form"
_LANGUAGE, _ADD, _REMOVE = "_language", "_add", "_remove"
#: so long a form waits for its writer to sign in again
_KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Waiting:
    """A form that waits for its writer to sign in again, and the page it stands on."""

    id: uuid.UUID
    path: str


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
    except HTTPException:
        return None
    if response.status_code == 200:
        response.status_code = status
    return response


def page_only() -> Response | None:
    """The answer to a submit that changes the page and not the referral: another language, one row more, one row less.

    None for every other submit, which is for the view to decide.
    """
    changed = forms.clean(request.form)
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
    else:
        return None
    return page_again(typed=changed) or make_response(redirect("/", 303))


def keep_for(account_id: uuid.UUID) -> Waiting | None:
    """Keep what was typed, sealed and for this account only, until it has signed in again; None where it stood on no page."""
    found = _page_of_form()
    if found is None:
        return None
    fields = list(forms.clean(request.form).items(multi=True))
    kept_id = uuid.uuid4()
    row = KeptForm(id=kept_id, account_id=account_id, path=found.path, saved_at=machine_now())
    content = {"for": [str(kept_id), str(account_id)], "form": request.form.get(FORM, ""), "fields": fields}
    row.fields = key_ring().wrapper.encrypt(json.dumps(content).encode())
    with transactions.writing() as session:
        session.execute(delete(KeptForm).where(KeptForm.saved_at < machine_now() - _KEPT_FOR))
        session.add(row)
    return Waiting(kept_id, found.path)


def take_out(kept_id: uuid.UUID, account_id: uuid.UUID) -> bool:
    """Show again on this page what was kept under `kept_id`, once, if this account typed it here. Says whether there was something."""
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
    try:
        content = json.loads(key_ring().wrapper.decrypt(sealed))
    except InvalidToken:
        return False
    if content["for"] != [str(kept_id), str(account_id)]:
        return False
    g.kept_form = MultiDict((name, value) for name, value in content["fields"])
    g.kept_form_name = content["form"]
    return True


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
