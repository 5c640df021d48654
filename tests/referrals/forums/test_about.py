"""What is said of a team by those who keep it, and what its mandate lets its meetings decide."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import action_plan, clock, team_review
from referrals.access import Role
from referrals.errors import AlreadyMoved, NotAllowed, OutsideMandate, StillTakesChildren
from referrals.forums import about
from referrals.forums.about import Description
from referrals.models import Account, Forum, OrganisationChange, Referral, RoleAssignment
from referrals.people import organisation
from referrals.stages import MEETING_HELD, PLAN_DRAFT, PLAN_FOR_APPROVAL
from referrals.vocabulary import Attendance, MeetingOutcome, PlanStatus, Profession, TeamLevel
from tests.factories import a_meeting, a_plan, a_referral
from tests.people import Cast
from tests.teams import a_team_beside

ALL, NO_PLAN = set(MeetingOutcome), set(MeetingOutcome) - {MeetingOutcome.PLAN}


def say(session: Session, cast: Cast, *, by: Account | None = None, seen: str | None = None, **values: Any) -> int:
    """What is said of the team stays as it is but for `values`: by the coordinator, who sees it as it stands."""
    forum, actor = cast.forum, (by or cast.coordinator).actor()
    kept = {"mandate": forum.mandate, "place": forum.place, "shows_names": forum.shows_names}
    kept |= {"rates_by_colour": forum.rates_by_colour}
    given: dict[str, Any] = kept | {"quorum": [Profession(one) for one in forum.quorum], "contacts": {}} | values
    seen = about.as_it_stands(forum, actor) if seen is None else seen
    return about.describe(session, forum, Description(**given), by=actor, seen=seen)


def set_up(session: Session, cast: Cast, level: TeamLevel, *outcomes: MeetingOutcome) -> None:
    cast.forum.level, cast.forum.outcomes = level, [one.value for one in outcomes] or None
    session.flush()


def test_what_is_said_of_a_team_is_kept_and_each_change_noted(session: Session, cast: Cast) -> None:
    said: dict[str, Any] = {
        "mandate": "Tio timmar i veckan.", "place": "Biblioteket", "shows_names": True, "rates_by_colour": True,
        "quorum": [Profession.SCHOOL_COUNSELLOR, Profession.SCHOOL_NURSE],
        "contacts": {cast.school.id: ("Samordnaren", "0000-11 22 33")},
    }  # fmt: skip
    assert say(session, cast, **said) == 7
    assert cast.forum.rates_by_colour
    assert (cast.forum.mandate, cast.forum.place, cast.forum.shows_names) == (
        "Tio timmar i veckan.",
        "Biblioteket",
        True,
    )
    assert cast.forum.quorum == ["school_counsellor", "school_nurse"]
    assert (cast.school.contact, cast.school.phone) == ("Samordnaren", "0000-11 22 33")
    noted = session.scalars(select(OrganisationChange)).all()
    assert {(change.subject.split()[0], change.by_id) for change in noted} == {
        (subject, cast.coordinator.id)
        for subject in (
            "forum.mandate", "forum.place", "forum.shows_names", "forum.rates_by_colour", "forum.quorum",
            "unit.contact", "unit.phone",
        )
    }  # fmt: skip
    assert say(session, cast, **said) == 0
    in_other_order = [Profession.SCHOOL_NURSE, Profession.SCHOOL_COUNSELLOR]
    assert say(session, cast, **said | {"quorum": in_other_order}) == 0, (
        "the same people in another order are no change"
    )


def test_a_number_of_its_own_is_kept_only_of_a_team_that_takes_in_no_concerns(session: Session, cast: Cast) -> None:
    organisation.change(session, cast.other_school, by=cast.administrator.actor(), other_teams=[cast.forum])
    own: dict[str, Any] = {"has_public_page": True, "contact": "Samordnaren", "phone": "0000-11 22 33"}
    assert about.may_be_told_of(cast.forum)
    assert say(session, cast, **own) == 1
    assert (cast.forum.contact, cast.forum.phone) == ("", ""), "families read the number of the unit"
    beside = a_team_beside(session, cast).forum
    actor = cast.head_teacher.actor()
    said = Description(
        mandate="",
        place=beside.place,
        quorum=[Profession.PSYCHOLOGIST],
        shows_names=False,
        rates_by_colour=False,
        contacts={},
        **own,
    )
    assert about.describe(session, beside, said, by=actor, seen=about.as_it_stands(beside, actor)) == 3
    assert (beside.contact, beside.phone) == ("Samordnaren", "0000-11 22 33")


def test_those_bound_by_the_mandate_do_not_set_it(session: Session, cast: Cast) -> None:
    for values in ({"level": TeamLevel.AREA}, {"outcomes": [MeetingOutcome.PLAN]}):
        with pytest.raises(NotAllowed):
            say(session, cast, **values)
    assert not about.may_set_mandate(cast.forum, cast.coordinator.actor())
    head = cast.head_teacher
    assert about.may_set_mandate(cast.forum, head.actor())
    assert about.head_teachers(session, cast.forum) == [head]
    assert say(session, cast, by=head, level=TeamLevel.AREA, outcomes=[MeetingOutcome.PLAN]) == 2
    assert (cast.forum.level, cast.forum.outcomes) == (TeamLevel.AREA, ["plan"])
    assert say(session, cast, by=head, level=TeamLevel.CHILD, outcomes=[]) == 2
    assert cast.forum.outcomes is None
    cast.coordinator.roles.append(RoleAssignment(role=Role.HEAD_TEACHER, unit=cast.other_school))
    session.flush()
    assert not about.may_set_mandate(cast.forum, cast.coordinator.actor()), "that school has another team"


def test_a_page_that_is_out_of_date_puts_nothing_old_back(session: Session, cast: Cast) -> None:
    seen = about.as_it_stands(cast.forum, cast.coordinator.actor())
    say(session, cast, by=cast.head_teacher, mandate="Tio timmar i veckan.")
    with pytest.raises(AlreadyMoved) as refused:
        say(session, cast, seen=seen, contacts={cast.school.id: ("Samordnaren", "")})
    assert (refused.value.who, refused.value.by_id) == (cast.head_teacher.name, cast.head_teacher.id)
    assert cast.forum.mandate == "Tio timmar i veckan."
    by = cast.administrator.actor()
    for change in (
        lambda: organisation.change(session, cast.school, by=by, phone="0000-55"),
        lambda: organisation.write(session, cast.forum, {"place": "Rum 3"}, by_id=None),
    ):
        seen = about.as_it_stands(cast.forum, cast.coordinator.actor())
        change()
        session.flush()
        with pytest.raises(AlreadyMoved) as refused:
            say(session, cast, seen=seen)
    assert (refused.value.who, refused.value.by_id) == ("system", None), "at the command line"


def test_what_was_changed_without_a_line_in_the_log_is_noticed_too(session: Session, cast: Cast) -> None:
    with pytest.raises(AlreadyMoved) as refused:
        say(session, cast, seen="0" * 16)
    assert refused.value.who == "system"


def test_a_team_children_turn_to_cannot_become_one_that_only_advises(session: Session, cast: Cast) -> None:
    with pytest.raises(StillTakesChildren):
        say(session, cast, by=cast.head_teacher, level=TeamLevel.STAFF)


def test_only_who_keeps_the_team_says_it_and_only_of_their_own_units(session: Session, cast: Cast) -> None:
    for account in (cast.counsellor, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            say(session, cast, by=account)
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
        (TeamLevel.STAFF, None, NO_PLAN),
        (TeamLevel.AREA, None, ALL),
        (TeamLevel.MUNICIPALITY, None, ALL),
        (TeamLevel.STAFF, ["plan"], {MeetingOutcome.PLAN}),
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


def test_a_team_that_only_advises_decides_no_plan_and_a_team_around_a_child_can(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, MEETING_HELD)
    a_meeting(session, referral, called_by=cast.coordinator, starts_at=clock.now())
    set_up(session, cast, TeamLevel.STAFF)
    with pytest.raises(OutsideMandate):
        record(session, cast, referral, MeetingOutcome.PLAN)
    for outcome in (None, MeetingOutcome.MEET_AGAIN):
        record(session, cast, referral, outcome)
    set_up(session, cast, TeamLevel.CHILD)
    record(session, cast, referral, MeetingOutcome.PLAN)
    set_up(session, cast, TeamLevel.CHILD, MeetingOutcome.CLOSE)
    with pytest.raises(OutsideMandate):
        team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
    set_up(session, cast, TeamLevel.CHILD)
    team_review.approve_minutes(session, referral, by=cast.head_teacher.actor(), seen=None)
    assert referral.state == PLAN_DRAFT


def test_a_plan_is_approved_only_where_the_team_may_agree_on_one(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_FOR_APPROVAL)
    plan = a_plan(session, referral, author=cast.counsellor, status=PlanStatus.FOR_APPROVAL)
    set_up(session, cast, TeamLevel.STAFF)
    with pytest.raises(OutsideMandate):
        action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor())
    set_up(session, cast, TeamLevel.CHILD)
    assert action_plan.approve_action_plan(session, referral, by=cast.head_teacher.actor()) is plan
