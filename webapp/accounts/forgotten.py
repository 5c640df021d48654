"""A forgotten password: a link by mail, and the page it leads to. The same answer whether the address is known or not."""

from flask import redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from referrals.errors import TooManyTries
from referrals.people import sign_in
from referrals.people.account_mail import AccountMail
from schemas.accounts import AddressForm
from webapp import forms, notices, transactions
from webapp.accounts import blueprint, paces, post, sessions
from webapp.accounts.passwords import AGAIN, NEW, fault_of, hash_password
from webapp.guards import public
from webapp.language import gettext
from webapp.pages import page

#: in the cookie: the token of the link this browser came by, so that it stands in no address and no history
_TOKEN = "link"


@blueprint.get("/forgotten-password", endpoint="forgotten")
@public
def show_forgotten() -> ResponseReturnValue:
    """Where the address is typed to which the link goes."""
    return page("accounts/forgotten.html", form=forms.shown())


@blueprint.post("/forgotten-password")
@public
def ask_for_link() -> ResponseReturnValue:
    """Send the link, if there is such an account; who asks is not told."""
    form = forms.submitted()
    given = form.load(AddressForm())
    if given is None:
        return page("accounts/forgotten.html", 422, form=form)
    email = given["email"].lower()
    paces.take(sign_in.LINKS, paces.this_browser())
    try:
        paces.take(sign_in.LINKS_TO_ONE, email)
    except TooManyTries:
        pass  # links enough are on their way to this address, whoever asked for them
    else:
        post.send_link(transactions.settings(), email)
    return page("accounts/link_sent.html", email=email)


@blueprint.get("/new-password/<string:token>")
@public
def follow_link(token: str) -> ResponseReturnValue:
    """Take the token out of the address. Nothing is spent yet: programs that look at mail follow links too."""
    cookie[_TOKEN] = token[:100]
    return redirect(url_for(".new_password"), 303)


@blueprint.get("/new-password", endpoint="new_password")
@public
def show_new_password() -> ResponseReturnValue:
    """Where the new password is chosen. Raises LinkSpent."""
    with transactions.reading() as session:
        sign_in.whose_link(session, str(cookie.get(_TOKEN, "")))
    return page("accounts/password.html", form=forms.shown(), asks_current=False)


@blueprint.post("/new-password")
@public
def choose_new_password() -> ResponseReturnValue:
    """Take the new password; the link is spent, and this browser is known as one of its owner's. Raises LinkSpent."""
    form, token, chosen = forms.submitted(), str(cookie.get(_TOKEN, "")), request.form.get(NEW, "")
    with transactions.reading() as reading:
        owner = sign_in.whose_link(reading, token)
        fault = fault_of(chosen, request.form.get(AGAIN, ""), known=(owner.email, owner.name))
    if fault:
        form.refuse(*fault)
        return page("accounts/password.html", 422, form=form, asks_current=False)
    new_hash = hash_password(chosen)
    session = transactions.session()
    account = sign_in.choose_by_link(session, token, new_hash)
    sessions.close_session(session)
    sessions.know_device(session, account)
    post.tell(transactions.settings(), AccountMail.PASSWORD_CHANGED, account.id)
    notices.say_next(gettext("Your new password counts from now on. Sign in with it."))
    return redirect(url_for(".sign_in"), 303)
