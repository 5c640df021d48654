"""Who may see what: every view for every capacity."""

import uuid

import pytest

from referrals.access import MAY_VIEW, SYSTEM, Actor, Facts, Role, View, is_administrator, may_view, parties
from referrals.stages import Party

SCHOOL, ELSEWHERE = uuid.uuid4(), uuid.uuid4()
SOMEBODY = uuid.uuid4()
REFERRAL = Facts(uuid.uuid4(), SCHOOL, frozenset({SOMEBODY}))

COORDINATOR = Actor(uuid.uuid4(), "Karin", frozenset({(Role.COORDINATOR, SCHOOL)}))
HEAD_TEACHER = Actor(uuid.uuid4(), "Henrik", frozenset({(Role.HEAD_TEACHER, SCHOOL)}))
ASSESSOR = Actor(SOMEBODY, "Petra", frozenset({(Role.ASSESSOR, SCHOOL)}))
ADMINISTRATOR = Actor(uuid.uuid4(), "Anton", frozenset({(Role.ADMINISTRATOR, None)}))
REPORTER = Actor(reported=REFERRAL.referral_id)

#: what each of the cast may look at, as a head teacher would read it aloud
MATRIX = {
    "coordinator": (COORDINATOR, set(View) - {View.PROTECTION, View.TECHNICAL_RUN, View.ORGANISATION}),
    "head teacher": (HEAD_TEACHER, set(View) - {View.ALL_PARTS, View.TECHNICAL_RUN, View.ORGANISATION}),
    "assessor": (ASSESSOR, {View.REFERRAL, View.OWN_PART, View.MINUTES, View.PLAN, View.HISTORY}),
    "assessor not asked": (Actor(uuid.uuid4(), "Kim", frozenset({(Role.ASSESSOR, SCHOOL)})), set()),
    "coordinator elsewhere": (Actor(uuid.uuid4(), "Otto", frozenset({(Role.COORDINATOR, ELSEWHERE)})), set()),
    "administrator": (ADMINISTRATOR, set()),
    "reporter": (REPORTER, set()),
    "nobody": (Actor(), set()),
}


@pytest.mark.parametrize("who", MATRIX)
@pytest.mark.parametrize("view", View)
def test_each_cell_of_the_matrix(who: str, view: View) -> None:
    actor, allowed = MATRIX[who]
    assert may_view(view, actor, REFERRAL) == (view in allowed)


def test_what_is_not_listed_is_shown_to_nobody() -> None:
    assert View.TECHNICAL_RUN not in MAY_VIEW


def test_an_actor_stands_in_every_capacity_they_have() -> None:
    both = Actor(SOMEBODY, "Sam", frozenset({(Role.COORDINATOR, SCHOOL), (Role.HEAD_TEACHER, SCHOOL)}))
    assert parties(both, REFERRAL) == {Party.COORDINATOR, Party.HEAD_TEACHER, Party.ASSESSOR}


def test_the_workflow_is_the_workflow_and_the_reporter_the_reporter() -> None:
    assert parties(SYSTEM, REFERRAL) == {Party.SYSTEM}
    assert parties(REPORTER, REFERRAL) == {Party.REPORTER}


def test_only_an_administrator_is_one() -> None:
    assert is_administrator(ADMINISTRATOR)
    assert not is_administrator(COORDINATOR)
