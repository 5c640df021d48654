"""The mail about dates of teams goes over a real post office: once to each, and what it does not take is tried again."""

import email
import smtplib
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email import policy

import pytest
import time_machine
from sqlalchemy import select

from flows import team_dates
from flows.apart import Apart
from flows.sweep import sweep_database
from referrals import db, mailer, notifications
from referrals.forums import agenda, calling, date_letters, dates
from referrals.forums.dates import Series
from referrals.models import DateCall, History
from referrals.stages import TO_SCHEDULE
from tests.conftest import BOTH
from tests.factories import a_guardian, a_referral
from tests.people import settle
from tests.referrals.post_office import PostOffice

MORNING = datetime(2026, 9, 16, 6, tzinfo=UTC)


@pytest.fixture
def written(fresh_database: str) -> Iterator[time_machine.Traveller]:
    """The team is called to a date with two referrals, and that is written down."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        with db.writing(fresh_database) as session:
            cast = settle(session)
            by = cast.coordinator.actor()
            series = Series(date(2026, 9, 22), date(2026, 9, 22), 1, time(14, 30), 120, cast.forum.place)
            (day,) = [dates.find_date(session, cast.forum, one.id) for one in _planned(session, cast, series)]
            for _ in range(2):
                referral = a_referral(session, cast, TO_SCHEDULE)
                a_guardian(session, referral, told_by=cast.coordinator)
                agenda.put_on(session, day, referral.id, minutes=30, by=by)
            assert calling.call_to_agenda(session, day, points=[], by=by).meetings == 2
        with db.writing(fresh_database) as session:
            for row in session.scalars(select(History)).all():
                notifications.write(session, row)
        yield traveller


@pytest.fixture
def called(fresh_database: str, written: time_machine.Traveller) -> time_machine.Traveller:
    """The same, and the time to stop mail has passed."""
    assert team_dates.tell_of_dates(fresh_database, Apart("dates")) == 0
    written.shift(timedelta(minutes=10))
    return written


def _planned(session, cast, series):
    dates.plan(session, cast.forum, series, by=cast.coordinator.actor())
    return dates.coming(session, cast.forum)


def calls(address: str) -> list[DateCall]:
    with db.reading(address) as session:
        return list(session.scalars(select(DateCall)))


def to_whom(office: PostOffice) -> list[str]:
    return sorted(str(email.message_from_bytes(one, policy=policy.default)["To"]) for one in office.taken)


def test_each_gets_one_mail_of_the_date(office, fresh_database, called):
    went = team_dates.tell_of_dates(fresh_database, Apart("dates"))
    assert went == len(calls(fresh_database)) == len(set(to_whom(office))) == len(office.taken) > 1
    assert sweep_database(fresh_database)
    assert len(office.taken) == went


@pytest.mark.parametrize("fresh_database", BOTH, indirect=True)
def test_two_workers_at_the_same_time_send_each_mail_once_and_leave_nothing_over(office, fresh_database, written):
    def look_twice():
        rounds = [Apart("dates"), Apart("dates")]
        threads = [threading.Thread(target=team_dates.tell_of_dates, args=(fresh_database, one)) for one in rounds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.failed for one in rounds] == [0, 0]

    look_twice()
    assert office.taken == []
    written.shift(timedelta(minutes=10))
    look_twice()
    assert len(office.taken) == len(set(to_whom(office))) == len(calls(fresh_database)) > 1
    assert all(one.sent_at for one in calls(fresh_database))


def test_a_post_office_that_is_away_is_waited_for_and_gets_each_mail_once(office, fresh_database, called, monkeypatch):
    tries = []

    def away(letter):
        tries.append(letter.message_id)
        raise mailer.OfficeAway

    with monkeypatch.context() as patch:
        patch.setattr(mailer, "send", away)
        assert team_dates.tell_of_dates(fresh_database, Apart("dates")) == 0
    assert len(tries) == 1, "each more would be waited for as long"
    assert sorted(one.tries for one in calls(fresh_database))[-2:] == [0, 1], (
        "and counted, though it is not known what became of it"
    )
    called.shift(timedelta(minutes=2))
    went = team_dates.tell_of_dates(fresh_database, Apart("dates"))
    came = [str(email.message_from_bytes(one, policy=policy.default)["Message-ID"]) for one in office.taken]
    assert (len(came), len(set(came)), tries[0] in came) == (went, went, True)


@pytest.mark.parametrize(
    ("trouble", "word"),
    [
        (mailer.AddressRefused(), "address"),
        (smtplib.SMTPDataError(451, b"not now"), "mail"),
        (ValueError("a letter that cannot be written"), None),
    ],
)
def test_what_it_does_not_take_for_one_keeps_nobody_else_waiting(
    office, fresh_database, called, monkeypatch, trouble, word
):
    real = mailer.send

    def refuse(letter):
        if letter.to.startswith("karin."):
            raise trouble
        real(letter)

    with monkeypatch.context() as patch:
        patch.setattr(mailer, "send", refuse)
        went = team_dates.tell_of_dates(fresh_database, Apart("dates"))
    assert went == len(office.taken) == len(calls(fresh_database)) - 1
    (left,) = (one for one in calls(fresh_database) if one.sent_at is None)
    assert (left.failed_with, left.tries) == (word, 1)


def test_a_letter_that_cannot_be_made_is_counted_as_tried_and_keeps_nobody_else_waiting(
    office, fresh_database, called, monkeypatch
):
    real = date_letters.letter

    def fail(session, message_id):
        made = real(session, message_id)
        if made.to.startswith("karin."):
            raise ZeroDivisionError
        return made

    monkeypatch.setattr(date_letters, "letter", fail)
    apart = Apart("dates")
    went = team_dates.tell_of_dates(fresh_database, apart)
    assert (went, apart.failed) == (len(office.taken), 1)
    assert [one.tries for one in calls(fresh_database) if one.sent_at is None] == [1]


def test_what_cannot_be_read_of_one_keeps_nobody_else_of_the_date_waiting(office, fresh_database, called, monkeypatch):
    real = date_letters._find

    def fail(entries, call, account, **values):
        if account.email.startswith("karin."):
            raise ZeroDivisionError
        return real(entries, call, account, **values)

    monkeypatch.setattr(date_letters, "_find", fail)
    apart = Apart("dates")
    went = team_dates.tell_of_dates(fresh_database, apart)
    assert (went, apart.failed) == (len(calls(fresh_database)) - 1, 1)
    assert went == len(office.taken) > 1


def test_a_worker_that_is_to_end_begins_no_more_letters(office, fresh_database, called):
    stopping = threading.Event()
    stopping.set()
    assert team_dates.tell_of_dates(fresh_database, Apart("dates"), stopping=stopping) == 0
    assert office.taken == []
