"""Unlawful absence at the schools somebody leads: entered by hand or from a file, summed up in the morning, decided by them."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from types import MappingProxyType
from typing import Any

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from referrals import printing, readers
from referrals.access import Role
from referrals.errors import FileRefused, Incomplete
from referrals.languages import LANGUAGES, guardian_languages
from referrals.models import AbsenceStep, AbsentPupil, Unit, What
from referrals.statutory import absence as rules
from referrals.statutory import absence_keeping, absence_paper
from referrals.vocabulary import N_, AbsenceStepKind, DocumentKind, FileRefusal
from schemas import absence_file
from schemas.absence import (
    AbsenceFileForm,
    AbsenceForm,
    DaysForm,
    LeaveForm,
    OwnNumberForm,
    ReadAbsenceForm,
    ReportForm,
    WarningForm,
)
from schemas.closed_days_file import FileUnreadable
from schemas.documents import PaperRecipient, PaperSource, document_context
from schemas.fields import CHOOSE_ONE
from webapp import auditing, downloads, forms, notices, pages, people, transactions, uploads
from webapp.casework import blueprint
from webapp.casework.frame import today
from webapp.casework.lines import Line
from webapp.guards import for_row, signed_in
from webapp.language import gettext, language, ngettext

#: names of the forms of a step's page
SEND, LEAVE = "send", "leave"
#: and of the form of a pupil's page by which a name is protected
PROTECT = "protect"
#: a line of home for each kind of step
_TO_DO = {
    AbsenceStepKind.WARNING: N_("Warn the parents about absence, or say why not"),
    AbsenceStepKind.REPORT: N_("Report absence to the municipality, or say why not"),
}
#: what is said where the shape was right and the calendar, or the sum, asks for something else
_UNMET = {
    "quarter": CHOOSE_ONE,
    "days": absence_file.TOO_MANY_DAYS,
    "told_on": N_("This day has not come yet. Choose today or an earlier day."),
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


@blueprint.get("/absence/<uuid:pupil_id>")
@for_row("pupil", AbsentPupil, rules.may_keep)
def absent_pupil(found: AbsentPupil) -> Response:
    """One pupil: what was entered, what is due, what was sent."""
    return _pupil_page(found, _usual_days())


@blueprint.post("/absence/<uuid:pupil_id>")
@for_row("pupil", AbsentPupil, rules.may_keep)
def correct_absence(found: AbsentPupil) -> ResponseReturnValue:
    """Put the days of a quarter right."""
    form = forms.submitted()
    values = form.load(DaysForm())
    if values is None:
        return _pupil_page(found, form, 422)
    born = date.fromisoformat(found.birth_date or "")
    entry = rules.Entry(found.name or "", born, found.class_name or "", values["days"])
    if not _enter(form, found.unit, quarter=values["quarter"], entries=[entry]):
        return _pupil_page(found, form, 422)
    return _to(found)


@blueprint.post("/absence/<uuid:pupil_id>/own-number")
@for_row("pupil", AbsentPupil, rules.may_keep)
def protect_absent_pupil(found: AbsentPupil) -> ResponseReturnValue:
    """Let the school's own number stand for a pupil whose name is protected."""
    form = forms.submitted()
    values = form.load(OwnNumberForm())
    if values is None:
        return _pupil_page(found, _usual_days(), 422, protect=form)
    try:
        rules.protect(transactions.session(), found, by=people.actor(), own_number=values["own_number"])
    except Incomplete:
        form.refuse("own_number", N_("Another pupil born on the same day stands under it already."))
        return _pupil_page(found, _usual_days(), 422, protect=form)
    notices.say_next(gettext("The number stands in place of the name. Papers that are made already stay as they are."))
    return _to(found)


@blueprint.post("/absence/<uuid:pupil_id>/removal")
@for_row("pupil", AbsentPupil, rules.may_keep)
def remove_absent_pupil(found: AbsentPupil) -> ResponseReturnValue:
    """Take somebody away who was entered by mistake."""
    rules.remove(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("It is gone. Nothing about the pupil was kept."))
    return redirect(url_for("casework.absence"), 303)


@blueprint.get("/absence/<uuid:pupil_id>/steps/<uuid:due_id>")
@for_row("pupil", AbsentPupil, rules.may_keep)
def absence_step(found: AbsentPupil, due_id: uuid.UUID) -> Response:
    """What is due, to be decided, or how it was decided."""
    return _step_page(rules.step_of(found, due_id) or abort(404))


