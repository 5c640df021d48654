"""Requests to read the file: recorded on the referral's page, gone through piece by piece by their reviewer, let go by nobody else."""

import uuid
from collections.abc import Iterable
from datetime import date

from flask import Response, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import documents
from referrals.access import View
from referrals.disclosure import coverage
from referrals.errors import Incomplete, NoSuchReferral, NotAllowed, WithheldFromAsker
from referrals.files import attachments
from referrals.models import Account, Attachment, Document, ReadingAnswer, ReadingRequest, Referral, What
from referrals.reading import reading_extract, reading_withheld
from referrals.reading import reading_requests as rules
from referrals.reading.reading_pieces import Piece
from referrals.reminders.words import GIVE_READING_ON, READING
from referrals.rules import rulebook
from referrals.vocabulary import N_, AskedBy, AskedHow, DeadlineSource
from schemas.reading_requests import GiveReadingOnForm, ReadingRequestForm, ReviewForm
from webapp import auditing, forms, notices, pages, people, transactions
from webapp.casework import blueprint
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page
from webapp.casework.lines import Line
from webapp.guards import for_referral, signed_in
from webapp.language import gettext, language, short_date

#: the name of the form that gives a request to somebody else
_GIVE_ON = "give-on"
_LACKING = {
    "guardian_id": N_("Choose which guardian asked."),
    "asker_name": N_("Write who asked."),
    "received_on": N_("This day has not come yet. Choose today or an earlier day."),
}


