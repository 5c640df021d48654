"""A team's page: who works in it, and the dates on which it meets, set ahead for the year."""

import uuid
from collections import defaultdict
from datetime import date, timedelta

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import clock, here
from referrals.access import Role
from referrals.disclosure import hand_over
from referrals.errors import AgendaRefused
from referrals.forums import calendar_feed, clashes, date_series, public_page, seats, subscription
from referrals.forums import dates as team_dates
from referrals.forums import year as team_year
from referrals.forums.dates import Planned, Series
from referrals.languages import format_weekday_datetime, local_date, mid_sentence
from referrals.learning import catalogue
from referrals.meetings import meeting_room
from referrals.models import Account, Forum, TeamDate
from referrals.statutory import degrading_notices
from referrals.vocabulary import AgendaProblem, Practice, Profession
from schemas.forums import SeriesForm, TakeSeriesForm
from webapp import downloads, forms, navigation, notices, pages, people, transactions
from webapp.forums import blueprint
from webapp.guards import signed_in
from webapp.language import gettext, language, ngettext, short_date, time_of_day, zone

#: the roles that have a team
TEAM_ROLES = (Role.COORDINATOR, Role.HEAD_TEACHER, Role.ASSESSOR)


@blueprint.get("/teams")
@signed_in(*TEAM_ROLES)
def teams() -> Response:
    """The teams somebody works in, each with the date on which it meets next."""
    session = transactions.session()
    found = team_dates.forums_of(session, people.actor())
    coming = {forum.id: next(iter(team_dates.coming(session, forum)), None) for forum in found}
    return pages.page(
        "forums/teams.html",
        teams=found,
        coming=coming,
        this_year=team_year.this_one(session),
        subscription=_subscription(session.get_one(Account, people.actor().account_id)),
        shows={one.value: navigation.shows(one) for one in Practice},
        tells=bool(degrading_notices.units_to_tell(session, people.actor())),
        reads_lessons=catalogue.may_read(people.actor()),
        may_take_over=any(role in hand_over.MAY_ANSWER for role, _unit in people.actor().roles),
    )


@blueprint.get("/teams/<uuid:forum_id>")
@signed_in(*TEAM_ROLES)
def team(forum_id: uuid.UUID) -> Response:
    """Who works in the team and when it meets."""
    return team_page(team_of(forum_id))


