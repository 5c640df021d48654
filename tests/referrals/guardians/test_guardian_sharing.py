"""What a guardian reads of what was shared: on consent, or reviewed; nothing of the other guardian's, nothing that was written."""

from datetime import timedelta

import pytest

from referrals import clock
from referrals.disclosure import coverage, pieces, sharing
from referrals.disclosure.sharing import Sharing
from referrals.guardians import guardian_sharing
from referrals.models import CONSENT
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import About, InformationCategory, PartStatus, PieceKind, PlanStatus, Recipient, Review
from tests.factories import a_consent, a_guardian, a_part, a_plan, a_referral

pytestmark = pytest.mark.usefixtures("wednesday")

BY_CONSENT = Sharing(recipient=Recipient.SOCIAL_SERVICES, to_whom="Mottagningsgruppen", purpose="Hjälpas åt.")
TO_POLICE = Sharing(
    recipient=Recipient.POLICE, to_whom="Närpolisen", purpose="Stoppa hot.", ground="crime_prevention",
    reason="Hot mot flera elever.", why_not_told="Utredningen störs.",
)  # fmt: skip


@pytest.fixture
def referral(session, cast):
    return a_referral(session, cast, PLAN_ACTIVE)


@pytest.fixture
def omar(session, cast, referral, maja):
    later = clock.now() + timedelta(minutes=1)
    return a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson", recorded_at=later)


@pytest.fixture
def lay_part(session, cast, referral):
    """Lays a part that is in."""

    def lay(**values):
        return a_part(
            session, referral, cast.special_educator, asked_by=cast.coordinator, status=PartStatus.RECEIVED,
            received_at=clock.now(), conclusion="Läser långsamt.", **values,
        )  # fmt: skip

    return lay


def share(session, referral, by, what, kind=PieceKind.PART):
    chosen = [piece for piece in pieces.shareable(session, referral) if piece.kind is kind]
    return sharing.share_information(session, referral, by=by.actor(), seen=None, chosen=chosen, sharing=what)


def allow(session, cast, referral, **values):
    return [
        a_consent(session, each, by=cast.coordinator, **values) for each in coverage.guardians_of(session, referral)
    ]


def test_both_guardians_read_what_went_on_their_consent_and_whether_it_has_ended(
    session, cast, referral, maja, omar, lay_part
):
    lay_part()
    given = allow(session, cast, referral)
    share(session, referral, cast.coordinator, BY_CONSENT)
    for guardian in (maja, omar):
        (one,) = guardian_sharing.shared_for(session, guardian)
        assert (one.kind, one.recipient, one.ground) == (PieceKind.PART, Recipient.SOCIAL_SERVICES, CONSENT)
        assert (one.categories, one.at, one.ended_on) == ((InformationCategory.SCHOOLING,), clock.now(), None)
    given[1].withdrawn_at = clock.now()
    assert guardian_sharing.shared_for(session, maja)[0].ended_on == clock.now().date()


def test_what_went_without_consent_is_there_once_somebody_has_reviewed_it(session, cast, referral, maja, lay_part):
    lay_part()
    (row,) = share(session, referral, cast.coordinator, TO_POLICE)
    assert guardian_sharing.shared_for(session, maja) == []
    sharing.review_sharing(
        session, referral, by=cast.head_teacher.actor(), seen=None, disclosure=row, outcome=Review.KEPT_OUT, reason="Fara."
    )  # fmt: skip
    assert guardian_sharing.shared_for(session, maja) == []
    sharing.review_sharing(
        session, referral, by=cast.head_teacher.actor(), seen=None, disclosure=row, outcome=Review.CLEARED, reason="Över."
    )  # fmt: skip
    assert [one.ground for one in guardian_sharing.shared_for(session, maja)] == ["crime_prevention"]


def test_what_they_knew_of_already_does_not_vanish_when_the_same_goes_to_the_police(
    session, cast, referral, maja, lay_part
):
    lay_part()
    allow(session, cast, referral)
    share(session, referral, cast.coordinator, BY_CONSENT)
    share(session, referral, cast.coordinator, TO_POLICE)
    assert [one.ground for one in guardian_sharing.shared_for(session, maja)] == [CONSENT]


def test_nothing_is_told_of_what_is_about_the_other_guardian(session, cast, referral, maja, omar, lay_part):
    lay_part(about=About.GUARDIAN, about_guardian_id=omar.id)
    allow(session, cast, referral)
    share(session, referral, cast.coordinator, BY_CONSENT)
    assert guardian_sharing.shared_for(session, maja) == []
    assert len(guardian_sharing.shared_for(session, omar)) == 1


def test_of_a_plan_with_something_about_the_other_guardian_no_kinds_are_told(session, cast, referral, maja, omar):
    plan = a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now())
    plan.goals[0].about, plan.goals[0].about_guardian_id = About.GUARDIAN, omar.id
    allow(session, cast, referral, categories=[*InformationCategory])
    share(session, referral, cast.coordinator, BY_CONSENT, PieceKind.PLAN)
    assert [(one.kind, one.categories) for one in guardian_sharing.shared_for(session, maja)] == [(PieceKind.PLAN, ())]
    assert guardian_sharing.shared_for(session, omar)[0].categories


def test_before_a_withdrawal_stands_what_rested_on_this_answer(session, cast, referral, maja, lay_part):
    lay_part()
    assert guardian_sharing.resting_on(session, maja) == []
    allow(session, cast, referral)
    share(session, referral, cast.coordinator, BY_CONSENT)
    assert len(guardian_sharing.resting_on(session, maja)) == 1
    a_consent(session, maja, by=cast.coordinator, at=clock.now() + timedelta(minutes=1))
    assert guardian_sharing.resting_on(session, maja) == []
