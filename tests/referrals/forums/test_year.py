"""A school year month by month, on a page and on paper: dates, closed days, and teams that meet at the same time."""

import io
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy.orm import Session

from referrals.forums import clashes, dates, seats, year
from referrals.forums.dates import Series
from referrals.models import Account, ClosedDay, Forum, RoleAssignment, TeamDate, TeamSeat
from tests.people import Cast
from tests.referrals.test_queries import counted_queries


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


def meet(session: Session, cast: Cast, day: date, at: time = time(14, 30), *, elsewhere: bool = False) -> None:
    forum, by = (cast.other_school.forum, cast.outsider) if elsewhere else (cast.forum, cast.coordinator)
    dates.plan(session, forum, Series(day, day, 1, at, 60, "Rum 12"), by=by.actor())


def in_both(session: Session, cast: Cast) -> Account:
    """Kim, who sits in both teams."""
    cast.counsellor.roles.append(RoleAssignment(role=cast.counsellor.roles[0].role, unit=cast.other_school))
    session.flush()
    seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
    seats.seat(session, cast.other_school.forum, cast.counsellor.id, by=cast.outsider.actor())
    return cast.counsellor


def test_a_school_year_runs_from_august_to_july(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    found = year.months(session, [cast.forum], 2026)
    assert [one.first_on for one in found] == [
        *(date(2026, month, 1) for month in range(8, 13)),
        *(date(2027, month, 1) for month in range(1, 8)),
    ]
    assert year.this_one(session) == 2026
    wednesday.move_to("2027-07-31T12:00:00+00:00")
    assert year.this_one(session) == 2026
    wednesday.move_to("2027-08-01T12:00:00+00:00")
    assert year.this_one(session) == 2027


def test_each_month_has_its_meetings_and_closed_days_in_their_order_and_holidays_go_on_in_the_next(
    session: Session, cast: Cast
) -> None:
    meet(session, cast, date(2026, 12, 15))
    meet(session, cast, date(2027, 1, 19))
    meet(session, cast, date(2027, 8, 3))
    session.add(ClosedDay(first_on=date(2026, 12, 21), last_on=date(2027, 1, 8), label="Jullov"))
    session.add(ClosedDay(first_on=date(2026, 12, 1), last_on=date(2026, 12, 1), label="Studiedag"))
    session.flush()
    found = {
        one.first_on.month: [(line.first_on.day, line.last_on.day, line.name) for line in one.lines]
        for one in year.months(session, [cast.forum], 2026)
        if one.lines
    }
    assert found == {
        12: [(1, 1, "Studiedag"), (15, 15, "HTL-team Linden"), (21, 31, "Jullov")],
        1: [(1, 8, "Jullov"), (19, 19, "HTL-team Linden")],
    }


def test_only_dates_of_the_school_year_are_gone_through_from_its_first_midnight_to_its_last(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = (
        datetime(2026, 7, 31, 22, 0, tzinfo=UTC),
        datetime(2027, 7, 31, 21, 59, tzinfo=UTC),
    )  # midnight in Sweden
    minute = timedelta(minutes=1)
    for at in (first - minute, first, last, last + minute):
        session.add(TeamDate(forum=cast.forum, starts_at=at, minutes=60, place="Rum 12"))
    session.flush()
    compared: set[datetime] = set()
    monkeypatch.setattr(clashes, "meet_at_once", lambda one, _other: compared.add(one.starts_at))
    found = [line.starts_at for month in year.months(session, [cast.forum], 2026) for line in month.lines]
    assert found == [first, last]
    assert compared == {first, last}


def test_teams_that_meet_at_the_same_time_are_named_and_those_that_follow_each_other_are_not(
    session: Session, cast: Cast
) -> None:
    day = date(2026, 10, 6)
    meet(session, cast, day)
    meet(session, cast, day, time(15, 0), elsewhere=True)
    meet(session, cast, date(2026, 10, 7))
    meet(session, cast, date(2026, 10, 7), time(15, 30), elsewhere=True)
    october = year.months(session, [cast.forum, cast.other_school.forum], 2026)[2]
    assert [(one.name, one.at_once) for one in october.lines] == [
        ("HTL-team Linden", ("HTL-team Asken",)),
        ("HTL-team Asken", ("HTL-team Linden",)),
        ("HTL-team Linden", ()),
        ("HTL-team Asken", ()),
    ]
    assert all(not one.at_once for month in year.months(session, [cast.forum], 2026) for one in month.lines)


def test_who_sits_in_two_teams_that_meet_at_once_is_named_with_the_other(session: Session, cast: Cast) -> None:
    kim = in_both(session, cast)
    seats.seat(session, cast.forum, cast.head_teacher.id, by=cast.coordinator.actor())
    meet(session, cast, date(2026, 10, 6))
    meet(session, cast, date(2026, 10, 13))
    meet(session, cast, date(2026, 10, 6), time(15, 0), elsewhere=True)
    meet(session, cast, date(2026, 10, 13), time(15, 30), elsewhere=True)
    coming = dates.coming(session, cast.forum)
    assert clashes.at_two_tables(session, cast.forum, []) == []
    (found,) = clashes.at_two_tables(session, cast.forum, coming)
    assert (found.account, found.date, found.other) == (kim, coming[0], cast.other_school.forum)


def test_however_many_teams_meet_meanwhile_who_sits_at_two_tables_is_asked_at_once(
    session: Session, cast: Cast
) -> None:
    in_both(session, cast)
    for day in (date(2026, 10, 6), date(2026, 10, 13)):
        meet(session, cast, day)

    def asked_with(teams: range) -> tuple[int, int]:
        for number in teams:
            other = Forum(slug=f"team-{number}", name=f"Team {number}", quorum=[], place="A")
            starts_at = dates.coming(session, cast.forum)[number % 2].starts_at
            session.add_all(
                [
                    TeamSeat(forum=other, account=cast.counsellor),
                    TeamDate(forum=other, starts_at=starts_at, minutes=60, place="A"),
                ]
            )
        session.flush()
        session.expire_all()
        coming, forum = dates.coming(session, cast.forum), cast.forum
        assert forum.id
        with counted_queries(session) as asked:
            found = clashes.at_two_tables(session, forum, coming)
        return len(found), len(asked)

    (few, asked), (many, asked_of_many) = asked_with(range(2)), asked_with(range(2, 20))
    assert (few, many) == (2, 20)
    assert asked_of_many == asked


def test_who_is_away_is_at_no_table_and_who_stands_in_is(session: Session, cast: Cast) -> None:
    in_both(session, cast)
    meet(session, cast, date(2026, 10, 6))
    meet(session, cast, date(2026, 10, 6), elsewhere=True)
    coming = dates.coming(session, cast.forum)
    (seat,) = seats.seats_of(session, cast.forum)
    day = date(2026, 10, 6)
    seats.be_away(session, seat, first_on=day, last_on=day, stand_in_id=None, by=cast.coordinator.actor())
    assert clashes.at_two_tables(session, cast.forum, coming) == []
    (theirs,) = seats.seats_of(session, cast.other_school.forum)
    seats.be_away(session, theirs, first_on=day, last_on=day, stand_in_id=None, by=cast.outsider.actor())
    other = next(iter(dates.coming(session, cast.other_school.forum)))
    assert clashes.at_two_tables(session, cast.other_school.forum, [other]) == []


@pytest.mark.parametrize(("language", "words"), [("sv", "Läsåret 2026–2027"), ("da", "Skoleåret 2026–2027")])
def test_on_paper_the_year_is_one_sheet_and_names_nobody(
    session: Session, cast: Cast, language: str, words: str
) -> None:
    in_both(session, cast)
    series = Series(date(2026, 9, 22), date(2027, 6, 8), 2, time(14, 30), 90, "Lindskolan, rum 12")
    dates.plan(session, cast.forum, series, by=cast.coordinator.actor())
    meet(session, cast, date(2026, 9, 22), elsewhere=True)
    session.add(ClosedDay(first_on=date(2026, 12, 21), last_on=date(2027, 1, 8), label="Jullov"))
    session.flush()
    teams = [cast.forum, cast.other_school.forum]
    read = PdfReader(io.BytesIO(year.paper(session, teams, 2026, language=language)))
    assert len(read.pages) == 1
    text = " ".join(read.pages[0].extract_text().split())
    for said in (words, "HTL-team Linden", "HTL-team Asken", "Jullov", "14"):
        assert said in text
    assert not [one.name for one in dates.members(session, cast.forum) if one.name in text]
    alone = PdfReader(io.BytesIO(year.paper(session, [cast.forum], 2026, language=language)))
    assert "Asken" not in alone.pages[0].extract_text()