@blueprint.get("/referrals/<reference:number>/reading-requests")
@for_referral(View.ACCESS_LOG)
def reading_requests(referral: Referral) -> Response:
    """The requests about this referral, and the form for another."""
    return _page(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/reading-requests")
@for_referral(View.ACCESS_LOG)
def record_reading_request(referral: Referral) -> ResponseReturnValue:
    """Record that somebody asked, and who goes through it."""
    form = forms.submitted()
    given = form.load(ReadingRequestForm())
    if given is None:
        return _page(referral, form, status=422)
    try:
        rules.record_request(transactions.session(), referral, by=people.actor(), asked=rules.Asked(**given))
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, _LACKING[name])
        return _page(referral, form, status=422)
    notices.say_next(gettext("The request is recorded. It waits on the reviewer's home from now on."))
    return redirect(url_for("casework.reading_requests", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/reading-requests/reviewer")
@for_referral(View.ACCESS_LOG)
def give_reading_on(referral: Referral) -> ResponseReturnValue:
    """Let somebody else go through an open request."""
    form = forms.submitted()
    given = form.load(GiveReadingOnForm())
    if given is None:
        return _page(referral, forms.shown(), status=422, giving=form)
    open_request, to = given["open_request"], given["goes_on_by"]
    try:
        now = rules.give_on(
            transactions.session(), referral, by=people.actor(), request_id=open_request, reviewer_id=to
        )
    except NotAllowed:
        form.refuse("goes_on_by", N_("Choose somebody who neither recorded it nor has it already."))
        return _page(referral, forms.shown(), status=422, giving=form)
    notices.say_next(gettext("%(name)s goes through it from now on.", name=now.reviewer.name))
    return redirect(url_for("casework.reading_requests", number=referral.number), 303)


@blueprint.get("/reading-requests")
@signed_in(*rules.MAY_REVIEW)
def requests_to_review() -> Response:
    """What waits for this reviewer."""
    waiting = rules.to_review(transactions.session(), people.actor())
    return pages.page("casework/reading_requests_to_review.html", waiting=waiting)


def lines(day: date) -> list[Line]:
    """A line of home for each request this person has to go through, and for each that comes back to them."""
    return [
        Line(
            number=one.referral.number,
            url=url_for("casework.reading_review", request_id=one.id),
            verb=gettext(READING),
            about=(),
            due_on=one.due_on,
            source=DeadlineSource.LAW,
            today=day,
        )
        for one in rules.to_review(transactions.session(), people.actor())
    ] + [
        Line(
            number=one.referral.number,
            url=url_for("casework.reading_requests", number=one.referral.number),
            verb=gettext(GIVE_READING_ON),
            about=(gettext("With %(name)s", name=one.reviewer.name),),
            due_on=one.due_on,
            source=DeadlineSource.LAW,
            today=day,
        )
        for one in rules.come_back(transactions.session(), people.actor())
    ]


@blueprint.get("/reading-requests/<uuid:request_id>")
@signed_in(*rules.MAY_REVIEW)
def reading_review(request_id: uuid.UUID) -> Response:
    """Every piece of the file, with what was decided about it."""
    found = rules.find(transactions.session(), request_id, by=people.actor())
    _note(found, What.OPENED_PAGE, "casework.reading_review")
    return _review(found)


@blueprint.get("/reading-requests/<uuid:request_id>/files/<uuid:row_id>")
@signed_in(*rules.MAY_REVIEW)
def reading_file(request_id: uuid.UUID, row_id: uuid.UUID) -> Response:
    """One paper or file that the reviewer goes through, to be saved and not shown."""
    session = transactions.session()
    found = rules.find(session, request_id, by=people.actor())
    piece = next((one for one in rules.to_go_through(session, found) if one.row_id == row_id), None)
    if piece is None or piece.file is None:
        raise NoSuchReferral
    _note(found, What.OPENED_FILE, "casework.reading_review")
    row: Document | Attachment = session.get_one(piece.of, row_id)
    content = documents.read_content(row) if isinstance(row, Document) else attachments.open_content(session, row)
    return _download(content, "application/octet-stream", f"{found.referral.number}-{piece.file}")


@blueprint.post("/reading-requests/<uuid:request_id>")
@signed_in(*rules.MAY_REVIEW)
def answer_reading_request(request_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what is decided so far."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    found = rules.find(session, request_id, by=actor)
    decided = form.load(ReviewForm())
    if decided is None:
        return _review(found, form)
    try:
        answers = {key: rules.Answer(**one) for key, one in decided.items()}
        rules.answer_pieces(session, found, by=actor, answers=answers)
    except Incomplete as refused:
        for row in form.rows("pieces", 0):
            if form.value(f"pieces-{row}-piece") in refused.missing:
                form.refuse(f"pieces-{row}-reason", N_("Choose on what ground it is withheld, and write why."))
        return _review(found, form)
    except WithheldFromAsker as refused:
        for row in form.rows("pieces", 0):
            if form.value(f"pieces-{row}-piece") in refused.pieces:
                form.refuse(
                    f"pieces-{row}-given", N_("It was decided that this guardian does not read it. Withhold it.")
                )
        return _review(found, form)
    notices.say_next(gettext("Saved. Nothing leaves before you let it go."))
    return redirect(url_for("casework.reading_review", request_id=found.id), 303)


@blueprint.post("/reading-requests/<uuid:request_id>/approval")
@signed_in(*rules.MAY_REVIEW)
def approve_extract(request_id: uuid.UUID) -> ResponseReturnValue:
    """Let the extract go."""
    session, actor = transactions.session(), people.actor()
    found = rules.find(session, request_id, by=actor)
    try:
        rules.approve_extract(session, found, by=actor)
    except Incomplete:
        notices.say_next(
            gettext("Some pieces are still undecided. Go through them first; nothing has left."), "warning"
        )
    else:
        notices.say_next(gettext("The extract is ready. Take it out and hand it over."))
    return redirect(url_for("casework.reading_review", request_id=found.id), 303)


@blueprint.post("/reading-requests/<uuid:request_id>/extract")
@signed_in(*rules.MAY_REVIEW)
def take_extract(request_id: uuid.UUID) -> ResponseReturnValue:
    """The extract, taken out by a form: it leaves a trace, and no page is read into it by chance."""
    session, actor = transactions.session(), people.actor()
    found = rules.find(session, request_id, by=actor)
    made, name = reading_extract.extract(session, found, by=actor), f"{found.referral.number}-extract.zip"
    transactions.commit()  # it is noted before anything is printed, and nobody waits for that
    return _download(made.packed(), "application/zip", name)


# ------------------------------------------------------------------------------------------------------- inside
def _page(
    referral: Referral,
    form: forms.Form,
    status: int = 200,
    *,
    giving: forms.Form | None = None,
) -> Response:
    session, actor = transactions.session(), people.actor()
    requests = rules.requests_of(session, referral)
    others = {one: rules.others(session, one, by=actor) for one in requests}
    to_give = [_to_give(one) for one, to in others.items() if to]
    guardians = coverage.guardians_of(session, referral)
    return referral_page(
        "reading_requests.html",
        referral,
        status=status,
        form=giving or form,
        requests=requests,
        to_give=to_give,
        others=_names({one.id: one for to in others.values() for one in to}.values()),
        giving=giving or forms.shown({"open_request": to_give[0][0]} if len(to_give) == 1 else {}, name=_GIVE_ON),
        reviewers=_names(rules.reviewers(session, referral, by=actor)),
        guardians=[
            (str(one.id), one.name if one.name and not one.has_protected_identity else gettext("Guardian %(number)s", number=place))
            for place, one in enumerate(guardians, start=1)
        ],
        askers=choices(AskedBy),
        ways=choices(AskedHow),
        may_record=rules.may_record(actor, referral),
        mine=actor.account_id,
    )  # fmt: skip


def _names(reviewers: Iterable[Account]) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in reviewers]


def _to_give(asked: ReadingRequest) -> tuple[str, str]:
    """An open request as a choice: when it came in, and who has it."""
    values = {"date": short_date(asked.received_on), "name": asked.reviewer.name}
    return str(asked.id), gettext("Came in %(date)s, is with %(name)s", **values)


def _review(found: ReadingRequest, form: forms.Form | None = None) -> Response:
    session = transactions.session()
    pieces = rules.to_go_through(session, found)
    answers = rules.answers_to(session, found)
    reading = rulebook.load(found.referral.rulepack).reading
    return pages.page(
        "casework/reading_review.html",
        status=422 if form else 200,
        request=found,
        pieces=pieces,
        kept=reading_withheld.not_to_give(session, found),
        form=form or forms.shown({"pieces": [_as_fields(piece, answers) for piece in pieces]}),
        left=len(rules.undecided(session, found)),
        grounds=[(key, reading.ground(key, language())) for key in reading.grounds],
        due_source=DeadlineSource.LAW,
        due_law=reading.answer_source,
    )


def _as_fields(piece: Piece, answers: dict[str, ReadingAnswer]) -> dict[str, object]:
    answer = answers.get(piece.key)
    if answer is None:
        return {"piece": piece.key}
    return {"piece": piece.key, "given": answer.is_given, "ground": answer.ground, "reason": answer.reason}


def _note(found: ReadingRequest, what: What, subject: str) -> None:
    auditing.note(what, chain=found.referral_id, subject=subject, object_id=found.id)


def _download(content: bytes, mimetype: str, name: str) -> Response:
    response = make_response(content)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
