"""What all in the room may see at a team meeting, and whose turn it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from referrals import team_review
from referrals.disclosure import coverage
from referrals.guardians import guardian_page, withholding
from referrals.guardians.guardian_access import actor_for
from referrals.meetings import meeting_room
from referrals.meetings.meeting_room import CommonGround, Said
from referrals.meetings.minutes import Attendee
from referrals.models import Guardian, Referral, TeamMeeting
from referrals.stages import CLOSURE_PROPOSED, SCHEDULED, TO_SCHEDULE
from referrals.vocabulary import About, Attendance, Compartment, PartStatus, Profession
from tests.factories import a_guardian, a_part, a_referral, consented
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

AT = datetime(2026, 9, 16, 12, 30, tzinfo=UTC)
OF_THE_TEACHER = {"protective_factors": "Ritar gärna.", "child_voice": "”Jag vill ha lugnt.”"}


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    """A referral that is ready for the team, with one guardian who is informed."""
    found = a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, found, told_by=cast.coordinator)
    return found


def a_received_part(session: Session, referral: Referral, cast: Cast, **values: Any) -> Any:
    given = {"status": PartStatus.RECEIVED, "received_at": AT - timedelta(days=1)} | OF_THE_TEACHER | values
    return a_part(session, referral, given.pop("by", cast.teacher), asked_by=cast.coordinator, **given)


def call(
    session: Session, referral: Referral, cast: Cast, *more: Any, guardians: Any = (), at: datetime = AT
) -> TeamMeeting:
    called = [cast.head_teacher.id, cast.counsellor.id, *(one.id for one in more)]
    return team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=at, place="Rum 12", called=called,
        guardians=[one.id for one in guardians],
    )  # fmt: skip


def common(session: Session, meeting: TeamMeeting) -> CommonGround:
    return meeting_room.common_ground(session, meeting.referral, meeting)


def the_guardian(session: Session, referral: Referral) -> Guardian:
    return coverage.guardians_of(session, referral)[0]


def test_strengths_and_the_childs_words_come_from_the_parts_that_all_may_read(
    session: Session, cast: Cast, referral: Referral
) -> None:
    a_received_part(session, referral, cast)
    shown = common(session, call(session, referral, cast))
    assert shown.child_name == referral.child_name
    assert shown.strengths == (Said("Ritar gärna.", profession=Profession.TEACHER),)
    assert shown.child_words == (Said("”Jag vill ha lugnt.”", profession=Profession.TEACHER),)
    assert shown.guardians_words == ()


@pytest.mark.parametrize(
    "values",
    [
        {"compartment": Compartment.STUDENT_HEALTH}, {"compartment": Compartment.MEDICAL}, {"about": About.SIBLING},
        {"status": PartStatus.REQUESTED, "received_at": None}, {"protective_factors": None, "child_voice": None},
    ],
)  # fmt: skip
def test_what_stands_behind_a_wall_or_speaks_of_others_stays_out(
    session: Session, cast: Cast, referral: Referral, values: dict[str, Any]
) -> None:
    a_received_part(session, referral, cast, **values)
    shown = common(session, call(session, referral, cast))
    assert (shown.strengths, shown.child_words) == ((), ())


def test_what_the_child_confided_leaves_no_trace(session: Session, cast: Cast, referral: Referral) -> None:
    part = a_received_part(session, referral, cast)
    session.flush()
    withholding.mark_confided(session, referral, by=cast.coordinator.actor(), seen=None, key=(part.id, ""))
    shown = common(session, call(session, referral, cast))
    assert (shown.strengths, shown.child_words) == ((), ())


def test_with_another_service_in_the_room_only_what_consent_reaches_is_shown(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    consented(session, referral, cast, categories=["attendance"])
    a_received_part(session, referral, cast)
    guardian = the_guardian(session, referral)
    guardian_page.write_own_words(session, guardian, by=actor_for(guardian), text="Ring oss när det går bra.")
    meeting = call(session, referral, cast, cast.social_worker)
    shown = common(session, meeting)
    assert (shown.strengths, shown.guardians_words) == ((), ())
    meeting.called = [one for one in meeting.called if one != str(cast.social_worker.id)]
    shown = common(session, meeting)
    assert [one.text for one in shown.strengths] == ["Ritar gärna."]
    assert [one.text for one in shown.guardians_words] == ["Ring oss när det går bra."]


def test_a_guardians_own_text_is_shown_to_the_team_and_to_nobody_elses_guardian(
    session: Session, cast: Cast, referral: Referral
) -> None:
    mother = the_guardian(session, referral)
    father = a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson")
    guardian_page.write_own_words(session, mother, by=actor_for(mother), text="Ring oss när det går bra.")
    meeting = call(session, referral, cast, guardians=[mother])
    assert common(session, meeting).guardians_words == (Said("Ring oss när det går bra.", name=mother.name),)
    meeting.guardians_invited = [str(mother.id), str(father.id)]
    assert common(session, meeting).guardians_words == ()
    meeting.guardians_invited = []
    assert len(common(session, meeting).guardians_words) == 1
    mother.protected_level = "sekretessmarkering"
    assert common(session, meeting).guardians_words == ()


def test_a_protected_child_is_shown_without_a_name(session: Session, cast: Cast, referral: Referral) -> None:
    meeting = call(session, referral, cast)
    referral.protected_since = AT
    assert common(session, meeting).child_name is None


def test_notes_that_are_kept_from_somebody_are_told_by_name(session: Session, cast: Cast, referral: Referral) -> None:
    meeting = call(session, referral, cast)
    there = Attendee(name="Karin", function="", attendance=Attendance.BY_LINK)
    by = cast.coordinator.actor()
    team_review.record_meeting(
        session, referral, by=by, seen=None, attendance=[there], strengths="Ritar.", child_words="Säg det inte hemma."
    )
    assert meeting_room.notes_kept_from_somebody(session, referral, meeting) == frozenset()
    withholding.mark_confided(session, referral, by=by, seen=None, key=(meeting.id, "child_words"))
    assert meeting_room.notes_kept_from_somebody(session, referral, meeting) == {"child_words"}


def test_the_meetings_of_a_day_stand_in_their_order_for_whoever_writes_their_minutes(
    session: Session, cast: Cast
) -> None:
    def called(at: datetime) -> TeamMeeting:
        referral = a_referral(session, cast, TO_SCHEDULE)
        a_guardian(session, referral, told_by=cast.coordinator)
        return call(session, referral, cast, at=at)

    second, first = called(AT + timedelta(hours=1)), called(AT)
    tomorrow, outside = called(AT + timedelta(days=1)), called(AT)
    outside.referral.kept_outside_at = AT
    gone_on = called(AT)
    gone_on.referral.stage, gone_on.referral.status = CLOSURE_PROPOSED.stage, CLOSURE_PROPOSED.status
    session.flush()
    by = cast.coordinator.actor()
    assert meeting_room.meetings_today(session, cast.forum, by=by) == [first, second]
    assert meeting_room.meetings_beside(session, second, by=by) == [first, second]
    assert meeting_room.meetings_beside(session, tomorrow, by=by) == [tomorrow]
    for other in (cast.head_teacher, cast.counsellor, cast.outsider):
        assert meeting_room.meetings_today(session, cast.forum, by=other.actor()) == []


def test_an_earlier_meeting_of_the_same_day_is_over(session: Session, cast: Cast, referral: Referral) -> None:
    earlier = call(session, referral, cast)
    newer = TeamMeeting(
        referral=referral, number=2, starts_at=AT + timedelta(hours=2), minutes=60, called_by_id=cast.coordinator.id,
        called=[], guardians_invited=[],
    )  # fmt: skip
    session.add(newer)
    session.flush()
    assert referral.state == SCHEDULED
    assert meeting_room.meetings_beside(session, earlier, by=cast.coordinator.actor()) == [newer]
