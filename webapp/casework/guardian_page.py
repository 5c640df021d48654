"""A guardian's own page, from the team's side: the code that opens it, its letter, and what the guardian wrote there."""

import uuid

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import clock, printing
from referrals.errors import NoSuchReferral, WrongCode
from referrals.guardians import guardian_access, guardian_page
from referrals.guardians.guardian_access import GivenCode
from referrals.models import Guardian, Referral
from referrals.papers import readers
from referrals.papers.paper_sources import GUARDIANS_DOOR
from referrals.people import organisation
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind
from schemas.documents import PaperRecipient, PaperSource, document_context
from webapp import notices, people, transactions
from webapp.casework import blueprint
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.get("/referrals/<reference:number>/guardians/<uuid:guardian_id>/code")
@for_referral(Verb.GIVE_PAGE_CODE)
def page_code(referral: Referral, guardian_id: uuid.UUID) -> Response:
    """What a code is for, and how it stands for this guardian."""
    return _code_page(referral, _guardian(referral, guardian_id))


@blueprint.post("/referrals/<reference:number>/guardians/<uuid:guardian_id>/code")
@for_referral(Verb.GIVE_PAGE_CODE)
def give_page_code(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Make a code and show it, once."""
    row = _guardian(referral, guardian_id)
    given = guardian_access.give_code(transactions.session(), referral, by=people.actor(), seen=seen(), guardian=row)
    return _code_page(referral, row, given)


@blueprint.post("/referrals/<reference:number>/guardians/<uuid:guardian_id>/code-letter")
@for_referral(Verb.GIVE_PAGE_CODE)
def page_code_letter(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """The letter with the code that was just made. It is printed at once and kept nowhere."""
    session, row = transactions.session(), _guardian(referral, guardian_id)
    try:
        given = guardian_access.letter_code(session, row, request.form.get("code", ""))
    except WrongCode:
        notices.say_next(gettext("That code is used or replaced already. Make a new one for a new letter."), "warning")
        return redirect(url_for("casework.page_code", number=referral.number, guardian_id=row.id), 303)
    source = PaperSource(
        referral=referral,
        municipality=organisation.municipality(session),
        issued_at=clock.now(),
        recipient=PaperRecipient(
            capacity="guardian", name=None if row.has_protected_identity else row.name, guardian_id=row.id
        ),
        page_code=given.code,
        page_code_until=given.until_on,
        return_address=transactions.settings().base_url + GUARDIANS_DOOR,
    )
    kind = DocumentKind.PAGE_CODE
    html = printing.document_html(
        kind, document_context(kind, source), language=readers.readable(session, row.language)
    )
    name = f"{referral.number}-page-code.pdf"
    transactions.turn_back()  # nobody waits for the printing
    response = make_response(printing.print_in_time(html))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/referrals/<reference:number>/guardians/read")
@for_referral(Verb.GIVE_PAGE_CODE)
def mark_read(referral: Referral) -> ResponseReturnValue:
    """Note that what guardians wrote has been read."""
    guardian_page.mark_read(transactions.session(), referral, by=people.actor())
    notices.say_next(gettext("Noted as read."))
    back = "casework.team_review" if request.form.get("back") == "team_review" else "casework.guardians"
    return redirect(url_for(back, number=referral.number), 303)


def _code_page(referral: Referral, guardian: Guardian, given: GivenCode | None = None) -> Response:
    session = transactions.session()
    waiting = guardian_access.waiting_code(session, guardian)
    return referral_page(
        "guardians_code.html",
        referral,
        guardian=guardian,
        given=given,
        door=transactions.settings().base_url + GUARDIANS_DOOR,
        waiting=waiting,
        may_have_page=guardian_access.may_have_page(guardian),
        has_identity=guardian_access.has_identity(session, guardian),
    )


def _guardian(referral: Referral, guardian_id: uuid.UUID) -> Guardian:
    row = transactions.session().get(Guardian, guardian_id)
    if row is None or row.referral_id != referral.id:
        raise NoSuchReferral
    return row
