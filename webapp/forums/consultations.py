"""Anonymous consultations: asked, read, advised and closed; no text of theirs is kept before it was checked for identities."""

import uuid
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import identity_check
from referrals.errors import NamesSomebody
from referrals.forums import advice_note
from referrals.forums import consultations as rules
from referrals.languages import local_date
from referrals.models import Consultation, Forum, Unit, What
from referrals.people import practices
from referrals.reminders import errands
from referrals.statutory import degrading_notices
from referrals.vocabulary import ConsultationState, Practice
from schemas.fields import CHOOSE_ONE
from schemas.forums import CHOOSE_TEAM, AdviceForm, QuestionForm
from webapp import downloads, forms, nobody, notices, pages, people, transactions
from webapp.casework.lines import Line
from webapp.forums import blueprint
from webapp.forums.team import TEAM_ROLES
from webapp.guards import for_row, signed_in
from webapp.language import gettext, language, zone

for_consultation = partial(for_row, "consultation", Consultation, rules.may_read)


@blueprint.get("/consultations")
@signed_in(*TEAM_ROLES)
def consultations() -> Response:
    """What somebody asked, and what their team was asked."""
    session, actor = transactions.session(), people.actor()
    known = rules.known_to(session, actor)
    return pages.page(
        "forums/consultations.html",
        mine=[found for found in known if found.asked_by_id == actor.account_id],
        others=[found for found in known if found.asked_by_id != actor.account_id],
        units=rules.units_to_ask_in(session, actor),
        is_on=practices.is_on(session, Practice.CONSULTATION),
        telling=degrading_notices.units_to_tell(session, actor),
        told=[(one, degrading_notices.may_hear(one, actor)) for one in degrading_notices.known_to(session, actor)],
    )


@blueprint.get("/consultations/new")
@signed_in(*TEAM_ROLES, keeps_forms=False)
def new_consultation() -> Response:
    """The form of a new question."""
    return _new_page(forms.shown())


@blueprint.post("/consultations/new")
@signed_in(*TEAM_ROLES, keeps_forms=False)
def write_consultation() -> ResponseReturnValue:
    """Keep a question that names nobody, and give it to the team where that was asked."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    values = form.load(QuestionForm())
    if values is None:
        return _new_page(form, 422)
    unit = next((each for each in rules.units_to_ask_in(session, actor) if each.id == values["unit_id"]), None)
    if unit is None:
        form.refuse("unit_id", CHOOSE_ONE)
        return _new_page(form, 422)
    team = _chosen(unit, values["forum_id"])
    if team is None:
        form.refuse("forum_id", CHOOSE_TEAM)
        return _new_page(form, 422)
    words = {"question": values["question"], "answered": values["answered"], "team": team}
    try:
        made = rules.write_consultation(session, unit, by=actor, **words)
    except NamesSomebody:
        return _new_page(form, 422, doubts=_mark(form, unit, team, "question"))
    return _written(made)


@blueprint.get("/consultations/<uuid:consultation_id>")
@for_consultation()
def consultation(found: Consultation) -> Response:
    """Everything about one consultation."""
    session, actor = transactions.session(), people.actor()
    if found.state is ConsultationState.DRAFT or rules.may_advise(session, found, actor):
        return _page(found, forms.shown({"question": found.question, "forum_id": found.beside_id}))
    return _page(found, forms.Form())  # what was typed when a colleague was first stands below, to be copied


@blueprint.get("/consultations/<uuid:consultation_id>/note")
@for_consultation(leaves=What.OPENED_PAPER)
def consultation_note(found: Consultation) -> Response:
    """The advice note, in the reader's language."""
    return downloads.to_look_at(
        advice_note.paper(transactions.session(), found, language=language()), name=f"{found.number}.pdf"
    )


@blueprint.post("/consultations/<uuid:consultation_id>")
@for_consultation()
def correct_consultation(found: Consultation) -> ResponseReturnValue:
    """Change a draft, and give it to the team where that was asked."""
    form = forms.submitted()
    form.typed["unit_id"] = str(found.unit_id)
    values = form.load(QuestionForm())
    if values is None:
        return _page(found, form, 422)
    team = _chosen(found.unit, values["forum_id"])
    if team is None:
        form.refuse("forum_id", CHOOSE_TEAM)
        return _page(found, form, 422)
    words = {"question": values["question"], "answered": values["answered"], "team": team}

    def decide() -> None:
        rules.correct_consultation(transactions.session(), found, by=people.actor(), **words)

    return _checked(found, form, decide, team=team, names=("question",)) or _written(found)


@blueprint.post("/consultations/<uuid:consultation_id>/discard")
@for_consultation()
def discard_consultation(found: Consultation) -> ResponseReturnValue:
    """Throw a draft away."""
    rules.discard_consultation(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("The draft is gone. Nothing of it was kept."))
    return redirect(url_for(".consultations"), 303)


