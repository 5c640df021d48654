"""Who may see what: the table, and what its cells mean for each capacity and under each condition."""

import uuid
from dataclasses import replace

import pytest

from referrals.access import (
    CONTRIBUTES_AS,
    MATRIX,
    SYSTEM,
    VIEWS,
    Actor,
    Extent,
    Facts,
    Role,
    View,
    capacities,
    extent,
    is_administrator,
    is_from_another_service,
    may_view,
    parties,
    parties_for,
)
from referrals.stages import Party, Verb
from referrals.vocabulary import InformationCategory, Profession, Recipient
from referrals.vocabulary.knowing import Capacity, Cell, Information

SCHOOL, ELSEWHERE = uuid.uuid4(), uuid.uuid4()
SOMEBODY, INVESTIGATOR = uuid.uuid4(), uuid.uuid4()
ALL_KINDS = frozenset(InformationCategory)


def everything(service: Recipient) -> frozenset[InformationCategory]:
    return ALL_KINDS


def only_schooling(service: Recipient) -> frozenset[InformationCategory]:
    return frozenset({InformationCategory.SCHOOLING})


def investigates(account_id: uuid.UUID) -> frozenset[Information]:
    return frozenset({Information.ABSENCE_INVESTIGATION} if account_id == INVESTIGATOR else ())


REFERRAL = Facts(
    uuid.uuid4(), SCHOOL, frozenset({SOMEBODY}), reach=everything, is_acting=lambda _: True, owns_action=lambda _: True,
    investigates=investigates,
)  # fmt: skip


def a_member(profession: Profession, role: Role = Role.ASSESSOR) -> Actor:
    return Actor(SOMEBODY, "Sam", frozenset({(role, SCHOOL)}), profession=profession)


COORDINATOR = Actor(uuid.uuid4(), "Karin", frozenset({(Role.COORDINATOR, SCHOOL)}), profession=Profession.COORDINATOR)
HEAD_TEACHER = Actor(uuid.uuid4(), "Henrik", frozenset({(Role.HEAD_TEACHER, SCHOOL)}))
ADMINISTRATOR = Actor(
    uuid.uuid4(), "Anton", frozenset({(Role.ADMINISTRATOR, None)}), profession=Profession.ADMINISTRATOR
)
REPORTER = Actor(reported=REFERRAL.referral_id)

