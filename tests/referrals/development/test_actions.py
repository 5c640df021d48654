"""The priorities, goals and actions of development work: each level of governance reads its own, and of the others how far they have come."""

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.development import actions, cases, papers, stages
from referrals.errors import AlreadyMoved, DevelopmentClosed, DevelopmentRefused, NamesSomebody, NotAllowed, TakenAway
from referrals.models import Account, DevelopmentAction
from referrals.stages import Stage
from referrals.vocabulary import (
    DevelopmentAct,
    DevelopmentKind,
    DevelopmentProblem,
    GovernanceLevel,
    LessonTheme,
    LevelledKind,
)
from tests.development import AUTUMN, WORDS, act, begin, carry, close
from tests.people import Cast


def test_actions_are_carried_at_three_levels_and_each_level_sees_its_part(session: Session, cast: Cast) -> None:
    """C17."""
    found = begin(session, cast)
    made = {level: act(session, cast, found, level) for level in GovernanceLevel}
    actions.end_action(session, found, made[GovernanceLevel.POLITICAL].id, by=cast.manager.actor())
    assert len(made) == 3
    school = actions.parts(session, found, cast.coordinator.actor())
    assert [(one.level, one.count, one.done, len(one.actions)) for one in school] == [
        (GovernanceLevel.UNIT, 1, 0, 1), (GovernanceLevel.ADMINISTRATION, 1, 0, 0), (GovernanceLevel.POLITICAL, 1, 1, 0),
    ]  # fmt: skip
    management = actions.parts(session, found, cast.manager.actor())
    assert [one.actions for one in management] == [(made[level],) for level in GovernanceLevel]
    told = repr(papers.analysis_context(session, found, by=cast.coordinator.actor()))
    assert ("Insats 1" in told, "Insats 2" in told, "Insats 3" in told) == (True, False, False)
    assert "Insats 3" in repr(papers.analysis_context(session, found, by=cast.manager.actor()))


def test_priorities_goals_and_actions_stand_on_three_levels_and_each_level_sees_its_part(
    session: Session, cast: Cast
) -> None:
    """C17: what a level puts first and wants to reach is its own, as what it does is."""
    found, elsa = begin(session, cast), cast.elected.actor()
    made = {(level, kind): act(session, cast, found, level, kind) for kind in LevelledKind for level in GovernanceLevel}
    actions.end_action(session, found, made[GovernanceLevel.POLITICAL, LevelledKind.GOAL].id, by=elsa)

    def read_by(account: Account) -> set[tuple[GovernanceLevel, LevelledKind]]:
        seen = actions.parts(session, found, account.actor())
        assert [(one.level, one.kind) for one in seen] == list(product(GovernanceLevel, LevelledKind))
        assert {(one.level, one.kind) for one in seen if one.done} == {(GovernanceLevel.POLITICAL, LevelledKind.GOAL)}
        assert {one.count for one in seen} == {1}
        assert all(one.actions in {(), (made[one.level, one.kind],)} for one in seen)
        return {(one.level, one.kind) for one in seen if one.actions}

    assert read_by(cast.coordinator) == set(product([GovernanceLevel.UNIT], LevelledKind))
    assert read_by(cast.elected) == set(product([GovernanceLevel.POLITICAL], LevelledKind))
    assert read_by(cast.manager) == set(made)
    told = repr(papers.analysis_context(session, found, by=cast.coordinator.actor()))
    assert [one.words in told for one in made.values()] == [level is GovernanceLevel.UNIT for level, _kind in made]
    for kind in (LevelledKind.PRIORITY, LevelledKind.GOAL):
        with pytest.raises(TakenAway):
            actions.drop_action(session, found, made[GovernanceLevel.UNIT, kind].id, by=elsa)
        with pytest.raises(NotAllowed):
            actions.plan_action(
                session, found, by=elsa, level=GovernanceLevel.ADMINISTRATION, kind=kind, words="Lugn", responsible="Nämnden",
                term=AUTUMN,
            )  # fmt: skip


