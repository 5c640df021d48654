"""Files beside the concern, parts and follow-ups: opened by whoever may read the text, and taken out with a reason."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from referrals.access import View
from referrals.errors import NoSuchReferral, NotAllowed
from referrals.files import attachment_reading as rules
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.models import Attachment, Referral, What
from referrals.stages import Verb
from referrals.vocabulary import AttachedTo
from schemas.attachments import TakeOutForm
from webapp import auditing, downloads, forms, notices, people, transactions, uploads
from webapp.casework import blueprint
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext


@dataclass(frozen=True)
class Line:
    """A file as staff see it."""

    id: uuid.UUID
    #: the name it is downloaded under
    name: str
    #: what its sender called it; None once it was taken out
    sender_name: str | None
    kind: str
    size: int
    attached_at: datetime
    can_be_taken_out: bool
    taken_out_at: datetime | None
    taken_out_by: str
    reason: str | None


@blueprint.get("/referrals/<reference:number>/attachments/<uuid:attachment_id>")
@for_referral(View.REFERRAL, leaves=What.OPENED_FILE, is_left_by_view=True)
def attachment(referral: Referral, attachment_id: uuid.UUID) -> Response:
    """The file, to be saved and not shown; whether this person may open it is known only once it is found."""
    visit: auditing.Visit = g.visit
    try:
        found, content = rules.read_content(transactions.session(), referral, attachment_id, reader=people.actor())
    except (NotAllowed, NoSuchReferral) as refused:
        visit.note(What.REFUSED, ground=type(refused).__name__)
        raise
    visit.note(What.OPENED_FILE)
    return downloads.to_save(found, content)


@blueprint.get("/referrals/<reference:number>/attachments/<uuid:attachment_id>/take-out")
@for_referral(Verb.TAKE_OUT_FILE)
def taking_out(referral: Referral, attachment_id: uuid.UUID) -> Response:
    """What taking a file out means, and where the reason is written."""
    return _taking_out_page(referral, _may_take_out(referral, attachment_id), forms.shown())


@blueprint.post("/referrals/<reference:number>/attachments/<uuid:attachment_id>/take-out")
@for_referral(Verb.TAKE_OUT_FILE)
def take_out(referral: Referral, attachment_id: uuid.UUID) -> ResponseReturnValue:
    """Destroy a file that should not have come in."""
    found = _may_take_out(referral, attachment_id)
    form = forms.submitted()
    given = form.load(TakeOutForm())
    if given is None:
        return _taking_out_page(referral, found, form, status=422)
    rules.take_out(
        transactions.session(), referral, by=people.actor(), seen=seen(), attachment=found, reason=given["reason"]
    )
    notices.say_next(gettext("The file is taken out. That it was here, and why it went, stays."))
    return redirect(_page_of(found), 303)


def lines(found: Iterable[Attachment]) -> list[Line]:
    """Files as a page shows them to somebody who may open them."""
    actor = people.actor()
    return [
        Line(
            one.id,
            one.paper_name,
            one.sender_name,
            gettext(one.kind.label),
            one.size,
            one.attached_at,
            rules.may_take_out(one, actor),
            one.taken_out_at,
            one.taken_out_by.name if one.taken_out_by else "",
            one.taken_out_reason,
        )
        for one in found
    ]


def take_beside(
    form: forms.Form,
    referral: Referral,
    *,
    keep: Callable[[Session, Referral, Cleared], object],
    remove: Callable[[Session, Referral, uuid.UUID], object],
) -> Referral:
    """Keep the files that were chosen and take away the one that was pointed at, each at once and for good.

    Gives the referral anew, for the request's next session: the one at hand is let go of, so that nobody waits for the
    database while a file is opened.
    """
    gone, referral_id = uploads.dropped(), referral.id
    if not (gone or uploads.are_chosen()):
        return referral
    transactions.turn_back()

    def keep_one(file: Cleared) -> None:
        with transactions.writing() as session:
            keep(session, session.get_one(Referral, referral_id), file)

    uploads.take(form, keep_one)
    if gone:
        with transactions.writing() as session:
            remove(session, session.get_one(Referral, referral_id), gone)
    return transactions.session().get_one(Referral, referral_id)


def _may_take_out(referral: Referral, attachment_id: uuid.UUID) -> Attachment:
    found = attachments.find(transactions.session(), referral, attachment_id)
    if not rules.may_take_out(found, people.actor()):
        raise NotAllowed(Verb.TAKE_OUT_FILE)
    return found


def _taking_out_page(referral: Referral, found: Attachment, form: forms.Form, *, status: int = 200) -> Response:
    return referral_page(
        "attachment_take_out.html", referral, status=status, form=form, file=lines([found])[0], back=_page_of(found)
    )


def _page_of(attachment: Attachment) -> str:
    """The page of the text it belongs to."""
    number = attachment.referral.number
    if attachment.part_id is not None:
        return url_for("casework.assessment_part", number=number, part_id=attachment.part_id)
    page = "casework.triage" if attachment.belongs_to is AttachedTo.CONCERN else "casework.follow_up"
    return url_for(page, number=number)
