"""What the guardians' information and consent cover."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from referrals import clock
from referrals.disclosure import coverage
from referrals.models import Consent, Guardian, Referral
from referrals.stages import IN_CONSENT
from referrals.vocabulary import About, ConsentAnswer, ConsentForm, Custody, InformationCategory, Recipient, WhyNot
from tests.factories import a_guardian, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
SOCIAL = Recipient.SOCIAL_SERVICES
SCHOOLING, FAMILY = InformationCategory.SCHOOLING, InformationCategory.FAMILY


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    return a_referral(session, cast, IN_CONSENT)


def test_the_own_staff_needs_no_consent(session: Session, referral: Referral) -> None:
    assert coverage.covers(session, referral, Recipient.OWN_STAFF, on=TODAY)


@pytest.mark.parametrize(
    ("custodies", "born", "is_there"),
    [
        ([], None, True),
        ([Custody.SOLE], None, False),
        ([Custody.SOLE, Custody.OTHER], None, False),
        ([Custody.JOINT], None, True),
        ([Custody.JOINT, Custody.JOINT], None, True),
        ([Custody.SOLE, Custody.SOLE], None, True),
        ([Custody.SELF], None, False),
        # without a birth date the pupil and the parents all decide
        ([Custody.JOINT, Custody.JOINT, Custody.SELF], None, True),
        ([Custody.SOLE, Custody.SELF], None, True),
        ([Custody.JOINT, Custody.JOINT, Custody.SELF], "2008-09-01", False),
        ([Custody.JOINT, Custody.JOINT, Custody.SELF], "2016-09-01", True),
        ([Custody.SOLE, Custody.SELF], "2016-09-01", False),
    ],
)
def test_guardians_are_asked_about_another_one_only_where_there_is_one(
    session: Session, referral: Referral, custodies: list[Custody], born: str | None, is_there: bool
) -> None:
    referral.child_birth_date = born
    for custody in custodies:
        a_guardian(session, referral, custody=custody)
    asked = coverage.asked_of(session, referral)
    assert (Recipient.OTHER_GUARDIAN in asked, Recipient.SOCIAL_SERVICES in asked) == (is_there, True)
    assert Recipient.OWN_STAFF not in asked


def test_another_service_is_not_covered_while_no_guardian_is_known(session: Session, referral: Referral) -> None:
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY)


def test_both_guardians_with_custody_must_allow_it(session: Session, cast: Cast, referral: Referral) -> None:
    one, other = two_guardians(session, referral)
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
    assert coverage.covers(session, referral, SOCIAL, on=TODAY, categories=[SCHOOLING])
    assert not coverage.covers(session, referral, SOCIAL, on=TODAY, categories=[SCHOOLING, FAMILY])


def test_services_are_covered_by_what_all_guardians_allow_and_on_the_days_they_allow_it(
    session: Session, cast: Cast, referral: Referral
) -> None:
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF}
    one, other = two_guardians(session, referral)
    given = allow(session, cast, one)
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF}
    allow(session, cast, other)
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF, SOCIAL}
    assert coverage.services_covered(session, referral, on=given.until_on + timedelta(days=1)) == {Recipient.OWN_STAFF}


def test_guardians_whose_answers_have_no_kind_in_common_cover_no_service(
    session: Session, cast: Cast, referral: Referral
) -> None:
    allow(session, cast, a_guardian(session, referral))
    allow(session, cast, a_guardian(session, referral), categories=["family"])
    assert coverage.services_covered(session, referral, on=TODAY) == {Recipient.OWN_STAFF}


def test_the_narrower_of_two_answers_wins_in_kinds_recipients_and_days(
    session: Session, cast: Cast, referral: Referral
) -> None:
    one, other = two_guardians(session, referral)
    wide = allow(session, cast, one, categories=["schooling", "family"], recipients=["social_services", "leisure"])
    narrow = allow(session, cast, other, until_on=TODAY + timedelta(days=5))
    found = coverage.cover(session, referral, SOCIAL, on=TODAY, categories=[SCHOOLING])
    assert (found.is_covered, found.until_on, found.consents) == (True, narrow.until_on, (wide, narrow))
    assert why_not(session, referral, SOCIAL, [FAMILY]) == (WhyNot.OTHER_KIND, other)
    assert why_not(session, referral, Recipient.LEISURE, [SCHOOLING]) == (WhyNot.OTHER_RECIPIENT, other)
    late = coverage.cover(session, referral, SOCIAL, on=TODAY + timedelta(days=6), categories=[SCHOOLING])
    assert (late.why_not, late.guardian) == (WhyNot.EXPIRED, other)


def test_what_is_not_covered_says_why(session: Session, cast: Cast, referral: Referral, wednesday) -> None:
    assert why_not(session, referral, SOCIAL) == (WhyNot.NOBODY_DECIDES, None)
    one, other = two_guardians(session, referral)
    assert why_not(session, referral, SOCIAL) == (WhyNot.NOT_ASKED, one)
    given = allow(session, cast, one, from_on=TODAY + timedelta(days=2))
    assert why_not(session, referral, SOCIAL) == (WhyNot.NOT_BEGUN, one)
    given.from_on = TODAY
    assert why_not(session, referral, SOCIAL) == (WhyNot.OTHER_NOT_ANSWERED, other)
    wednesday.shift(timedelta(hours=1))
    allow(session, cast, other, answer=ConsentAnswer.REFUSED)
    assert why_not(session, referral, SOCIAL) == (WhyNot.REFUSED, other)
    given.withdrawn_at = clock.now()
    assert why_not(session, referral, SOCIAL) == (WhyNot.WITHDRAWN, one)


def test_what_is_about_a_guardian_only_that_guardian_lets_go(session: Session, cast: Cast, referral: Referral) -> None:
    one, other = two_guardians(session, referral)
    allow(session, cast, one, categories=["family"], recipients=["social_services", "other_guardian"])

    def about(whom: Guardian | None, recipient: Recipient = SOCIAL) -> coverage.Cover:
        return coverage.cover(
            session, referral, recipient, on=TODAY, categories=[FAMILY], about=About.GUARDIAN, guardian=whom
        )

    assert about(one).is_covered
    assert about(one, Recipient.OTHER_GUARDIAN).is_covered
    assert (about(other).why_not, about(other).guardian) == (WhyNot.NOT_ASKED, other)
    assert about(None).why_not is WhyNot.OTHER_NOT_ANSWERED


def test_of_the_child_guardians_keep_nothing_from_each_other(session: Session, referral: Referral) -> None:
    assert coverage.cover(session, referral, Recipient.OTHER_GUARDIAN, on=TODAY, categories=[FAMILY]).is_covered


def test_nobody_here_lifts_the_secrecy_about_a_sibling(session: Session, cast: Cast, referral: Referral) -> None:
    allow(session, cast, a_guardian(session, referral, custody=Custody.SOLE), categories=["family"])
    found = coverage.cover(session, referral, SOCIAL, on=TODAY, categories=[FAMILY], about=About.SIBLING)
    assert found.why_not is WhyNot.ABOUT_SIBLING


def test_the_table_says_of_every_recipient_and_kind_what_holds(
    session: Session, cast: Cast, referral: Referral
) -> None:
    allow(session, cast, a_guardian(session, referral, custody=Custody.SOLE))
    whole = coverage.table(session, referral, recipients=[SOCIAL, Recipient.LEISURE], on=TODAY)
    assert [kind for kind, one in whole[SOCIAL].items() if one.is_covered] == [SCHOOLING]
    assert {one.why_not for one in whole[Recipient.LEISURE].values()} == {WhyNot.OTHER_RECIPIENT}


def test_a_lapse_names_the_first_day_without_consent_and_why(session: Session, cast: Cast, referral: Referral) -> None:
    one, other = two_guardians(session, referral)
    first = allow(session, cast, one)
    allow(session, cast, other, recipients=["leisure"])
    assert lapse(session, referral, until=first.until_on) is None
    found = lapse(session, referral, until=first.until_on + timedelta(days=1))
    assert found == coverage.Lapse(first.until_on + timedelta(days=1), WhyNot.EXPIRED, one)
    first.withdrawn_at = clock.now() + timedelta(days=3)
    found = lapse(session, referral, until=first.until_on)
    assert found == coverage.Lapse(TODAY + timedelta(days=3), WhyNot.WITHDRAWN, one)


def test_another_answer_ends_a_consent_only_where_it_reaches_less_far(
    session: Session, cast: Cast, referral: Referral, wednesday
) -> None:
    guardian = a_guardian(session, referral)
    allow(session, cast, guardian, until_on=TODAY + timedelta(days=1))
    wednesday.shift(timedelta(days=1))
    renewed = allow(session, cast, guardian, from_on=TODAY + timedelta(days=1))
    month = TODAY + timedelta(days=29)
    assert lapse(session, referral, until=month) is None
    renewed.from_on = TODAY + timedelta(days=10)
    assert lapse(session, referral, until=month) == coverage.Lapse(TODAY + timedelta(days=2), WhyNot.EXPIRED, guardian)
    renewed.from_on = TODAY
    wednesday.shift(timedelta(days=1))
    third = allow(session, cast, guardian, recipients=["leisure"])
    ended_on = TODAY + timedelta(days=2)
    assert lapse(session, referral, until=month) == coverage.Lapse(ended_on, WhyNot.OTHER_RECIPIENT, guardian)
    third.answer, third.recipients = ConsentAnswer.REFUSED, []
    assert lapse(session, referral, until=month) == coverage.Lapse(ended_on, WhyNot.REFUSED, guardian)


def test_an_answer_has_ended_since_the_day_from_which_the_newest_one_no_longer_reaches_as_far(
    session: Session, cast: Cast, referral: Referral, wednesday
) -> None:
    def ended_on() -> date | None:
        ids, today = [str(first.id)], clock.now().date()
        return coverage.ended_on(session, ids, SOCIAL, categories=["schooling"], today=today)

    guardian = a_guardian(session, referral)
    first = allow(session, cast, guardian, until_on=TODAY + timedelta(days=3))
    assert ended_on() is None
    wednesday.shift(timedelta(days=2))
    renewed = allow(session, cast, guardian, from_on=TODAY + timedelta(days=2))
    wednesday.shift(timedelta(days=5))
    assert ended_on() is None, "the renewed one reaches as far"
    renewed.from_on = TODAY + timedelta(days=6)
    assert ended_on() is None, "it does again"
    narrower = allow(session, cast, guardian, categories=["attendance"], from_on=TODAY + timedelta(days=7))
    assert ended_on() == TODAY + timedelta(days=7)
    narrower.answer, narrower.categories, narrower.recipients = ConsentAnswer.REFUSED, [], []
    assert ended_on() == TODAY + timedelta(days=7)
    narrower.withdrawn_at = clock.now()
    assert ended_on() == TODAY + timedelta(days=7)


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


def why_not(
    session: Session, referral: Referral, recipient: Recipient, kinds: list[InformationCategory] | None = None
) -> tuple[WhyNot | None, Guardian | None]:
    found = coverage.cover(session, referral, recipient, on=TODAY, categories=kinds or [])
    return found.why_not, found.guardian


def lapse(session: Session, referral: Referral, until: date) -> coverage.Lapse | None:
    return coverage.lapse(session, referral, SOCIAL, since=TODAY, until=until)


def two_guardians(session: Session, referral: Referral) -> tuple[Guardian, Guardian]:
    """One recorded after the other, so that their order is certain."""
    later = clock.now() + timedelta(minutes=1)
    return a_guardian(session, referral), a_guardian(session, referral, recorded_at=later)


def allow(session: Session, cast: Cast, guardian: Guardian, **values: Any) -> Consent:
    row = Consent(
        referral=guardian.referral, guardian=guardian,
        **{
            "answer": ConsentAnswer.FULL, "form": ConsentForm.ORAL, "categories": ["schooling"], "recipients": ["social_services"],
            "from_on": TODAY, "until_on": TODAY + timedelta(days=30), "at": clock.now(), "by_id": cast.coordinator.id,
        }
        | values,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
