"""Calling the team, keeping the minutes of its meeting, and approving them."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, history, team_review
from referrals.access import Actor, Role, View, may_view
from referrals.errors import (
    AgendaRefused,
    AlreadyMoved,
    Incomplete,
    NotAllowed,
    NotCovered,
    NotInformed,
    SameAuthor,
    SchoolsClosed,
    TeamNotComplete,
    WrongStage,
)
from referrals.meetings.minutes import Attendee, Decision
from referrals.models import (
    Account,
    ClosedDay,
    Consent,
    History,
    InformationNotice,
    MeetingDecision,
    Referral,
    TeamMeeting,
)
from referrals.stages import (
    CLOSURE_PROPOSED,
    MEETING_HELD,
    OPEN,
    PARTS_REQUESTED,
    PLAN_DRAFT,
    SCHEDULED,
    TO_SCHEDULE,
    State,
    Verb,
)
from referrals.vocabulary import (
    Attendance,
    ConsentAnswer,
    ConsentForm,
    Custody,
    DecisionKind,
    Domain,
    InformationCategory,
    MeetingOutcome,
    NoticeMethod,
    Profession,
    Recipient,
)
from tests.factories import a_guardian, a_member, a_referral
from tests.people import Cast

AT = datetime(2026, 10, 7, 12, 30, tzinfo=UTC)
THERE = Attendee(name="Karin Almkvist", function="Samordnare", attendance=Attendance.PRESENT)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026, at ten."""


def a_ready_referral(session: Session, cast: Cast, state: State = TO_SCHEDULE) -> Referral:
    """A referral whose guardian is informed."""
    referral = a_referral(session, cast, state)
    a_guardian(session, referral, told_by=cast.coordinator)
    return referral


def call(session: Session, referral: Referral, cast: Cast, **values: Any) -> TeamMeeting:
    """The coordinator calls the team, complete as the forum asks."""
    given = {"starts_at": AT, "minutes": 45, "place": "Rum 12", "called": [cast.head_teacher.id, cast.counsellor.id]}
    actor, seen = cast.coordinator.actor(), referral.version
    return team_review.schedule_meeting(session, referral, by=actor, seen=seen, **(given | values))


def hold(session: Session, referral: Referral, by: Account, **values: Any) -> TeamMeeting:
    """`by` keeps the minutes."""
    given: dict[str, Any] = {"attendance": [THERE], "outcome": MeetingOutcome.PLAN}
    return team_review.record_meeting(session, referral, by=by.actor(), seen=referral.version, **(given | values))


def a_held_meeting(session: Session, cast: Cast, **values: Any) -> Referral:
    """A referral whose team has met, minutes not approved."""
    referral = a_ready_referral(session, cast)
    call(session, referral, cast)
    hold(session, referral, cast.coordinator, **values)
    return referral


def newest(session: Session, referral: Referral) -> History:
    return session.scalars(
        select(History).where(History.referral_id == referral.id).order_by(History.number.desc()).limit(1)
    ).one()


