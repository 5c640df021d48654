"""Outside bodies: invited to one referral until a day; they see their own action there and nothing else, and then nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session, object_session

from referrals import audiences, clock, here, queries, team_review
from referrals.access import VIEWS, Role, View, capacities, may_view
from referrals.errors import Incomplete, NotAllowed, NotCovered, WrongStage
from referrals.guardians import guardian_access
from referrals.models import Account, History, Invitation, PlannedAction, Referral, RoleAssignment
from referrals.people import invitations, leaving, organisation, roster
from referrals.queries import Filters, Openness
from referrals.reminders import waiting
from referrals.stages import CLOSED, PLAN_ACTIVE, PLAN_DRAFT, TO_SCHEDULE, Verb
from referrals.vocabulary import PlanStatus, Profession, Recipient
from referrals.vocabulary.knowing import Capacity
from referrals.work import worklist
from referrals.work.waiting_items import Waiting, WaitingItem
from tests.factories import a_plan, a_referral, consented
from tests.people import NO_PASSWORD, Cast


def an_outsider(session: Session, profession: Profession = Profession.CIVIL_SOCIETY, **values: object) -> Account:
    made = Account(
        **{"email": "ulla@simklubben.invalid", "name": "Ulla Simberg", "profession": profession, "language": "sv", "password_hash": NO_PASSWORD}
        | values
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def referral(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> Referral:
    """A referral with a running plan, and a consent that reaches every service."""
    found = a_referral(session, cast, PLAN_ACTIVE)
    consented(session, found, cast)
    return found


def invite(session: Session, cast: Cast, referral: Referral, account: Account, *, days: int = 30) -> Invitation:
    last_on = clock.now().date() + timedelta(days=days)
    by = cast.coordinator.actor()
    return invitations.invite(session, referral, by=by, seen=None, account_id=account.id, last_on=last_on)


def an_action_of(session: Session, cast: Cast, referral: Referral, account: Account, **values: int) -> PlannedAction:
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, **values)
    (action,) = plan.goals[0].actions
    action.owner = account
    session.flush()
    return action


def sees(referral: Referral, account: Account) -> set[View]:
    session = object_session(referral)
    assert session is not None
    session.expire_all()
    return {view for view in VIEWS if may_view(view, account.actor(), referral.facts())}


# ------------------------------------------------------------------------------------------------- C08, its evidence
#: the kinds of participants but guardians, who have no account, by what they are
KINDS = {
    "school": Profession.TEACHER, "student health": Profession.PSYCHOLOGIST, "social services": Profession.SOCIAL_SERVICES,
    "health care": Profession.HEALTH_CARE, "leisure": Profession.LEISURE_STAFF, "civil society": Profession.CIVIL_SOCIETY,
    "business": Profession.BUSINESS,
}  # fmt: skip


def test_each_of_the_eight_kinds_can_be_invited_and_the_guardian_is_one_of_them(
    session: Session, cast: Cast, referral: Referral
) -> None:
    """Seven to the referral, with an action of their own; guardians to the team's meeting, as members of it."""
    for number, (kind, profession) in enumerate(KINDS.items(), start=1):
        account = an_outsider(session, profession, email=f"number.{number}@outside.invalid")
        invite(session, cast, referral, account)
        an_action_of(session, cast, referral, account, version=number)
        assert View.OWN_ACTION in sees(referral, account), kind
    before = a_referral(session, cast, TO_SCHEDULE)
    guardian = consented(session, before, cast).guardian
    made = team_review.schedule_meeting(
        session, before, by=cast.coordinator.actor(), seen=None, starts_at=clock.now() + timedelta(days=7), minutes=60,
        place="Rum 12", called=[cast.counsellor.id, cast.head_teacher.id], guardians=[guardian.id],
    )  # fmt: skip
    assert made.guardians_invited == [str(guardian.id)]
    assert Capacity.GUARDIAN in capacities(guardian_access.actor_for(guardian), before.facts())


