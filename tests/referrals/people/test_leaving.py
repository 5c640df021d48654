"""When somebody's part in a referral ends, they see nothing more of it, and what they had begun goes on with somebody else."""

import pytest
from sqlalchemy.orm import Session

from referrals import assessment, notifications, queries, triage
from referrals.access import View, may_view, parties
from referrals.errors import Incomplete, NotAllowed, NotCovered
from referrals.meetings import conflict
from referrals.models import Referral
from referrals.people import leaving, membership
from referrals.queries import Filters
from referrals.stages import CLOSED, IN_TRIAGE, PARTS_REQUESTED, PLAN_ACTIVE, State, Verb
from referrals.vocabulary import Domain, PlanStatus, Profession, Standing
from referrals.work import worklist
from tests.factories import a_member, a_part, a_plan, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")


def release(session: Session, referral: Referral, cast: Cast, leaver, **values):
    given = {"by": cast.coordinator.actor(), "seen": referral.version, "reason": "Byter skola", "account_id": leaver.id}
    return leaving.release_member(session, referral, **(given | values))


def sees_nothing(session: Session, referral: Referral, account) -> bool:
    today = referral.opened_at.date()
    return not (
        parties(account.actor(), referral.facts())
        or any(may_view(view, account.actor(), referral.facts()) for view in View)
        or queries.listing(session, account.actor(), Filters(today=today)).total
        or queries.find(session, account.actor(), referral.number)
        or worklist.waiting_for(session, account.actor(), today=today)
    )


