"""A team's year: dates set ahead around closed days, by its own coordinators, and known to who works there."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import here
from referrals.access import Role
from referrals.errors import AgendaRefused, NotAllowed
from referrals.forums import dates as team_dates
from referrals.forums.dates import Series
from referrals.models import ClosedDay, RoleAssignment
from referrals.people import organisation
from referrals.vocabulary import AgendaProblem
from tests.people import Cast

#: every other Tuesday of the autumn, across the change of the clock
AUTUMN = Series(date(2026, 9, 22), date(2026, 11, 20), 2, time(14, 30), 90, "Lindskolan, rum 12")


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


def close(session: Session, first_on: date, last_on: date) -> None:
    session.add(ClosedDay(first_on=first_on, last_on=last_on, label="Lov"))
    session.flush()


def test_a_series_goes_around_closed_days_and_keeps_its_hour_when_the_clock_changes(
    session: Session, cast: Cast
) -> None:
    close(session, date(2026, 10, 5), date(2026, 10, 9))
    planned = team_dates.plan(session, cast.forum, AUTUMN, by=cast.coordinator.actor())
    assert planned.added == [date(2026, 9, 22), date(2026, 10, 20), date(2026, 11, 3), date(2026, 11, 17)]
    assert planned.closed == [date(2026, 10, 6)]
    begins = [one.starts_at for one in team_dates.coming(session, cast.forum)]
    assert begins[0] == datetime(2026, 9, 22, 12, 30, tzinfo=UTC)
    assert begins[-1] == datetime(2026, 11, 17, 13, 30, tzinfo=UTC)


def test_setting_the_same_dates_again_adds_none(session: Session, cast: Cast) -> None:
    by = cast.coordinator.actor()
    first = team_dates.plan(session, cast.forum, AUTUMN, by=by)
    again = team_dates.plan(session, cast.forum, AUTUMN, by=by)
    assert (again.added, again.there) == ([], first.added)
    assert again.in_the_way == []
    there = team_dates.coming(session, cast.forum)
    for otherwise in ({"starts_time": time(13, 30)}, {"starts_time": time(15, 30)}, {"minutes": 60}):
        beside = team_dates.plan(session, cast.forum, replace(AUTUMN, **otherwise), by=by)
        assert (beside.added, beside.there) == ([], []), "the team cannot meet twice at once"
        assert beside.in_the_way == there
    assert len(team_dates.coming(session, cast.forum)) == len(first.added) == 5


def test_a_team_meets_until_midnight_at_the_latest(session: Session, cast: Cast) -> None:
    by, evening = cast.coordinator.actor(), replace(AUTUMN, last_on=AUTUMN.first_on, starts_time=time(23, 30))
    with pytest.raises(AgendaRefused) as told:
        team_dates.plan(session, cast.forum, replace(evening, minutes=31), by=by)
    assert told.value.problem is AgendaProblem.PAST_MIDNIGHT
    assert team_dates.coming(session, cast.forum) == []
    (added,) = team_dates.plan(session, cast.forum, replace(evening, minutes=30), by=by).added
    assert added == AUTUMN.first_on


def test_no_date_is_set_for_an_hour_that_has_passed(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    today = replace(AUTUMN, first_on=here.today(session), last_on=here.today(session))
    with pytest.raises(AgendaRefused) as told:
        team_dates.plan(session, cast.forum, replace(today, starts_time=time(9, 59)), by=cast.coordinator.actor())
    assert told.value.problem is AgendaProblem.PASSED
    planned = team_dates.plan(session, cast.forum, replace(today, starts_time=time(10)), by=cast.coordinator.actor())
    assert planned.added == [today.first_on]


def test_what_has_begun_is_no_longer_coming(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    team_dates.plan(session, cast.forum, AUTUMN, by=cast.coordinator.actor())
    wednesday.move_to(datetime(2026, 9, 22, 12, 31, tzinfo=UTC))
    assert [one.starts_at.day for one in team_dates.coming(session, cast.forum)] == [6, 20, 3, 17]


def test_its_coordinators_and_head_teachers_keep_the_dates_and_leave_a_line_each(session: Session, cast: Cast) -> None:
    series = Series(date(2026, 9, 22), date(2026, 9, 22), 1, time(8, 0), 60, "Rum 12")
    team_dates.plan(session, cast.forum, series, by=cast.head_teacher.actor())
    (there,) = team_dates.coming(session, cast.forum)
    for who in (cast.special_educator, cast.outsider, cast.administrator, cast.teacher):
        with pytest.raises(NotAllowed):
            team_dates.plan(session, cast.forum, series, by=who.actor())
        with pytest.raises(NotAllowed):
            team_dates.drop(session, cast.forum, there.id, by=who.actor())
    assert team_dates.drop(session, cast.forum, there.id, by=cast.coordinator.actor()) is there
    assert team_dates.coming(session, cast.forum) == []
    with pytest.raises(NotAllowed):
        team_dates.drop(session, cast.forum, there.id, by=cast.coordinator.actor())
    lines = {(row.subject.split()[0], row.by_id, row.before, row.after) for row in organisation.changes(session)}
    assert lines == {
        ("team_date.added", cast.head_teacher.id, "", "linden 2026-09-22 06:00 UTC"),
        ("team_date.removed", cast.coordinator.id, "linden 2026-09-22 06:00 UTC", ""),
    }


def test_a_date_of_another_team_is_not_dropped_from_here(session: Session, cast: Cast) -> None:
    elsewhere = cast.other_school.forum
    team_dates.plan(session, elsewhere, AUTUMN, by=cast.outsider.actor())
    theirs = team_dates.coming(session, elsewhere)[0]
    with pytest.raises(NotAllowed):
        team_dates.drop(session, cast.forum, theirs.id, by=cast.coordinator.actor())


def test_each_finds_the_teams_of_their_units_and_no_others(session: Session, cast: Cast) -> None:
    assert team_dates.forums_of(session, cast.counsellor.actor()) == [cast.forum]
    assert team_dates.forums_of(session, cast.administrator.actor()) == []
    cast.counsellor.roles.append(RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school))
    session.flush()
    assert {forum.slug for forum in team_dates.forums_of(session, cast.counsellor.actor())} == {"asken", "linden"}
    assert team_dates.find(session, cast.forum.id, by=cast.counsellor.actor()) == cast.forum
    with pytest.raises(NotAllowed):
        team_dates.find(session, cast.forum.id, by=cast.outsider.actor())


def test_who_works_in_it_is_everybody_with_a_role_there_who_has_not_left(session: Session, cast: Cast) -> None:
    cast.second_coordinator.is_active = False
    names = [account.name for account in team_dates.members(session, cast.forum)]
    assert cast.coordinator.name in names
    assert cast.leisure_worker.name in names
    assert not {cast.outsider.name, cast.administrator.name, cast.second_coordinator.name} & set(names)
    assert names == sorted(names)
