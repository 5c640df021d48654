"""What a guardian's page says, and what becomes of what they write there."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, history, team_review
from referrals.access import Actor
from referrals.errors import MeetingCalledOff, NotAllowed, WrongStage
from referrals.guardians import guardian_access, guardian_page
from referrals.keeping import register
from referrals.models import AuditEvent, MeetingAnswer, What
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    PLAN_ACTIVE,
    SCHEDULED,
    STATES,
    TO_SCHEDULE,
    Party,
    Verb,
)
from referrals.vocabulary import (
    Attendance,
    Counterpart,
    InvitationReply,
    MeetingOutcome,
    PlanStatus,
    Registered,
    Standing,
)
from tests.factories import a_guardian, a_plan, a_referral

COMES = InvitationReply.COMES


@pytest.fixture
def referral(session, cast, wednesday):
    return a_referral(session, cast, TO_SCHEDULE)


@pytest.fixture
def call(session, cast, referral):
    """Calls the team, or moves the meeting, with these guardians invited."""

    def make(*guardians, days=7):
        return team_review.schedule_meeting(
            session, referral, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=days),
            minutes=45, place="Rum 12", called=[cast.head_teacher.id, cast.counsellor.id],
            guardians=[each.id for each in guardians], agenda=["Hemligt ämne"],
        )  # fmt: skip

    return make


def answer(session, guardian, reply=COMES, **said):
    by = guardian_access.actor_for(guardian)
    meeting = team_review.called_meeting(session, guardian.referral)
    asked_about = meeting.starts_at if meeting else clock.now()
    return guardian_page.answer_invitation(session, guardian, by=by, asked_about=asked_about, reply=reply, **said)


def write(session, guardian, text):
    return guardian_page.write_own_words(session, guardian, by=guardian_access.actor_for(guardian), text=text)


def test_every_state_is_told_in_plain_words():
    assert set(guardian_page.STANDS) == STATES


def test_the_outline_says_where_it_stands_the_dates_and_whom_to_call(session, cast, referral, maja, call):
    meeting = call(maja)
    referral.target_on = clock.now().date() + timedelta(days=7)
    outline = guardian_page.outline(session, maja)
    assert outline.stands == "A meeting is planned."
    assert outline.invitation.meeting == meeting
    assert outline.target_on == referral.target_on, "the day of the meeting itself"
    assert (outline.contact, outline.phone) == ("HTL-samordnaren", "0000-12 34 56")
    assert outline.follow_up_on is None


def test_no_day_is_told_that_has_passed_or_comes_before_the_meeting_they_are_invited_to(
    session, referral, maja, omar, call
):
    for days, is_told in ((-1, False), (0, True)):
        referral.target_on = clock.now().date() + timedelta(days=days)
        assert (guardian_page.outline(session, maja).target_on is not None) == is_told
    call(maja)
    assert guardian_page.outline(session, maja).target_on is None
    told = guardian_page.outline(session, omar).target_on
    assert told == referral.target_on, "who is not invited cannot work out when the others meet"


def test_the_follow_up_of_the_plan_in_force_is_told(session, cast):
    referral = a_referral(session, cast, PLAN_ACTIVE)
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    assert guardian_page.outline(session, guardian).follow_up_on == plan.follow_up_on
    referral.stage, referral.status = FOLLOW_UP_DUE.stage, FOLLOW_UP_DUE.status
    assert guardian_page.outline(session, guardian).follow_up_on is None, "it is open: the planned day is no news"


def test_an_ended_referral_has_no_target(session, cast):
    referral = a_referral(session, cast, CLOSED, target_on=clock.now().date())
    outline = guardian_page.outline(session, a_guardian(session, referral, told_by=cast.coordinator))
    assert (outline.target_on, outline.is_open) == (None, False)


def test_the_outline_holds_no_word_about_the_child(session, referral, maja, call):
    call(maja)
    outline = guardian_page.outline(session, maja)
    told = repr(dataclasses.replace(outline, invitation=None)) + outline.invitation.meeting.place
    assert "Mila" not in told
    assert "Hemligt" not in told


def test_where_the_school_is_the_secret_it_is_not_named(session, referral, maja):
    referral.protected_level = "sekretessmarkering"
    outline = guardian_page.outline(session, maja)
    assert (outline.contact, outline.phone) == ("", "")


def test_a_unit_without_a_contact_is_named_itself(session, cast, referral, maja):
    cast.school.contact, cast.school.phone = "", ""
    outline = guardian_page.outline(session, maja)
    assert (outline.contact, outline.phone) == ("Lindskolan", "")


def test_who_is_not_invited_learns_nothing_of_the_meeting(session, maja, omar, call):
    call(maja)
    assert guardian_page.outline(session, omar).invitation is None
    with pytest.raises(NotAllowed):
        answer(session, omar)


def test_an_answer_is_kept_sealed_with_its_visit_in_the_log(session, referral, maja, call):
    meeting = call(maja)
    version = referral.version
    row = answer(session, maja, support_person="Min syster", interpreter="arabiska", words=" Helst på morgonen ")
    assert guardian_page.answers_to(session, meeting) == {str(maja.id): row}
    assert (row.support_person, row.interpreter, row.words) == ("Min syster", "arabiska", "Helst på morgonen")
    assert b"syster" not in row._support_person
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc()).limit(1)).one()
    assert (event.what, event.by_party, event.by_id, event.object_id) == (
        What.SENT_FORM, Party.GUARDIAN, maja.id, row.id,
    )  # fmt: skip
    assert referral.version == version, "nobody who writes about the child is held up"


def test_the_same_answer_twice_is_one_and_another_takes_its_place(session, maja, call):
    meeting = call(maja)
    assert answer(session, maja) == answer(session, maja)
    later = answer(session, maja, InvitationReply.CANNOT)
    assert guardian_page.answers_to(session, meeting)[str(maja.id)] == later
    assert len(session.scalars(select(MeetingAnswer)).all()) == 2


def test_a_meeting_that_is_moved_asks_anew(session, maja, call):
    call(maja)
    answer(session, maja)
    moved = call(maja, days=14)
    assert guardian_page.answers_to(session, moved) == {}
    assert [said.reply for said in guardian_page.answers_before(session, moved)] == [COMES]
    assert guardian_page.outline(session, maja).invitation.answer is None


def test_nobody_answers_for_another_guardian(session, cast, maja, omar, call):
    call(maja, omar)
    for by in (guardian_access.actor_for(omar), cast.coordinator.actor(), Actor()):
        with pytest.raises(NotAllowed):
            guardian_page.answer_invitation(session, maja, by=by, asked_about=clock.now(), reply=COMES)


def test_two_guardians_answers_stand_apart(session, maja, omar, call):
    call(maja, omar)
    answer(session, maja, words="Vill inte sitta bredvid Omar")
    assert guardian_page.outline(session, omar).invitation.answer is None


def test_nobody_answers_where_no_meeting_is_planned(session, referral, maja):
    with pytest.raises(WrongStage):
        answer(session, maja)


def test_nobody_answers_once_the_meeting_was_held(session, cast, maja, call):
    meeting = call(maja)
    meeting.held_at = clock.now()
    session.flush()
    with pytest.raises(WrongStage):
        answer(session, maja)


def test_a_guardian_who_may_no_longer_have_a_page_writes_nothing(session, maja, call):
    call(maja)
    maja.may_contact = False
    with pytest.raises(NotAllowed):
        answer(session, maja)


def test_own_words_are_sealed_and_the_newest_count(session, referral, maja):
    version = referral.version
    first = write(session, maja, " Hon sover dåligt. ")
    assert first.text == "Hon sover dåligt."
    assert b"sover" not in first._text
    assert write(session, maja, "Hon sover dåligt.") == first
    second = write(session, maja, "Hon sover bättre.")
    assert guardian_page.own_words(session, maja) == second
    assert referral.version == version


def test_own_words_have_a_line_in_the_register_each_time_something_new_comes_in(session, referral, maja):
    written = [write(session, maja, text) for text in ("Hon sover dåligt.", "Hon sover bättre.")]
    write(session, maja, "Hon sover bättre.")
    lines = register.entries_beside(session, referral)
    assert [(one.object_id, one.kind, one.counterpart) for one in lines] == [
        (one.id, Registered.GUARDIAN_TEXT, Counterpart.GUARDIAN) for one in written
    ]


def test_each_new_answer_to_an_invitation_has_a_line_in_the_register(session, referral, maja, call):
    call(maja)
    given = [answer(session, maja, reply) for reply in (COMES, COMES, InvitationReply.CANNOT)]
    lines = [one for one in register.entries_beside(session, referral) if one.kind is Registered.INVITATION_ANSWER]
    assert [(one.object_id, one.counterpart) for one in lines] == [
        (given[0].id, Counterpart.GUARDIAN),
        (given[2].id, Counterpart.GUARDIAN),
    ]


def test_own_words_can_be_taken_back(session, referral, maja):
    assert write(session, maja, "") is None
    write(session, maja, "Hon sover dåligt.")
    assert write(session, maja, "") is None
    assert len(register.entries_beside(session, referral)) == 1, "what is taken back brings nothing in"
    assert guardian_page.own_words(session, maja) is None


def test_own_words_stand_as_they_did_at_an_earlier_instant(session, maja, wednesday):
    first = write(session, maja, "Hon sover dåligt.")
    then = clock.now()
    wednesday.shift(timedelta(days=1))
    write(session, maja, "Hon sover bättre.")
    assert guardian_page.own_words(session, maja, until=then) == first


def test_own_words_are_each_guardians_own(session, maja, omar):
    write(session, maja, "Hon sover dåligt.")
    assert guardian_page.own_words(session, omar) is None
    with pytest.raises(NotAllowed):
        guardian_page.write_own_words(session, maja, by=guardian_access.actor_for(omar), text="Nej")


def test_nobody_writes_once_the_referral_has_ended(session, cast):
    guardian = a_guardian(session, a_referral(session, cast, CLOSED), told_by=cast.coordinator)
    with pytest.raises(WrongStage):
        write(session, guardian, "Hej")


def test_what_guardians_wrote_waits_for_the_coordinator_until_it_is_read(session, cast, referral, maja, call):
    call(maja)
    coordinator = cast.coordinator.actor()
    assert guardian_page.unread_for(session, coordinator) == []
    assert not guardian_page.has_unread(session, referral)
    answer(session, maja)
    write(session, maja, "Hon sover dåligt.")
    unread = guardian_page.unread_for(session, coordinator)
    now = clock.now()
    assert unread == [guardian_page.Unread(referral, True, now), guardian_page.Unread(referral, False, now)]
    assert guardian_page.has_unread(session, referral)
    guardian_page.mark_read(session, referral, by=coordinator)
    assert guardian_page.unread_for(session, coordinator) == []
    assert not guardian_page.has_unread(session, referral)
    row = session.scalars(select(MeetingAnswer)).one()
    assert (row.read_at, row.read_by_id) == (clock.now(), cast.coordinator.id)


@pytest.mark.parametrize("how", ["approved", "called off", "followed by another"])
def test_an_answer_waits_until_its_meeting_is_over_also_once_it_moved(session, cast, referral, maja, call, how):
    coordinator, somebody = cast.coordinator.actor(), {"name": "Kim Solgren", "function": "Skolkurator"}
    call(maja)
    answer(session, maja, words="Ring mig gärna.")
    meeting = call(maja, days=14)
    assert len(guardian_page.unread_for(session, coordinator)) == 1
    if how == "called off":
        team_review.call_off_meeting(session, referral, by=coordinator, seen=None, reason="Sjukdom")
        assert len(guardian_page.unread_for(session, coordinator)) == 1, "a day is sought that suits them"
        call(maja, days=21)
    else:
        team_review.record_meeting(
            session, referral, by=coordinator, seen=None, outcome=MeetingOutcome.PLAN,
            attendance=[somebody | {"attendance": Attendance.PRESENT}],
        )  # fmt: skip
        assert guardian_page.has_unread(session, referral), "its minutes are not approved yet"
        if how == "approved":
            team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
        else:
            referral.stage, referral.status = TO_SCHEDULE.stage, TO_SCHEDULE.status
            call(maja, days=21)
    assert guardian_page.unread_for(session, coordinator) == []
    assert not guardian_page.has_unread(session, referral)
    assert [said.words for said in guardian_page.answers_before(session, meeting)] == ["Ring mig gärna."]


def test_it_waits_for_no_other_coordinator_than_the_referrals_own(session, cast, referral, maja):
    write(session, maja, "Hon sover dåligt.")
    assert len(guardian_page.unread_for(session, cast.second_coordinator.actor())) == 1
    referral.owner_id = cast.coordinator.id
    session.flush()
    for who in (cast.second_coordinator, cast.outsider, cast.head_teacher, cast.administrator):
        assert guardian_page.unread_for(session, who.actor()) == []
    assert len(guardian_page.unread_for(session, cast.coordinator.actor())) == 1


def test_it_waits_for_nobody_who_is_too_close_to_the_matter(session, cast, referral, maja):
    from referrals.models import Membership

    write(session, maja, "Hon sover dåligt.")
    session.add(
        Membership(referral=referral, account_id=cast.coordinator.id, standing=Standing.SHUT_OUT, since=clock.now())
    )
    session.flush()
    session.refresh(referral, ["memberships"])
    assert guardian_page.unread_for(session, cast.coordinator.actor()) == []


def test_only_somebody_with_an_account_notes_it_as_read(session, referral, maja):
    with pytest.raises(NotAllowed):
        guardian_page.mark_read(session, referral, by=guardian_access.actor_for(maja))


def test_a_meeting_that_was_called_off_is_told_to_who_was_invited_until_a_new_one_is_called(
    session, cast, referral, maja, omar, call
):
    meeting, by, own = call(maja), cast.coordinator.actor(), guardian_access.actor_for(maja)
    assert guardian_page.called_off(session, maja) is None
    team_review.call_off_meeting(session, referral, by=by, seen=None, reason="Sjukdom")
    assert guardian_page.called_off(session, maja) == meeting
    assert guardian_page.called_off(session, omar) is None
    with pytest.raises(MeetingCalledOff):
        guardian_page.answer_invitation(session, maja, by=own, asked_about=meeting.starts_at, reply=COMES)
    with pytest.raises(WrongStage) as another:
        guardian_page.answer_invitation(session, maja, by=own, asked_about=clock.now(), reply=COMES)
    assert not isinstance(another.value, MeetingCalledOff)
    call(maja, days=14)
    assert guardian_page.called_off(session, maja) is None


def test_a_meeting_that_is_called_off_while_closing_is_proposed_is_told_too(session, cast, referral, maja, call):
    meeting, by = call(maja), cast.coordinator.actor()
    history.record(session, referral, Verb.PROPOSE_CLOSURE, by=by, to=CLOSURE_PROPOSED)
    assert guardian_page.called_off(session, maja) is None
    team_review.call_off_meeting(session, referral, by=by, seen=None, reason="Vi avslutar")
    assert (guardian_page.called_off(session, maja), referral.state) == (meeting, CLOSURE_PROPOSED)


def test_a_meeting_that_was_called_off_is_no_news_once_a_plan_is_written(session, cast, referral, maja, call):
    call(maja)
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukdom")
    referral.stage, referral.status = PLAN_ACTIVE.stage, PLAN_ACTIVE.status
    assert guardian_page.called_off(session, maja) is None


@pytest.mark.parametrize("is_by_hand", [True, False])
def test_a_meeting_that_was_called_off_before_the_work_ended_is_no_news_once_it_is_taken_up_again(
    session, cast, referral, maja, call, is_by_hand
):
    def move(verb, to):
        history.record(session, referral, verb, by=cast.coordinator.actor(), to=to)

    call(maja)
    answer(session, maja, words="Ring mig gärna.")
    if is_by_hand:
        team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukdom")
    move(Verb.PROPOSE_CLOSURE, CLOSURE_PROPOSED)
    move(Verb.CLOSE_REFERRAL, CLOSED)
    move(Verb.REOPEN_REFERRAL, IN_TRIAGE)
    move(Verb.SEND_TO_TEAM, IN_CONSENT)
    move(Verb.CONCLUDE_CONSENT, TO_SCHEDULE)
    assert team_review.called_meeting(session, referral).called_off_in is not None
    assert (guardian_page.called_off(session, maja), guardian_page.unread(session, referral)) == (None, [])
    meeting = call(maja, days=14)
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukdom")
    assert guardian_page.called_off(session, maja) == meeting


def test_a_meeting_that_was_held_is_no_longer_an_invitation(session, cast):
    referral = a_referral(session, cast, MEETING_HELD)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    assert guardian_page.outline(session, guardian).invitation is None
    assert SCHEDULED != MEETING_HELD
