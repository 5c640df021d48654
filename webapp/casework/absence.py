"""Unlawful absence at the schools somebody leads: entered by hand or from a file, and the sums of the morning of all pupils."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import Role
from referrals.errors import FileRefused, Incomplete
from referrals.languages import local_date
from referrals.models import Unit, What
from referrals.statutory import absence as rules
from referrals.statutory import absence_corrections, absence_keepers, absence_keeping
from referrals.vocabulary import N_, AbsenceStepKind, DeadlineSource, FileRefusal
from schemas import absence_file
from schemas.absence import (
    AbsenceFileForm,
    AbsenceForm,
    ReadAbsenceForm,
)
from schemas.closed_days_file import FileUnreadable
from schemas.fields import CHOOSE_ONE
from webapp import auditing, forms, notices, pages, people, transactions, uploads
from webapp.casework import blueprint
from webapp.casework.frame import today
from webapp.casework.lines import Line
from webapp.guards import signed_in
from webapp.language import gettext, ngettext, zone

#: a line of home for each kind of step
_TO_DO = {
    AbsenceStepKind.WARNING: N_("Warn the parents about absence, or say why not"),
    AbsenceStepKind.REPORT: N_("Report absence to the municipality, or say why not"),
}
#: what is said where the shape was right and the calendar, or the sum, asks for something else
UNMET = {
    "quarter": CHOOSE_ONE,
    "days": absence_file.TOO_MANY_DAYS,
    "told_on": N_("This day has not come yet. Choose today or an earlier day."),
    "decided_on": N_("This day has not come yet. Choose today or an earlier day."),
    "before_quarter": N_("This day lies before the quarter. Give the day on which it was sent."),
    "overtaken": N_(
        "The days were summed up anew since you opened this page. Now the new sum stands above: read it, and decide again."
    ),
    "changed": N_(
        "The days were entered anew since this morning. Tomorrow morning the new sum stands here: decide then."
    ),
}


@blueprint.get("/absence", endpoint="absence")
@signed_in(Role.HEAD_TEACHER)
def overview() -> Response:
    """Who is absent without leave, and what the sums ask for."""
    _units()
    auditing.note(What.OPENED_PAGE, subject=auditing.page_name())
    return _overview(forms.shown(_usual()))


@blueprint.post("/absence")
@signed_in(Role.HEAD_TEACHER)
def enter_absence() -> ResponseReturnValue:
    """Enter one pupil's days by hand."""
    _units()
    form = forms.submitted()
    values = form.load(AbsenceForm())
    if values is None:
        return _overview(form, 422)
    unit = _chosen(form, values.pop("unit_id"))
    quarter = values.pop("quarter")
    if unit is None or not _enter(form, unit, quarter=quarter, entries=[rules.Entry(**values)]):
        return _overview(form, 422)
    return redirect(url_for("casework.absence"), 303)


@blueprint.get("/absence/file")
@signed_in(Role.HEAD_TEACHER)
def absence_from_file() -> Response:
    """Where a file is chosen."""
    _units()
    return _file_page(forms.shown(_usual()))


@blueprint.post("/absence/file")
@signed_in(Role.HEAD_TEACHER)
@uploads.takes_files
def read_absence() -> ResponseReturnValue:
    """Show what a file holds, line by line; nothing is changed yet."""
    _units()
    form = forms.submitted()
    values = form.load(AbsenceFileForm())
    unit = _chosen(form, values["unit_id"]) if values else None
    if values is None or unit is None:
        return _file_page(form, 422)
    try:
        most = rules.school_days(transactions.session(), values["quarter"])
        found = absence_file.read(uploads.one_file("file"), most_days=most)
    except FileUnreadable as refused:
        form.refuse("file", refused.args[0])
    except FileRefused as refused:
        form.refuse("file", FileRefusal(refused.why).label)
    else:
        return pages.page("casework/absence_read.html", found=found, unit=unit, quarter=values["quarter"])
    return _file_page(form, 422)


@blueprint.post("/absence/read")
@signed_in(Role.HEAD_TEACHER)
def take_absence() -> ResponseReturnValue:
    """Take what was chosen of a file."""
    _units()
    form = forms.submitted()
    values = form.load(ReadAbsenceForm())
    unit = _chosen(form, values["unit_id"]) if values else None
    if values is None or unit is None:
        return _file_page(form, 422)
    entries = [rules.Entry(**one) for one in values["lines"] if one.pop("is_wanted")]
    if not _enter(form, unit, quarter=values["quarter"], entries=entries):
        return _file_page(form, 422)
    return redirect(url_for("casework.absence"), 303)