@blueprint.post("/absence/<uuid:pupil_id>/steps/<uuid:due_id>")
@for_row("pupil", AbsentPupil, rules.may_keep)
def send_absence_step(found: AbsentPupil, due_id: uuid.UUID) -> ResponseReturnValue:
    """Decide that the warning or the report is sent, and make its paper."""
    step, form = rules.step_of(found, due_id) or abort(404), forms.submitted()
    is_report = step.kind is AbsenceStepKind.REPORT
    values = form.load(ReportForm() if is_report else WarningForm())
    if values is None:
        return _step_page(step, {SEND: form})
    session = transactions.session()
    seen, spoken = values.pop("seen"), str(values.pop("language", None) or readers.house_language(session))
    try:
        rules.send(session, step, by=people.actor(), seen=seen, said=values, language=spoken)
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse("" if name in ("overtaken", "changed") else name, _UNMET[name])
        return _step_page(step, {SEND: form})
    answer = _to_step(step)
    transactions.commit()  # what was decided stays, whatever becomes of the paper: the page offers it again
    with suppress(printing.FontsMissing, OperationalError):
        _paper(due_id)
    notices.say_next(
        gettext("The report is decided. Its paper is below: send it to the municipality.")
        if is_report
        else gettext("The warning is decided. Its paper is below: send it to the parents.")
    )
    return answer


@blueprint.post("/absence/<uuid:pupil_id>/steps/<uuid:due_id>/unsent")
@for_row("pupil", AbsentPupil, rules.may_keep)
def leave_absence_step(found: AbsentPupil, due_id: uuid.UUID) -> ResponseReturnValue:
    """Decide that nothing is sent, and why."""
    step, form = rules.step_of(found, due_id) or abort(404), forms.submitted()
    values = form.load(LeaveForm())
    if values is None:
        return _step_page(step, {LEAVE: form})
    try:
        rules.leave_unsent(transactions.session(), step, by=people.actor(), **values)
    except Incomplete:
        form.refuse("", _UNMET["overtaken"])
        return _step_page(step, {LEAVE: form})
    notices.say_next(gettext("It is recorded that nothing is sent, and why."))
    return _to_step(step)


@blueprint.get("/absence/<uuid:pupil_id>/steps/<uuid:due_id>/paper")
@for_row("pupil", AbsentPupil, rules.may_keep, leaves=What.OPENED_PAPER)
def absence_paper_of(found: AbsentPupil, due_id: uuid.UUID) -> Response:
    """The paper of what was sent. It is made once."""
    step = rules.step_of(found, due_id) or abort(404)
    return downloads.to_look_at(_paper(step.id), name=f"{found.number}.pdf")


def lines(day: date) -> list[Line]:
    """A line of home for each step that waits for this person."""
    return [
        Line(
            number=step.pupil.number,
            url=url_for("casework.absence_step", pupil_id=step.pupil_id, due_id=step.id),
            verb=gettext(_TO_DO[step.kind]),
            about=(gettext("Unlawful absence"), step.pupil.unit.name),
            due_on=step.due_on,
            today=day,
        )
        for step in rules.waiting_for(transactions.session(), people.actor())
    ]


# ------------------------------------------------------------------------------------------------------- inside
def _units() -> list[Unit]:
    """The schools this person leads where absence is counted; for everybody else there is no such page."""
    return rules.units_of(transactions.session(), people.actor()) or abort(404)


def _to(pupil: AbsentPupil) -> ResponseReturnValue:
    return redirect(url_for("casework.absent_pupil", pupil_id=pupil.id), 303)


def _to_step(step: AbsenceStep) -> ResponseReturnValue:
    return redirect(url_for("casework.absence_step", pupil_id=step.pupil_id, due_id=step.id), 303)


def _usual() -> dict[str, Any]:
    """What stands in a form from the beginning: this quarter, and the school where there is only one."""
    units = _units()
    return {"unit_id": units[0].id if len(units) == 1 else None, "quarter": rules.quarter_of(today())}


def _usual_days() -> forms.Form:
    return forms.shown({"quarter": rules.quarter_of(today())})


def _chosen(form: forms.Form, unit_id: uuid.UUID) -> Unit | None:
    found = next((unit for unit in _units() if unit.id == unit_id), None)
    if found is None:
        form.refuse("unit_id", CHOOSE_ONE)
    return found