@blueprint.post("/teams/<uuid:forum_id>")
@signed_in(*TEAM_ROLES)
def plan_team_dates(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Add dates, one or a year of them."""
    forum, form = team_of(forum_id), forms.submitted()
    values = form.load(SeriesForm())
    if values is None:
        return team_page(forum, 422, form=form)
    try:
        planned = team_dates.plan(transactions.session(), forum, Series(**values), by=people.actor())
    except AgendaRefused as refused:
        form.refuse(_field_of(refused.problem, values["first_on"]), refused.problem.label)
        return team_page(forum, 422, form=form)
    if not planned.added:
        form.refuse("first_on" if planned.closed or planned.there else "starts_time", _said(planned))
        return team_page(forum, 422, form=form)
    set_now = [
        one for one in team_dates.from_today(transactions.session(), forum)
        if local_date(one.starts_at, zone=zone()) in planned.added
    ]  # fmt: skip
    notices.say_next(" ".join([_said(planned), *said_at_once(forum, set_now)]))
    return redirect(url_for(".team", forum_id=forum_id), 303)


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>/drop")
@signed_in(*TEAM_ROLES)
def drop_team_date(forum_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """Take a date away on which there is nothing; where there is, it is done from its agenda, with a reason."""
    session, forum = transactions.session(), team_of(forum_id)
    try:
        gone = team_dates.take_away(session, forum, date_id, by=people.actor())
    except AgendaRefused as refused:
        notices.say_next(gettext(refused.problem.label), "warning")
        return redirect(url_for(".agenda", forum_id=forum_id, date_id=date_id, _anchor="withdraw-form"), 303)
    day = short_date(local_date(gone.starts_at, zone=zone()))
    notices.say_next(gettext("%(day)s has been taken away.", day=day))
    return redirect(url_for(".team", forum_id=forum_id), 303)


@blueprint.post("/teams/<uuid:forum_id>/dates/drop")
@signed_in(*TEAM_ROLES)
def drop_team_series(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Take dates that are alike away, as they were shown, but for those for which something is planned."""
    forum, form, session = team_of(forum_id), forms.submitted(), transactions.session()
    values = form.load(TakeSeriesForm())
    if values is None:
        return team_page(forum, 422, form=form)
    try:
        taken = date_series.take_away(session, forum, values["series"], by=people.actor())
    except AgendaRefused as refused:
        form.refuse("series", refused.problem.label)
        return team_page(forum, 409, form=form)
    told = [ngettext("One date has been taken away.", "%(num)d dates have been taken away.", len(taken.gone))]
    if taken.kept:
        days = ", ".join(short_date(day) for day in taken.kept)
        told.append(gettext("Something is planned for these, they stay: %(days)s.", days=days))
    notices.say_next(" ".join(told))
    return redirect(url_for(".team", forum_id=forum_id), 303)


@blueprint.get("/teams/<uuid:forum_id>/dates.ics")
@signed_in(*TEAM_ROLES)
def team_calendar(forum_id: uuid.UUID) -> Response:
    """The dates of this school year and later, for a calendar of one's own."""
    return downloads.calendar(calendar_feed.of_teams(transactions.session(), [team_of(forum_id)]), name="dates.ics")


def opens_teams() -> bool:
    """Whether the pages of teams are for whoever is signed in: not for the management, which sits in some of those above."""
    return any(role in TEAM_ROLES for role, _unit in people.actor().roles)


def team_of(forum_id: uuid.UUID) -> Forum:
    """The team in the address, for whoever works in it."""
    return team_dates.find(transactions.session(), forum_id, by=people.actor())


def team_page(forum: Forum, status: int = 200, *, form: forms.Form | None = None) -> Response:
    """The page of `forum` with its dates, its seats, and who is missing on each date; one form for both, whichever was sent."""
    usual = {"minutes": "60", "every_weeks": "2", "place": forum.place}
    form = form or forms.shown(usual)
    for name, value in usual.items():
        form.typed.setdefault(name, value)
    session, held = transactions.session(), seats.seats_of(transactions.session(), forum)
    coming, may_keep = team_dates.from_today(session, forum), team_dates.may_keep(forum, people.actor())
    return pages.page(
        "forums/team.html",
        status,
        form=form,
        team=forum,
        seats=[(seat, seats.to_come(seat), seats.stands_in_as_a_rule(session, seat)) for seat in held],
        quorum=[Profession(value) for value in forum.quorum],
        missing=seats.missing(forum, held, clock.now()),
        dates=[(one, seats.missing(forum, held, one.starts_at)) for one in coming],
        closed=team_dates.on_closed_days(session, coming),
        with_agenda=team_dates.with_agenda(session, coming),
        at_two_tables=_by_date(clashes.at_two_tables(session, forum, coming)),
        this_year=team_year.this_one(session),
        may_keep=may_keep,
        series=[_alike(these) for these in date_series.series_of(session, forum)] if may_keep else [],
        today=meeting_room.meetings_today(session, forum, by=people.actor()),
        subscription=_subscription(forum),
        read_at=public_page.read_at(session, forum),
        could_sit=[_choice(one) for one in seats.could_sit(session, forum)] if may_keep else [],
    )


def said_at_once(forum: Forum, dates: list[TeamDate], *, account: Account | None = None) -> list[str]:
    """A sentence for each who sits in another team that meets at the same time on some of `dates`; for `account` alone, if given."""
    when: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in clashes.at_two_tables(transactions.session(), forum, dates):
        if account in (None, one.account):
            when[one.account.name, one.other.name].append(short_date(local_date(one.date.starts_at, zone=zone())))
    return [
        gettext("%(name)s sits in %(team)s too, which meets at the same time: %(days)s.", name=name, team=team, days=", ".join(days))
        for (name, team), days in when.items()
    ]  # fmt: skip


def _by_date(found: list[clashes.Twice]) -> dict[uuid.UUID, list[clashes.Twice]]:
    by_date: dict[uuid.UUID, list[clashes.Twice]] = defaultdict(list)
    for one in found:
        by_date[one.date.id].append(one)
    return by_date


def _subscription(owner: Forum | Account) -> str | None:
    """The address a calendar program is given for a team, or for all of somebody's teams; None where no link was made."""
    secret = subscription.secret_of(owner)
    if secret is None:
        return None
    if isinstance(owner, Forum):
        path = url_for("forums.subscribed_dates", forum_id=owner.id, token=secret)
    else:
        path = url_for("forums.subscribed_own_dates", account_id=owner.id, token=secret)
    return transactions.settings().base_url + path


def _field_of(problem: AgendaProblem, first_on: date) -> str:
    """The field at which to say why a series cannot be: the day where it has passed itself, the hour where only that has."""
    if problem is not AgendaProblem.PASSED:
        return "minutes"
    return "first_on" if first_on < here.today(transactions.session()) else "starts_time"


def _alike(these: tuple[TeamDate, ...]) -> tuple[str, str]:
    """A series to choose: its first date, and how many there are until when."""
    first, last = these[0], these[-1]
    words = gettext(
        "%(first)s, %(place)s: %(count)s dates until %(last)s",
        first=format_weekday_datetime(first.starts_at, language(), zone=zone()), place=first.place,
        count=len(these), last=short_date(local_date(last.starts_at, zone=zone())),
    )  # fmt: skip
    return date_series.shown(these), words


def _choice(account: Account) -> tuple[uuid.UUID, str]:
    return account.id, f"{account.name}, {mid_sentence(gettext(account.profession.label))}"


def _from_to(date: TeamDate) -> str:
    ends_at = date.starts_at + timedelta(minutes=date.minutes)
    day = short_date(local_date(date.starts_at, zone=zone()))
    return f"{day} {time_of_day(date.starts_at)}–{time_of_day(ends_at)}"


def _said(planned: Planned) -> str:
    """What became of a series, in sentences."""
    told = [gettext("No date has been added.")]
    if planned.added:
        told = [ngettext("One date has been added.", "%(num)d dates have been added.", len(planned.added))]
    if planned.there:
        told.append(ngettext("One was there already.", "%(num)d were there already.", len(planned.there)))
    if planned.in_the_way:
        when = ", ".join(_from_to(one) for one in planned.in_the_way)
        told.append(gettext("Left out, since the team meets then already: %(when)s.", when=when))
    if planned.closed:
        days = ", ".join(short_date(day) for day in planned.closed)
        told.append(gettext("Left out, since the schools are closed: %(days)s.", days=days))
    return " ".join(told)
