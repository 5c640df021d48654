"""One's own account: where one is signed in, ending that elsewhere, and another password."""

import uuid

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.models import Account, WebSession
from referrals.people import second_factor, sign_in
from referrals.people.account_mail import AccountMail
from referrals.reminders import digest
from referrals.vocabulary import N_, Rhythm
from schemas.accounts import RemindersForm
from webapp import forms, notices, people, transactions
from webapp.accounts import blueprint, paces, post, sessions
from webapp.accounts.passwords import AGAIN, CURRENT, NEW, fault_of, hash_password, password_matches
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.pages import page


@blueprint.get("/account", endpoint="account")
@signed_in()
def show_account() -> ResponseReturnValue:
    """Everything about one's own account on one page."""
    account = transactions.session().get_one(Account, _me().id)
    return _account_page(forms.shown({"reminders": account.reminders}))


@blueprint.post("/account/reminders")
@signed_in()
def choose_reminders() -> ResponseReturnValue:
    """Choose how often what waits for oneself comes as a mail."""
    form = forms.submitted()
    chosen = form.load(RemindersForm())
    if chosen is None:
        return _account_page(form, 422)
    transactions.session().get_one(Account, _me().id).reminders = chosen["reminders"]
    notices.say_next(gettext("Your reminders come as you chose from now on."))
    return redirect(url_for(".account"), 303)


def _account_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    session, me = transactions.session(), _me()
    account = session.get_one(Account, me.id)
    return page(
        "accounts/account.html",
        status,
        form=form,
        rhythms=[(one, gettext(one.label)) for one in Rhythm],
        came_back=digest.came_back(session, me.id),
        sessions=sessions.of_account(session, me.id),
        current=me.session_id,
        has_factor=second_factor.has(session, account),
        is_asked=sessions.must_be_strong(me),
    )


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@signed_in()
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    """Sign one browser out, which may be this one."""
    me = _me()
    if session_id == me.session_id:
        sessions.close_session(transactions.session())
        return redirect(url_for(".sign_in"), 303)
    sessions.end(transactions.session(), me.id, session_id)
    notices.say_next(gettext("That browser has been signed out."))
    return redirect(url_for(".account"), 303)


@blueprint.post("/account/sessions/end-others")
@signed_in()
def end_other_sessions() -> ResponseReturnValue:
    """Sign every browser out but this one."""
    me = _me()
    sessions.end_others(transactions.session(), me.id, but=me.session_id)
    notices.say_next(gettext("You are signed in here only."))
    return redirect(url_for(".account"), 303)


@blueprint.get("/account/password", endpoint="password")
@signed_in()
def show_password() -> ResponseReturnValue:
    """Where another password is chosen."""
    return page("accounts/password.html", form=forms.shown(), asks_current=True)


@blueprint.post("/account/password")
@signed_in()
def change_password() -> ResponseReturnValue:
    """Take another password; every other browser is signed out, and this one goes on with a new session."""
    form, me = forms.submitted(), _me()
    paces.take(sign_in.KNOWN, f"own password {me.id}")
    chosen = request.form.get(NEW, "")
    with transactions.reading() as reading:
        kept_hash = reading.get_one(Account, me.id).password_hash
    if not password_matches(kept_hash, request.form.get(CURRENT, "")):
        form.refuse(CURRENT, N_("This is not your password."))
    elif fault := fault_of(chosen, request.form.get(AGAIN, ""), known=(me.email, me.name)):
        form.refuse(*fault)
    if form.problems:
        return page("accounts/password.html", 422, form=form, asks_current=True)
    new_hash = hash_password(chosen)
    session = transactions.session()
    account = session.get_one(Account, me.id)
    here = session.get_one(WebSession, me.session_id)
    kind = {"is_strong": here.is_strong, "is_municipal": here.is_municipal}
    sign_in.choose_password(session, account, new_hash)
    sessions.open_session(session, account, **kind)
    post.tell(transactions.settings(), AccountMail.PASSWORD_CHANGED, account.id)
    notices.say_next(gettext("Your new password counts from now on. You have been signed out everywhere else."))
    return redirect(url_for(".account"), 303)


def _me() -> people.SignedIn:
    me = people.account()
    assert me is not None, "the guard lets nobody else in"  # noqa: S101 - for the type checker
    return me
