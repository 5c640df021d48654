"""The rounds there are, a new one, and the page of one with its teams: who takes part, with which slot, and how many questions came in."""

from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import here, identity_check
from referrals.access import Role
from referrals.errors import NamesSomebody, RoundRefused
from referrals.models import ConsultationRound, RoundEnrolment
from referrals.rounds import attendance, enrolling, evaluating, report, slots
from referrals.rounds import people as rules
from referrals.rounds.enrolling import Days
from schemas.fields import CHOOSE_ONE
from schemas.rounds import EnrolForm, RoundForm
from webapp import forms, nobody, notices, pages, people, transactions
from webapp.forums.team import opens_teams
from webapp.guards import signed_in
from webapp.language import gettext, zone
from webapp.rounds import blueprint
from webapp.rounds.doors import ROLES, for_enrolment, for_round, require_rounds, term_name


@blueprint.get("/rounds")
@signed_in(*ROLES)
def rounds() -> Response:
    """Every round this person may know of."""
    require_rounds()
    session, actor = transactions.session(), people.actor()
    today = here.today(session)
    return pages.page(
        "rounds/rounds.html",
        rounds=[
            (found, enrolling.state_of(found, today), term_name(enrolling.term_of(found)))
            for found in enrolling.known_to(session, actor)
        ],
        leads=rules.may_lead(actor),
        has_team=opens_teams(),
    )


@blueprint.get("/rounds/new")
@signed_in(Role.MANAGEMENT, keeps_forms=False)
def new_round() -> Response:
    """The form of a new round."""
    require_rounds()
    return pages.page("rounds/new.html", form=forms.shown())


@blueprint.post("/rounds/new")
@signed_in(Role.MANAGEMENT, keeps_forms=False)
def open_round() -> ResponseReturnValue:
    """Begin a round."""
    require_rounds()
    session, form, doubts = transactions.session(), forms.submitted(), None
    if values := form.load(RoundForm()):
        name, answered = values.pop("name"), values.pop("answered")
        try:
            made = enrolling.open_round(session, by=people.actor(), name=name, days=Days(**values), answered=answered)
        except NamesSomebody:
            doubts = nobody.mark(form, identity_check.municipal_checker(session, by=people.actor()), "name")
        else:
            notices.say_next(gettext("The round is open. Teams can enrol now."))
            return to_round(made)
    return pages.page("rounds/new.html", 422, form=form, **({} if doubts is None else {"doubts": doubts}))


@blueprint.get("/rounds/<uuid:round_id>")
@for_round()
def consultation_round(found: ConsultationRound) -> Response:
    """One round: its days, the teams that take part, and its slots."""
    return round_page(found, forms.shown(slots_as_usual(found)))


@blueprint.post("/rounds/<uuid:round_id>/teams")
@for_round()
def enrol(found: ConsultationRound) -> ResponseReturnValue:
    """Enrol a team."""
    session, actor = transactions.session(), people.actor()
    values = forms.submitted().load(EnrolForm())
    forum = next((one for one in rules.teams_to_enrol(session, actor) if values and one.id == values["forum"]), None)
    if forum is None:
        return _refused(found, CHOOSE_ONE)
    try:
        made = enrolling.enrol(session, found, forum, by=actor)
    except RoundRefused as refused:
        return _refused(found, refused.problem.label)
    notices.say_next(gettext("%(team)s is enrolled. Send in your learning questions here.", team=forum.name))
    return redirect(url_for(".team", enrolment_id=made.id), 303)


@blueprint.post("/rounds/enrolments/<uuid:enrolment_id>/withdrawal")
@for_enrolment()
def withdraw_enrolment(found: RoundEnrolment) -> ResponseReturnValue:
    """Take a team's enrolment back."""
    into = found.round
    try:
        enrolling.withdraw(transactions.session(), found, by=people.actor())
    except RoundRefused as refused:
        return _refused(into, refused.problem.label)
    notices.say_next(gettext("The team is not enrolled any more. Nothing of what it sent in was kept."))
    return to_round(into)


@blueprint.post("/rounds/<uuid:round_id>/closing")
@for_round()
def close_enrolment(found: ConsultationRound) -> ResponseReturnValue:
    """Let no more team enrol."""
    enrolling.close_enrolment(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("Enrolment is closed."))
    return to_round(found)


# ------------------------------------------------------------------------------------------------ for its neighbours
def to_round(found: ConsultationRound) -> ResponseReturnValue:
    """On to the page of a round."""
    return redirect(url_for("rounds.consultation_round", round_id=found.id), 303)


def slots_as_usual(found: ConsultationRound) -> dict[str, Any]:
    """What the form of new slots begins with."""
    return {"day": found.first_on, "minutes": "60", "count": "1", "pause": "15"}


def round_page(found: ConsultationRound, form: forms.Form, status: int = 200, **values: Any) -> Response:
    """The page of one round."""
    session, actor = transactions.session(), people.actor()
    today = here.today(session)
    taking_part = enrolling.teams_in(session, found)
    enrolled = {one.forum_id for one in taking_part}
    is_open = {one.id for one in rules.readable(session, taking_part, actor)}
    teams = [(one, one.id in is_open) for one in taking_part]
    if knows_all := rules.sees_every_team(session, actor):
        shown = found.slots
    else:
        shown = [slot for slot in rules.consulted(session, actor) if slot.round_id == found.id]
    counted = _register(found, knows_all=knows_all) | values
    return pages.page(
        "rounds/round.html",
        status,
        form=counted["counting"] if counted["counting"].problems else form,
        adding=form,
        found=found,
        state=enrolling.state_of(found, today),
        term=term_name(enrolling.term_of(found)),
        leads=rules.may_lead(actor),
        is_enrolling=enrolling.is_enrolling(found, today),
        report=report.report(session, found) if report.may_read_report(session, found, actor) else None,
        is_report_due=report.is_due(session, found),
        may_answer=evaluating.may_answer(session, found, actor),
        rate=evaluating.results(session, found) if rules.may_lead(actor) else None,
        teams=teams if knows_all else [line for line in teams if line[1]],
        slots=shown,
        to_enrol=[one for one in rules.teams_to_enrol(session, actor) if one.id not in enrolled],
        due={slot.id: slots.due_on(slot, zone=zone()) for slot in shown},
        **counted,
    )


def _register(found: ConsultationRound, *, knows_all: bool) -> dict[str, Any]:
    """Who was represented, for those who know which teams take part."""
    register = attendance.register(found) if knows_all else []
    return {
        "register": register,
        "is_counted": attendance.is_counted(found),
        "may_note": attendance.may_note(transactions.session(), found, people.actor()),
        "counting": forms.shown({"came": [{"count": one.count} for one in register]}, name="attendance"),
    }


def _refused(found: ConsultationRound, sentence: str) -> Response:
    form = forms.shown(slots_as_usual(found))
    form.refuse("", sentence)
    return round_page(found, form, 422)