@pytest.mark.parametrize("profession", [*KINDS.values(), Profession.SCHOOL_DOCTOR])
def test_whatever_they_are_they_see_only_actions_assigned_to_them_and_access_ends_at_the_set_date(
    session: Session, cast: Cast, referral: Referral, profession: Profession, wednesday: time_machine.Traveller
) -> None:
    ulla = an_outsider(session, profession)
    assert sees(referral, ulla) == set()
    invite(session, cast, referral, ulla, days=30)
    before_any_action = sees(referral, ulla)
    assert before_any_action == set()
    an_action_of(session, cast, referral, ulla)
    own = {View.OWN_ACTION, View.WORKING_NOTES}
    assert sees(referral, ulla) == own
    assert capacities(ulla.actor(), referral.facts()) == {Capacity.CIVIL_SOCIETY}
    found = worklist.waiting_for(session, ulla.actor(), today=here.today(session))
    assert [(one.number, one.unit, one.topics, one.is_all_they_see) for one in found] == [
        (referral.number, "", (), True)
    ]
    listed = queries.listing(session, ulla.actor(), Filters(here.today(session), openness=Openness.ALL), size=10)
    assert [one.number for one in listed.rows] == []
    other = a_referral(session, cast, PLAN_ACTIVE)
    assert sees(other, ulla) == set()
    wednesday.shift(timedelta(days=30))
    assert sees(referral, ulla) == own, "its last day is a day of it"
    wednesday.shift(timedelta(days=1))
    assert sees(referral, ulla) == set()
    assert worklist.waiting_for(session, ulla.actor(), today=here.today(session)) == []


