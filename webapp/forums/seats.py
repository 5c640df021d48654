"""Who sits in a team: named by its coordinators on its page, with whoever stands in while somebody is away."""

import uuid

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import SeatRefused
from referrals.forums import dates, seats
from referrals.models import TeamSeat
from schemas.forums import AwayForm, CoordinatesForm, SeatForm, StandInForm
from webapp import forms, notices, pages, people, transactions
from webapp.forums import blueprint
from webapp.forums.team import TEAM_ROLES, said_at_once, team_of, team_page
from webapp.guards import signed_in
from webapp.language import gettext, short_date


@blueprint.post("/teams/<uuid:forum_id>/seats")
@signed_in(*TEAM_ROLES)
def give_seat(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody a seat in the team."""
    forum, form, session = team_of(forum_id), forms.submitted(), transactions.session()
    if values := form.load(SeatForm()):
        try:
            made = seats.seat(session, forum, values["account"], by=people.actor())
        except SeatRefused as refused:
            form.refuse("account", refused.problem.label)
        else:
            said = gettext("%(name)s sits in the team from now on.", name=made.account.name)
            coming = dates.from_today(session, forum)
            notices.say_next(" ".join([said, *said_at_once(forum, coming, account=made.account)]))
            return redirect(url_for(".team", forum_id=forum_id, _anchor="seats"), 303)
    return team_page(forum, 422, form=form)


@blueprint.get("/teams/<uuid:forum_id>/seats/<uuid:seat_id>")
@signed_in(*TEAM_ROLES)
def seat(forum_id: uuid.UUID, seat_id: uuid.UUID) -> Response:
    """When somebody is away, and who stands in."""
    return _seat_page(_seat(forum_id, seat_id))


@blueprint.post("/teams/<uuid:forum_id>/seats/<uuid:seat_id>")
@signed_in(*TEAM_ROLES)
def be_away(forum_id: uuid.UUID, seat_id: uuid.UUID) -> ResponseReturnValue:
    """Note when somebody is away, and who stands in."""
    found, form = _seat(forum_id, seat_id), forms.submitted()
    if values := form.load(AwayForm()):
        try:
            made = seats.be_away(
                transactions.session(), found, first_on=values["away_from"], last_on=values["away_until"],
                stand_in_id=values["stand_in"], by=people.actor(),
            )  # fmt: skip
        except SeatRefused as refused:
            form.refuse("away_from" if refused.problem.is_about_time else "stand_in", refused.problem.label)
        else:
            until = short_date(values["away_until"])
            notices.say_next(
                gettext("%(name)s stands in until %(day)s.", name=made.stand_in.name, day=until)
                if made.stand_in
                else gettext("Noted until %(day)s. Nobody stands in.", day=until)
            )
            return redirect(url_for(".seat", forum_id=forum_id, seat_id=seat_id), 303)
    return _seat_page(found, 422, form=form)


@blueprint.post("/teams/<uuid:forum_id>/seats/<uuid:seat_id>/stand-in")
@signed_in(*TEAM_ROLES)
def name_stand_in(forum_id: uuid.UUID, seat_id: uuid.UUID) -> ResponseReturnValue:
    """Name who stands in as a rule, or nobody."""
    found, form = _seat(forum_id, seat_id), forms.submitted()
    values = form.load(StandInForm())
    if values is None:
        return _seat_page(found, 422, rule=form)
    try:
        seats.name_stand_in(transactions.session(), found, values["always"], by=people.actor())
    except SeatRefused as refused:
        form.refuse("always", refused.problem.label)
        return _seat_page(found, 422, rule=form)
    named = found.stand_in
    notices.say_next(
        gettext("%(name)s stands in whenever %(away)s is away, unless you choose somebody else.", name=named.name, away=found.account.name)
        if named
        else gettext("Nobody stands in as a rule.")
    )  # fmt: skip
    return redirect(url_for(".seat", forum_id=forum_id, seat_id=seat_id), 303)


@blueprint.post("/teams/<uuid:forum_id>/seats/<uuid:seat_id>/coordinates")
@signed_in(*TEAM_ROLES)
def let_coordinate(forum_id: uuid.UUID, seat_id: uuid.UUID) -> ResponseReturnValue:
    """Let who holds the seat coordinate the team, or no longer."""
    found, does = _seat(forum_id, seat_id), bool((forms.submitted().load(CoordinatesForm()) or {}).get("coordinates"))
    seats.let_coordinate(transactions.session(), found, does=does, by=people.actor())
    name = found.account.name
    notices.say_next(
        gettext("%(name)s coordinates the team from now on.", name=name)
        if does
        else gettext("%(name)s does not coordinate the team.", name=name)
    )
    return redirect(url_for(".seat", forum_id=forum_id, seat_id=seat_id), 303)


@blueprint.post("/teams/<uuid:forum_id>/seats/<uuid:seat_id>/back/<uuid:absence_id>")
@signed_in(*TEAM_ROLES)
def come_back(forum_id: uuid.UUID, seat_id: uuid.UUID, absence_id: uuid.UUID) -> ResponseReturnValue:
    """Take a time away in which somebody was to be away."""
    found = _seat(forum_id, seat_id)
    seats.come_back(transactions.session(), found, absence_id, by=people.actor())
    notices.say_next(gettext("Taken away. Whoever was to stand in gets no more from it."))
    return redirect(url_for(".seat", forum_id=forum_id, seat_id=seat_id), 303)


@blueprint.post("/teams/<uuid:forum_id>/seats/<uuid:seat_id>/drop")
@signed_in(*TEAM_ROLES)
def drop_seat(forum_id: uuid.UUID, seat_id: uuid.UUID) -> ResponseReturnValue:
    """Take somebody's seat away."""
    forum, session = team_of(forum_id), transactions.session()
    if not seats.is_there(session, forum, seat_id, by=people.actor()):
        notices.say_next(gettext("That seat is gone already: somebody took it away. Nothing else was changed."))
        return redirect(url_for(".team", forum_id=forum_id, _anchor="seats"), 303)
    found = _seat(forum_id, seat_id)
    seats.unseat(transactions.session(), found, by=people.actor())
    notices.say_next(
        gettext("%(name)s sits in the team no more. Roles and referrals stay as they are.", name=found.account.name)
    )
    return redirect(url_for(".team", forum_id=forum_id, _anchor="seats"), 303)


def _seat(forum_id: uuid.UUID, seat_id: uuid.UUID) -> TeamSeat:
    return seats.find(transactions.session(), team_of(forum_id), seat_id, by=people.actor())


def _seat_page(
    found: TeamSeat, status: int = 200, *, form: forms.Form | None = None, rule: forms.Form | None = None
) -> Response:
    session = transactions.session()
    named = seats.stands_in_as_a_rule(session, found)
    usual = named.id if named else None
    away = form or forms.shown({"stand_in": usual})
    return pages.page(
        "forums/seat.html",
        status,
        form=rule or away,
        away_form=away,
        rule_form=rule or forms.shown({"always": usual}, name="always"),
        team=found.forum,
        seat=found,
        coordinating=forms.shown({"coordinates": found.coordinates}),
        times=seats.to_come(found),
        may_let_coordinate=seats.may_let_coordinate(found.forum, people.actor()),
        could_stand_in=[(one.id, one.name) for one in seats.could_stand_in(session, found)],
    )