@blueprint.post("/consultations/<uuid:consultation_id>/advice")
@for_consultation()
def advise(found: Consultation) -> ResponseReturnValue:
    """Give the team's advice."""
    form = forms.submitted()
    values = form.load(AdviceForm())
    if values is None:
        return _page(found, form, 422)

    def decide() -> None:
        rules.advise(transactions.session(), found, by=people.actor(), **values)

    refused = _checked(found, form, decide, team=found.team, names=("advice", "next_steps"))
    if refused is not None:
        return refused
    notices.say_next(gettext("The advice is given. Whoever asked reads it now."))
    return _to(found)


@blueprint.post("/consultations/<uuid:consultation_id>/closing")
@for_consultation()
def close_consultation(found: Consultation) -> ResponseReturnValue:
    """End a consultation whose advice is given."""
    rules.close_consultation(transactions.session(), found, by=people.actor())
    notices.say_next(gettext("The consultation is closed. It stays here to be read."))
    return _to(found)


def lines(day: date) -> list[Line]:
    """A line of home for each consultation this person is to advise in, or whose advice they have not closed yet."""
    session, actor = transactions.session(), people.actor()
    return [
        Line(
            number=found.number,
            url=url_for("forums.consultation", consultation_id=found.id),
            verb=gettext(errands.ADVISE) if found.state is ConsultationState.ASKED else gettext(errands.READ_ADVICE),
            about=(gettext("Anonymous consultation"), found.unit.name),
            waits_since=local_date(found.advised_at or found.asked_at or found.written_at, zone=zone()),
            today=day,
        )
        for found in rules.waiting_for(session, actor)
    ]


# ------------------------------------------------------------------------------------------------------- inside
def _chosen(unit: Unit, forum_id: uuid.UUID | None) -> Forum | None:
    """The team of the unit that is asked: without a choice the one that takes in its concerns; None where nobody sits in that one any more."""
    able = rules.teams_to_ask(transactions.session(), unit)
    return next((each for each in able if each.id == forum_id), None) if forum_id else able[0]


def _written(found: Consultation) -> Response:
    if "ask" in request.form:
        rules.ask_team(transactions.session(), found, by=people.actor())
        notices.say_next(
            gettext("The team has your question. Once it has advised, that stands among what waits for you.")
        )
    else:
        notices.say_next(gettext("It is kept as a draft. Only you can see it."))
    return _to(found)


def _to(found: Consultation) -> Response:
    return redirect(url_for(".consultation", consultation_id=found.id), 303)  # type: ignore[return-value]


def _checked(
    found: Consultation, form: forms.Form, decide: Callable[[], None], *, team: Forum, names: Iterable[str]
) -> Response | None:
    """Do what was asked; the page again, with what was found marked, where a text tells who it is about."""
    try:
        decide()
    except NamesSomebody:
        return _page(found, form, 422, doubts=_mark(form, found.unit, team, *names))
    return None


def _mark(form: forms.Form, unit: Unit, team: Forum, *names: str) -> list[tuple[str, str]]:
    checker = identity_check.checker(transactions.session(), unit, by=people.actor(), team=team)
    return nobody.mark(form, checker, *names)


def _new_page(form: forms.Form, status: int = 200, **values: Any) -> Response:
    session, actor = transactions.session(), people.actor()
    if not practices.is_on(session, Practice.CONSULTATION):
        abort(404)
    units = rules.units_to_ask_in(session, actor)
    telling = degrading_notices.units_to_tell(session, actor)
    if len(units) == 1:
        form.typed.setdefault("unit_id", str(units[0].id))
    choices = [(unit.id, unit.name) for unit in units]
    teams = {team.id: team.name for unit in units for team in rules.teams_to_ask(session, unit)[1:]}
    return pages.page(
        "forums/consultation_new.html",
        status,
        form=form,
        units=units,
        choices=choices,
        teams=[*teams.items()],
        telling=telling,
        **values,
    )


def _page(found: Consultation, form: forms.Form, status: int = 200, **values: Any) -> Response:
    session, actor = transactions.session(), people.actor()
    is_mine = found.asked_by_id == actor.account_id
    is_draft = found.state is ConsultationState.DRAFT
    able = rules.teams_to_ask(session, found.unit) if is_draft else []
    return pages.page(
        "forums/consultation.html",
        status,
        form=form,
        found=found,
        is_mine=is_mine,
        is_draft=is_draft,
        teams=[(team.id, team.name) for team in able[1:]],
        is_team_empty=is_draft and found.team not in able,
        may_advise=rules.may_advise(session, found, actor),
        may_ask=practices.is_on(session, Practice.CONSULTATION),
        may_close=rules.may_close(found, actor),
        telling=degrading_notices.units_to_tell(session, actor),
        **values,
    )
