"""A series of dates taken away at once: what is planned stays, what has begun is not touched, and only keepers do so."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import clock
from referrals.errors import AgendaRefused, NotAllowed
from referrals.forums import agenda, date_series, dates
from referrals.forums.dates import Series
from referrals.models import Forum, UpwardQuestion
from referrals.stages import SCHEDULED, TO_SCHEDULE
from referrals.vocabulary import AgendaProblem
from tests.factories import a_meeting, a_referral
from tests.people import Cast

TUESDAYS = Series(date(2026, 9, 15), date(2026, 11, 24), 2, time(14, 30), 90, "Rum 12")
THURSDAYS = Series(date(2026, 9, 24), date(2026, 10, 8), 2, time(9, 0), 60, "Rum 12")


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


def days_of(session: Session, forum: Forum) -> list[str]:
    return [f"{one.starts_at:%m-%d}" for one in dates.coming(session, forum)]


def test_what_is_alike_goes_and_what_something_is_planned_for_stays(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    by, forum = cast.coordinator.actor(), cast.forum
    wednesday.shift(-timedelta(days=7))
    for series in (TUESDAYS, THURSDAYS):
        dates.plan(session, forum, series, by=by)
    wednesday.shift(timedelta(days=7))
    dates.plan(session, forum, Series(date(2026, 9, 30), date(2026, 9, 30), 1, time(8, 0), 60, "A"), by=by)
    thursdays, tuesdays = date_series.series_of(session, forum)
    assert (len(tuesdays), len(thursdays)) == (5, 2), "the first has begun already, and one alone is none"
    _free, on_agenda, called, asked, _last = tuesdays
    agenda.put_on(session, on_agenda, a_referral(session, cast, TO_SCHEDULE).id, minutes=30, by=by)
    for starts_at, values in (
        (called.starts_at + timedelta(minutes=30), {}),
        (tuesdays[0].starts_at, {"called_off_in": 1}),
        (tuesdays[0].starts_at + timedelta(minutes=90), {}),
    ):
        planned = a_referral(session, cast, SCHEDULED)
        a_meeting(session, planned, called_by=cast.coordinator, starts_at=starts_at, **values)
    elsewhere = a_referral(session, cast, SCHEDULED, forum_id=cast.other_school.forum_id)
    a_meeting(session, elsewhere, called_by=cast.coordinator, starts_at=tuesdays[0].starts_at)
    question = UpwardQuestion(
        from_forum_id=cast.other_school.forum_id, to_forum_id=forum.id, asked_by_id=cast.outsider.id, asked_at=clock.now(),
        number="F-1", date=asked,
    )  # fmt: skip
    session.add(question)
    session.flush()
    for who in (cast.teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            date_series.take_away(session, forum, date_series.shown(tuesdays), by=who.actor())
    taken = date_series.take_away(session, forum, date_series.shown(tuesdays), by=by)
    assert [f"{day:%m-%d}" for day in taken.gone] == ["09-29", "11-24"]
    assert [f"{day:%m-%d}" for day in taken.kept] == ["10-13", "10-27", "11-10"]
    assert days_of(session, forum) == ["09-24", "09-30", "10-08", "10-13", "10-27", "11-10"]


def test_dates_that_somebody_added_meanwhile_or_that_have_begun_are_not_taken_along(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    by, forum = cast.coordinator.actor(), cast.forum

    def read() -> str:
        (series,) = date_series.series_of(session, forum)
        return date_series.shown(series)

    def refused(chosen: str) -> AgendaProblem:
        with pytest.raises(AgendaRefused) as told:
            date_series.take_away(session, forum, chosen, by=by)
        return told.value.problem

    wednesday.shift(-timedelta(days=7))
    dates.plan(session, forum, TUESDAYS, by=by)
    wednesday.shift(timedelta(days=7))
    before = read()
    dates.plan(session, forum, replace(TUESDAYS, first_on=date(2026, 12, 1), last_on=date(2026, 12, 1)), by=by)
    assert refused(before) is AgendaProblem.CHANGED
    then = read()
    wednesday.shift(timedelta(days=14))
    assert refused(then) is AgendaProblem.CHANGED
    assert len(days_of(session, forum)) == 5, "nothing has gone"
    assert len(date_series.take_away(session, forum, read(), by=by).gone) == 5