def test_without_consent_that_reaches_them_they_see_nothing_and_get_no_action(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    without = a_referral(session, cast, PLAN_DRAFT)
    consented(session, without, cast, recipients=[Recipient.SOCIAL_SERVICES])
    ulla, psychologist = an_outsider(session), an_outsider(session, Profession.PSYCHOLOGIST, email="p@p.invalid")
    for version, account in enumerate((ulla, psychologist), start=1):
        invite(session, cast, without, account)
        an_action_of(session, cast, without, account, version=version)
        assert sees(without, account) == set()
        with pytest.raises(NotCovered):
            roster.choose(session, without, [account.id])


def test_who_is_invited_gets_actions_and_is_called_to_nothing(session: Session, cast: Cast, referral: Referral) -> None:
    psychologist = an_outsider(session, Profession.PSYCHOLOGIST)
    assert psychologist.id not in {one.account.id for one in roster.colleagues(session, referral)}
    invite(session, cast, referral, psychologist)
    assert roster.choose(session, referral, [psychologist.id]) == [psychologist]
    assert psychologist.id not in {one.account.id for one in roster.for_team(session, referral)}
    with pytest.raises(NotAllowed):
        roster.choose_for_team(session, referral, [psychologist.id])


def test_their_part_can_be_ended_before_the_day_and_they_are_invited_anew(
    session: Session, cast: Cast, referral: Referral
) -> None:
    ulla = an_outsider(session)
    found = invite(session, cast, referral, ulla)
    an_action_of(session, cast, referral, ulla)
    by = cast.coordinator.actor()
    leaving.release_member(
        session, referral, by=by, seen=None, account_id=ulla.id, reason="Klubben hinner inte.", successor_id=cast.teacher.id
    )  # fmt: skip
    assert invitations.is_over(found)
    assert sees(referral, ulla) == set()
    assert ulla.id not in {one.account.id for one in roster.colleagues(session, referral)}
    assert invite(session, cast, referral, ulla, days=3) is found
    assert not invitations.is_over(found)
    assert [one.account for one in invitations.of_referral(session, referral)] == [ulla]
    assert ulla.id in {one.account.id for one in roster.colleagues(session, referral)}


def test_the_history_says_who_was_invited_and_until_when(session: Session, cast: Cast, referral: Referral) -> None:
    found = invite(session, cast, referral, an_outsider(session), days=2)
    row = session.scalars(sa.select(History).where(History.verb == Verb.INVITE_FROM_OUTSIDE)).one()
    last_on = clock.now().date() + timedelta(days=2)
    assert (row.by, row.reason) == (cast.coordinator, f"Ulla Simberg, {last_on.isoformat()}")
    assert found.last_moment < found.ends_at
    invite(session, cast, referral, found.account, days=5)
    assert len(session.scalars(sa.select(Invitation)).all()) == 1


@pytest.mark.parametrize(("days", "wrong"), [(-1, ("last_on",)), (367, ("last_on",))])
def test_an_invitation_ends_within_a_year(
    session: Session, cast: Cast, referral: Referral, days: int, wrong: tuple[str, ...]
) -> None:
    with pytest.raises(Incomplete) as refused:
        invite(session, cast, referral, an_outsider(session), days=days)
    assert refused.value.missing == wrong


def test_who_works_here_is_not_from_outside(session: Session, cast: Cast, referral: Referral) -> None:
    ulla = an_outsider(session)
    assert invitations.could_be_invited(session, referral) == [ulla]
    for account in (cast.teacher, cast.outsider, cast.manager, cast.administrator):
        with pytest.raises(Incomplete) as refused:
            invite(session, cast, referral, account)
        assert refused.value.missing == ("account_id",)
    invite(session, cast, referral, ulla)
    an_action_of(session, cast, referral, ulla)
    organisation.give_roles(session, ulla, {(Role.CONSULTANT, None)}, by=None)
    assert View.OWN_ACTION in sees(referral, ulla)
    organisation.give_roles(session, ulla, {(Role.ASSESSOR, cast.other_school.id)}, by=None)
    assert sees(referral, ulla) == set(), "now they work for another school, and an invitation opens nothing"
    organisation.give_roles(session, ulla, set(), by=None)
    assert sees(referral, ulla) == set(), "it is over for good: whoever wants them back invites them anew"
    assert invitations.is_over(invitations.of_referral(session, referral)[0])
    invite(session, cast, referral, ulla)
    assert View.OWN_ACTION in sees(referral, ulla)


def test_that_a_referral_is_closed_is_told_to_who_had_an_action_in_it_and_to_nobody_else_from_outside(
    session: Session, cast: Cast, referral: Referral
) -> None:
    ulla, mans = an_outsider(session), an_outsider(session, email="mans@klubben.invalid", name="Måns Strand")
    for account in (ulla, mans):
        invite(session, cast, referral, account)
    an_action_of(session, cast, referral, ulla)
    session.expire_all()
    told = {one.address for one in audiences.members_and_reporter(session, referral.history[-1])}
    assert ulla.email in told
    assert mans.email not in told


def left(session: Session, account: Account) -> list[WaitingItem]:
    found = waiting.everything_for(session, account.actor(), today=here.today(session))
    return [one for one in found if one.kind is Waiting.LEFT_ACTION]


def test_an_action_whose_invitation_is_over_waits_for_whoever_is_responsible_until_somebody_else_has_it(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    ulla, idle = an_outsider(session), an_outsider(session, email="mans@klubben.invalid")
    for account in (ulla, idle):
        invite(session, cast, referral, account, days=3)
    last_on = clock.now().date() + timedelta(days=3)
    an_action_of(session, cast, referral, ulla)
    referral.owner = cast.coordinator
    session.flush()
    wednesday.shift(timedelta(days=3))
    assert left(session, cast.coordinator) == []
    wednesday.shift(timedelta(days=1))
    (item,) = left(session, cast.coordinator)
    assert (item.number, item.subject_id, item.waits_since) == (referral.number, ulla.id, last_on)
    assert left(session, cast.head_teacher) == []
    ulla.roles.append(RoleAssignment(role=Role.ASSESSOR, unit=cast.school))
    session.flush()
    assert left(session, cast.coordinator) == [], "they work here by now, and carry it out"
    ulla.roles.clear()
    session.flush()
    leaving.release_member(
        session, referral, by=cast.coordinator.actor(), seen=None, account_id=ulla.id, reason="Inbjudan har gått ut.",
        successor_id=cast.teacher.id,
    )  # fmt: skip
    assert left(session, cast.coordinator) == []
    assert [one.kind for one in worklist.waiting_for(session, cast.teacher.actor(), today=last_on)] == [Waiting.ACTION]


def test_only_a_coordinator_invites_and_only_while_there_is_work(
    session: Session, cast: Cast, referral: Referral
) -> None:
    ulla, last_on = an_outsider(session), clock.now().date()
    for account in (cast.head_teacher, cast.teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            invitations.invite(
                session, referral, by=account.actor(), seen=None, account_id=ulla.id, last_on=last_on
            )  # fmt: skip
    ended = a_referral(session, cast, CLOSED)
    with pytest.raises(WrongStage):
        invite(session, cast, ended, ulla)
