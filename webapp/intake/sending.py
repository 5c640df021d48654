"""The end of the form: reading everything once more, sending it in, and what happens then."""

from datetime import date
from typing import Final

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from sqlalchemy import select

from referrals import clock, documents, drafts, intake
from referrals.files import attachments
from referrals.meetings import conflict
from referrals.models import Concern, Referral, Unit, What
from referrals.people import organisation
from referrals.rules import targets
from referrals.stages import Party
from referrals.vocabulary import N_, DeadlineSource, ReporterKind
from schemas.intake import PAGES, load_concern
from webapp import auditing, forms, notices, transactions
from webapp.guards import public
from webapp.intake import another, blueprint, browser, review
from webapp.intake.questions import Writing, current_writing, files_in, lost, not_of_another, pause
from webapp.language import gettext, language, zone
from webapp.pages import page

#: the page on which a school or unit is chosen, behind each door
_ASKS_UNIT: Final = "you"
#: field with what the page showed that sends it in
_SHOWN: Final = "_shown"


@blueprint.get("/concern/check")
@public
@not_of_another(even_unmarked=False)
def check() -> ResponseReturnValue:
    """Everything that was answered, each with a way to change it."""
    writing = current_writing()
    return _check_page(writing, forms.shown()) if writing else lost()


@blueprint.post("/concern/check")
@public
@not_of_another(even_unmarked=False)
def send() -> ResponseReturnValue:
    """Send the concern in as it was read on this page. Sent twice, it is one."""
    writing = current_writing(to_send=True)
    if writing is None or writing.draft is None:
        return lost()
    if "_later" in request.form:
        return pause(writing)
    session = transactions.session()
    form = forms.submitted()
    if request.form.get(_SHOWN) != _as_it_reads(
        writing
    ):  # a page from before an upgrade, which sends none, is shown too
        notices.say(
            notices.Notice(
                gettext(
                    "Something has changed since you opened this page, perhaps in another window. Nothing has been sent and nothing is lost: here it stands as it is now. Press the button once more when it is right."
                ),
                gettext("Read it once more before it goes"),
                "warning",
            )
        )
        return _check_page(writing, form, 409)
    try:
        answers = load_concern(writing.door, writing.answers)
    except ValidationError as refused:
        for name, sentences in refused.messages_dict.items():
            form.refuse(name, sentences[0] if isinstance(sentences, list) else N_("Something here must be mended."))
        return _check_page(writing, form, 422)
    unit = session.scalars(select(Unit).where(Unit.slug == answers.pop("unit"), Unit.takes_concerns)).one_or_none()
    if unit is None:
        form.refuse("unit", N_("This unit takes no concerns here at the moment. Choose another, or call."))
        return _check_page(writing, form, 422)
    concern = intake.ConcernInput(**answers)
    referral = intake.submit_concern(session, writing.draft, unit=unit, concern=concern, language=language())
    browser.remember_reported(referral)
    return redirect(url_for(".sent"), 303)


@blueprint.get("/concern/sent")
@public
def sent() -> ResponseReturnValue:
    """What was sent in: its number, the return code, and what happens next."""
    session = transactions.session()
    token = browser.draft_token()
    draft = drafts.find_draft(session, token) if token else None
    if draft is None or draft.referral_id is None:
        return redirect(url_for(".come_back"), 303)
    referral = session.get_one(Referral, draft.referral_id)
    concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
    auditing.note(What.OPENED_PAGE, chain=referral.id, party=Party.REPORTER, subject=auditing.page_name())
    by, by_source = _read_by(referral)
    return page(
        "intake/sent.html",
        number=referral.number,
        code=draft.code,
        unit=referral.unit if referral.protected_since is None else None,
        readers=review.readers(session, referral),
        reads_elsewhere=bool(conflict.kept_out(referral)),
        by=by,
        by_source=by_source,
        has_receipt=documents.receipt_of(session, referral) is not None,
        files=len(attachments.beside_concern(session, referral)),
        is_checked_first=referral.held_since is not None,
        concern=concern,
        is_pupil=concern.reporter_kind is ReporterKind.PUPIL,
    )


@blueprint.get("/concern/sent/receipt")
@public
def receipt_link() -> ResponseReturnValue:
    """The link to the receipt once it is made; asked for again and again by the confirmation."""
    session, identity = transactions.session(), browser.reported_id()
    referral = session.get(Referral, identity) if identity else None
    if referral is None:
        return "", 204
    return page("intake/receipt_link.html", has_receipt=documents.receipt_of(session, referral) is not None)


def _read_by(referral: Referral) -> tuple[date, DeadlineSource | None]:
    """The day by which somebody has read it, and where that comes from."""
    if referral.target_on is not None:
        return referral.target_on, referral.target_source
    session, today = transactions.session(), clock.today(zone())
    day = targets.default_day(session, referral.rulepack, "triage", since=today)
    return day, targets.default_source(session, referral.rulepack, "triage")


def _as_it_reads(writing: Writing) -> str:
    return review.as_it_reads(writing.door, writing.answers, files=[file.id for file in files_in(writing)])


def _check_page(writing: Writing, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    pages = PAGES[writing.door]
    others = [unit.slug for unit in intake.open_units(session)]
    chosen = str(writing.answers.get("unit", ""))
    return page(
        "intake/check.html",
        status,
        form=form,
        door=writing.door.value,
        draft=writing.draft,
        carries=another.carried(writing.draft),
        shown=_as_it_reads(writing),
        sections=review.sections(
            session, writing.door, writing.answers, files=[file.name for file in files_in(writing)]
        ),
        number=len(pages),
        of=len(pages),
        back=url_for(".show_page", name=pages[-2].name),
        closed=organisation.unit_called(session, chosen) if chosen not in others else None,
        choose_another=url_for(".show_page", name=_ASKS_UNIT, to="check") if others else "",
    )
