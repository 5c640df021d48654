"""What one row can answer about itself."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from referrals import clock
from referrals.models import Consent, Heartbeat
from referrals.models.base import Instant
from referrals.vocabulary import ConsentAnswer, ConsentForm, ConsentState, Custody, Domain, Recipient
from tests.factories import a_guardian, a_part, a_referral
from tests.people import Cast

TODAY = date(2026, 9, 16)


def a_consent(**values: object) -> Consent:
    return Consent(
        **{
            "answer": ConsentAnswer.FULL, "form": ConsentForm.WRITTEN, "categories": ["schooling"], "recipients": ["social_services"],
            "from_on": date(2026, 9, 1), "until_on": date(2027, 6, 30), "at": clock.now(),
        }
        | values
    )  # type: ignore[arg-type]  # fmt: skip


def test_a_referral_is_past_its_target_the_day_after(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, target_on=TODAY)
    assert not referral.is_past_target(TODAY)
    assert referral.is_past_target(TODAY + timedelta(days=1))


def test_a_referral_without_a_target_is_never_past_it(session: Session, cast: Cast) -> None:
    assert not a_referral(session, cast, target_on=None).is_past_target(TODAY)


def test_a_guardian_who_was_not_told_is_not_asked(session: Session, cast: Cast) -> None:
    guardian = a_guardian(session, a_referral(session, cast))
    assert not guardian.is_informed
    assert guardian.consent_state(TODAY) is ConsentState.NOT_ASKED


def test_a_guardian_who_was_told_is_informed(session: Session, cast: Cast) -> None:
    guardian = a_guardian(session, a_referral(session, cast), told_by=cast.coordinator)
    assert guardian.consent_state(TODAY) is ConsentState.INFORMED


def test_another_adult_has_no_custody(session: Session, cast: Cast) -> None:
    assert not a_guardian(session, a_referral(session, cast), custody=Custody.OTHER).has_custody


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, ConsentState.FULL),
        ({"answer": ConsentAnswer.PARTIAL}, ConsentState.PARTIAL),
        ({"answer": ConsentAnswer.REFUSED}, ConsentState.REFUSED),
        ({"until_on": TODAY - timedelta(days=1)}, ConsentState.EXPIRED),
        ({"from_on": TODAY}, ConsentState.FULL),
        ({"from_on": TODAY + timedelta(days=1)}, ConsentState.NOT_BEGUN),
        ({"withdrawn_at": datetime.fromisoformat("2026-09-10T08:00:00+00:00")}, ConsentState.WITHDRAWN),
    ],
)
def test_the_newest_answer_counts(session: Session, cast: Cast, values: dict[str, object], state: ConsentState) -> None:
    referral = a_referral(session, cast)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    session.add(a_consent(referral=referral, guardian_id=guardian.id, by=cast.coordinator, **values))
    session.flush()
    session.refresh(guardian)
    assert guardian.consent_state(TODAY) is state


def test_a_yes_on_a_guardians_own_page_is_to_all_only_while_no_more_is_asked(session: Session, cast: Cast) -> None:
    guardian = a_guardian(session, a_referral(session, cast))
    given = a_consent(referral=guardian.referral, guardian=guardian, by=cast.coordinator, form=ConsentForm.DIGITAL)
    session.add(given)
    more = [Recipient.SOCIAL_SERVICES, Recipient.OTHER_GUARDIAN]
    assert guardian.consent_state(TODAY, asked=more[:1]) is ConsentState.FULL
    assert guardian.consent_state(TODAY, asked=more) is ConsentState.PARTIAL
    given.form = ConsentForm.WRITTEN
    assert guardian.consent_state(TODAY, asked=more) is ConsentState.FULL, "as somebody recorded it"


def test_a_consent_covers_its_recipients_within_its_dates(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    consent = a_consent(referral=referral, guardian=a_guardian(session, referral), by=cast.coordinator)
    assert consent.covers("social_services", TODAY)
    assert not consent.covers("leisure", TODAY)
    assert not consent.covers("social_services", date(2027, 7, 1))


def test_a_part_is_late_from_the_day_after_its_date(session: Session, cast: Cast) -> None:
    part = a_part(session, a_referral(session, cast), cast.special_educator, asked_by=cast.coordinator, due_on=TODAY)
    assert not part.is_late(TODAY)
    assert part.is_late(TODAY + timedelta(days=1))
    part.received_at = datetime.fromisoformat("2026-09-18T08:00:00+00:00")
    assert part.is_late(TODAY)


def test_a_part_says_its_domains_levels_and_arenas_as_words(session: Session, cast: Cast) -> None:
    part = a_part(session, a_referral(session, cast), cast.special_educator, asked_by=cast.coordinator)
    assert part.domain_values == [Domain.LEARNING]
    assert [word.value for word in (*part.level_values, *part.arena_values)] == ["individual", "school"]


def test_a_time_comes_back_in_utc_in_whichever_zone_the_database_gives_it() -> None:
    at = datetime(2026, 9, 16, 10, tzinfo=ZoneInfo("Europe/Stockholm"))
    given = Instant().process_result_value(at, DefaultDialect())
    assert given is not None
    assert (given, given.tzinfo) == (at, UTC)


def test_a_time_without_a_zone_cannot_be_stored(session: Session) -> None:
    session.add(Heartbeat(part="worker", holder="x", seen_at=datetime(2026, 9, 16, 10)))  # noqa: DTZ001 - the point of it
    with pytest.raises(StatementError, match="naive"):
        session.flush()
