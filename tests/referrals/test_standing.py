"""What access learns of one referral from its rows: members, owner, consent in force, who acts."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from referrals import clock, standing
from referrals.access import View, may_view, parties
from referrals.models import Referral, TeamMeeting, Unit
from referrals.stages import CLOSED, PLAN_ACTIVE
from referrals.vocabulary import (
    InformationCategory,
    PlanStatus,
    Recipient,
    SchoolForm,
    Standing,
)
from tests.factories import a_member, a_plan, a_referral, consented
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")


def test_consent_opens_the_referral_to_another_service_and_its_end_closes_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    social = a_member(session, referral, cast.social_worker).actor()
    assert not may_view(View.REFERRAL, social, referral.facts())
    given = consented(session, referral, cast)
    assert may_view(View.REFERRAL, social, referral.facts())
    given.withdrawn_at = clock.now()
    assert not may_view(View.REFERRAL, social, referral.facts())


def test_a_consent_that_has_expired_closes_it_by_itself(session: Session, cast: Cast, wednesday) -> None:
    referral = a_referral(session, cast)
    social = a_member(session, referral, cast.social_worker).actor()
    consented(session, referral, cast, until_on=clock.now().date())
    assert may_view(View.REFERRAL, social, referral.facts())
    wednesday.shift(timedelta(days=1))
    assert not may_view(View.REFERRAL, social, referral.facts())


def test_consent_is_counted_by_the_kinds_it_names(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    consented(session, referral, cast, categories=["schooling"], recipients=["leisure"])
    reach = referral.facts().reach
    assert reach(Recipient.LEISURE) == {InformationCategory.SCHOOLING}
    assert reach(Recipient.SOCIAL_SERVICES) == frozenset()


def test_leisure_staff_are_own_staff_where_leisure_is_the_unit(session: Session, cast: Cast) -> None:
    cast.school.school_form = SchoolForm.LEISURE
    referral = a_referral(session, cast)
    assert may_view(View.REFERRAL, a_member(session, referral, cast.leisure_worker).actor(), referral.facts())


def test_whoever_is_called_or_answers_for_an_action_acts(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    facts = referral.facts()
    assert not facts.is_acting(cast.teacher.id)
    plan = a_plan(session, referral, author=cast.teacher)
    assert not facts.is_acting(cast.teacher.id)
    plan.status = PlanStatus.ACTIVE
    session.flush()
    assert facts.is_acting(cast.teacher.id)
    assert facts.owns_action(cast.teacher.id)
    session.add(
        TeamMeeting(
            referral=referral, number=1, starts_at=clock.now(), minutes=60, place="Rum 12", called_by_id=cast.coordinator.id,
            called=[str(cast.counsellor.id)], guardians_invited=[],
        )
    )  # fmt: skip
    session.flush()
    assert facts.is_acting(cast.counsellor.id)
    assert not facts.owns_action(cast.counsellor.id)


def test_an_action_of_a_referral_that_has_ended_opens_nothing(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, CLOSED)
    a_plan(session, referral, author=cast.leisure_worker, status=PlanStatus.ACTIVE)
    assert not referral.facts().owns_action(cast.leisure_worker.id)


def test_only_somebody_who_can_still_act_counts_as_owner(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    assert not referral.facts().has_owner()
    referral.owner = cast.coordinator
    assert referral.facts().has_owner()
    cast.coordinator.is_active = False
    assert not referral.facts().has_owner()
    referral.owner = cast.outsider
    assert not referral.facts().has_owner()
    a_member(session, referral, cast.outsider)
    referral.memberships[0].standing = Standing.STANDS_IN
    assert referral.facts().has_owner()
    assert parties(cast.outsider.actor(), referral.facts())


def test_without_a_database_nothing_opens_that_depends_on_its_rows(cast: Cast) -> None:
    unit = Unit(id=uuid.uuid4(), school_form=SchoolForm.COMPULSORY)
    referral = Referral(unit=unit, unit_id=unit.id, rulepack="se-2026-07")
    facts = standing.facts_of(referral)
    assert facts.reach(Recipient.LEISURE) == frozenset()
    assert not facts.is_acting(cast.teacher.id)