# ---------------------------------------------------------------------------------------------------------- calling
def test_the_coordinator_calls_the_team(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    guardian = a_guardian(session, referral, told_by=cast.coordinator, name="Milan Testsson")
    meeting = call(session, referral, cast, guardians=[guardian.id], agenda=["Läget i klassen", "", "Nästa steg"])
    assert referral.state == SCHEDULED
    assert (meeting.number, meeting.starts_at, meeting.minutes, meeting.place) == (1, AT, 45, "Rum 12")
    assert meeting.called == [str(cast.head_teacher.id), str(cast.counsellor.id)]
    assert (meeting.guardians_invited, meeting.agenda) == ([str(guardian.id)], ["Läget i klassen", "Nästa steg"])
    assert newest(session, referral).by_id == meeting.called_by_id == cast.coordinator.id
    assert team_review.current_meeting(session, referral) is meeting


def test_who_is_called_may_see_the_referral_from_then_on(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    call(session, referral, cast)
    assert may_view(View.MINUTES, cast.counsellor.actor(), referral.facts())
    assert not may_view(View.MINUTES, cast.special_educator.actor(), referral.facts())


def test_no_meeting_before_every_guardian_with_custody_is_informed(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    with pytest.raises(NotInformed):
        call(session, referral, cast)
    a_guardian(session, referral, told_by=cast.coordinator)
    untold = a_guardian(session, referral, name="Milan Testsson")
    a_guardian(session, referral, name="Mormor Testsson", custody=Custody.OTHER)
    assert team_review.guardians_to_inform(session, referral) == [untold]
    with pytest.raises(NotInformed):
        call(session, referral, cast)
    assert (referral.state, team_review.meetings_of(session, referral)) == (TO_SCHEDULE, [])


def test_the_reason_why_a_guardian_is_not_told_opens_the_way(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    guardian = a_guardian(session, referral)
    notice = InformationNotice(
        referral=referral, guardian=guardian, method=NoticeMethod.NOT_TOLD, language="sv", at=clock.now(), by_id=cast.coordinator.id,
        why_not="Fara för barnet.",
    )  # fmt: skip
    session.add(notice)
    session.flush()
    call(session, referral, cast)
    assert referral.state == SCHEDULED


def test_a_meeting_needs_time_place_and_people(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    with pytest.raises(Incomplete) as refused:
        call(session, referral, cast, starts_at=None, place="", called=[])
    assert refused.value.missing == ("starts_at", "place", "called")


def test_a_missing_profession_is_met_without_only_knowingly(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    assert team_review.missing_professions(referral, [cast.head_teacher]) == [Profession.SCHOOL_COUNSELLOR]
    with pytest.raises(TeamNotComplete) as refused:
        call(session, referral, cast, called=[cast.head_teacher.id])
    assert refused.value.missing == ("school_counsellor",)
    assert referral.state == TO_SCHEDULE
    call(session, referral, cast, called=[cast.head_teacher.id], without=[Profession.SCHOOL_COUNSELLOR])
    assert referral.state == SCHEDULED


def test_the_team_is_called_to_a_day_on_which_schools_are_closed_only_knowingly(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    session.add(ClosedDay(first_on=date(2026, 10, 26), last_on=date(2026, 10, 30), label="Höstlov"))
    for closed in (datetime(2026, 10, 28, 12, 30, tzinfo=UTC), datetime(2026, 10, 23, 22, 30, tzinfo=UTC)):
        with pytest.raises(SchoolsClosed):
            call(session, referral, cast, starts_at=closed)
    known = call(session, referral, cast, starts_at=closed, on_closed_day=True)
    assert known.starts_at == closed, "half past midnight on Saturday, here"
    later = closed + timedelta(hours=9)
    assert call(session, referral, cast, starts_at=later).starts_at == later, "it stands on that day already"
    with pytest.raises(SchoolsClosed):
        call(session, referral, cast, starts_at=closed + timedelta(days=1))


def test_the_team_is_called_to_no_hour_that_has_passed_and_a_meeting_is_moved_to_when_it_met(
    session: Session, cast: Cast
) -> None:
    referral, now = a_ready_referral(session, cast), clock.now()
    with pytest.raises(AgendaRefused):
        call(session, referral, cast, starts_at=now - timedelta(minutes=1))
    assert referral.state == TO_SCHEDULE
    assert call(session, referral, cast, starts_at=now).starts_at == now
    earlier = now - timedelta(hours=2)
    assert call(session, referral, cast, starts_at=earlier).starts_at == earlier


def test_nobody_from_elsewhere_is_called(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    with pytest.raises(NotAllowed):
        call(session, referral, cast, called=[cast.head_teacher.id, cast.counsellor.id, cast.outsider.id])
    stranger = a_guardian(session, a_referral(session, cast), told_by=cast.coordinator)
    with pytest.raises(NotAllowed):
        call(session, referral, cast, guardians=[stranger.id])


def test_another_service_is_called_only_where_consent_reaches_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    people = [cast.head_teacher.id, cast.counsellor.id, cast.social_worker.id]
    with pytest.raises(NotCovered):
        call(session, referral, cast, called=people)
    today = clock.now().date()
    session.add(
        Consent(
            referral=referral, guardian=guardian, answer=ConsentAnswer.FULL, form=ConsentForm.ORAL, at=clock.now(), from_on=today,
            until_on=today + timedelta(days=90), categories=[*InformationCategory], recipients=[Recipient.SOCIAL_SERVICES],
            by_id=cast.coordinator.id,
        )
    )  # fmt: skip
    session.flush()
    assert str(cast.social_worker.id) in call(session, referral, cast, called=people).called


def test_a_meeting_can_be_moved_with_a_reason(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    first = call(session, referral, cast)
    later = AT + timedelta(days=7)
    moved = call(session, referral, cast, starts_at=later, reason="Tolken kan inte komma.")
    assert (moved.id, moved.number, moved.starts_at) == (first.id, 1, later)
    assert (referral.state, newest(session, referral).reason) == (SCHEDULED, "Tolken kan inte komma.")


def test_only_the_coordinator_of_the_unit_calls_the_team(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    nameless = Actor(roles=frozenset({(Role.COORDINATOR, cast.school.id)}))
    for actor in (cast.head_teacher.actor(), cast.counsellor.actor(), cast.outsider.actor(), nameless):
        with pytest.raises(NotAllowed):
            team_review.schedule_meeting(
                session, referral, by=actor, seen=None, starts_at=AT, place="Rum 12",
                called=[cast.head_teacher.id, cast.counsellor.id],
            )  # fmt: skip


def test_the_team_is_called_only_where_a_meeting_waits(session: Session, cast: Cast) -> None:
    for state in OPEN - {TO_SCHEDULE, SCHEDULED}:
        with pytest.raises(WrongStage):
            call(session, a_ready_referral(session, cast, state), cast)


def test_who_looks_at_an_old_page_is_told_who_was_first(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    stale = referral.version
    call(session, referral, cast)
    with pytest.raises(AlreadyMoved) as second:
        team_review.schedule_meeting(session, referral, by=cast.second_coordinator.actor(), seen=stale)
    assert second.value.who == cast.coordinator.name


# ---------------------------------------------------------------------------------------------------------- minutes
def test_the_minutes_keep_what_was_said_rated_and_decided(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    call(session, referral, cast)
    away = Attendee(name="Milan Testsson", function="Vårdnadshavare", attendance=Attendance.ABSENT)
    meeting = hold(
        session, referral, cast.coordinator, attendance=[THERE, away], situation="Borta nio dagar.", strengths="Ritar gärna.",
        child_words="”Jag vill ha en lugn start.”", guardians_words="”Vi är trötta.”", questions="Vad händer på rasten?",
        ratings={Domain.HEALTH: {"rating": 4, "note": "Sover bättre."}, Domain.SAFETY: {"rating": None, "note": ""}},
        decisions=[
            Decision(text="Lugn start", responsible="Kim Solgren", due_on=date(2026, 10, 12)),
            Decision(text="Ny kontakt", responsible="Maja Testsson", due_on=date(2026, 10, 20), kind=DecisionKind.SPECIALIST),
        ],
        dissent="Pappan: ”För tidigt.”", next_meeting_on=date(2026, 11, 18),
    )  # fmt: skip
    session.expire_all()
    assert referral.state == MEETING_HELD
    assert meeting.attendance == [
        {"name": "Karin Almkvist", "function": "Samordnare", "attendance": "present"},
        {"name": "Milan Testsson", "function": "Vårdnadshavare", "attendance": "absent"},
    ]
    assert meeting.ratings == {
        "health": {"rating": 4, "note": "Sover bättre."},
        "safety": {"rating": None, "note": None},
    }
    assert [(one.text, one.responsible, one.kind) for one in meeting.decisions] == [
        ("Lugn start", "Kim Solgren", None), ("Ny kontakt", "Maja Testsson", DecisionKind.SPECIALIST),
    ]  # fmt: skip
    assert (meeting.dissent, meeting.strengths) == ("Pappan: ”För tidigt.”", "Ritar gärna.")
    assert (meeting.minutes_by_id, meeting.next_meeting_on) == (cast.coordinator.id, date(2026, 11, 18))


def test_minutes_can_be_written_again_until_they_are_approved(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(
        session, cast, decisions=[{"text": "A", "responsible": "B", "due_on": date(2026, 10, 12)}]
    )
    held_at = team_review.meetings_of(session, referral)[0].held_at
    meeting = hold(session, referral, cast.second_coordinator, situation="Mer.", outcome=None)
    assert (meeting.decisions, meeting.situation, meeting.outcome) == ([], "Mer.", None)
    assert meeting.held_at == held_at
    assert session.scalars(select(MeetingDecision).where(MeetingDecision.meeting_id == meeting.id)).all() == []
    assert team_review.writers(session, referral) == {cast.coordinator.id, cast.second_coordinator.id}


def test_minutes_need_somebody_present_and_whole_decisions(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    call(session, referral, cast)
    half: dict[str, Any] = {"text": "Lugn start", "responsible": "", "due_on": date(2026, 10, 12)}
    absent = THERE | {"attendance": Attendance.ABSENT}
    with pytest.raises(Incomplete) as refused:
        hold(session, referral, cast.coordinator, attendance=[absent], decisions=[half])
    assert refused.value.missing == ("attendance", "decisions")
    assert referral.state == SCHEDULED


def test_nothing_is_decided_to_be_done_before_the_meeting(session: Session, cast: Cast, wednesday: Any) -> None:
    referral = a_ready_referral(session, cast)
    meeting = call(session, referral, cast)
    wednesday.move_to(AT + timedelta(days=2))
    day = AT.date()
    assert team_review.met_on(session, meeting) == day
    early: dict[str, Any] = {"text": "Lugn start", "responsible": "Kim", "due_on": day - timedelta(days=1)}
    for given in ({"decisions": [early]}, {"next_meeting_on": day - timedelta(days=1)}):
        with pytest.raises(Incomplete) as refused:
            hold(session, referral, cast.coordinator, **given)
        assert refused.value.missing == ("due_on",)
    hold(session, referral, cast.coordinator, decisions=[early | {"due_on": day}], next_meeting_on=day)


def test_minutes_written_before_the_day_they_were_called_for_count_from_today(
    session: Session, cast: Cast, wednesday: Any
) -> None:
    meeting = call(session, a_ready_referral(session, cast), cast)
    assert team_review.met_on(session, meeting) == clock.now().date() < AT.date()


def test_nobody_who_was_absent_is_said_to_see_it_differently(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    call(session, referral, cast)
    absent = {"name": "Vidar Klubb", "function": "", "attendance": Attendance.ABSENT}
    said = "Kim: Jag hade väntat.\n- vidar klubb: Jag ser det inte så."
    with pytest.raises(Incomplete) as refused:
        hold(session, referral, cast.coordinator, attendance=[THERE, absent], dissent=said)
    assert refused.value.missing == ("dissent",)
    assert referral.state == SCHEDULED
    there = absent | {"attendance": Attendance.PRESENT}
    assert hold(session, referral, cast.coordinator, attendance=[THERE, there], dissent=said).dissent == said


@pytest.mark.parametrize("how", [Attendance.BY_LINK, Attendance.PARTLY])
def test_a_meeting_by_link_or_for_part_of_the_time_is_a_meeting(session: Session, cast: Cast, how: Attendance) -> None:
    referral = a_ready_referral(session, cast)
    call(session, referral, cast)
    meeting = hold(
        session, referral, cast.coordinator, attendance=[THERE | {"attendance": how}], dissent="Karin Almkvist: nej."
    )
    assert [one["attendance"] for one in meeting.attendance or []] == [how]


def test_minutes_need_a_meeting(session: Session, cast: Cast) -> None:
    with pytest.raises(Incomplete):
        hold(session, a_ready_referral(session, cast, SCHEDULED), cast.coordinator)


def test_only_the_coordinator_keeps_minutes_and_only_of_a_meeting_called(session: Session, cast: Cast) -> None:
    referral = a_ready_referral(session, cast)
    call(session, referral, cast)
    for person in (cast.head_teacher, cast.counsellor, cast.outsider):
        with pytest.raises(NotAllowed):
            hold(session, referral, person)
    for state in OPEN - {SCHEDULED, MEETING_HELD}:
        with pytest.raises(WrongStage):
            hold(session, a_ready_referral(session, cast, state), cast.coordinator)


# ---------------------------------------------------------------------------------------------------------- approving
@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (MeetingOutcome.PLAN, PLAN_DRAFT),
        (MeetingOutcome.MORE_ASSESSMENT, PARTS_REQUESTED),
        (MeetingOutcome.MEET_AGAIN, TO_SCHEDULE),
        (MeetingOutcome.CLOSE, CLOSURE_PROPOSED),
    ],
)
def test_the_outcome_decides_how_the_referral_goes_on(
    session: Session, cast: Cast, outcome: MeetingOutcome, state: State
) -> None:
    referral = a_held_meeting(session, cast, outcome=outcome)
    meeting = team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=referral.version)
    assert referral.state == state
    assert meeting.approved_by_id == cast.head_teacher.id
    assert (newest(session, referral).choice, newest(session, referral).by_id) == (outcome, cast.head_teacher.id)
    assert team_review.current_meeting(session, referral) is None


def test_a_colleague_who_was_called_may_approve(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(session, cast)
    team_review.approve_minutes(session, referral, by=cast.counsellor.actor(), seen=referral.version)
    assert referral.state == PLAN_DRAFT


def test_nobody_who_wrote_in_the_minutes_approves_them(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(session, cast)
    hold(session, referral, cast.second_coordinator)
    for writer in (cast.coordinator, cast.second_coordinator):
        with pytest.raises(SameAuthor):
            team_review.approve_minutes(session, referral, by=writer.actor(), seen=referral.version)
    assert referral.state == MEETING_HELD


def test_minutes_without_an_outcome_are_not_approved(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(session, cast, outcome=None)
    with pytest.raises(Incomplete) as refused:
        team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=referral.version)
    assert refused.value.missing == ("outcome",)


def test_minutes_are_approved_once_and_by_somebody_who_may(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(session, cast)
    for person in (cast.special_educator, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            team_review.approve_minutes(session, referral, by=person.actor(), seen=None)
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
    with pytest.raises(WrongStage):
        team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)


def test_who_wrote_the_last_minutes_may_approve_the_next(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(session, cast, outcome=MeetingOutcome.MEET_AGAIN)
    team_review.approve_minutes(session, referral, by=cast.second_coordinator.actor(), seen=None)
    assert call(session, referral, cast).number == 2
    hold(session, referral, cast.second_coordinator)
    team_review.approve_minutes(session, referral, by=cast.coordinator.actor(), seen=None)
    assert referral.state == PLAN_DRAFT


def test_a_held_meeting_is_not_overwritten_when_the_team_is_called_again(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(session, cast, situation="Det som sades.")
    history.record(session, referral, Verb.PROPOSE_CLOSURE, by=cast.coordinator.actor(), to=CLOSURE_PROPOSED)
    history.record(session, referral, Verb.RESUME_WORK, by=cast.coordinator.actor(), to=TO_SCHEDULE)
    again = call(session, referral, cast)
    assert [meeting.number for meeting in team_review.meetings_of(session, referral)] == [1, 2]
    assert (again.number, again.held_at) == (2, None)


def test_a_member_who_only_has_a_part_may_look_at_the_minutes(session: Session, cast: Cast) -> None:
    referral = a_held_meeting(session, cast)
    a_member(session, referral, cast.special_educator)
    assert may_view(View.MINUTES, cast.special_educator.actor(), referral.facts())
    assert not may_view(View.MINUTES, cast.outsider.actor(), referral.facts())
    assert uuid.UUID(team_review.meetings_of(session, referral)[0].called[0]) == cast.head_teacher.id
