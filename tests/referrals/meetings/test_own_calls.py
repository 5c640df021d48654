"""The meetings somebody is called to: what they know of each, and that who only stands in that day answers before."""

from datetime import timedelta

import pytest

from referrals import clock, team_review
from referrals.access import Role
from referrals.errors import NotAllowed
from referrals.forums import seats
from referrals.languages import local_date
from referrals.meetings import meeting_answers, own_calls
from referrals.models import Account, AuditEvent, RoleAssignment
from referrals.safeguarding.access_list import add_to_list
from referrals.stages import TO_SCHEDULE, Party
from referrals.vocabulary import CalledReply, Profession
from tests.factories import a_guardian, a_referral, protected
from tests.people import NO_PASSWORD


@pytest.fixture
def referral(session, cast, wednesday):
    found = a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, found, told_by=cast.coordinator)
    return found


@pytest.fixture
def stand_in(session, cast, referral):
    """A counsellor of another school, who stands in for Kim on the day of the meeting."""
    ylva = Account(
        email="ylva@trivsel.invalid", name="Ylva Strand", profession=Profession.SCHOOL_COUNSELLOR, language="da",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(ylva)
    session.flush()
    day, by = local_date(clock.now(), zone="Europe/Stockholm") + timedelta(days=7), cast.coordinator.actor()
    kims = seats.seat(session, cast.forum, cast.counsellor.id, by=by)
    seats.be_away(session, kims, first_on=day, last_on=day, stand_in_id=ylva.id, by=by)
    session.expire_all()
    return ylva


def call(session, cast, referral, *people, days=7, **values):
    return team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=days),
        called=[one.id for one in people], without=referral.forum.quorum, on_closed_day=True, **{"place": cast.forum.place} | values,
    )  # fmt: skip


def known_of(session, person):
    return [(one.meeting, one.place, one.is_open) for one in own_calls.calls_of(session, person.actor())]


def answer(session, referral, person, meeting):
    by, asked_about = person.actor(), meeting.starts_at
    return meeting_answers.answer_call(
        session, referral, person.id, by=by, asked_about=asked_about, reply=CalledReply.COMES
    )


def test_who_stands_in_that_day_answers_before_and_opens_nothing_until_then(
    session, cast, referral, stand_in, wednesday
):
    meeting = call(session, cast, referral, cast.head_teacher, stand_in)
    assert known_of(session, stand_in) == [(meeting, "Lindskolan, rum 12", False)]
    assert known_of(session, cast.head_teacher) == [(meeting, "Lindskolan, rum 12", True)]
    answer(session, referral, stand_in, meeting)
    event = session.query(AuditEvent).order_by(AuditEvent.number.desc()).first()
    assert (event.by_id, event.by_party) == (stand_in.id, Party.ASSESSOR)
    (own,) = own_calls.calls_of(session, stand_in.actor())
    assert (own.answer.reply, own.is_asked) == (CalledReply.COMES, False)
    call(session, cast, referral, cast.head_teacher, stand_in, place="Hemma hos Maja Testsson")
    assert known_of(session, stand_in) == [(meeting, None, False)]
    wednesday.shift(timedelta(days=6, hours=20))
    assert known_of(session, stand_in) == [(meeting, "Hemma hos Maja Testsson", True)]
    wednesday.shift(timedelta(hours=4))
    assert known_of(session, stand_in) == [], "it has begun"


def test_a_meeting_on_another_day_than_they_stand_in_is_none_of_theirs(session, cast, referral, stand_in):
    call(session, cast, referral, cast.head_teacher, stand_in)
    meeting = call(session, cast, referral, cast.head_teacher, stand_in, days=8)
    assert known_of(session, stand_in) == []
    with pytest.raises(NotAllowed):
        answer(session, referral, stand_in, meeting)


def test_who_is_asked_is_who_is_called_has_not_answered_for_that_time_and_did_not_call(
    session, cast, referral, stand_in
):
    meeting = call(session, cast, referral, cast.coordinator, cast.head_teacher)

    def asked(person):
        return [one.is_asked for one in own_calls.calls_of(session, person.actor())]

    people = (cast.coordinator, cast.head_teacher, cast.counsellor, stand_in, cast.outsider)
    assert [asked(one) for one in people] == [[False], [True], [], [], []]
    answer(session, referral, cast.head_teacher, meeting)
    assert asked(cast.head_teacher) == [False]
    call(session, cast, referral, cast.coordinator, cast.head_teacher, days=14)
    assert asked(cast.head_teacher) == [True], "it moved"


def test_who_may_know_of_the_referral_no_more_knows_of_no_meeting(session, cast, referral, stand_in):
    meeting = call(session, cast, referral, cast.head_teacher, stand_in)
    protected(session, referral, by=cast.coordinator)
    assert known_of(session, stand_in) == []
    by = cast.coordinator.actor()
    add_to_list(session, referral, by=by, seen=None, account=stand_in, reason="Behöver se det.")
    session.refresh(referral)
    assert known_of(session, stand_in) == [(meeting, None, False)], "the team's room says which school it is"
    referral.kept_outside_at = clock.now()
    assert known_of(session, stand_in) == []
