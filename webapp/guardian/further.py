"""What e-identification opens on a guardian's page: their papers, their own text, their consent, and their other children."""

import uuid
from typing import Any, Final

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import clock, consent, documents, guardian_access, guardian_page, guardian_papers, protection, rulebook
from referrals.errors import NoSuchReferral, NotKnownHere
from referrals.models import Guardian, What
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.vocabulary import (
    N_,
    ConsentForm,
    ConsentState,
    DocumentKind,
    InformationCategory,
    Term,
)
from schemas.guardian import OwnConsentForm, OwnWordsForm
from webapp import auditing, forms, notices, people, transactions
from webapp.accounts import guardians
from webapp.guardian import blueprint
from webapp.guards import for_guardian
from webapp.language import gettext, zone
from webapp.pages import page

_NOT_YET = N_("You have not answered yet.")
#: where a guardian's own consent stands, told to themselves
_STANDS: Final[dict[ConsentState, str]] = {
    ConsentState.NOT_ASKED: _NOT_YET,
    ConsentState.INFORMED: _NOT_YET,
    ConsentState.FULL: N_("You have said yes to everything."),
    ConsentState.PARTIAL: N_("You have said yes to some of it."),
    ConsentState.REFUSED: N_("You have said no."),
    ConsentState.WITHDRAWN: N_("You have taken your consent back."),
    ConsentState.EXPIRED: N_("Your consent has run out."),
}


def shown_to(guardian: Guardian) -> dict[str, Any]:
    """What the guardian's page shows further to one who came with e-identification; empty for a code alone."""
    opened = guardians.open_page()
    if opened is None or not opened.is_strong:
        return {}
    session = transactions.session()
    return {
        "papers": guardian_papers.papers_for(session, guardian),
        "reports": guardian_papers.reports_for(session, guardian),
        "own_words": guardian_page.own_words(session, guardian),
        "consent": gettext(_STANDS[_state(guardian)]),
        "others": guardian_access.siblings(session, guardian),
    }


@blueprint.get("/papers/<uuid:document_id>")
@for_guardian(with_e_identification=True, leaves=What.OPENED_PAPER)
def paper(guardian: Guardian, document_id: uuid.UUID) -> Response:
    """One of the guardian's own papers, as it was issued."""
    session = transactions.session()
    found = guardian_papers.find_paper(session, guardian, document_id)
    return _pdf(documents.read_content(found), name=documents.file_name(session, found))


@blueprint.get("/reports/<uuid:report_id>")
@for_guardian(with_e_identification=True, leaves=None)
def report(guardian: Guardian, report_id: uuid.UUID) -> Response:
    """The paper of a protection report that the guardians were told of."""
    session = transactions.session()
    found = guardian_papers.find_report(session, guardian, report_id)
    content, name, report_id = protection.read_paper(session, found) or b"", f"{found.number}.pdf", found.id
    auditing.note(
        What.OPENED_PAPER,
        chain=report_id,
        party=Party.GUARDIAN,
        subject=DocumentKind.PROTECTION_REPORT,
        object_id=guardian.id,
    )
    return _pdf(content, name=name)


@blueprint.get("/own-words")
@for_guardian(with_e_identification=True)
def own_words(guardian: Guardian) -> Response:
    """The guardian's own text, to be written or changed."""
    found = guardian_page.own_words(transactions.session(), guardian)
    return _words_page(guardian, forms.shown({"text": found.text if found else ""}))


@blueprint.post("/own-words")
@for_guardian(with_e_identification=True)
def write_own_words(guardian: Guardian) -> ResponseReturnValue:
    """Keep the guardian's own text."""
    form = forms.submitted()
    given = form.load(OwnWordsForm())
    if given is None:
        return _words_page(guardian, form, 422)
    guardian_page.write_own_words(transactions.session(), guardian, by=people.actor(), text=given["text"])
    notices.say_next(gettext("Your text is kept. It stands first in the team's papers where guardians are heard."))
    return redirect(url_for(".home"), 303)


