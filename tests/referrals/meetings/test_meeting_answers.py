"""What those called to a meeting answer, themselves or by telephone, and what a coordinator notes of guardians."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, db, team_review
from referrals.access import Actor
from referrals.errors import KeptOutside, MeetingMoved, NotAllowed, WrongStage
from referrals.guardians import guardian_page
from referrals.keeping import register
from referrals.meetings import conflict, meeting_answers
from referrals.models import AuditEvent, CalledAnswer, Guardian, MeetingAnswer, What
from referrals.stages import TO_SCHEDULE, Party
from referrals.vocabulary import CalledReply, InvitationReply, Registered
from tests.factories import a_guardian, a_referral
from tests.people import settle

COMES, CANNOT, STAND_IN = CalledReply


@pytest.fixture
def referral(session, cast, wednesday):
    return a_referral(session, cast, TO_SCHEDULE)


@pytest.fixture
def meeting(session, cast, referral, maja):
    return call(session, cast, referral, maja)


def call(session, cast, referral, maja, days=7):
    return team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=days), place="Rum 12",
        called=[cast.head_teacher.id, cast.counsellor.id], guardians=[maja.id], on_closed_day=True,
    )  # fmt: skip


def answer(session, referral, whose, reply, by=None):
    by = (by or whose).actor()
    return meeting_answers.answer_call(
        session, referral, whose.id, by=by, asked_about=begins(session, referral), reply=reply
    )


def begins(session, referral):
    """When the newest meeting begins, as it stands on the page; any time where there is none."""
    meeting = team_review.called_meeting(session, referral)
    return meeting.starts_at if meeting else clock.now()


def test_who_is_called_answers_and_the_newest_answer_counts(session, cast, referral, meeting):
    first = answer(session, referral, cast.counsellor, COMES)
    assert answer(session, referral, cast.counsellor, COMES) is first
    second = answer(session, referral, cast.counsellor, STAND_IN)
    assert meeting_answers.answers_of_called(session, meeting) == {cast.counsellor.id: second}
    assert (second.number, second.at, second.noted_by) == (2, clock.now(), None)
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (event.what, event.by_party, event.subject) == (What.DID, Party.ASSESSOR, "answer_call")


def test_a_coordinator_notes_what_somebody_answered_by_telephone_and_nobody_else_does(session, cast, referral, meeting):
    noted = answer(session, referral, cast.counsellor, CANNOT, by=cast.coordinator)
    assert (noted.noted_by, noted.at) == (cast.coordinator, clock.now())
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (event.by_id, event.by_party, event.subject) == (
        cast.coordinator.id,
        Party.COORDINATOR,
        "note_answer_to_call",
    )
    for other in (cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            answer(session, referral, cast.counsellor, COMES, by=other)
    own = answer(session, referral, cast.counsellor, CANNOT)
    assert own is not noted, "that they said so themselves is worth a line of its own"
    with pytest.raises(NotAllowed):
        answer(session, referral, cast.special_educator, COMES, by=cast.coordinator)
    with pytest.raises(NotAllowed):
        answer(session, referral, cast.coordinator, COMES)


def test_a_meeting_that_is_moved_asks_those_called_anew_and_one_called_off_asks_nobody(
    session, cast, referral, maja, meeting
):
    answer(session, referral, cast.counsellor, COMES)
    call(session, cast, referral, maja, days=14)
    assert meeting_answers.answers_of_called(session, meeting) == {}
    assert answer(session, referral, cast.counsellor, COMES).number == 2
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    with pytest.raises(WrongStage):
        answer(session, referral, cast.counsellor, COMES)
    with pytest.raises(WrongStage):
        guardian_page.note_answer(
            session,
            maja,
            by=cast.coordinator.actor(),
            asked_about=begins(session, referral),
            reply=InvitationReply.COMES,
        )
    with pytest.raises(WrongStage):
        answer(session, a_referral(session, cast), cast.coordinator, COMES)


def test_an_answer_from_a_page_of_before_the_meeting_moved_is_not_noted_for_another_time(
    session, cast, referral, maja, meeting
):
    stale = meeting.starts_at
    moved = call(session, cast, referral, maja, days=14)
    by, maja_herself = cast.coordinator.actor(), Actor(guardian_of=referral.id, guardian_id=maja.id)
    with pytest.raises(MeetingMoved):
        meeting_answers.answer_call(
            session, referral, cast.counsellor.id, by=cast.counsellor.actor(), asked_about=stale, reply=COMES
        )
    for say, who in ((guardian_page.note_answer, by), (guardian_page.answer_invitation, maja_herself)):
        with pytest.raises(MeetingMoved):
            say(session, maja, by=who, asked_about=stale, reply=InvitationReply.COMES)
    assert meeting_answers.answers_of_called(session, moved) == guardian_page.answers_to(session, moved) == {}
    stranger = a_guardian(session, referral, name="Omar Testsson")
    with pytest.raises(NotAllowed):  # who is not invited does not learn that it moved
        guardian_page.note_answer(session, stranger, by=by, asked_about=stale, reply=InvitationReply.COMES)


def test_a_guardian_and_who_notes_for_them_in_the_same_moment_come_one_after_the_other(fresh_postgres):
    with db.writing(fresh_postgres) as session:
        cast = settle(session)
        referral = a_referral(session, cast, TO_SCHEDULE)
        maja = a_guardian(session, referral, told_by=cast.coordinator)
        begins_at, guardian_id = call(session, cast, referral, maja).starts_at, maja.id
        noting, own = cast.coordinator.actor(), Actor(guardian_of=referral.id, guardian_id=maja.id)
    together = threading.Barrier(2, timeout=20)

    def say(how, by, reply):
        with db.writing(fresh_postgres) as session:
            guardian = session.get_one(Guardian, guardian_id)
            together.wait()
            how(session, guardian, by=by, asked_about=begins_at, reply=reply)

    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(say, guardian_page.note_answer, noting, InvitationReply.COMES),
            pool.submit(say, guardian_page.answer_invitation, own, InvitationReply.CANNOT),
        ]
        for one in both:
            one.result(30)
    with db.reading(fresh_postgres) as session:
        assert sorted(session.scalars(select(MeetingAnswer.number))) == [1, 2]


def test_nobody_is_asked_about_a_meeting_that_has_begun_or_of_a_referral_that_has_ended(
    session, cast, referral, meeting
):
    assert (meeting.is_to_hold, meeting.is_to_come) == (True, True)
    referral.is_open = False
    assert (meeting.is_to_hold, meeting.is_to_come) == (False, False)
    with pytest.raises(WrongStage):
        answer(session, referral, cast.counsellor, COMES)
    referral.is_open, meeting.starts_at = True, clock.now()
    assert (meeting.is_to_hold, meeting.is_to_come) == (True, False)
    with pytest.raises(WrongStage):
        answer(session, referral, cast.counsellor, COMES)


def test_nothing_is_answered_about_a_referral_that_is_kept_on_paper(session, cast, referral, maja, meeting):
    referral.kept_outside_at = clock.now()
    with pytest.raises(KeptOutside):
        answer(session, referral, cast.counsellor, COMES)
    with pytest.raises(NotAllowed):
        answer(session, referral, cast.counsellor, COMES, by=cast.coordinator)
    with pytest.raises(KeptOutside):
        guardian_page.note_answer(
            session,
            maja,
            by=cast.coordinator.actor(),
            asked_about=begins(session, referral),
            reply=InvitationReply.COMES,
        )
    assert session.scalars(select(CalledAnswer)).all() == []


def test_a_guardians_answer_by_telephone_is_theirs_noted_and_read_by_the_coordinator(
    session, cast, referral, maja, meeting
):
    def note(by=cast.coordinator, **said):
        usual = {"reply": InvitationReply.COMES, "asked_about": meeting.starts_at}
        return guardian_page.note_answer(session, maja, by=by.actor(), **usual | said)

    noted = note(support_person=" Vera Vän ", words="")
    assert guardian_page.answers_to(session, meeting) == {str(maja.id): noted}
    assert (noted.support_person, noted.words, noted.noted_by, noted.read_by_id, noted.read_at) == (
        "Vera Vän", None, cast.coordinator, cast.coordinator.id, clock.now(),
    )  # fmt: skip
    assert not guardian_page.has_unread(session, referral)
    assert note(support_person="Vera Vän") is noted
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (event.by_party, event.subject) == (Party.COORDINATOR, "note_answer_to_invitation")
    lines = [
        one.object_id for one in register.entries_beside(session, referral) if one.kind is Registered.INVITATION_ANSWER
    ]
    assert lines == [noted.id]
    own = guardian_page.answer_invitation(
        session,
        maja,
        by=Actor(guardian_of=referral.id, guardian_id=maja.id),
        asked_about=meeting.starts_at,
        reply=InvitationReply.CANNOT,
    )
    assert guardian_page.answers_to(session, meeting) == {str(maja.id): own}
    assert (own.number, own.noted_by_id, guardian_page.has_unread(session, referral)) == (2, None, True)
    for other in (cast.counsellor, cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            note(by=other)
    stranger = a_guardian(session, referral, name="Omar Testsson")
    with pytest.raises(NotAllowed):
        guardian_page.note_answer(
            session, stranger, by=cast.coordinator.actor(), asked_about=clock.now(), reply=InvitationReply.COMES
        )
    assert len(session.scalars(select(MeetingAnswer)).all()) == 2


def missed(session, person):
    return [
        ([one.name for one in found.cannot], [one.name for one in found.ask_for_stand_in])
        for found in meeting_answers.not_coming(session, person.actor())
    ]


def test_whoever_calls_the_team_is_told_who_cannot_come_until_that_changes(
    session, cast, referral, maja, meeting, wednesday
):
    answer(session, referral, cast.head_teacher, COMES)
    assert missed(session, cast.coordinator) == []
    answer(session, referral, cast.counsellor, STAND_IN)
    first = clock.now()
    wednesday.shift(timedelta(hours=3))
    answer(session, referral, cast.head_teacher, CANNOT)
    assert missed(session, cast.coordinator) == [([cast.head_teacher.name], [cast.counsellor.name])]
    (found,) = meeting_answers.not_coming(session, cast.coordinator.actor())
    assert (found.meeting, found.since) == (meeting, first)
    for other in (cast.head_teacher, cast.counsellor, cast.outsider):
        assert missed(session, other) == [], other.name
    answer(session, referral, cast.head_teacher, COMES)
    assert missed(session, cast.coordinator) == [([], [cast.counsellor.name])]
    referral.owner_id = cast.coordinator.id
    assert missed(session, cast.coordinator) == [([], [cast.counsellor.name])]
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=meeting.starts_at, place="Rum 12",
        called=[cast.head_teacher.id], without=referral.forum.quorum, on_closed_day=True,
    )  # fmt: skip
    assert missed(session, cast.coordinator) == [], "called without them"


def test_nobody_is_told_who_cannot_come_to_a_meeting_that_moved_was_called_off_or_has_begun(
    session, cast, referral, maja, meeting, wednesday
):
    answer(session, referral, cast.counsellor, CANNOT)
    call(session, cast, referral, maja, days=14)
    assert missed(session, cast.coordinator) == []
    answer(session, referral, cast.counsellor, CANNOT)
    assert missed(session, cast.coordinator) == [([cast.counsellor.name], [])]
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    assert missed(session, cast.coordinator) == []
    call(session, cast, referral, maja)
    answer(session, referral, cast.counsellor, CANNOT)
    wednesday.shift(timedelta(days=7))
    assert missed(session, cast.coordinator) == []


def test_who_cannot_come_is_told_to_nobody_who_is_kept_out_and_of_nothing_kept_on_paper(
    session, cast, referral, meeting
):
    answer(session, referral, cast.counsellor, CANNOT)
    referral.kept_outside_at = clock.now()
    session.flush()
    assert missed(session, cast.coordinator) == []
    referral.kept_outside_at = None
    conflict.shut_out(session, referral, [cast.coordinator])
    assert missed(session, cast.coordinator) == []
