"""What the guardians' information and consent cover."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from referrals import clock, coverage
from referrals.models import Consent, Guardian, Referral
from referrals.stages import IN_CONSENT
from referrals.vocabulary import ConsentAnswer, ConsentForm, Custody, InformationCategory, Recipient
from tests.factories import a_guardian, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
SOCIAL = Recipient.SOCIAL_SERVICES


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    return a_referral(session, cast, IN_CONSENT)


def test_the_own_staff_needs_no_consent(session: Session, referral: Referral) -> None:
    assert coverage.covers(session, referral, Recipient.OWN_STAFF, on=TODAY)


def test_another_service_is_not_covered_while_no_guardian_is_known(session: Session, referral: Referral) -> None:
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY)


def test_both_guardians_with_custody_must_allow_it(session: Session, cast: Cast, referral: Referral) -> None:
    one, other = a_guardian(session, referral), a_guardian(session, referral)
    allow(session, cast, one)
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY)
    allow(session, cast, other)
    assert coverage.covers(session, referral, SOCIAL, on=TODAY)


def test_an_adult_without_custody_decides_nothing(session: Session, cast: Cast, referral: Referral) -> None:
    allow(session, cast, a_guardian(session, referral, custody=Custody.OTHER))
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY)
    allow(session, cast, a_guardian(session, referral))
    assert coverage.covers(session, referral, SOCIAL, on=TODAY)


def test_only_the_newest_answer_counts(session: Session, cast: Cast, referral: Referral, wednesday) -> None:
    guardian = a_guardian(session, referral)
    allow(session, cast, guardian)
    wednesday.shift(timedelta(hours=1))
    allow(session, cast, guardian, answer=ConsentAnswer.REFUSED)
    assert coverage.newest_answer(guardian).answer is ConsentAnswer.REFUSED
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY)


def test_consent_reaches_its_recipients_its_time_and_no_further(
    session: Session, cast: Cast, referral: Referral
) -> None:
    given = allow(session, cast, a_guardian(session, referral))
    assert not coverage.covers(session, referral, Recipient.HEALTH_CARE, on=TODAY)
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY - timedelta(days=1))
    assert not coverage.covers(session, referral, SOCIAL, on=given.until_on + timedelta(days=1))
    given.withdrawn_at = clock.now()
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY)


def test_consent_reaches_the_kinds_of_information_it_names(session: Session, cast: Cast, referral: Referral) -> None:
    allow(session, cast, a_guardian(session, referral))
    schooling, family = InformationCategory.SCHOOLING, InformationCategory.FAMILY
    assert coverage.covers(session, referral, SOCIAL, on=TODAY, categories=[schooling])
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY, categories=[schooling, family])


def test_services_are_covered_by_what_all_guardians_allow_and_on_the_days_they_allow_it(
    session: Session, cast: Cast, referral: Referral
) -> None:
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF}
    one, other = a_guardian(session, referral), a_guardian(session, referral)
    given = allow(session, cast, one)
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF}
    allow(session, cast, other)
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF, SOCIAL}
    assert coverage.services_covered(session, referral, on=given.until_on + timedelta(days=1)) == {Recipient.OWN_STAFF}


def test_guardians_whose_answers_have_no_kind_in_common_cover_no_service(
    session: Session, cast: Cast, referral: Referral
) -> None:
    allow(session, cast, a_guardian(session, referral))
    allow(session, cast, a_guardian(session, referral)).categories = ["family"]
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF}


def test_informed_means_everybody_with_custody_and_somebody_at_all(
    session: Session, cast: Cast, referral: Referral
) -> None:
    assert not coverage.are_informed(session, referral)
    a_guardian(session, referral, custody=Custody.OTHER)
    assert not coverage.are_informed(session, referral)
    a_guardian(session, referral, told_by=cast.coordinator)
    assert coverage.are_informed(session, referral)
    a_guardian(session, referral)
    assert not coverage.are_informed(session, referral)


def allow(session: Session, cast: Cast, guardian: Guardian, answer: ConsentAnswer = ConsentAnswer.FULL) -> Consent:
    row = Consent(
        referral=guardian.referral, guardian=guardian, answer=answer, form=ConsentForm.ORAL, categories=["schooling"],
        recipients=["social_services"], from_on=TODAY, until_on=TODAY + timedelta(days=30), at=clock.now(),
        by_id=cast.coordinator.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
