"""One pupil who is absent without leave: the days of each quarter, what is due and how it is decided, and its papers."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from types import MappingProxyType

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from referrals import printing
from referrals.errors import Incomplete
from referrals.languages import LANGUAGES, guardian_languages
from referrals.models import AbsenceStep, AbsentPupil, What
from referrals.papers import readers
from referrals.statutory import absence as rules
from referrals.statutory import absence_aside, absence_corrections, absence_elsewhere, absence_keepers, absence_paper
from referrals.vocabulary import N_, AbsenceStepKind, DocumentKind
from schemas.absence import DaysForm, ElsewhereForm, LeaveForm, OwnNumberForm, ReportForm, WarningForm
from schemas.documents import PaperRecipient, PaperSource, document_context
from webapp import downloads, forms, notices, pages, people, transactions
from webapp.casework import absence, blueprint
from webapp.casework.frame import today
from webapp.guards import for_row
from webapp.language import gettext, in_order, language

#: names of the forms of a step's page
SEND, LEAVE, ELSEWHERE = "send", "leave", "elsewhere"
#: where a refusal stands that is not about the one field of its name: above the form, or at the field it is about
_PLACES = {"overtaken": "", "changed": "", "before_quarter": "decided_on"}
#: said where nobody would be left to decide
_NOBODY_ELSE = N_(
    "Nobody else leads your school and could take it up. Let an administrator give a deputy the role of head teacher first, and step aside then."
)
#: and of the form of a pupil's page by which a name is protected
PROTECT = "protect"


@blueprint.get("/absence/<uuid:pupil_id>")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def absent_pupil(found: AbsentPupil) -> Response:
    """One pupil: what was entered, what is due, what was sent."""
    return _pupil_page(found, _usual_days())


@blueprint.post("/absence/<uuid:pupil_id>")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def correct_absence(found: AbsentPupil) -> ResponseReturnValue:
    """Put the days of a quarter right."""
    form = forms.submitted()
    values = form.load(DaysForm())
    if values is None:
        return _pupil_page(found, form, 422)

    def record() -> int:
        days, quarter_on = values["days"], values["quarter"]
        return rules.correct(transactions.session(), found, by=people.actor(), quarter_on=quarter_on, days=days)

    if not absence.enter(form, record):
        return _pupil_page(found, form, 422)
    return _to(found)


@blueprint.post("/absence/<uuid:pupil_id>/own-number")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
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


@blueprint.post("/absence/<uuid:pupil_id>/stepping-aside")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def step_aside_from_absence(found: AbsentPupil) -> ResponseReturnValue:
    """Leave it to somebody else."""
    try:
        absence_aside.step_aside(transactions.session(), found, by=people.actor())
    except Incomplete:
        form = _usual_days()
        form.refuse("", _NOBODY_ELSE)
        return _pupil_page(found, form, 409)
    notices.say_next(gettext("You have stepped aside. Somebody else takes it up, and you see no more of it."))
    return redirect(url_for("casework.absence"), 303)


@blueprint.post("/absence/<uuid:pupil_id>/removal")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def remove_absent_pupil(found: AbsentPupil) -> ResponseReturnValue:
    """Take somebody away who was entered by mistake."""
    rules.remove(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("It is gone. Nothing about the pupil was kept."))
    return redirect(url_for("casework.absence"), 303)


@blueprint.get("/absence/<uuid:pupil_id>/steps/<uuid:due_id>")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def absence_step(found: AbsentPupil, due_id: uuid.UUID) -> Response:
    """What is due, to be decided, or how it was decided."""
    return _step_page(rules.step_of(found, due_id) or abort(404))


@blueprint.post("/absence/<uuid:pupil_id>/steps/<uuid:due_id>")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
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
            form.refuse(_PLACES.get(name, name), absence.UNMET[name])
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
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def leave_absence_step(found: AbsentPupil, due_id: uuid.UUID) -> ResponseReturnValue:
    """Decide that nothing is sent, and why."""
    step, form = rules.step_of(found, due_id) or abort(404), forms.submitted()
    values = form.load(LeaveForm())
    if values is None:
        return _step_page(step, {LEAVE: form})
    try:
        rules.leave_unsent(transactions.session(), step, by=people.actor(), **values)
    except Incomplete:
        form.refuse("", absence.UNMET["overtaken"])
        return _step_page(step, {LEAVE: form})
    notices.say_next(gettext("It is recorded that nothing is sent, and why."))
    return _to_step(step)


@blueprint.post("/absence/<uuid:pupil_id>/steps/<uuid:due_id>/elsewhere")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def point_absence_step(found: AbsentPupil, due_id: uuid.UUID) -> ResponseReturnValue:
    """Record that it was sent from another system."""
    step, form = rules.step_of(found, due_id) or abort(404), forms.submitted()
    values = form.load(ElsewhereForm())
    if values is None:
        return _step_page(step, {ELSEWHERE: form})
    try:
        absence_elsewhere.point(transactions.session(), step, by=people.actor(), **values)
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(_PLACES.get(name, name), absence.UNMET[name])
        return _step_page(step, {ELSEWHERE: form})
    notices.say_next(gettext("It is recorded where the decision is kept."))
    return _to_step(step)


@blueprint.post("/absence/<uuid:pupil_id>/steps/<uuid:due_id>/elsewhere/away")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def take_absence_pointer_away(found: AbsentPupil, due_id: uuid.UUID) -> ResponseReturnValue:
    """Take away that it was sent from another system."""
    step = rules.step_of(found, due_id) or abort(404)
    absence_elsewhere.take_away(transactions.session(), step, by=people.actor())
    notices.say_next(gettext("It is taken away. What is due waits for you again."))
    return _to_step(step)


@blueprint.post("/absence/<uuid:pupil_id>/steps/<uuid:due_id>/told")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep)
def record_absence_told(found: AbsentPupil, due_id: uuid.UUID) -> ResponseReturnValue:
    """Record that whoever got it was told that the days were put right."""
    step = rules.step_of(found, due_id) or abort(404)
    absence_corrections.record_told(transactions.session(), step, by=people.actor())
    notices.say_next(gettext("It is recorded that they were told."))
    return _to_step(step)


@blueprint.get("/absence/<uuid:pupil_id>/steps/<uuid:due_id>/paper")
@for_row("pupil", AbsentPupil, absence_keepers.may_keep, leaves=What.OPENED_PAPER)
def absence_paper_of(found: AbsentPupil, due_id: uuid.UUID) -> Response:
    """The paper of what was sent. It is made once."""
    step = rules.step_of(found, due_id) or abort(404)
    return downloads.to_look_at(_paper(step.id), name=f"{found.number}.pdf")


# ------------------------------------------------------------------------------------------------------- inside
def _to(pupil: AbsentPupil) -> ResponseReturnValue:
    return redirect(url_for("casework.absent_pupil", pupil_id=pupil.id), 303)


def _to_step(step: AbsenceStep) -> ResponseReturnValue:
    return redirect(url_for("casework.absence_step", pupil_id=step.pupil_id, due_id=step.id), 303)


def _usual_days() -> forms.Form:
    return forms.shown({"quarter": rules.quarter_of(today())})


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
        **absence.places(),
        counts=[(count, absence.name_of(count.quarter_on)) for count in pupil.counts],
        steps=[(step, absence.name_of(step.quarter_on)) for step in steps],
        put_right=[step for step in steps if absence_corrections.is_to_tell(transactions.session(), step)],
        may_remove=not any(step.decided_at for step in steps),
        today=today(),
    )


def _step_page(step: AbsenceStep, refused: Mapping[str, forms.Form] = MappingProxyType({})) -> Response:
    session = transactions.session()
    usual = {"language": readers.house_language(session)}
    shown = {name: refused.get(name) or forms.shown(usual, name=name) for name in (SEND, LEAVE, ELSEWHERE)}
    said = step.said or {}
    return pages.page(
        "casework/absence_step.html",
        422 if refused else 200,
        form=next(iter(refused.values()), shown[SEND]),
        shown=shown,
        step=step,
        is_put_right=absence_corrections.is_put_right(session, step),
        is_to_tell=absence_corrections.is_to_tell(session, step),
        sum_read=rules.sum_read(step),
        pupil=step.pupil,
        said=said,
        told_on=date.fromisoformat(said["told_on"]) if "told_on" in said else None,
        decided_on=date.fromisoformat(said["decided_on"]) if step.is_elsewhere else None,
        quarter=absence.name_of(step.quarter_on),
        rule=rules.rule_of(session, step),
        share=rules.share(step.days or 0.0, of=step.school_days),
        is_report=step.kind is AbsenceStepKind.REPORT,
        languages=in_order((LANGUAGES | guardian_languages()).items()),
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
    content = printing.print_in_time(html)
    with transactions.writing() as session:
        return absence_paper.keep(session, session.get_one(AbsenceStep, step_id), content)
