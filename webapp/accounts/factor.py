"""One's own second factor: set up with a QR code, recovery codes shown once, and taken away again."""

import segno
from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from referrals.errors import WrongFactor
from referrals.models import Account, SecondFactor, WebSession
from referrals.people import second_factor, sign_in
from referrals.people.account_mail import AccountMail
from referrals.vocabulary import N_
from webapp import forms, notices, people, transactions
from webapp.accounts import blueprint, paces, post, sessions
from webapp.accounts.code import NOT_THIS_CODE, pace_of_codes
from webapp.accounts.passwords import CURRENT, password_matches
from webapp.guards import at_the_door, signed_in
from webapp.language import gettext
from webapp.pages import page

#: names of the forms that can stand on this page
CONFIRM, RENEW, OFF = "confirm", "renew", "off"


@blueprint.get("/account/second-factor", endpoint="factor")
@at_the_door
def show_factor() -> ResponseReturnValue:
    """How it stands with the second factor, and what can be done next."""
    return _factor_page()


@blueprint.post("/account/second-factor/begin")
@at_the_door
def begin_factor() -> ResponseReturnValue:
    """Make a secret to be scanned. Who has been signed in for a while gives the password once more."""
    form, somebody = forms.submitted(), _somebody()
    if not sessions.half():
        paces.take(sign_in.KNOWN, f"own password {somebody.id}")
        with transactions.reading() as reading:
            kept_hash = reading.get_one(Account, somebody.id).password_hash
        if not password_matches(kept_hash, request.form.get(CURRENT, "")):
            form.refuse(CURRENT, N_("This is not your password."))
            return _factor_page(form, "begin", 422)
    session = transactions.session()
    second_factor.begin(session, session.get_one(Account, somebody.id))
    return redirect(url_for(".factor"), 303)


@blueprint.post("/account/second-factor/confirm")
@at_the_door
def confirm_factor() -> ResponseReturnValue:
    """Let it count, and show the recovery codes this once."""
    form, somebody = forms.submitted(), _somebody()
    paces.take(sign_in.CODES, pace_of_codes(somebody))
    session = transactions.session()
    account = session.get_one(Account, somebody.id)
    try:
        codes = second_factor.confirm(session, account, form.value("code"))
    except WrongFactor:
        form.refuse("code", NOT_THIS_CODE)
        return _factor_page(form, CONFIRM, 422)
    was_municipal = session.get_one(WebSession, somebody.session_id).is_municipal
    sessions.open_session(session, account, is_strong=True, is_municipal=was_municipal)
    return _codes_page(account, codes)


@blueprint.post("/account/second-factor/codes")
@signed_in()
def renew_codes() -> ResponseReturnValue:
    """New recovery codes, for a code of the moment."""
    form, somebody = forms.submitted(), _somebody()
    paces.take(sign_in.CODES, pace_of_codes(somebody))
    session = transactions.session()
    account = session.get_one(Account, somebody.id)
    try:
        codes = second_factor.renew_codes(session, account, form.value("code"))
    except WrongFactor:
        form.refuse("code", NOT_THIS_CODE)
        return _factor_page(form, RENEW, 422)
    return _codes_page(account, codes)


@blueprint.post("/account/second-factor/off")
@signed_in()
def remove_factor() -> ResponseReturnValue:
    """Take the second factor away, for a code of the moment; not where one is asked of this person."""
    form, somebody = forms.submitted(), _somebody()
    if sessions.must_be_strong(somebody):
        return redirect(url_for(".factor"), 303)
    paces.take(sign_in.CODES, pace_of_codes(somebody))
    session = transactions.session()
    account = session.get_one(Account, somebody.id)
    try:
        second_factor.accept(session, account, form.value("off_code"))
    except WrongFactor:
        form.refuse("off_code", NOT_THIS_CODE)
        return _factor_page(form, OFF, 422)
    second_factor.remove(session, account, by_id=account.id)
    post.tell(transactions.settings(), AccountMail.SECOND_FACTOR_CHANGED, account.id)
    notices.say_next(gettext("Signing in takes your password alone from now on."))
    return redirect(url_for(".account"), 303)


def _somebody() -> people.SignedIn:
    somebody = people.account() or sessions.half()
    assert somebody is not None, "the guard lets nobody else in"  # noqa: S101 - for the type checker
    return somebody


def _factor_page(sent: forms.Form | None = None, name: str = "", status: int = 200) -> ResponseReturnValue:
    """The page in the state the account is in; `sent` is the form `name` of it that was refused."""
    somebody = _somebody()
    if sent is not None:
        transactions.turn_back()
    with transactions.reading() as session:
        account = session.get_one(Account, somebody.id)
        factor = second_factor.of(session, account)
        if sessions.half() and factor is not None and factor.confirmed_at is not None:
            return redirect(url_for(".code"), 303)
        shown = {
            each: sent if sent and name == each else forms.shown(name=each) for each in ("begin", CONFIRM, RENEW, OFF)
        }
        return page(
            "accounts/factor.html",
            status,
            forms=shown,
            form=sent or forms.Form(),
            is_on=factor is not None and factor.confirmed_at is not None,
            factor=factor,
            picture=_picture(factor, account) if factor else "",
            codes_left=second_factor.codes_left(session, account),
            is_half=sessions.half() is not None,
            is_asked=sessions.must_be_strong(somebody),
        )


def _picture(factor: SecondFactor, account: Account) -> Markup:
    """The QR code as a picture inside the page: it is loaded from nowhere and stays in no cache."""
    here = people.municipality()
    said = second_factor.address(factor, account, issuer=f"Trivsel {here.name}" if here else "Trivsel")
    svg = segno.make(said, error="m", micro=False).svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=True
    )
    return Markup(svg)  # noqa: S704 - drawn here; the address stands in it as squares only


def _codes_page(account: Account, codes: list[str]) -> Response:
    post.tell(transactions.settings(), AccountMail.SECOND_FACTOR_CHANGED, account.id)
    return page("accounts/codes.html", codes=codes)