def lines(day: date) -> list[Line]:
    """A line of home for each step that waits for this person, and for each whose days were put right after it was sent."""
    session, actor = transactions.session(), people.actor()
    waiting = rules.waiting_for(session, actor)
    stalled = absence_keepers.stalled(session, waiting, today=day)
    decide = [
        Line(
            number=step.pupil.number,
            url=url_for("casework.absence_step", pupil_id=step.pupil_id, due_id=step.id),
            verb=gettext(_TO_DO[step.kind]),
            about=(
                gettext("Unlawful absence"),
                step.pupil.unit.name,
                gettext("Has taken twice as long as meant") if step.id in stalled else "",
            ),
            due_on=step.due_on,
            source=DeadlineSource.TARGET,
            today=day,
        )
        for step in waiting
    ]
    tell = [
        Line(
            number=step.pupil.number,
            url=url_for("casework.absence_step", pupil_id=step.pupil_id, due_id=step.id),
            verb=gettext("Tell whoever got it that the days were put right"),
            about=(gettext("Unlawful absence"), gettext(step.kind.label), step.pupil.unit.name),
            waits_since=local_date(absence_corrections.put_right_at(step), zone=zone()),
            today=day,
        )
        for step in absence_corrections.waiting_for(session, actor)
    ]
    return decide + tell


def enter(form: forms.Form, record: Callable[[], int], *, left_out: int = 0) -> bool:
    """Let `record` keep the days, and say so; whether it could, and otherwise why not at the fields of `form`."""
    try:
        changed = record()
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, UNMET[name])
        return False
    said = ngettext("One pupil's days were recorded.", "The days of %(num)d pupils were recorded.", changed)
    nothing = gettext("Nothing has changed: no days, or the days that stood there already.")
    told = [said, gettext("They are summed up tomorrow morning.")] if changed else []
    told += [_left_to_others(left_out)] if left_out else []
    notices.say_next(" ".join(told or [nothing]))
    return True


def name_of(quarter: date) -> str:
    """What a quarter of the calendar year is called."""
    return gettext("quarter %(number)s of %(year)s", number=(quarter.month + 2) // 3, year=quarter.year)


def places() -> dict[str, Any]:
    """What is chosen from: the schools this person leads, and the quarters that are still counted."""
    return {
        "units": [(unit.id, unit.name) for unit in _units()],
        "quarters": [(one.isoformat(), name_of(one)) for one in rules.quarters(today())],
    }


# ------------------------------------------------------------------------------------------------------- inside
def _enter(form: forms.Form, unit: Unit, *, quarter: date, entries: list[rules.Entry]) -> bool:
    """Keep the days of the school's pupils, but those left to others."""
    session, by = transactions.session(), people.actor()
    left_out = rules.left_to_others(session, unit, by=by, entries=entries)

    def record() -> int:
        return rules.enter(session, unit, by=by, quarter_on=quarter, entries=entries)

    return enter(form, record, left_out=left_out)


def _left_to_others(number: int) -> str:
    return ngettext(
        "One pupil is left out, from whom you stepped aside.",
        "%(num)d pupils are left out, from whom you stepped aside.",
        number,
    )


def _units() -> list[Unit]:
    """The schools this person leads where absence is counted; for everybody else there is no such page."""
    return absence_keepers.units_of(transactions.session(), people.actor()) or abort(404)


def _usual() -> dict[str, Any]:
    """What stands in a form from the beginning: this quarter, and the school where there is only one."""
    units = _units()
    return {"unit_id": units[0].id if len(units) == 1 else None, "quarter": rules.quarter_of(today())}


def _chosen(form: forms.Form, unit_id: uuid.UUID) -> Unit | None:
    found = next((unit for unit in _units() if unit.id == unit_id), None)
    if found is None:
        form.refuse("unit_id", CHOOSE_ONE)
    return found


def _overview(form: forms.Form, status: int = 200) -> Response:
    session, units = transactions.session(), _units()
    return pages.page(
        "casework/absence.html",
        status,
        form=form,
        **places(),
        tables=[
            (
                name_of(one), rules.school_days(session, one), rules.has_closed_days(session, one),
                [(unit, rules.sums(session, unit, one, by=people.actor())) for unit in units],
            )
            for one in rules.quarters(today())
        ],
        earlier=[(unit, absence_keeping.earlier(session, unit, by=people.actor())) for unit in units],
        name_of=name_of,
        rules=rules.rules(session),
    )  # fmt: skip


def _file_page(form: forms.Form, status: int = 200) -> Response:
    return pages.page("casework/absence_file.html", status, form=form, **places())
