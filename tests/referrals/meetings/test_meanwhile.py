"""A guardian invited to two meetings at once, and an interpreter booked for both: told to who may know of the other referral."""

from datetime import timedelta

import pytest

from referrals import clock, team_review
from referrals.meetings import interpreters, meanwhile
from referrals.stages import TO_SCHEDULE
from tests.factories import a_guardian, a_referral
from tests.referrals.test_queries import counted_queries


@pytest.fixture
def call(session, cast, wednesday):
    """Calls the team to a new referral, with guardians recorded as said, so many minutes after the hour in a week."""

    def called(*guardians, after=0, **values):
        referral = a_referral(session, cast, TO_SCHEDULE, **values)
        recorded = [a_guardian(session, referral, told_by=cast.coordinator, **one) for one in guardians]
        return team_review.schedule_meeting(
            session, referral, by=cast.coordinator.actor(), seen=None, place="Rum 12", minutes=60, on_closed_day=True,
            starts_at=clock.now() + timedelta(days=7, minutes=after), called=[cast.head_teacher.id, cast.counsellor.id],
            guardians=[one.id for one in recorded],
        )  # fmt: skip

    return called


@pytest.fixture
def others(session, cast):
    def known(meeting, by=None):
        by = (by or cast.coordinator).actor()
        return meanwhile.known_meetings(session, starts_at=meeting.starts_at, minutes=meeting.minutes, by=by)

    return known


@pytest.fixture
def twice(session, others):
    def named(meeting, by=None):
        found = meanwhile.guardians_invited_twice(session, meeting, others(meeting, by))
        return [one.name for one in found]

    return named


MAJA = {"name": "Maja Testsson", "phone": "0000-99 88 77", "email": None}
OMAR = {"name": "Omar Testsson", "phone": "0000-99 88 77", "email": "omar@exempel.invalid"}


def test_the_same_address_or_name_and_telephone_are_one_person(session, cast, call, twice):
    first = call(MAJA, OMAR)
    assert twice(first) == []
    for other, expected in (
        ({"name": "Maja  testsson", "phone": "0000 998877"}, ["Maja Testsson"]),
        ({"name": "Omar Exempel", "phone": None, "email": "Omar@exempel.invalid"}, ["Omar Testsson"]),
        ({"name": None, "phone": None, "email": "omar@exempel.invalid"}, ["Omar Testsson"]),
        ({"name": "Mona Testsson", "phone": None, "email": "omar@exempel.invalid"}, []),
        ({"name": "Mona Testsson", "phone": "0000-99 88 77"}, []),
        ({"name": "Maja Testsson", "phone": "12"}, []),
        ({"name": None, "phone": None}, []),
    ):
        second = call(other, after=30)
        assert twice(first) == expected, other
        assert bool(twice(second)) is bool(expected)
        session.delete(second)
        session.flush()


def test_nothing_is_told_of_another_time_of_what_is_over_or_of_what_one_may_not_know(session, cast, call, twice):
    first = call(MAJA)
    call(MAJA, after=60)
    assert twice(first) == []
    second = call(MAJA, after=59)
    assert twice(first) == ["Maja Testsson"]
    assert twice(first, cast.counsellor) == []
    second.referral.kept_outside_at = clock.now()
    assert twice(first) == []
    second.referral.kept_outside_at, second.referral.is_open = None, False
    assert twice(first) == []


def test_with_whom_an_interpreter_is_booked_for_both_is_told(session, cast, call, others):
    def booked(meeting, whom, language="polska"):
        interpreters.book(
            session, meeting.referral, by=cast.coordinator.actor(), asked_about=meeting.starts_at, language=language, booked_with=whom
        )  # fmt: skip

    first, second = call(MAJA | {"interpreter": "polska"}), call(OMAR | {"interpreter": "Polska"}, after=30)
    third = call({"name": "Sara Testsson", "interpreter": "tigrinska"}, after=45)
    booked(first, "Tolk Ett")
    booked(second, "Tolk Två", "Polska")
    booked(third, "Tolk Ett", "tigrinska")
    assert meanwhile.interpreters_booked_twice(first, others(first)) == []
    booked(second, "tolk ett", "Polska")
    assert meanwhile.interpreters_booked_twice(first, others(first)) == ["Tolk Ett"]
    theirs = meanwhile.guardians_of(session, [first.referral_id, call(MAJA).referral_id])
    found = meanwhile.interpreters_elsewhere(theirs, others(first))
    assert [(one.referral_id, whom) for one, whom in found] == [(first.referral_id, "tolk ett")], "not their own"


def test_however_many_meetings_there_are_then_they_are_read_at_once(session, cast, call):
    by = cast.coordinator.actor()

    def asked_with(more):
        for number in range(more):
            meeting = call({"name": f"Sara Testsson {number}", "interpreter": "polska"})
            interpreters.book(
                session, meeting.referral, by=by, asked_about=meeting.starts_at, language="polska", booked_with="Tolk Ett"
            )  # fmt: skip
        starts_at, sibling = meeting.starts_at, meeting.referral_id
        session.flush()
        session.expunge_all()
        with counted_queries(session) as asked:
            found = meanwhile.known_meetings(session, starts_at=starts_at, minutes=60, by=by)
            here = meanwhile.guardians_of(session, [sibling])
            assert meanwhile.invited_elsewhere(session, here, found) == []
            booked = meanwhile.interpreters_elsewhere(here, found)
        return len(found), len(booked), len(asked)

    *few, asked = asked_with(2)
    *many, asked_of_many = asked_with(6)
    assert (few, many) == ([2, 1], [8, 1]), "with whom an interpreter is booked is told once"
    assert asked_of_many == asked
