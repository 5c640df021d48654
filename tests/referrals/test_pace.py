"""Paces: so many tries in a stretch of time, counted by all processes together, and readable by nobody."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import db, pace
from referrals.errors import TooManyTries
from referrals.models import Pace
from referrals.pace import Limit

THREE = Limit("knocking", most=3, within=timedelta(minutes=15))


def test_the_try_after_the_last_one_has_to_wait_and_is_told_how_long(session, wednesday):
    for _ in range(3):
        pace.take(session, THREE, "somebody")
    wednesday.shift(timedelta(minutes=5))
    with pytest.raises(TooManyTries) as refused:
        pace.take(session, THREE, "somebody")
    assert refused.value.seconds == 600


def test_somebody_else_and_something_else_are_counted_by_themselves(session):
    for _ in range(3):
        pace.take(session, THREE, "somebody")
    pace.take(session, THREE, "somebody else")
    pace.take(session, Limit("calling", most=3, within=timedelta(minutes=15)), "somebody")


def test_when_the_time_is_over_counting_begins_anew(session, wednesday):
    for _ in range(3):
        pace.take(session, THREE, "somebody")
    wednesday.shift(timedelta(minutes=15))
    pace.take(session, THREE, "somebody")
    assert session.scalars(select(Pace.tries)).one() == 1


def test_what_went_well_is_forgotten(session):
    for _ in range(3):
        pace.take(session, THREE, "somebody")
    pace.forget(session, THREE, "somebody")
    pace.take(session, THREE, "somebody")


def test_old_counts_are_deleted(session, wednesday):
    pace.take(session, THREE, "somebody")
    wednesday.shift(timedelta(days=2))
    pace.take(session, THREE, "somebody else")
    assert len(session.scalars(select(Pace)).all()) == 1


def test_nobody_reads_from_the_table_who_was_counted(session):
    pace.take(session, THREE, "karin.almkvist@trivsel.invalid")
    key = session.scalars(select(Pace.key)).one()
    assert "karin" not in key
    assert len(key) == 64


def test_tries_at_the_same_moment_are_each_counted(fresh_address):
    let_in = []

    def knock() -> None:
        try:
            with db.writing(fresh_address) as session:
                pace.take(session, THREE, "somebody")
            let_in.append(True)
        except TooManyTries:
            pass

    threads = [threading.Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 3
