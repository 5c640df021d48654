"""A pupil who has come of age decides themself: what guardians allowed ends, nothing new goes to them, and their pages are shut."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import clock, consent
from referrals.access import SYSTEM
from referrals.consent import ConsentGiven
from referrals.disclosure import coverage
from referrals.errors import NotAllowed
from referrals.guardians import guardian_access
from referrals.models import Account, Guardian, Referral
from referrals.papers import readers
from referrals.reminders import digest, waiting
from referrals.stages import CLOSED, PLAN_ACTIVE
from referrals.vocabulary import ConsentAnswer, ConsentForm, Custody, InformationCategory, Recipient, SchoolYear, WhyNot
from referrals.work.waiting_items import Waiting
from tests.factories import a_consent, a_guardian, a_referral
from tests.people import Cast

#: eighteen on the Wednesday of the tests
BORN = "2008-09-16"
TODAY = date(2026, 9, 16)


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


@pytest.mark.parametrize(
    ("born", "deciding"),
    [
        ("2008-09-16", {Custody.SELF}),
        ("2008-09-17", {Custody.JOINT, Custody.SOLE}),
        ("2008-02-29", {Custody.SELF}),
        (None, {Custody.JOINT, Custody.SOLE, Custody.SELF}),
    ],
)
def test_from_eighteen_nobody_decides_but_the_pupil(
    session: Session, cast: Cast, born: str | None, deciding: set[Custody]
) -> None:
    referral = a_referral(session, cast, child_birth_date=born)
    for custody in Custody:
        a_guardian(session, referral, custody=custody)
    assert {one.custody for one in coverage.deciding_guardians(session, referral)} == deciding


def test_the_day_is_the_first_of_march_for_who_was_born_on_the_day_between(session: Session, cast: Cast) -> None:
    assert a_referral(session, cast, child_birth_date="2008-02-29").of_age_on == date(2026, 3, 1)


def born_to_be_of_age_tomorrow(session: Session, cast: Cast) -> tuple[Referral, Guardian]:
    tomorrow = (TODAY + timedelta(days=1)).replace(year=2008).isoformat()
    referral = a_referral(session, cast, PLAN_ACTIVE, child_birth_date=tomorrow, owner_id=cast.coordinator.id)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    a_consent(
        session, guardian, by=cast.coordinator, categories=[*InformationCategory], recipients=["health_care"],
        until_on=TODAY + timedelta(days=200),
    )  # fmt: skip
    return referral, guardian


def test_on_that_day_what_guardians_allowed_ends_and_their_pages_are_shut(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, guardian = born_to_be_of_age_tomorrow(session, cast)
    ids = [str(guardian.consents[-1].id)]

    def ended() -> date | None:
        today = clock.now().date()
        return coverage.ended_on(session, ids, Recipient.HEALTH_CARE, categories=["schooling"], today=today)

    def covered() -> coverage.Cover:
        return coverage.cover(session, referral, Recipient.HEALTH_CARE, on=clock.now().date())

    assert covered().is_covered
    assert ended() is None
    assert guardian_access.may_have_page(guardian)
    assert [one.key for one in readers.guardians_to_reach(session, referral)] == [f"guardian:{guardian.id}"]
    wednesday.shift(timedelta(days=1))
    assert covered().why_not is WhyNot.NOBODY_DECIDES
    assert ended() == TODAY + timedelta(days=1)
    assert not guardian_access.may_have_page(guardian)
    assert (
        readers.guardians_to_reach(session, referral) == readers.guardians_told_by(session, referral, clock.now()) == []
    )
    assert not coverage.are_informed(session, referral)
    with pytest.raises(NotAllowed):
        answer(session, cast, referral, guardian)


def answer(session: Session, cast: Cast, referral: Referral, guardian: Guardian) -> None:
    given = ConsentGiven(
        answer=ConsentAnswer.PARTIAL, form=ConsentForm.WRITTEN, categories=[InformationCategory.SCHOOLING],
        recipients=[Recipient.HEALTH_CARE], purpose="Hjälpas åt.", from_on=clock.now().date(), until_on=clock.now().date(),
    )  # fmt: skip
    consent.record_consent(session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian, consent=given)


def test_the_pupil_is_told_and_allows_for_themself(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, guardian = born_to_be_of_age_tomorrow(session, cast)
    wednesday.shift(timedelta(days=1))
    pupil = a_guardian(session, referral, custody=Custody.SELF, told_by=cast.coordinator, name="Mila Testsson")
    assert coverage.are_informed(session, referral), "what the guardian knew does not matter any more"
    answer(session, cast, referral, pupil)
    today, kinds = clock.now().date(), [InformationCategory.SCHOOLING]
    assert coverage.covers(session, referral, Recipient.HEALTH_CARE, on=today, categories=kinds)
    assert [one.key for one in readers.guardians_told_by(session, referral, clock.now())] == [f"guardian:{pupil.id}"]
    assert guardian_access.may_have_page(pupil)
    assert not guardian_access.may_have_page(guardian)


def lines(session: Session, *people: Account) -> list[list[tuple[Waiting, date | None]]]:
    """What waits about consent and who decides, for each of them."""
    asked, today = (Waiting.OF_AGE, Waiting.CONSENT), clock.now().date()
    found = (waiting.everything_for(session, one.actor(), today=today) for one in people)
    return [[(one.kind, one.waits_since) for one in items if one.kind in asked] for items in found]


def test_who_coordinates_reads_it_on_that_day_until_the_pupil_is_recorded_and_is_no_longer_to_ask_the_guardians(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, guardian = born_to_be_of_age_tomorrow(session, cast)
    referral.school_year = SchoolYear.UPPER_SECONDARY
    guardian.consents[-1].until_on = TODAY + timedelta(days=7)
    session.flush()
    there = cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.outsider
    assert lines(session, *there) == [[(Waiting.CONSENT, None)], [], [], []]
    assert consent.due_for_reminder(session, clock.now().date()) == [referral]
    wednesday.shift(timedelta(days=1))
    assert lines(session, *there) == [[(Waiting.OF_AGE, TODAY + timedelta(days=1))], [], [], []]
    assert consent.due_for_reminder(session, clock.now().date()) == []
    assert consent.remind_of_consent(session, referral, by=SYSTEM) is None
    cast.coordinator.language = "en"
    ((said, _way),) = digest._due(session, cast.coordinator, clock.now().date()).own
    assert said == f"{referral.number}: Record who decides from now on, tell and ask them (since 17 Sept 2026)"
    pupil = a_guardian(session, referral, custody=Custody.SELF, told_by=cast.coordinator)
    assert lines(session, *there) == [[], [], [], []]
    a_consent(session, pupil, by=cast.coordinator, until_on=TODAY + timedelta(days=7))
    assert lines(session, cast.coordinator) == [[(Waiting.CONSENT, None)]]
    assert consent.due_for_reminder(session, clock.now().date()) == [referral]


@pytest.mark.parametrize("changed", ["year", "closed", "not known"])
def test_of_children_who_cannot_be_of_age_and_of_what_has_ended_nobody_is_told(
    session: Session, cast: Cast, wednesday: time_machine.Traveller, changed: str
) -> None:
    referral, _guardian = born_to_be_of_age_tomorrow(session, cast)
    wednesday.shift(timedelta(days=1))
    referral.school_year = SchoolYear.YEAR_4 if changed == "year" else None
    if changed == "closed":
        referral.stage, referral.status, referral.is_open = CLOSED.stage, CLOSED.status, False
    if changed == "not known":
        referral.child_birth_date = None
    session.flush()
    assert lines(session, cast.coordinator) == [[]]