@blueprint.get("/consent", endpoint="consent")
@for_guardian(with_e_identification=True)
def show_consent(guardian: Guardian) -> Response:
    """What the guardian allows now, to be given, narrowed or taken back."""
    newest = guardian.answer_until(None)
    is_given = newest is not None and _state(guardian) in (ConsentState.FULL, ConsentState.PARTIAL)
    usual = {
        "categories": newest.categories if newest and is_given else [],
        "recipients": newest.recipients if newest and is_given else [],
        "until_on": newest.until_on if newest and is_given else None,
    }
    return _consent_page(guardian, forms.shown(usual))


@blueprint.post("/consent")
@for_guardian(with_e_identification=True)
def give_consent(guardian: Guardian) -> ResponseReturnValue:
    """Record the guardian's own answer; it takes the place of the one before."""
    form = forms.submitted()
    given = form.load(OwnConsentForm())
    if given is None:
        return _consent_page(guardian, form, 422)
    newest = guardian.answer_until(None)
    usual = gettext("So that those who work with the child can help together.")
    answer = consent.ConsentGiven(
        answer=consent.answer_for(guardian.referral, given["categories"], given["recipients"]),
        form=ConsentForm.DIGITAL,
        categories=given["categories"],
        recipients=given["recipients"],
        purpose=(newest.purpose if newest else None) or usual,
        from_on=clock.today(zone()),
        until_on=given["until_on"],
    )
    consent.record_consent(
        transactions.session(), guardian.referral, by=people.actor(), seen=None, guardian=guardian, consent=answer
    )
    notices.say_next(gettext("Your answer is recorded and holds from now on."))
    return redirect(url_for(".home"), 303)


@blueprint.post("/consent/withdraw")
@for_guardian(with_e_identification=True)
def withdraw_consent(guardian: Guardian) -> ResponseReturnValue:
    """Take the consent back, from now on."""
    consent.withdraw_consent(transactions.session(), guardian.referral, by=people.actor(), seen=None, guardian=guardian)
    notices.say_next(gettext("Your consent is withdrawn from now on. What was shared before cannot be taken back."))
    return redirect(url_for(".home"), 303)


@blueprint.post("/other")
@for_guardian(with_e_identification=True)
def open_other(guardian: Guardian) -> ResponseReturnValue:
    """Go to the page about another of this person's children."""
    session = transactions.session()
    try:
        other = guardian_access.find_sibling(session, guardian, uuid.UUID(request.form.get("guardian", "")))
    except (NotKnownHere, ValueError):
        raise NoSuchReferral from None
    guardians.open_session(session, other, is_strong=True)
    return redirect(url_for(".home"), 303)


def _state(guardian: Guardian) -> ConsentState:
    return guardian.consent_state(clock.today(zone()))


def _words_page(guardian: Guardian, form: forms.Form, status: int = 200) -> Response:
    return page("guardian/own_words.html", status, form=form, is_open=guardian.referral.is_open)


def _consent_page(guardian: Guardian, form: forms.Form, status: int = 200) -> Response:
    state = _state(guardian)
    return page(
        "guardian/consent.html",
        status,
        form=form,
        consent=gettext(_STANDS[state]),
        newest=guardian.answer_until(None),
        can_answer=guardian.referral.state in MOVE_BY_VERB[Verb.RECORD_CONSENT].frm,
        can_withdraw=state in (ConsentState.FULL, ConsentState.PARTIAL)
        and guardian.referral.state in MOVE_BY_VERB[Verb.WITHDRAW_CONSENT].frm,
        categories=_choices(InformationCategory),
        recipients=[
            (each.value, gettext(each.label)) for each in rulebook.load(guardian.referral.rulepack).asked_about
        ],
    )


def _choices(terms: type[Term]) -> list[tuple[str, str]]:
    return [(term.value, gettext(term.label)) for term in terms]


def _pdf(content: bytes, *, name: str) -> Response:
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
