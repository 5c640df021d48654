"""The second step of signing in: the code of the moment, or a recovery code."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import pace
from referrals.errors import WrongFactor
from referrals.models import Account, WebSession
from referrals.people import second_factor, sign_in
from referrals.people.account_mail import AccountMail
from referrals.vocabulary import N_
from webapp import forms, notices, people, transactions
from webapp.accounts import blueprint, paces, post, sessions
from webapp.accounts.pages import safe_page
from webapp.guards import at_the_door
from webapp.language import ngettext
from webapp.pages import page

#: with so few recovery codes left, it is time for new ones
_FEW = 3
NOT_THIS_CODE = N_("This code does not fit. A code lasts half a minute and can be used once: wait for the next one.")


@blueprint.get("/sign-in/code", endpoint="code")
@at_the_door
def show_code() -> ResponseReturnValue:
    """Where the code is typed; who has no second factor yet and needs one sets it up first."""
    somebody = sessions.half()
    if somebody is None:
        return redirect(safe_page(request.args.get("next")), 303)
    with transactions.reading() as session:
        if not second_factor.has(session, session.get_one(Account, somebody.id)):
            return redirect(url_for(".factor"), 303)
    return _code_page(forms.shown({"next": request.args.get("next", "")}))


@blueprint.post("/sign-in/code")
@at_the_door
def take_code() -> ResponseReturnValue:
    """Take the code; what the session was until now ends, and a new one begins."""
    form, somebody = forms.submitted(), sessions.half()
    if somebody is None:
        return redirect(safe_page(form.value("next")), 303)
    whose = pace_of_codes(somebody)
    paces.take(sign_in.CODES, whose)
    session = transactions.session()
    account = session.get_one(Account, somebody.id)
    left = second_factor.codes_left(session, account)
    try:
        second_factor.accept(session, account, form.value("code"))
    except WrongFactor:
        form.refuse("code", NOT_THIS_CODE)
        return _code_page(form, 422)
    pace.forget(session, sign_in.CODES, whose)
    was_municipal = session.get_one(WebSession, somebody.session_id).is_municipal
    sessions.open_session(session, account, is_strong=True, is_municipal=was_municipal)
    still = second_factor.codes_left(session, account)
    if still < left:
        post.tell(transactions.settings(), AccountMail.SECOND_FACTOR_CHANGED, account.id)
    if still < min(left, _FEW):
        notices.say_next(
            ngettext(
                "You have %(num)d recovery code left. Make new ones in your account.",
                "You have %(num)d recovery codes left. Make new ones in your account.",
                still,
            ),
            "warning",
        )
    return redirect(safe_page(form.value("next")), 303)


def pace_of_codes(somebody: people.SignedIn) -> str:
    """Whose tries of codes these are. Who knows the password and guesses elsewhere does not hold up a known device."""
    with transactions.reading() as session:
        attempt = sign_in.attempt(session, somebody.email, sessions.device())
    return f"{attempt.limit.purpose} {attempt.whose}"


def _code_page(form: forms.Form, status: int = 200) -> Response:
    return page("accounts/code.html", status, form=form)
