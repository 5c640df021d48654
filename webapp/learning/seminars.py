"""Learning seminars: planned with lessons of the catalogue, and their agenda on paper."""

from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import identity_check
from referrals.errors import NamesSomebody
from referrals.learning import attendance, catalogue
from referrals.learning import seminars as rules
from referrals.learning.seminars import Plan
from referrals.models import Seminar, What
from schemas.learning import AttendanceForm, SeminarForm
from webapp import downloads, forms, nobody, notices, pages, people, transactions
from webapp.guards import for_row, signed_in
from webapp.language import gettext, language, zone
from webapp.learning import blueprint
from webapp.learning.catalogue import ROLES

for_seminar = partial(for_row, "seminar", Seminar, rules.may_read)
#: the texts of a seminar that are checked for identities
_TEXTS: Final = ("name", "place", "questions")


@blueprint.get("/seminars")
@signed_in(*ROLES)
def seminars() -> Response:
    """Every seminar."""
    actor = people.actor()
    if not catalogue.may_read(actor):
        abort(404)
    return pages.page(
        "learning/seminars.html",
        seminars=rules.planned(transactions.session()),
        may_plan=rules.may_begin(transactions.session(), actor),
    )


@blueprint.get("/seminars/new")
@signed_in(*rules.PLANNERS, keeps_forms=False)
def new_seminar() -> Response:
    """The form of a new seminar."""
    return _new_page(forms.shown())


@blueprint.post("/seminars/new")
@signed_in(*rules.PLANNERS, keeps_forms=False)
def plan_seminar() -> ResponseReturnValue:
    """Plan a seminar."""
    form = forms.submitted()
    values = form.load(SeminarForm(zone=zone()))
    if values is None:
        return _new_page(form, 422)
    answered = values.pop("answered")
    try:
        made = rules.plan_seminar(transactions.session(), by=people.actor(), plan=Plan(**values), answered=answered)
    except NamesSomebody:
        return _new_page(form, 422, doubts=_mark(form))
    notices.say_next(gettext("The seminar is planned. Its agenda can be printed now."))
    return _to(made)


@blueprint.get("/seminars/<uuid:seminar_id>")
@for_seminar()
def seminar(found: Seminar) -> Response:
    """One seminar, to be read and, by whoever planned it, changed."""
    return _page(found, forms.shown(_as_it_is(found)))


@blueprint.get("/seminars/<uuid:seminar_id>/agenda")
@for_seminar(leaves=What.OPENED_PAPER)
def seminar_agenda(found: Seminar) -> Response:
    """The agenda, in the reader's language."""
    paper = rules.agenda(transactions.session(), found, language=language())
    return downloads.to_look_at(paper, name="agenda.pdf")


@blueprint.post("/seminars/<uuid:seminar_id>")
@for_seminar()
def change_seminar(found: Seminar) -> ResponseReturnValue:
    """Plan a seminar otherwise."""
    if not rules.may_change(found, people.actor()):
        abort(404)
    form = forms.submitted()
    values = form.load(SeminarForm(zone=zone()))
    if values is None:
        return _page(found, form, 422)
    answered = values.pop("answered")
    try:
        rules.change_seminar(transactions.session(), found, by=people.actor(), plan=Plan(**values), answered=answered)
    except NamesSomebody:
        return _page(found, form, 422, doubts=_mark(form))
    notices.say_next(gettext("The seminar has been changed."))
    return _to(found)


@blueprint.post("/seminars/<uuid:seminar_id>/attendance")
@for_seminar()
def note_attendance(found: Seminar) -> ResponseReturnValue:
    """Say how many came from each school and preschool."""
    if not attendance.may_note(found, people.actor()):
        abort(404)
    form = forms.submitted()
    values = form.load(AttendanceForm())
    if values is None:
        return _page(found, forms.shown(_as_it_is(found)), 422, counting=form)
    counts = {row["unit"]: row["count"] for row in values["came"]}
    is_new = attendance.note_attendance(transactions.session(), found, by=people.actor(), counts=counts)
    notices.say_next(gettext("The numbers have been saved.") if is_new else gettext("Nothing has changed."))
    return _to(found)


@blueprint.post("/seminars/<uuid:seminar_id>/calling-off")
@for_seminar()
def call_off_seminar(found: Seminar) -> ResponseReturnValue:
    """Plan a seminar no more."""
    rules.call_off_seminar(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("The seminar is called off. Its lessons stay in the catalogue."))
    return redirect(url_for(".seminars"), 303)


# ------------------------------------------------------------------------------------------------------- inside
def _to(found: Seminar) -> ResponseReturnValue:
    return redirect(url_for(".seminar", seminar_id=found.id), 303)


def _mark(form: forms.Form) -> list[tuple[str, str]]:
    checker = identity_check.municipal_checker(transactions.session(), by=people.actor())
    return nobody.mark(form, checker, *_TEXTS)


def _as_it_is(found: Seminar) -> dict[str, Any]:
    here = found.starts_at.astimezone(ZoneInfo(zone()))
    chosen = [str(lesson.id) for lesson in rules.on_agenda(found)]
    return {
        "name": found.name, "day": here.date(), "starts_time": f"{here:%H:%M}", "place": found.place,
        "questions": found.questions or "", "lesson_ids": chosen,
    }  # fmt: skip


def _choices() -> list[tuple[str, str, str]]:
    """The lessons of the catalogue, each with where it is found."""
    return [
        (str(one.id), one.title or "", f"{gettext(one.theme.label)} · {gettext(one.ages.label)}")
        for one in catalogue.published(transactions.session())
    ]


def _new_page(form: forms.Form, status: int = 200, **values: Any) -> Response:
    if not rules.may_begin(transactions.session(), people.actor()):
        abort(404)
    return pages.page("learning/seminar_new.html", status, form=form, lessons=_choices(), **values)


def _page(found: Seminar, form: forms.Form, status: int = 200, **values: Any) -> Response:
    may_change = rules.may_change(found, people.actor())
    register = attendance.register(transactions.session(), found)
    as_counted = {"came": [{"count": one.count} for one in register]}
    every = {"counting": forms.shown(as_counted, name="attendance")} | values
    return pages.page(
        "learning/seminar.html",
        status,
        form=every["counting"] if every["counting"].problems else form,
        told=form,
        found=found,
        register=register,
        may_note=attendance.may_note(found, people.actor()),
        on_agenda=rules.on_agenda(found),
        may_change=may_change,
        lessons=_choices() if may_change else [],
        **every,
    )