_OF_STAFF = {View.REFERRAL, View.OWN_ACTION, View.CHILD, View.OWN_PART, View.HISTORY, View.WORKING_NOTES}
_OF_THE_SCHOOLS_OWN = _OF_STAFF | {View.OWN_SUPPORT_REPORTS, View.OWN_DEGRADING_REPORTS}
_OF_A_COORDINATOR = set(View) - {View.BEHIND_WALL, View.PROTECTION, View.TECHNICAL_RUN, View.ORGANISATION}
#: what each may look at, as a head teacher would read it aloud, while consent reaches everybody and everybody acts
READ_ALOUD = {
    "coordinator": (COORDINATOR, _OF_A_COORDINATOR),
    "head teacher": (HEAD_TEACHER, (_OF_A_COORDINATOR | {View.BEHIND_WALL, View.PROTECTION}) - {View.PLAN_WRITING}),
    "teacher": (
        a_member(Profession.TEACHER),
        _OF_THE_SCHOOLS_OWN | {View.MINUTES, View.MINUTES_IN_FULL, View.PLAN, View.FOLLOW_UP, View.PLAN_WRITING},
    ),
    "psychologist": (
        a_member(Profession.PSYCHOLOGIST),
        _OF_THE_SCHOOLS_OWN
        | {
            View.MINUTES,
            View.MINUTES_IN_FULL,
            View.PLAN,
            View.FOLLOW_UP,
            View.PLAN_WRITING,
            View.OWN_LOG,
            View.HANDED_OVER,
        },
    ),
    "school nurse": (a_member(Profession.SCHOOL_NURSE), _OF_THE_SCHOOLS_OWN | {View.MINUTES, View.PLAN, View.OWN_LOG}),
    "social services": (
        a_member(Profession.SOCIAL_SERVICES),
        (_OF_STAFF - {View.HISTORY}) | {View.MINUTES, View.MINUTES_IN_FULL, View.PLAN, View.FOLLOW_UP},
    ),
    "health care": (a_member(Profession.HEALTH_CARE), (_OF_STAFF - {View.HISTORY}) | {View.MINUTES, View.PLAN}),
    "leisure": (a_member(Profession.LEISURE_STAFF), {View.OWN_ACTION, View.WORKING_NOTES}),
    "civil society": (a_member(Profession.CIVIL_SOCIETY), {View.OWN_ACTION, View.WORKING_NOTES}),
    "business": (a_member(Profession.BUSINESS), {View.OWN_ACTION, View.WORKING_NOTES}),
    "somebody without a profession of the team": (a_member(Profession.ADMINISTRATOR), set()),
    "who investigates absence": (
        Actor(INVESTIGATOR, "Petra", frozenset({(Role.ASSESSOR, SCHOOL)}), profession=Profession.SPECIAL_EDUCATOR),
        {View.OWN_ACTION, View.CHILD, View.OWN_ABSENCE_INVESTIGATION},
    ),
    "who investigates absence and works for the unit no more": (
        Actor(INVESTIGATOR, "Petra", frozenset({(Role.ASSESSOR, ELSEWHERE)}), profession=Profession.SPECIAL_EDUCATOR),
        set(),
    ),
    "assessor not asked": (Actor(uuid.uuid4(), "Kim", frozenset({(Role.ASSESSOR, SCHOOL)})), set()),
    "coordinator elsewhere": (Actor(uuid.uuid4(), "Otto", frozenset({(Role.COORDINATOR, ELSEWHERE)})), set()),
    "administrator": (ADMINISTRATOR, set()),
    "management": (Actor(uuid.uuid4(), "Margit", frozenset({(Role.MANAGEMENT, None)})), set()),
    "researcher": (Actor(uuid.uuid4(), "Rune", frozenset({(Role.RESEARCHER, None)})), set()),
    "elected member": (Actor(uuid.uuid4(), "Elsa", frozenset({(Role.ELECTED_MEMBER, None)})), set()),
    "reporter": (REPORTER, {View.OWN_ACTION}),
    "reporter of another concern": (Actor(reported=uuid.uuid4()), set()),
    "guardian": (
        Actor(guardian_id=uuid.uuid4(), guardian_of=REFERRAL.referral_id),
        {View.OWN_ACTION, View.REFERRAL, View.CHILD, View.CONCERN, View.HISTORY}
        | {View.BEHIND_WALL, View.MINUTES, View.MINUTES_IN_FULL, View.PLAN, View.FOLLOW_UP, View.HANDED_OVER},
    ),
    "guardian of another child": (Actor(guardian_id=uuid.uuid4(), guardian_of=uuid.uuid4()), set()),
    "nobody": (Actor(), set()),
}


@pytest.mark.parametrize("who", READ_ALOUD)
@pytest.mark.parametrize("view", View)
def test_each_capacity_looks_at_what_the_table_says_and_at_nothing_else(who: str, view: View) -> None:
    actor, allowed = READ_ALOUD[who]
    assert may_view(view, actor, REFERRAL) == (view in allowed)


@pytest.mark.parametrize("information", Information)
def test_every_row_of_the_table_has_a_cell_for_everybody(information: Information) -> None:
    assert set(MATRIX[information]) == set(Capacity)


@pytest.mark.parametrize("information", Information)
def test_management_researchers_and_administrators_have_no_content_of_any_referral(information: Information) -> None:
    cells = {
        MATRIX[information][who]
        for who in (Capacity.MANAGEMENT, Capacity.RESEARCHER, Capacity.ELECTED_MEMBER, Capacity.ADMINISTRATOR)
    }
    without_a_referral = {Information.DEIDENTIFIED, Information.AGGREGATES}
    assert cells <= {Cell.NOTHING, Cell.COUNT} or information in without_a_referral


def test_medical_information_is_nowhere_more_than_a_pointer() -> None:
    assert set(MATRIX[Information.MEDICAL].values()) == {Cell.NOTHING, Cell.POINTER, Cell.OWN, Cell.AT_SOURCE}


def test_what_is_not_listed_is_shown_to_nobody() -> None:
    assert not {View.TECHNICAL_RUN, View.ORGANISATION} & set(VIEWS)


