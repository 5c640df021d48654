"""Signing in and out, and choosing a language."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.routing import RequestRedirect

from referrals import audit
from referrals.models.account import Account, RoleAssignment
from referrals.models.audit import What
from referrals.vocabulary import N_
from webapp import auditing, forms, kept, notices, people, transactions
from webapp.accounts import sessions, tries
from webapp.accounts.passwords import DEMO_PASSWORD, password_matches
from webapp.guards import public
from webapp.language import choose_language, gettext
from webapp.navigation import has_page
from webapp.pages import page

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; in a demonstration with the cast to choose from."""
    if people.account():
        return redirect(_safe_page(request.args.get("next")), 303)
    next_page = request.args.get("next", "")
    form = forms.shown({"next": next_page})
    if next_page and sessions.WAITING_FORM in cookie:
        notices.say(
            notices.Notice(
                gettext("You were signed out meanwhile. Sign in, and what you typed stands there again."), kind="info"
            )
        )
    return _sign_in_page(form)


@blueprint.post("/sign-in")
@public
def do_sign_in() -> ResponseReturnValue:
    """Sign in. The password is checked before anything is written, since that takes long on purpose."""
    form = forms.submitted()
    email = form.value("email").lower()
    # Not `form.value`: a password is taken as it was typed, blanks and all.
    password = request.form.get("password", "")
    if tries.too_many(email):
        raise TooManyRequests(retry_after=int(tries.WITHIN))
    with transactions.reading() as session:
        kept_hash = session.scalar(select(Account.password_hash).where(Account.email == email, Account.is_active))
    if not password_matches(kept_hash, password):
        tries.note_failure(email)
        auditing.note(What.SIGN_IN_FAILED)
        form.refuse("email", N_("This address and this password do not belong together. Check both and try again."))
        return _sign_in_page(form, 422)
    tries.forget(email)
    session = transactions.session()
    somebody = session.scalars(select(Account).where(Account.email == email)).one()
    sessions.open_session(session, somebody)
    audit.append(session, What.SIGNED_IN, by=somebody.actor())
    return redirect(_safe_page(form.value("next")), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out, also when the session has run out already."""
    sessions.close_session(transactions.session())
    if people.account():
        audit.append(transactions.session(), What.SIGNED_OUT, by=people.actor())
    return redirect(url_for(".sign_in"), 303)


@blueprint.post("/language")
@public
def choose() -> ResponseReturnValue:
    """Choose the language of the pages, from a page without a form of its own."""
    choose_language(request.form.get("language", ""))
    return redirect(_safe_page(request.form.get(kept.PAGE), otherwise="/"), 303)


def _sign_in_page(form: forms.Form, status: int = 200) -> Response:
    cast: list[Account] = []
    if transactions.settings().is_demo:
        roles = selectinload(Account.roles).joinedload(RoleAssignment.unit)
        with transactions.reading() as session:
            cast = list(session.scalars(select(Account).where(Account.is_active).options(roles).order_by(Account.name)))
    return page("accounts/sign_in.html", status, form=form, cast=cast, demo_password=DEMO_PASSWORD)


def _safe_page(wanted: str | None, *, otherwise: str = "") -> str:
    """The page of ours that `wanted` names, or else `otherwise`, by default the place where the work of staff begins."""
    home = otherwise or (url_for("casework.home") if has_page("casework.home") else "/")
    if not wanted or not wanted.startswith("/") or urlsplit(wanted).netloc or "\\" in wanted:
        return home
    try:
        current_app.create_url_adapter(request).match(urlsplit(wanted).path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return home
    return wanted
