"""What is said of a team by those who keep it, and what its mandate lets its meetings decide."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import action_plan, clock, team_review
from referrals.access import Role
from referrals.errors import NotAllowed, OutsideMandate
from referrals.forums import about
from referrals.forums.about import Description
from referrals.models import Forum, OrganisationChange, Referral, RoleAssignment
from referrals.stages import MEETING_HELD, PLAN_DRAFT, PLAN_FOR_APPROVAL
from referrals.vocabulary import Attendance, MeetingOutcome, PlanStatus, TeamLevel
from tests.factories import a_meeting, a_plan, a_referral
from tests.people import Cast

ALL, NO_PLAN = set(MeetingOutcome), set(MeetingOutcome) - {MeetingOutcome.PLAN}


def say(session: Session, cast: Cast, **values: Any) -> int:
    given: dict[str, Any] = {"level": TeamLevel.CHILD, "mandate": "", "outcomes": [], "contacts": {}} | values
    return about.describe(session, cast.forum, Description(**given), by=cast.coordinator.actor())


def test_what_is_said_of_a_team_is_kept_and_each_change_noted(session: Session, cast: Cast) -> None:
    contacts = {cast.school.id: ("Samordnaren", "0000-11 22 33")}
    assert say(session, cast, level=TeamLevel.AREA, mandate="Tio timmar i veckan.", contacts=contacts) == 4
    assert (cast.forum.level, cast.forum.mandate, cast.forum.outcomes) == ("area", "Tio timmar i veckan.", None)
    assert (cast.school.contact, cast.school.phone) == ("Samordnaren", "0000-11 22 33")
    noted = session.scalars(select(OrganisationChange)).all()
    assert {(change.subject.split()[0], change.by_id) for change in noted} == {
        (subject, cast.coordinator.id) for subject in ("forum.level", "forum.mandate", "unit.contact", "unit.phone")
    }
    assert say(session, cast, level=TeamLevel.AREA, mandate="Tio timmar i veckan.", contacts=contacts) == 0


def test_only_who_keeps_the_team_says_it_and_only_of_their_own_units(session: Session, cast: Cast) -> None:
    description = Description(level=TeamLevel.AREA, mandate="", outcomes=[], contacts={})
    for account in (cast.counsellor, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            about.describe(session, cast.forum, description, by=account.actor())
    cast.other_school.forum = cast.forum
    session.flush()
    assert about.own_units(cast.forum, cast.coordinator.actor()) == [cast.school]
    with pytest.raises(NotAllowed):
        say(session, cast, contacts={cast.other_school.id: ("Någon", "")})
    cast.coordinator.roles.append(RoleAssignment(role=Role.HEAD_TEACHER, unit=cast.other_school))
    session.flush()
    assert about.own_units(cast.forum, cast.coordinator.actor()) == [cast.other_school, cast.school]


@pytest.mark.parametrize(
    ("level", "own", "may"),
    [
        (TeamLevel.CHILD, None, ALL),
        (TeamLevel.SCHOOL, None, NO_PLAN),
        (TeamLevel.AREA, None, ALL),
        (TeamLevel.MUNICIPALITY, None, ALL),
        (TeamLevel.SCHOOL, ["plan"], {MeetingOutcome.PLAN}),
        (TeamLevel.CHILD, ["close", "meet_again"], {MeetingOutcome.CLOSE, MeetingOutcome.MEET_AGAIN}),
    ],
)
def test_what_a_team_s_meetings_may_decide_follows_its_level_or_its_own_list(
    level: TeamLevel, own: list[str] | None, may: set[MeetingOutcome]
) -> None:
    assert Forum(level=level, outcomes=own).may_lead_to == may


def record(session: Session, cast: Cast, referral: Referral, outcome: MeetingOutcome | None) -> None:
    there = [{"name": "Kim Solgren", "function": "school_counsellor", "attendance": Attendance.PRESENT}]
    team_review.record_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, attendance=there, outcome=outcome  # type: ignore[typeddict-item]
    )  # fmt: skip


def test_a_team_that_advises_a_school_decides_no_plan_and_a_team_around_a_child_can(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast, MEETING_HELD)
    a_meeting(session, referral, called_by=cast.coordinator, starts_at=clock.now())
    say(session, cast, level=TeamLevel.SCHOOL)
    with pytest.raises(OutsideMandate):
        record(session, cast, referral, MeetingOutcome.PLAN)
    for outcome in (None, MeetingOutcome.MEET_AGAIN):
        record(session, cast, referral, outcome)
    say(session, cast, level=TeamLevel.CHILD)
    record(session, cast, referral, MeetingOutcome.PLAN)
    say(session, cast, outcomes=[MeetingOutcome.CLOSE])
    with pytest.raises(OutsideMandate):
        team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
    say(session, cast)
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
    assert referral.state == PLAN_DRAFT


def test_a_plan_is_approved_only_where_the_team_may_agree_on_one(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_FOR_APPROVAL)
    plan = a_plan(session, referral, author=cast.counsellor, status=PlanStatus.FOR_APPROVAL)
    say(session, cast, level=TeamLevel.SCHOOL)
    with pytest.raises(OutsideMandate):
        action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())
    say(session, cast)
    assert action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor()) is plan
