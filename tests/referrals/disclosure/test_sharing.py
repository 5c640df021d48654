"""Sharing with another service: on consent or on a named ground, told to guardians, and reviewed before they read of it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.disclosure import pieces, sharing
from referrals.disclosure.sharing import Sharing
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, NotCovered, WrongStage
from referrals.models import CONSENT, Account, AuditEvent, Disclosure, Referral, What
from referrals.stages import CLOSED, PLAN_ACTIVE, WITHDRAWN, State, Verb
from referrals.vocabulary import Compartment, PartStatus, Recipient, Review
from tests.factories import a_consent, a_guardian, a_part, a_referral
from tests.people import Cast

TODAY = date(2026, 9, 16)
BY_CONSENT = Sharing(recipient=Recipient.SOCIAL_SERVICES, to_whom=" Mottagningsgruppen ", purpose=" Hjälpas åt. ")
AGAINST_CRIME = Sharing(
    recipient=Recipient.POLICE, to_whom="Närpolisen", purpose="Stoppa hot.", ground="crime_prevention",
    reason="Hot mot flera elever.", why_not_told="Utredningen störs.",
)  # fmt: skip


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    """A referral with two guardians, of whom nobody has answered, and one part that is in."""
    made = with_part(session, cast, PLAN_ACTIVE)
    later = clock.now() + timedelta(minutes=1)
    a_guardian(session, made)
    a_guardian(session, made, name="Omar Testsson", recorded_at=later)
    return made


def with_part(session: Session, cast: Cast, state: State) -> Referral:
    made = a_referral(session, cast, state)
    a_part(
        session, made, cast.special_educator, asked_by=cast.coordinator, status=PartStatus.RECEIVED,
        received_at=clock.now(), conclusion="Läser långsamt.",
    )  # fmt: skip
    return made


def allow(session: Session, cast: Cast, referral: Referral, **values: Any) -> list[Any]:
    return [a_consent(session, each, by=cast.coordinator, **values) for each in guardians(session, referral)]


def guardians(session: Session, referral: Referral) -> Any:
    return pieces.coverage.guardians_of(session, referral)


def share(
    session: Session, referral: Referral, by: Account, what: Sharing = BY_CONSENT, *, seen: int | None = None
) -> list[Disclosure]:
    chosen = pieces.shareable(session, referral)
    return sharing.share_information(session, referral, by=by.actor(), seen=seen, chosen=chosen, sharing=what)


def test_what_goes_on_consent_says_what_to_whom_why_and_on_which_consents(
    session: Session, cast: Cast, referral: Referral
) -> None:
    given = allow(session, cast, referral)
    (row,) = share(session, referral, cast.coordinator)
    assert (row.recipient, row.to_whom, row.purpose) == (Recipient.SOCIAL_SERVICES, "Mottagningsgruppen", "Hjälpas åt.")
    assert (row.ground, set(row.consent_ids)) == (CONSENT, {str(each.id) for each in given})
    assert ([each.value for each in row.category_values], row.at, row.by_id) == (
        ["schooling"],
        clock.now(),
        cast.coordinator.id,
    )
    assert not row.is_kept_from_guardians
    newest = referral.history[-1]
    assert (newest.verb, newest.by_id, newest.choice) == (
        Verb.SHARE_INFORMATION,
        cast.coordinator.id,
        Recipient.SOCIAL_SERVICES,
    )
    event = session.scalars(select(AuditEvent).where(AuditEvent.what == What.DISCLOSED)).one()
    assert (event.subject, event.object_id, event.ground) == ("part", row.id, CONSENT)


def test_one_guardians_yes_is_not_both(session: Session, cast: Cast, referral: Referral) -> None:
    a_consent(session, guardians(session, referral)[0], by=cast.coordinator)
    with pytest.raises(NotCovered):
        share(session, referral, cast.coordinator)
    assert sharing.shared(session, referral) == []


@pytest.mark.parametrize("change", ["withdrawn", "expired"])
def test_from_the_day_a_consent_ends_nothing_new_goes_and_what_went_is_marked(
    session: Session, cast: Cast, referral: Referral, from_wednesday: time_machine.Traveller, change: str
) -> None:
    given = allow(session, cast, referral)
    share(session, referral, cast.coordinator)
    assert [one.ended_on for one in sharing.shared(session, referral)] == [None]
    past_midnight_there = timedelta(days=3, hours=15)
    from_wednesday.shift(past_midnight_there if change == "withdrawn" else timedelta(days=31))
    if change == "withdrawn":
        given[0].withdrawn_at = clock.now()
    with pytest.raises(NotCovered):
        share(session, referral, cast.coordinator)
    assert [one.ended_on for one in sharing.shared(session, referral)] == [clock.today("Europe/Stockholm")]


def test_without_consent_a_named_ground_with_purpose_and_reason_is_asked_for(
    session: Session, cast: Cast, referral: Referral
) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    assert (row.ground, row.reason, row.why_not_told, row.consent_ids) == (
        "crime_prevention", "Hot mot flera elever.", "Utredningen störs.", [],
    )  # fmt: skip
    assert row.is_kept_from_guardians
    bare = Sharing(recipient=Recipient.POLICE, to_whom=" ", purpose="", ground="crime_prevention")
    with pytest.raises(Incomplete) as refused:
        share(session, referral, cast.coordinator, bare)
    assert refused.value.missing == ("to_whom", "purpose", "reason", "why_not_told")


def test_something_must_be_chosen(session: Session, cast: Cast, referral: Referral) -> None:
    with pytest.raises(Incomplete) as refused:
        sharing.share_information(
            session, referral, by=cast.coordinator.actor(), seen=None, chosen=[], sharing=BY_CONSENT
        )
    assert refused.value.missing == ("chosen",)


@pytest.mark.parametrize(
    ("recipient", "ground"),
    [
        (Recipient.HEALTH_CARE, "crime_prevention"),  # the rule does not reach them
        (Recipient.SOCIAL_SERVICES, "duty_to_report"),  # a duty with pages of its own
        (Recipient.SOCIAL_SERVICES, "ssd"),  # another country's rule
        (Recipient.DAY_CARE, "crime_prevention"),  # nobody this country shares with
        (Recipient.OWN_STAFF, CONSENT),  # no other service at all
    ],
)
def test_a_ground_that_does_not_reach_so_far_is_none(
    session: Session, cast: Cast, referral: Referral, recipient: Recipient, ground: str
) -> None:
    what = Sharing(recipient=recipient, to_whom="Någon", purpose="Något", ground=ground, reason="Skäl", told_on=TODAY)
    with pytest.raises(NotCovered):
        share(session, referral, cast.coordinator, what)


def test_preventing_crime_never_opens_what_stands_behind_the_medical_wall(
    session: Session, cast: Cast, referral: Referral
) -> None:
    a_part(
        session, referral, cast.school_nurse, asked_by=cast.coordinator, status=PartStatus.RECEIVED,
        received_at=clock.now(), conclusion="Fråga Siv.", compartment=Compartment.MEDICAL, categories=["schooling"],
    )  # fmt: skip
    with pytest.raises(NotCovered):
        share(session, referral, cast.coordinator, AGAINST_CRIME)


def test_early_cooperation_in_denmark_needs_no_consent(session: Session, cast: Cast, referral: Referral) -> None:
    referral.rulepack = "dk-2026-07"
    what = Sharing(
        recipient=Recipient.HEALTH_VISITOR, to_whom="Sundhedsplejersken", purpose="Tidlig hjælp", ground="ssd",
        reason="Nødvendigt nu", told_on=TODAY, why_not_told="Ikke relevant",
    )  # fmt: skip
    (row,) = share(session, referral, cast.coordinator, what)
    assert (row.ground, row.told_on, row.why_not_told) == ("ssd", TODAY, None)


def test_sharing_is_refused_in_the_wrong_stage_and_to_the_wrong_people(
    session: Session, cast: Cast, referral: Referral
) -> None:
    for who in (cast.head_teacher, cast.special_educator, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            share(session, referral, who)
    with pytest.raises(WrongStage):
        share(session, with_part(session, cast, CLOSED), cast.coordinator)


def test_the_same_form_sent_twice_shares_once(session: Session, cast: Cast, referral: Referral) -> None:
    allow(session, cast, referral)
    seen = referral.version
    share(session, referral, cast.coordinator, seen=seen)
    with pytest.raises(AlreadyMoved):
        share(session, referral, cast.coordinator, seen=seen)
    assert len(sharing.shared(session, referral)) == 1


def test_it_is_recorded_when_guardians_were_told(session: Session, cast: Cast, referral: Referral) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    tell(session, referral, cast.coordinator, row)
    assert row.told_on == TODAY
    version = referral.version
    tell(session, referral, cast.coordinator, row, TODAY - timedelta(days=1))
    assert (row.told_on, referral.version) == (TODAY, version)
    assert (referral.history[-1].verb, referral.history[-1].by_id) == (Verb.TELL_GUARDIANS, cast.coordinator.id)


def test_nobody_was_told_tomorrow(session: Session, cast: Cast, referral: Referral) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    with pytest.raises(Incomplete):
        tell(session, referral, cast.coordinator, row, TODAY + timedelta(days=1))


def test_only_a_coordinator_records_that_guardians_were_told(session: Session, cast: Cast, referral: Referral) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    for who in (cast.head_teacher, cast.outsider):
        with pytest.raises(NotAllowed):
            tell(session, referral, who, row)
    with pytest.raises(NotAllowed):
        tell(session, with_part(session, cast, PLAN_ACTIVE), cast.coordinator, row)
    with pytest.raises(WrongStage):
        tell(session, with_part(session, cast, WITHDRAWN), cast.coordinator, row)


def test_what_went_without_consent_waits_for_a_review_with_a_reason(
    session: Session, cast: Cast, referral: Referral
) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    assert sharing.known_to_guardians(session, referral) == []
    with pytest.raises(Incomplete):
        review(session, referral, cast.head_teacher, row, reason=" ")
    review(session, referral, cast.head_teacher, row, Review.KEPT_OUT)
    assert row.is_kept_from_guardians
    review(session, referral, cast.head_teacher, row, reason=" Faran är över. ")
    assert (row.review, row.review_reason, row.reviewed_by_id) == (
        Review.CLEARED,
        "Faran är över.",
        cast.head_teacher.id,
    )
    assert [one.row for one in sharing.known_to_guardians(session, referral)] == [row]
    newest = referral.history[-1]
    assert (newest.verb, newest.by_id, newest.choice) == (
        Verb.REVIEW_SHARING,
        cast.head_teacher.id,
        Review.CLEARED,
    )


def test_the_same_review_again_changes_nothing_and_consent_needs_none(
    session: Session, cast: Cast, referral: Referral
) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    review(session, referral, cast.coordinator, row)
    allow(session, cast, referral)
    (free,) = share(session, referral, cast.coordinator)
    version = referral.version
    review(session, referral, cast.head_teacher, row, reason="En gång till")
    review(session, referral, cast.head_teacher, free)
    assert (row.review_reason, free.review, referral.version) == ("Faran är över.", None, version)


def test_a_review_is_refused_to_the_wrong_people_and_in_the_wrong_stage(
    session: Session, cast: Cast, referral: Referral
) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    for who in (cast.special_educator, cast.outsider):
        with pytest.raises(NotAllowed):
            review(session, referral, who, row)
    with pytest.raises(NotAllowed):
        review(session, with_part(session, cast, PLAN_ACTIVE), cast.coordinator, row)
    with pytest.raises(WrongStage):
        review(session, with_part(session, cast, WITHDRAWN), cast.coordinator, row)


def test_a_disclosure_is_found_in_its_own_referral_only(session: Session, cast: Cast, referral: Referral) -> None:
    (row,) = share(session, referral, cast.coordinator, AGAINST_CRIME)
    assert sharing.find(session, referral, row.id) is row
    with pytest.raises(NotAllowed):
        sharing.find(session, with_part(session, cast, PLAN_ACTIVE), row.id)


def tell(session: Session, referral: Referral, by: Account, row: Disclosure, on: date = TODAY) -> None:
    sharing.tell_guardians(session, referral, by=by.actor(), seen=None, disclosure=row, told_on=on)


def review(
    session: Session, referral: Referral, by: Account, row: Disclosure, outcome: Review = Review.CLEARED,
    reason: str = "Faran är över.",
) -> None:  # fmt: skip
    sharing.review_sharing(session, referral, by=by.actor(), seen=None, disclosure=row, outcome=outcome, reason=reason)