def test_a_goal_is_reached_a_priority_never_and_neither_makes_a_plan(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    priority, goal = (act(session, cast, found, kind=kind) for kind in (LevelledKind.PRIORITY, LevelledKind.GOAL))
    carry(session, cast, found, Stage.ACTION_PLAN)
    with pytest.raises(DevelopmentRefused) as refused:
        stages.agree_plan(session, found, by=by)
    assert refused.value.problem is DevelopmentProblem.PLAN_MISSING
    for is_done in (True, False):
        with pytest.raises(TakenAway):
            actions.end_action(session, found, priority.id, by=by, is_done=is_done)
    assert actions.end_action(session, found, goal.id, by=by) is LevelledKind.GOAL
    with pytest.raises(AlreadyMoved):
        actions.drop_action(session, found, goal.id, by=by)
    assert actions.drop_action(session, found, priority.id, by=by) is LevelledKind.PRIORITY
    act(session, cast, found)
    stages.agree_plan(session, found, by=by)
    assert [(one.kind, one.count, one.done) for one in actions.parts(session, found, by)] == [
        (LevelledKind.GOAL, 1, 1), (LevelledKind.ACTION, 1, 0),
    ]  # fmt: skip


def test_who_keeps_the_work_plans_what_its_schools_do_and_the_management_the_rest(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    every = list(GovernanceLevel)
    assert actions.levels_to_write(session, found, cast.manager.actor()) == every
    assert actions.levels_to_write(session, found, cast.head_teacher.actor()) == [GovernanceLevel.UNIT]
    assert actions.levels_to_write(session, found, cast.counsellor.actor()) == []
    high = act(session, cast, found, GovernanceLevel.POLITICAL)
    by = cast.coordinator.actor()
    for change in (
        lambda: actions.plan_action(
            session,
            found,
            by=by,
            level=GovernanceLevel.ADMINISTRATION,
            words="En insats",
            responsible="Rektor",
            term=AUTUMN,
        ),
        lambda: actions.end_action(session, found, high.id, by=by),
        lambda: actions.drop_action(session, found, high.id, by=by),
        lambda: actions.drop_action(session, found, found.id, by=cast.manager.actor()),
    ):
        with pytest.raises((NotAllowed, TakenAway)):
            change()
    assert found.actions == [high]


def test_an_action_is_done_reopened_and_dropped_once(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    made = act(session, cast, found)
    for _ in range(2):
        actions.end_action(session, found, made.id, by=by)
    with pytest.raises(AlreadyMoved):
        actions.drop_action(session, found, made.id, by=by)
    for _ in range(2):
        actions.end_action(session, found, made.id, by=by, is_done=False)
    actions.drop_action(session, found, made.id, by=by)
    assert session.scalars(select(DevelopmentAction)).all() == []
    assert sorted(one.act for one in found.events) == sorted(
        [
            DevelopmentAct.OPEN, DevelopmentAct.PLAN_ACTION, DevelopmentAct.END_ACTION, DevelopmentAct.TAKE_BACK_DONE,
            DevelopmentAct.DROP_ACTION,
        ]
    )  # fmt: skip
    last = act(session, cast, found)
    close(session, cast, found)
    with pytest.raises(DevelopmentClosed):
        actions.end_action(session, found, last.id, by=by)


@pytest.mark.parametrize(("words", "responsible"), [("Samtal med Olle", "Rektor"), ("Samtal", "Karin Almkvist")])
def test_an_action_names_a_function_and_nobody(session: Session, cast: Cast, words: str, responsible: str) -> None:
    found = begin(session, cast)
    with pytest.raises(NamesSomebody):
        actions.plan_action(
            session, found, by=cast.coordinator.actor(), level=GovernanceLevel.UNIT, words=words, responsible=responsible,
            term=AUTUMN,
        )  # fmt: skip
    assert found.actions == []


def test_an_elected_member_carries_the_political_part_and_reads_numbers_of_the_rest(
    session: Session, cast: Cast
) -> None:
    """C17, for politics."""
    found, elsa = begin(session, cast), cast.elected.actor()
    others = [act(session, cast, found, level) for level in (GovernanceLevel.UNIT, GovernanceLevel.ADMINISTRATION)]
    assert actions.levels_to_write(session, found, elsa) == [GovernanceLevel.POLITICAL]
    new = {"words": "Nämnden avsätter medel", "responsible": "Nämndens ordförande", "term": AUTUMN}
    made = actions.plan_action(session, found, by=elsa, level=GovernanceLevel.POLITICAL, **new)
    actions.end_action(session, found, made.id, by=elsa)
    assert [(one.level, one.count, one.done, one.actions) for one in actions.parts(session, found, elsa)] == [
        (GovernanceLevel.UNIT, 1, 0, ()), (GovernanceLevel.ADMINISTRATION, 1, 0, ()), (GovernanceLevel.POLITICAL, 1, 1, (made,)),
    ]  # fmt: skip
    for level in (GovernanceLevel.UNIT, GovernanceLevel.ADMINISTRATION):
        with pytest.raises(NotAllowed):
            actions.plan_action(session, found, by=elsa, level=level, **new)
    for one in others:
        for change in (actions.end_action, actions.drop_action):
            with pytest.raises(TakenAway):
                change(session, found, one.id, by=elsa)
    assert not cases.may_read(session, found, elsa)
    for forbidden in (
        lambda: cases.correct_case(session, found, by=elsa, themes=[LessonTheme.ORGANISATION], words=WORDS),
        lambda: cases.discard_case(session, found, by=elsa),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    close(session, cast, found)
    assert actions.levels_to_write(session, found, elsa) == []
    with pytest.raises(DevelopmentClosed):
        actions.end_action(session, found, made.id, by=elsa, is_done=False)


def test_of_work_about_a_single_group_an_elected_member_sees_nothing(session: Session, cast: Cast) -> None:
    school, elsa = begin(session, cast), cast.elected.actor()
    group = cases.open_case(
        session, by=cast.coordinator.actor(), kind=DevelopmentKind.GROUP, unit_ids=[cast.school.id],
        themes=[LessonTheme.COLLEGIAL], words=WORDS,
    )  # fmt: skip
    assert actions.known_to(session, elsa) == [school]
    assert actions.known_to(session, elsa, theme=LessonTheme.COLLEGIAL) == [school]
    assert actions.known_to(session, cast.coordinator.actor()) == cases.known_to(session, cast.manager.actor())
    assert not actions.may_see(session, group, elsa)
    assert not actions.may_see(session, school, cast.outsider.actor())
    with pytest.raises(NotAllowed):
        actions.plan_action(
            session, group, by=elsa, level=GovernanceLevel.POLITICAL, words="En insats", responsible="Nämnden", term=AUTUMN
        )  # fmt: skip
