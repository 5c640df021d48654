"""Who was represented in a round, counted by who leads it."""

from flask import abort
from flask.typing import ResponseReturnValue

from referrals.models import ConsultationRound
from referrals.rounds import attendance
from schemas.learning import AttendanceForm
from webapp import forms, notices, people, transactions
from webapp.language import gettext
from webapp.rounds import blueprint
from webapp.rounds.doors import for_round
from webapp.rounds.rounds import round_page, slots_as_usual, to_round


@blueprint.post("/rounds/<uuid:round_id>/attendance")
@for_round()
def note_round_attendance(found: ConsultationRound) -> ResponseReturnValue:
    """Say how many came from each school and preschool."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    if not attendance.may_note(session, found, actor):
        abort(404)
    values = form.load(AttendanceForm())
    if values is None:
        return round_page(found, forms.shown(slots_as_usual(found)), 422, counting=form)
    counts = {row["unit"]: row["count"] for row in values["came"]}
    is_new = attendance.note_attendance(session, found, by=actor, counts=counts)
    notices.say_next(gettext("The numbers have been saved.") if is_new else gettext("Nothing has changed."))
    return to_round(found)
