"""The actions of development work: each level of governance reads its own part, and of the others how far they have come."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.development import actions, papers
from referrals.errors import AlreadyMoved, DevelopmentClosed, NamesSomebody, NotAllowed, TakenAway
from referrals.models import DevelopmentAction
from referrals.vocabulary import DevelopmentAct, GovernanceLevel
from tests.development import AUTUMN, act, begin, close
from tests.people import Cast


def test_actions_are_carried_at_three_levels_and_each_level_sees_its_part(session: Session, cast: Cast) -> None:
    """C17."""
    found = begin(session, cast)
    made = {level: act(session, cast, found, level) for level in GovernanceLevel}
    actions.end_action(session, found, made[GovernanceLevel.POLITICAL].id, by=cast.manager.actor())
    assert len(made) == 3
    school = actions.parts(found, cast.coordinator.actor())
    assert [(one.level, one.count, one.done, len(one.actions)) for one in school] == [
        (GovernanceLevel.UNIT, 1, 0, 1), (GovernanceLevel.ADMINISTRATION, 1, 0, 0), (GovernanceLevel.POLITICAL, 1, 1, 0),
    ]  # fmt: skip
    management = actions.parts(found, cast.manager.actor())
    assert [one.actions for one in management] == [(made[level],) for level in GovernanceLevel]
    told = repr(papers.analysis_context(session, found, by=cast.coordinator.actor()))
    assert ("Insats 1" in told, "Insats 2" in told, "Insats 3" in told) == (True, False, False)
    assert "Insats 3" in repr(papers.analysis_context(session, found, by=cast.manager.actor()))


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