@pytest.mark.parametrize("profession", [Profession.SOCIAL_SERVICES, Profession.HEALTH_CARE, Profession.LEISURE_STAFF, Profession.CIVIL_SOCIETY])  # fmt: skip
def test_another_service_knows_nothing_without_consent(profession: Profession) -> None:
    without = replace(REFERRAL, reach=lambda _: frozenset())
    actor = a_member(profession)
    assert is_from_another_service(actor)
    assert not capacities(actor, without)
    assert not parties(actor, without)
    assert not any(may_view(view, actor, without) for view in View)


def test_the_schools_own_staff_needs_no_consent() -> None:
    without = replace(REFERRAL, reach=lambda _: frozenset())
    assert may_view(View.REFERRAL, a_member(Profession.TEACHER), without)
    assert not is_from_another_service(a_member(Profession.TEACHER))
    assert not is_from_another_service(Actor())


def test_leisure_staff_are_own_staff_in_a_leisure_centre() -> None:
    centre = replace(
        REFERRAL, own_services=frozenset({Recipient.OWN_STAFF, Recipient.LEISURE}), reach=lambda _: frozenset()
    )
    assert capacities(a_member(Profession.LEISURE_STAFF), centre) == {Capacity.TEACHER}


def test_consent_opens_the_kinds_it_names_and_nothing_else() -> None:
    partly, social = replace(REFERRAL, reach=only_schooling), a_member(Profession.SOCIAL_SERVICES)
    schooling, family = {InformationCategory.SCHOOLING}, {InformationCategory.SCHOOLING, InformationCategory.FAMILY}
    assert extent(Information.PEDAGOGICAL, social, partly, kinds=schooling) is Extent.WHOLE
    assert extent(Information.PEDAGOGICAL, social, partly, kinds=family) is Extent.NOTHING
    assert extent(Information.STUDENT_HEALTH, social, partly, kinds=schooling) is Extent.CONCLUSION
    assert may_view(View.PLAN, social, partly)
    assert not may_view(View.FOLLOW_UP, social, partly)
    assert not may_view(View.MINUTES_IN_FULL, social, partly)


def test_a_teacher_reads_minutes_and_plan_only_while_acting() -> None:
    idle = replace(REFERRAL, is_acting=lambda _: False)
    assert not may_view(View.MINUTES, a_member(Profession.TEACHER), idle)
    assert not may_view(View.PLAN, a_member(Profession.TEACHER), idle)


def test_leisure_sees_nothing_without_an_action_of_its_own() -> None:
    assert not may_view(
        View.OWN_ACTION, a_member(Profession.LEISURE_STAFF), replace(REFERRAL, owns_action=lambda _: False)
    )


def test_a_plain_set_of_facts_opens_nothing_that_needs_a_condition() -> None:
    plain = Facts(REFERRAL.referral_id, SCHOOL, frozenset({SOMEBODY}))
    assert not may_view(View.MINUTES, a_member(Profession.TEACHER), plain)
    assert not parties(a_member(Profession.SOCIAL_SERVICES), plain)


def test_the_rule_pack_can_narrow_a_cell() -> None:
    preschool = replace(REFERRAL, exceptions={Information.PEDAGOGICAL: {Capacity.TEACHER: Cell.OWN}})
    assert extent(Information.PEDAGOGICAL, a_member(Profession.TEACHER), REFERRAL) is Extent.WHOLE
    assert extent(Information.PEDAGOGICAL, a_member(Profession.TEACHER), preschool) is Extent.OWN


def test_whoever_lost_the_role_in_the_unit_sees_nothing_more() -> None:
    moved = Actor(SOMEBODY, "Sam", frozenset({(Role.ASSESSOR, ELSEWHERE)}), profession=Profession.TEACHER)
    assert not parties(moved, REFERRAL)


def test_a_stand_in_stands_in_only_while_a_coordinator_or_head_somewhere() -> None:
    facts = replace(REFERRAL, members=frozenset(), stand_ins=frozenset({SOMEBODY}))
    assert parties(Actor(SOMEBODY, "Otto", frozenset({(Role.COORDINATOR, ELSEWHERE)})), facts) == {Party.COORDINATOR}
    assert not parties(Actor(SOMEBODY, "Otto", frozenset({(Role.ASSESSOR, ELSEWHERE)})), facts)