def _enter(form: forms.Form, unit: Unit, *, quarter: date, entries: list[rules.Entry]) -> bool:
    try:
        changed = rules.enter(transactions.session(), unit, by=people.actor(), quarter_on=quarter, entries=entries)
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, _UNMET[name])
        return False
    said = ngettext("One pupil's days were recorded.", "The days of %(num)d pupils were recorded.", changed)
    nothing = gettext("Nothing has changed: these days stood there already.")
    notices.say_next(f"{said} {gettext('They are summed up tomorrow morning.')}" if changed else nothing)
    return True


def _name_of(quarter: date) -> str:
    return gettext("quarter %(number)s of %(year)s", number=(quarter.month + 2) // 3, year=quarter.year)


def _overview(form: forms.Form, status: int = 200) -> Response:
    session, units = transactions.session(), _units()
    return pages.page(
        "casework/absence.html",
        status,
        form=form,
        **_places(),
        tables=[
            (
                _name_of(one), rules.school_days(session, one), rules.has_closed_days(session, one),
                [(unit, rules.sums(session, unit, one)) for unit in units],
            )
            for one in rules.quarters(today())
        ],
        earlier=[(unit, absence_keeping.earlier(session, unit)) for unit in units],
        name_of=_name_of,
        rules=rules.rules(session),
    )  # fmt: skip


def _file_page(form: forms.Form, status: int = 200) -> Response:
    return pages.page("casework/absence_file.html", status, form=form, **_places())


def _places() -> dict[str, Any]:
    return {
        "units": [(unit.id, unit.name) for unit in _units()],
        "quarters": [(one.isoformat(), _name_of(one)) for one in rules.quarters(today())],
    }


def _pupil_page(
    pupil: AbsentPupil, form: forms.Form, status: int = 200, *, protect: forms.Form | None = None
) -> Response:
    steps = sorted(pupil.steps, key=lambda step: (step.quarter_on, step.kind.value, step.turn), reverse=True)
    return pages.page(
        "casework/absent_pupil.html",
        status,
        form=protect or form,
        days_form=form,
        protect_form=protect or forms.shown({}, name=PROTECT),
        pupil=pupil,
        born=date.fromisoformat(pupil.birth_date or ""),
        **_places(),
        counts=[(count, _name_of(count.quarter_on)) for count in pupil.counts],
        steps=[(step, _name_of(step.quarter_on)) for step in steps],
        put_right=[step for step in steps if rules.is_put_right(transactions.session(), step)],
        may_remove=not any(step.decided_at for step in steps),
        today=today(),
    )


def _step_page(step: AbsenceStep, refused: Mapping[str, forms.Form] = MappingProxyType({})) -> Response:
    session = transactions.session()
    usual = {"language": readers.house_language(session)}
    shown = {name: refused.get(name) or forms.shown(usual, name=name) for name in (SEND, LEAVE)}
    said = step.said or {}
    return pages.page(
        "casework/absence_step.html",
        422 if refused else 200,
        form=refused.get(LEAVE) or shown[SEND],
        shown=shown,
        step=step,
        is_put_right=rules.is_put_right(session, step),
        sum_read=rules.sum_read(step),
        pupil=step.pupil,
        said=said,
        told_on=date.fromisoformat(said["told_on"]) if "told_on" in said else None,
        quarter=_name_of(step.quarter_on),
        rule=rules.rule_of(session, step),
        share=rules.share(step.days or 0.0, of=step.school_days),
        is_report=step.kind is AbsenceStepKind.REPORT,
        languages=[*LANGUAGES.items(), *guardian_languages().items()],
        today=today(),
    )


def _paper(step_id: uuid.UUID) -> bytes:
    with transactions.reading() as session:
        step = session.get_one(AbsenceStep, step_id)
        if (kept := absence_paper.read(step)) is not None:
            return kept
        kind, values = DocumentKind(step.kind.value), absence_paper.values(session, step)
        recipient = PaperRecipient(capacity="authority", name=values["municipality"].name)
        if step.kind is AbsenceStepKind.WARNING:
            recipient = PaperRecipient(capacity="guardian", name=values["absence"].said["to_whom"])
        context = document_context(kind, PaperSource(**values, recipient=recipient))
        html = printing.document_html(kind, context, language=step.language or language())
    content = printing.print_pdf(html)
    with transactions.writing() as session:
        return absence_paper.keep(session, session.get_one(AbsenceStep, step_id), content)
