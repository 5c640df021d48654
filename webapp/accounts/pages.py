"""Signing in and out, and choosing a language."""

from urllib.parse import urlsplit

from flask import Response, current_app, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from referrals import pace
from referrals.keeping import audit
from referrals.models.account import Account, RoleAssignment
from referrals.models.audit import What
from referrals.people import second_factor, sign_in
from referrals.vocabulary import N_
from webapp import auditing, forms, kept, notices, people, screens, transactions
from webapp.accounts import blueprint, paces, sessions
from webapp.accounts.passwords import DEMO_PASSWORD, password_matches
from webapp.guards import public
from webapp.language import choose_language, gettext
from webapp.navigation import has_page
from webapp.pages import page


@blueprint.get("/sign-in", endpoint="sign_in")
@public
def show_sign_in() -> ResponseReturnValue:
    """The sign-in page; in a demonstration with the cast to choose from."""
    wanted = request.args.get("next", "")
    if people.account():
        return redirect(safe_page(wanted), 303)
    if sessions.half():
        return redirect(url_for(".code", next=wanted), 303)
    form = forms.shown({"next": wanted})
    if wanted and sessions.WAITING_FORM in cookie:
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
    with transactions.reading() as session:
        attempt = sign_in.attempt(session, email, sessions.device())
        kept_hash = session.scalar(select(Account.password_hash).where(Account.email == email, Account.is_active))
    paces.take(attempt.limit, attempt.whose)
    if not password_matches(kept_hash, password):
        auditing.note(What.SIGN_IN_FAILED)
        form.refuse("email", N_("This address and this password do not belong together. Check both and try again."))
        return _sign_in_page(form, 422)
    session = transactions.session()
    pace.forget(session, attempt.limit, attempt.whose)
    somebody = session.scalars(select(Account).where(Account.email == email)).one()
    asks_code = second_factor.has(session, somebody)
    sessions.open_session(session, somebody, awaits_code=asks_code)
    if asks_code:
        return redirect(url_for(".code", next=form.value("next")), 303)
    return redirect(safe_page(form.value("next")), 303)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out, also when the session has run out already."""
    if people.account():
        audit.append(transactions.session(), What.SIGNED_OUT, by=people.actor())
    was_municipal = sessions.close_session(transactions.session())
    return redirect(url_for(".signed_out" if was_municipal else ".sign_in"), 303)


@blueprint.post("/language")
@public
def choose() -> ResponseReturnValue:
    """Choose the language of the pages, from a page without a form of its own."""
    choose_language(request.form.get("language", ""))
    return redirect(screens.still_there(safe_page(request.form.get(kept.PAGE), otherwise="/")), 303)


def safe_page(wanted: str | None, *, otherwise: str = "") -> str:
    """The page of ours that `wanted` names, or else `otherwise`, by default the place where the work of staff begins."""
    home = otherwise or (url_for("casework.home") if has_page("casework.home") else "/")
    if not wanted or not wanted.startswith("/") or urlsplit(wanted).netloc or "\\" in wanted:
        return home
    try:
        current_app.create_url_adapter(request).match(urlsplit(wanted).path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return home
    return wanted


def _sign_in_page(form: forms.Form, status: int = 200) -> Response:
    cast: list[Account] = []
    settings = transactions.settings()
    if settings.is_demo:
        roles = selectinload(Account.roles).joinedload(RoleAssignment.unit)
        with transactions.reading() as session:
            cast = list(session.scalars(select(Account).where(Account.is_active).options(roles).order_by(Account.name)))
    return page(
        "accounts/sign_in.html",
        status,
        form=form,
        cast=cast,
        demo_password=DEMO_PASSWORD,
        is_municipal=bool(settings.oidc_issuer),
    )
