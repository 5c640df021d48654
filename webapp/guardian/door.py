"""The door to a guardian's page: giving the code from the letter, and leaving again."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import pace, reference
from referrals.errors import WrongCode
from referrals.guardians import guardian_access
from referrals.models import What
from referrals.stages import Party
from referrals.vocabulary import N_
from schemas.guardian import PageCodeForm
from webapp import auditing, forms, transactions
from webapp.accounts import guardians, municipal, paces
from webapp.guardian import blueprint
from webapp.guards import public
from webapp.pages import page


@blueprint.get("/code")
@public
def code() -> ResponseReturnValue:
    """Where the code from the letter is given."""
    if guardians.open_page() is not None:
        return redirect(url_for(".home"), 303)
    return _code_page(forms.shown(name="code"))


@blueprint.post("/code")
@public
def let_in() -> ResponseReturnValue:
    """Open the guardian's page in this browser. The code is spent with that."""
    form = forms.submitted()
    given = form.load(PageCodeForm())
    if given is None:
        return _code_page(form, 422)
    if reference.is_code(given["code"]):  # a slip of the finger is no try
        paces.take(paces.GUARDIANS, paces.this_browser())
    session = transactions.session()
    try:
        guardian = guardian_access.use_code(session, given["code"])
    except WrongCode as refused:
        auditing.note(What.REFUSED, party=Party.GUARDIAN, subject=auditing.page_name(), ground=type(refused).__name__)
        form.refuse(
            "code",
            N_(
                "This code opens nothing. Check each sign. A code works once and for some weeks: ask the school for a new one."
            ),
        )
        return _code_page(form, 422)
    pace.forget(session, paces.GUARDIANS, paces.this_browser())
    guardians.open_session(session, guardian)
    return redirect(url_for(".home"), 303)


@blueprint.get("/e-identification")
@public
def e_identification() -> ResponseReturnValue:
    """To the municipality's sign-in and back: bound to the page a code has opened, or to the one bound before."""
    return municipal.send_guardian_there()


@blueprint.post("/leave")
@public
def leave() -> ResponseReturnValue:
    """Close the page: this browser forgets whose it was."""
    guardians.close_session(transactions.session())
    return redirect(url_for(".code"), 303)


def _code_page(form: forms.Form, status: int = 200) -> ResponseReturnValue:
    return page("guardian/code.html", status, form=form, has_e_identification=municipal.is_for_guardians())
