"""A team in the words of those who keep it: for whom it meets, what it may decide, who must be there, and whom one can call."""

import uuid

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.forums import about as rules
from referrals.forums import dates as team_dates
from referrals.models import Forum
from referrals.vocabulary import MeetingOutcome, Profession, TeamLevel
from schemas.forums import AboutForm, MandateForm
from webapp import forms, notices, pages, people, transactions
from webapp.forums import blueprint
from webapp.forums.team import team_of
from webapp.guards import signed_in
from webapp.language import gettext


@blueprint.get("/teams/<uuid:forum_id>/about")
@signed_in(*team_dates.KEEPERS)
def about(forum_id: uuid.UUID) -> Response:
    """What is said of the team, to change."""
    forum = _kept(forum_id)
    units = [
        {"unit_id": unit.id, "contact": unit.contact, "phone": unit.phone}
        for unit in rules.own_units(forum, people.actor())
    ]
    names = (
        "level", "mandate", "place", "quorum", "shows_names", "rates_by_colour", "has_public_page", "contact", "phone",
    )  # fmt: skip
    said = {name: getattr(forum, name) for name in names} | {"outcomes": forum.outcomes or [], "units": units}
    return _page(forum, forms.shown(said))


@blueprint.post("/teams/<uuid:forum_id>/about")
@signed_in(*team_dates.KEEPERS)
def describe_team(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Say it so from now on."""
    forum, form, by = _kept(forum_id), forms.submitted(), people.actor()
    given = form.load(MandateForm() if rules.may_set_mandate(forum, by) else AboutForm())
    if given is None:
        return _page(forum, form, 422)
    said = rules.Description(**given)
    rules.describe(transactions.session(), forum, said, by=by, seen=request.form["seen"])
    notices.say_next(
        gettext("What is said of the team has been saved. Families read it on the team's public page.")
        if forum.units or forum.has_public_page
        else gettext("What is said of the team has been saved.")
    )
    return redirect(url_for(".team", forum_id=forum_id), 303)


def _kept(forum_id: uuid.UUID) -> Forum:
    """The team in the address, for those who keep it."""
    forum = team_of(forum_id)
    team_dates.require_keeper(forum, people.actor())
    return forum


def _page(forum: Forum, form: forms.Form, status: int = 200) -> Response:
    actor = people.actor()
    sets_mandate = rules.may_set_mandate(forum, actor)
    return pages.page(
        "forums/about.html",
        status,
        form=form,
        team=forum,
        seen=rules.as_it_stands(forum, actor),
        units=rules.own_units(forum, actor),
        sets_mandate=sets_mandate,
        may_be_told_of=rules.may_be_told_of(forum),
        to_ask=[] if sets_mandate else rules.head_teachers(transactions.session(), forum),
        quorum=[Profession(value) for value in forum.quorum],
        profession_choices=[(word.value, gettext(word.label)) for word in Profession.at_the_table()],
        level_choices=[(level.value, gettext(level.label), gettext(level.may_decide)) for level in TeamLevel],
        outcome_choices=[(outcome.value, gettext(outcome.label)) for outcome in MeetingOutcome],
    )