def test_a_coordinator_who_handed_over_is_out_until_nobody_else_keeps_it_moving() -> None:
    handed_over = replace(REFERRAL, released=frozenset({COORDINATOR.account_id}), has_owner=lambda: True)
    assert not parties(COORDINATOR, handed_over)
    assert parties(COORDINATOR, replace(handed_over, has_owner=lambda: False)) == {Party.COORDINATOR}
    assert parties(COORDINATOR, Facts(REFERRAL.referral_id, SCHOOL, released=handed_over.released)) == {
        Party.COORDINATOR
    }


def test_whoever_is_shut_out_is_out_in_every_capacity() -> None:
    assert not parties(COORDINATOR, replace(REFERRAL, shut_out=frozenset({COORDINATOR.account_id})))


def test_while_a_conflict_holds_it_nobody_with_an_account_is_anything_to_it_but_who_settles_it() -> None:
    held = replace(REFERRAL, is_held=True, settles_conflict=lambda account_id: account_id == COORDINATOR.account_id)
    for actor in (COORDINATOR, HEAD_TEACHER, a_member(Profession.PSYCHOLOGIST)):
        assert not capacities(actor, held)
        assert not any(may_view(view, actor, held) for view in View)
    assert parties(REPORTER, held) == {Party.REPORTER}
    assert parties_for(Verb.SETTLE_CONFLICT, COORDINATOR, held) == {Party.COORDINATOR}
    assert not parties_for(Verb.SETTLE_CONFLICT, HEAD_TEACHER, held)
    assert not parties_for(Verb.SETTLE_CONFLICT, COORDINATOR, replace(held, is_held=False))


def test_where_an_identity_is_protected_only_those_on_its_list_are_anything_to_it() -> None:
    listed = replace(REFERRAL, listed=frozenset({COORDINATOR.account_id}))
    assert capacities(COORDINATOR, listed)
    assert not capacities(HEAD_TEACHER, listed)
    assert not capacities(a_member(Profession.TEACHER), listed)
    assert parties(REPORTER, listed) == {Party.REPORTER}


def test_a_pointer_is_no_more_than_the_pointer_and_a_ground_opens_no_more_than_what_was_opened() -> None:
    assert extent(Information.MEDICAL, COORDINATOR, REFERRAL) is Extent.CONCLUSION
    assert extent(Information.SOCIAL_SERVICES, HEAD_TEACHER, REFERRAL) is Extent.CONCLUSION
    assert extent(Information.STUDENT_HEALTH, HEAD_TEACHER, REFERRAL) is Extent.ON_GROUND


def test_an_actor_stands_in_every_capacity_they_have() -> None:
    both = Actor(
        SOMEBODY,
        "Sam",
        frozenset({(Role.COORDINATOR, SCHOOL), (Role.HEAD_TEACHER, SCHOOL)}),
        profession=Profession.TEACHER,
    )
    assert parties(both, REFERRAL) == {Party.COORDINATOR, Party.HEAD_TEACHER, Party.ASSESSOR}


def test_nobody_decides_about_what_they_may_not_read() -> None:
    nurse, social = a_member(Profession.SCHOOL_NURSE), a_member(Profession.SOCIAL_SERVICES)
    assert not parties_for(Verb.APPROVE_MINUTES, nurse, REFERRAL)
    assert not parties_for(Verb.DRAFT_ACTION_PLAN, social, REFERRAL)
    assert parties_for(Verb.DRAFT_ACTION_PLAN, a_member(Profession.PSYCHOLOGIST), REFERRAL) == {Party.ASSESSOR}
    assert parties_for(Verb.OPEN_FOLLOW_UP, SYSTEM, REFERRAL) == {Party.SYSTEM}


def test_everybody_who_can_be_a_member_has_a_column_of_the_table() -> None:
    outside = {
        Profession.ADMINISTRATOR, Profession.MANAGEMENT, Profession.RESEARCHER, Profession.REGISTRAR, Profession.ELECTED_MEMBER,
    }  # fmt: skip
    assert set(Profession) - set(CONTRIBUTES_AS) == outside


def test_the_workflow_is_the_workflow_and_the_reporter_the_reporter() -> None:
    assert parties(SYSTEM, REFERRAL) == {Party.SYSTEM}
    assert parties(REPORTER, REFERRAL) == {Party.REPORTER}


def test_only_an_administrator_is_one() -> None:
    assert is_administrator(ADMINISTRATOR)
    assert not is_administrator(COORDINATOR)
