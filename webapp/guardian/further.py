"""What e-identification opens on a guardian's page: papers, files, what was shared, their own text, and their other children."""

import uuid
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import documents
from referrals.errors import NoSuchReferral, NotKnownHere
from referrals.files import attachments
from referrals.guardians import guardian_access, guardian_page, guardian_papers, guardian_sharing
from referrals.models import Guardian, What
from referrals.papers import calls
from referrals.safeguarding import protection
from referrals.stages import Party
from referrals.vocabulary import DocumentKind
from schemas.guardian import OwnWordsForm
from webapp import auditing, downloads, forms, notices, people, transactions
from webapp.accounts import guardians
from webapp.guardian import blueprint, consent
from webapp.guardian.consent import sharing_lines
from webapp.guards import for_guardian
from webapp.language import gettext
from webapp.pages import page


def shown_to(guardian: Guardian) -> dict[str, Any]:
    """What the guardian's page shows further to one who came with e-identification; empty for a code alone."""
    opened = guardians.open_page()
    if opened is None or not opened.is_strong:
        return {}
    session = transactions.session()
    ended = calls.ended(session, guardian.referral)
    return {
        "papers": guardian_papers.papers_for(session, guardian, ended=ended),
        "ended": ended,
        "reports": guardian_papers.reports_for(session, guardian),
        "own_words": guardian_page.own_words(session, guardian),
        "files": guardian_papers.files_for(session, guardian),
        "shared": sharing_lines(guardian, guardian_sharing.shared_for(session, guardian)),
        "consent": consent.stands(guardian),
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


@blueprint.get("/files/<uuid:attachment_id>")
@for_guardian(with_e_identification=True, leaves=What.OPENED_FILE)
def file(guardian: Guardian, attachment_id: uuid.UUID) -> Response:
    """One of the files the guardian sent in themselves."""
    session = transactions.session()
    found = guardian_papers.find_file(session, guardian, attachment_id)
    return downloads.to_save(found, attachments.open_content(session, found))


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


def _words_page(guardian: Guardian, form: forms.Form, status: int = 200) -> Response:
    return page("guardian/own_words.html", status, form=form, is_open=guardian.referral.is_open)


def _pdf(content: bytes, *, name: str) -> Response:
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