def test_whoever_is_released_sees_nothing_more_and_the_history_says_who_and_why(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    row = release(session, referral, cast, cast.teacher)
    assert sees_nothing(session, referral, cast.teacher)
    assert (row.verb, row.by_id, row.reason) == (
        Verb.RELEASE_MEMBER,
        cast.coordinator.id,
        "Tove Askebrant: Byter skola",
    )
    assert [one.account for one in leaving.members(session, referral, Standing.RELEASED)] == [cast.teacher]
    assert leaving.members(session, referral) == []


def test_a_part_that_is_out_goes_to_the_successor_without_what_was_written(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    assessment.save_part(
        session,
        referral,
        by=cast.special_educator.actor(),
        part=part,
        findings={Domain.LEARNING: "Ett utkast"},
        is_confided=True,
    )
    release(session, referral, cast, cast.special_educator, successor_id=cast.teacher.id)
    assert (part.assessor, part.findings, part.compartment) == (cast.teacher, None, "pedagogical")
    assert not part.is_confided
    assert sees_nothing(session, referral, cast.special_educator)
    assert may_view(View.OWN_PART, cast.teacher.actor(), referral.facts())
    assert assessment.read_part(part, cast.special_educator.actor()).texts == {}


def test_a_running_action_goes_to_the_successor(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    a_member(session, referral, cast.counsellor)
    (goal,) = a_plan(session, referral, author=cast.counsellor, status=PlanStatus.ACTIVE).goals
    release(session, referral, cast, cast.counsellor, successor_id=cast.teacher.id)
    assert goal.actions[0].owner == cast.teacher
    assert sees_nothing(session, referral, cast.counsellor)


def test_without_a_reason_or_a_successor_for_what_is_left_nothing_changes(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    part = a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    with pytest.raises(Incomplete) as refused:
        release(session, referral, cast, cast.special_educator, reason=" ")
    assert refused.value.missing == ("reason", "successor_id")
    with pytest.raises(Incomplete):
        release(session, referral, cast, cast.special_educator, successor_id=cast.special_educator.id)
    assert part.assessor == cast.special_educator
    assert may_view(View.REFERRAL, cast.special_educator.actor(), referral.facts())


def test_a_successor_must_be_somebody_consent_reaches(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    with pytest.raises(NotCovered):
        release(session, referral, cast, cast.special_educator, successor_id=cast.social_worker.id)


def test_only_a_coordinator_ends_somebodys_part(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    for by in (cast.head_teacher, cast.teacher, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            release(session, referral, cast, cast.teacher, by=by.actor())


def test_the_owner_hands_over_instead_and_whoever_takes_no_part_cannot_leave(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, owner_id=cast.coordinator.id)
    a_member(session, referral, cast.coordinator)
    for somebody in (cast.coordinator, cast.teacher):
        with pytest.raises(NotAllowed):
            release(session, referral, cast, somebody)


def test_leaving_twice_is_refused_and_changes_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    release(session, referral, cast, cast.teacher)
    version = referral.version
    with pytest.raises(NotAllowed):
        release(session, referral, cast, cast.teacher)
    assert referral.version == version


def test_whoever_is_asked_again_comes_back(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    release(session, referral, cast, cast.teacher)
    membership.admit(session, referral, cast.teacher)
    assert may_view(View.REFERRAL, cast.teacher.actor(), referral.facts())
    assert len(referral.memberships) == 1


def test_letting_go_of_somebody_kept_out_leaves_them_kept_out(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.teacher)
    referral.memberships[0].standing = Standing.SHUT_OUT
    membership.let_go(session, referral, cast.teacher)
    membership.take_back(session, referral, cast.teacher)
    assert referral.memberships[0].standing is Standing.SHUT_OUT


def test_whoever_stood_in_and_lets_go_sees_nothing_more(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    conflict.keep_out(session, referral, [Profession.COORDINATOR, Profession.HEAD_TEACHER])
    assert may_view(View.CONCERN, cast.outsider.actor(), referral.facts())
    membership.let_go(session, referral, cast.outsider)
    session.flush()
    assert sees_nothing(session, referral, cast.outsider)


def test_after_handing_over_the_earlier_owner_sees_nothing_more(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE, owner_id=cast.coordinator.id)
    row = triage.assign_owner(
        session, referral, by=cast.coordinator.actor(), seen=None, owner=cast.second_coordinator, reason="Semester"
    )
    assert sees_nothing(session, referral, cast.coordinator)
    assert may_view(View.CONCERN, cast.second_coordinator.actor(), referral.facts())
    said = f"{cast.coordinator.name} → {cast.second_coordinator.name}: Semester"
    assert (row.verb, row.by_id, row.reason) == (Verb.ASSIGN_OWNER, cast.coordinator.id, said)


def test_a_referral_handed_back_is_wholly_back(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE, owner_id=cast.coordinator.id)
    first, second = cast.coordinator, cast.second_coordinator
    triage.assign_owner(session, referral, by=first.actor(), seen=None, owner=second)
    triage.assign_owner(session, referral, by=second.actor(), seen=None, owner=first)
    assert may_view(View.CONCERN, first.actor(), referral.facts())
    assert sees_nothing(session, referral, second)


def test_where_the_new_owner_leaves_the_earlier_one_can_pick_it_up_again(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE, owner_id=cast.coordinator.id)
    triage.assign_owner(session, referral, by=cast.coordinator.actor(), seen=None, owner=cast.second_coordinator)
    cast.second_coordinator.is_active = False
    session.flush()
    today = referral.opened_at.date()
    assert may_view(View.CONCERN, cast.coordinator.actor(), referral.facts())
    assert queries.listing(session, cast.coordinator.actor(), Filters(today=today)).total == 1


def test_whoever_loses_the_role_in_the_unit_sees_nothing_more_and_gets_no_mail(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    cast.special_educator.roles.clear()
    session.flush()
    assert sees_nothing(session, referral, cast.special_educator)
    row = referral.history[0]
    row.verb = Verb.CLOSE_REFERRAL
    assert cast.special_educator.email not in [mail.address for mail in notifications.write(session, row)]


@pytest.mark.parametrize("state", [IN_TRIAGE, PLAN_ACTIVE, CLOSED])
def test_a_part_can_be_ended_wherever_the_referral_stands(session: Session, cast: Cast, state: State) -> None:
    referral = a_referral(session, cast, state)
    a_member(session, referral, cast.teacher)
    release(session, referral, cast, cast.teacher)
    assert referral.state == state
