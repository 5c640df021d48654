"""Handing a referral over to another team of the same school: offered, answered and closed to the team before, as to another school."""

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import audiences, queries
from referrals.access import capacities
from referrals.disclosure import hand_over, receivers
from referrals.errors import HasReferrals, NotAllowed, StillTakesChildren
from referrals.models import HandOver, Referral
from referrals.people import organisation
from referrals.queries import Filters, Openness
from referrals.vocabulary import TeamLevel
from tests.people import Cast
from tests.referrals.disclosure import test_hand_over as between_schools
from tests.referrals.disclosure.test_hand_over import PSYCHOSOCIAL, SCHOOLING, offer
from tests.teams import Beside, a_team_beside

referral = between_schools.referral

EVERY = Filters(date(2026, 9, 16), openness=Openness.ALL)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def beside(session: Session, cast: Cast) -> Beside:
    return a_team_beside(session, cast)


def within(session: Session, cast: Cast, referral: Referral, beside: Beside, **values: Any) -> HandOver:
    """Offer it to the other team of the school."""
    return offer(session, cast, referral, to_unit_id=cast.school.id, to_forum_id=beside.forum.id, **values)


def test_a_school_hands_over_to_another_team_of_its_own_as_to_another_school(
    session: Session, cast: Cast, referral: Referral, beside: Beside
) -> None:
    assert receivers.teams_to_offer_to(session, referral) == [beside.forum]
    found = within(session, cast, referral, beside)
    for account, answers in (
        (beside.coordinator, True), (cast.head_teacher, True), (cast.coordinator, False), (beside.member, False), (cast.outsider, False),
    ):  # fmt: skip
        assert hand_over.may_answer(found, account.actor()) is answers, account.name
        assert hand_over.offered_to(session, account.actor()) == ([found] if answers else [])
        if not answers:
            with pytest.raises(NotAllowed):
                hand_over.find(session, found.id, by=account.actor())
    assert capacities(beside.coordinator.actor(), referral.facts()) == frozenset(), "what is offered opens nothing"
    assert {one.address for one in audiences.who_may_take_over(session, found.offered)} == {
        beside.coordinator.email, cast.head_teacher.email,
    }  # fmt: skip
    taken = hand_over.accept_hand_over(session, found, by=beside.coordinator.actor())
    assert (taken.unit, taken.forum, taken.owner) == (cast.school, beside.forum, beside.coordinator)
    names = "Lindskolan, HTL-team Linden", "Lindskolan, Trivselsforum Söder"
    assert (taken.unit_id, found.from_name, found.to_name) == (cast.school.id, *names)
    package = hand_over.received(session, taken).package  # type: ignore[union-attr]
    assert (package["from_unit"], package["to_unit"]) == names
    assert SCHOOLING in repr(package)
    assert PSYCHOSOCIAL not in repr(package), "no consent to this kind"
    for account in (cast.coordinator, cast.second_coordinator, cast.teacher, cast.counsellor):
        assert capacities(account.actor(), taken.facts()) == frozenset(), account.name
        assert capacities(account.actor(), referral.facts()) == frozenset(), account.name
        assert queries.listing(session, account.actor(), EVERY).rows == []
    assert hand_over.offered_by(session, cast.coordinator.actor()) == [found]
    assert queries.listing(session, beside.coordinator.actor(), EVERY).rows == [taken]
    assert queries.listing(session, cast.head_teacher.actor(), EVERY).rows == [taken]


def test_the_team_beside_declines_or_hands_it_back_to_the_first(
    session: Session, cast: Cast, referral: Referral, beside: Beside
) -> None:
    found = within(session, cast, referral, beside)
    hand_over.decline_hand_over(session, found, by=beside.coordinator.actor(), reason="Full.")
    assert capacities(cast.coordinator.actor(), referral.facts())
    taken = hand_over.accept_hand_over(session, within(session, cast, referral, beside), by=cast.head_teacher.actor())
    assert taken.owner is None
    assert receivers.teams_to_offer_to(session, taken) == [cast.forum]
    assert receivers.can_take(session, taken, unit_id=cast.school.id, forum_id=None)
    assert not receivers.can_take(session, taken, unit_id=cast.school.id, forum_id=beside.forum.id)
    assert not receivers.can_take(session, taken, unit_id=cast.other_school.id, forum_id=beside.forum.id)
    cast.school.takes_part = False
    assert receivers.teams_to_offer_to(session, taken) == []


def test_a_team_that_is_offered_a_referral_stays_and_goes_on_taking_children(
    session: Session, cast: Cast, referral: Referral, beside: Beside
) -> None:
    within(session, cast, referral, beside)
    with pytest.raises(HasReferrals):
        organisation.change(session, cast.school, by=cast.administrator.actor(), other_teams=[])
    with pytest.raises(StillTakesChildren):
        organisation.change(session, beside.forum, by=cast.administrator.actor(), level=TeamLevel.STAFF)
