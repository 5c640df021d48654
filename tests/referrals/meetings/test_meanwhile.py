"""A guardian invited to two meetings at once, and an interpreter booked for both: told to who may know of the other referral."""

from datetime import timedelta

import pytest

from referrals import clock, team_review
from referrals.meetings import interpreters, meanwhile
from referrals.stages import TO_SCHEDULE
from tests.factories import a_guardian, a_referral


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
def twice(session, cast):
    def named(meeting, by=None):
        found = meanwhile.guardians_invited_twice(session, meeting, by=(by or cast.coordinator).actor())
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


def test_with_whom_an_interpreter_is_booked_for_both_is_told(session, cast, call):
    def booked(meeting, whom, language="polska"):
        interpreters.book(
            session, meeting.referral, by=cast.coordinator.actor(), asked_about=meeting.starts_at, language=language, booked_with=whom
        )  # fmt: skip

    first, second = call(MAJA | {"interpreter": "polska"}), call(OMAR | {"interpreter": "Polska"}, after=30)
    third = call({"name": "Sara Testsson", "interpreter": "tigrinska"}, after=45)
    by = cast.coordinator.actor()
    booked(first, "Tolk Ett")
    booked(second, "Tolk Två", "Polska")
    booked(third, "Tolk Ett", "tigrinska")
    assert meanwhile.interpreters_booked_twice(session, first, by=by) == []
    booked(second, "tolk ett", "Polska")
    assert meanwhile.interpreters_booked_twice(session, first, by=by) == ["Tolk Ett"]
    theirs = meanwhile.guardians_of(session, [first.referral_id, call(MAJA).referral_id])
    found = meanwhile.interpreters_elsewhere(session, theirs, starts_at=first.starts_at, minutes=60, by=by)
    assert [(one.referral_id, whom) for one, whom in found] == [(first.referral_id, "tolk ett")], "not their own"
