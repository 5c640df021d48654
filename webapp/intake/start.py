"""The way in: the start page, the link and QR code of each unit, taking a draft up again, and the quick way out."""

import io
import uuid
from contextlib import suppress

import segno
from flask import Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import drafts, intake, pace, reference
from referrals.errors import WrongCode
from referrals.languages import LANGUAGES
from referrals.models import Draft, Unit
from referrals.people import organisation
from referrals.vocabulary import N_
from schemas.intake import CodeForm, Door
from webapp import forms, people, transactions
from webapp.accounts import guardians, paces
from webapp.guards import public
from webapp.intake import blueprint, browser, questions
from webapp.language import choose_language, language
from webapp.pages import page

#: where the quick way out leads: tomorrow's weather, in which nobody sees anything
_ELSEWHERE = {"se": "https://www.smhi.se/", "dk": "https://www.dmi.dk/"}


@blueprint.get("/")
@public
def start() -> ResponseReturnValue:
    """The start page: what this is for, and three doors."""
    return _start_page(None)


@blueprint.get("/u/<string:slug>")
@blueprint.get("/u/<string:slug>/<any(sv, da, en):code>")
@public
def unit_start(slug: str, code: str = "") -> ResponseReturnValue:
    """The start page of one unit, for its link and QR code; the language can stand in the link."""
    choose_language(code)
    unit = _unit(slug)
    if unit is None:
        abort(404)
    return _start_page(unit)


@blueprint.get("/u/<string:slug>/qr.svg")
@blueprint.get("/u/<string:slug>/<any(sv, da, en):code>/qr.svg")
@public
def unit_qr(slug: str, code: str = "") -> Response:
    """The QR code of a unit's link, to print on a poster."""
    if _unit(slug) is None:
        abort(404)
    path = url_for(".unit_start", slug=slug, code=code) if code in LANGUAGES else url_for(".unit_start", slug=slug)
    picture = io.BytesIO()
    segno.make(transactions.settings().base_url + path, error="m", micro=False).save(
        picture, kind="svg", scale=8, border=4, dark="#000"
    )
    response = make_response(picture.getvalue())
    response.mimetype = "image/svg+xml"
    return response


@blueprint.post("/start")
@public
def begin() -> ResponseReturnValue:
    """Begin a new draft behind one of the doors; whatever this browser wrote before needs its code again."""
    door = request.form.get("door", "")
    if door not in set(Door):
        return redirect(url_for(".start"), 303)
    paces.take(paces.BEGINNINGS, paces.this_browser())
    paces.take(paces.ALL_BEGINNINGS, "")
    session = transactions.session()
    unit = _open_unit(request.form.get("unit", ""))
    answers = {"door": door, "unit": unit.slug if unit else ""}
    started = drafts.start_draft(session, language=language(), unit=unit, answers=answers, writer=people.actor())
    browser.remember_draft(started)
    return redirect(url_for(".show_page", name="danger"), 303)


@blueprint.get("/resume")
@public
def resume() -> ResponseReturnValue:
    """Where the code of a draft is given."""
    return page("intake/resume.html", form=forms.shown())


@blueprint.post("/resume")
@public
def take_up() -> ResponseReturnValue:
    """Take a draft up again with its code."""
    form = forms.submitted()
    given = form.load(CodeForm())
    if given is None:
        return page("intake/resume.html", 422, form=form)
    if reference.is_code(given["code"]):  # a slip of the finger is no try
        paces.take(paces.REPORTERS, paces.this_browser())
        with suppress(WrongCode):
            started = drafts.resume_draft(transactions.session(), given["code"])
            pace.forget(transactions.session(), paces.REPORTERS, paces.this_browser())
            return _go_on(started)
    form.refuse(
        "code", N_("There is no draft with this code. Check each sign. A draft is deleted on the day you were told.")
    )
    return page("intake/resume.html", 422, form=form)


@blueprint.post("/resume/<uuid:draft_id>")
@public
def take_up_own(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Take up again a draft of one's own, signed in instead of with the code."""
    try:
        started = drafts.resume_own_draft(transactions.session(), draft_id, writer=people.actor())
    except WrongCode:
        return redirect(url_for(".resume"), 303)
    return _go_on(started)


@blueprint.get("/leave")
@public
def leave() -> ResponseReturnValue:
    """The quick way out: this browser forgets everything, and shows something else."""
    browser.forget_draft()
    browser.forget_reported()
    guardians.forget()
    here = people.municipality()
    response = make_response(redirect(_ELSEWHERE[here.country if here else "se"], 303))
    response.headers["Clear-Site-Data"] = '"cache"'
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _start_page(unit: Unit | None) -> Response:
    session = transactions.session()
    units = intake.open_units(session)
    return page(
        "intake/start.html",
        unit=unit,
        is_offered=unit.takes_concerns if unit else bool(units),
        to_come=[] if unit else intake.units_to_come(session),
        own_drafts=[_own(draft) for draft in drafts.drafts_of(session, people.actor())],
    )


def _own(draft: Draft) -> dict[str, object]:
    return {"id": draft.id, "saved_at": draft.saved_at, "expires_on": draft.expires_on}


def _go_on(started: drafts.StartedDraft) -> Response:
    browser.remember_draft(started)
    choose_language(started.draft.language)
    name = questions.first_unanswered(started.draft.answers or {})
    return make_response(redirect(url_for(".show_page", name=name), 303))


def _unit(slug: str) -> Unit | None:
    return organisation.unit_called(transactions.session(), slug)


def _open_unit(slug: str) -> Unit | None:
    unit = _unit(slug)
    return unit if unit is not None and unit.takes_concerns else None
