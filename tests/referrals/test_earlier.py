"""What stood there before: a corrected guardian and a moved meeting keep it, sealed, with who changed it and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from referrals import clock, consent, documents, earlier, notifications, team_review
from referrals.consent import GuardianDetails
from referrals.models import Guardian, GuardianVersion, History, MeetingVersion, Referral, TeamMeeting
from referrals.papers import paper_sources, readers
from referrals.stages import IN_CONSENT, TO_SCHEDULE
from referrals.vocabulary import ConsentState, Custody
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_referral
from tests.people import Cast

MAJA = GuardianDetails(
    name="Maja Testsson", custody=Custody.JOINT, language="sv", phone="0000-11 22 33", interpreter="polska"
)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026: the days of October are still to come."""


def newest(session: Session, referral: Referral) -> History:
    rows = select(History).where(History.referral_id == referral.id).order_by(History.number.desc())
    return session.scalars(rows.limit(1)).one()


def record(
    session: Session, referral: Referral, cast: Cast, details: GuardianDetails, guardian: Guardian | None
) -> Guardian:
    by = cast.coordinator.actor()
    return consent.record_guardian(session, referral, by=by, seen=None, details=details, guardian=guardian)


def call(session: Session, referral: Referral, cast: Cast, day: int, place: str, *guardians: Guardian) -> TeamMeeting:
    return team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=datetime(2026, 10, day, 7, tzinfo=UTC),
        place=place, called=[cast.head_teacher.id, cast.counsellor.id], guardians=[one.id for one in guardians],
        agenda=["Läget"], reason="Kim kan inte.",
    )  # fmt: skip


def test_a_corrected_guardian_keeps_what_stood_there_before(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = record(session, referral, cast, MAJA, None)
    assert earlier.versions_of_guardian(session, guardian) == []
    for phone in ("0000-44 55 66", "0000-77 88 99"):
        wednesday.shift(timedelta(hours=1))
        record(session, referral, cast, replace(MAJA, phone=phone, interpreter=""), guardian)
    versions = earlier.versions_of_guardian(session, guardian)
    assert [version.phone for version in versions] == ["0000-44 55 66", "0000-11 22 33"]
    assert [version.interpreter for version in versions] == [None, "polska"]
    assert {version.replaced_by.by for version in versions} == {cast.coordinator}
    assert versions[0].replaced_by.at == clock.now()
    assert (guardian.phone, guardian.interpreter) == ("0000-77 88 99", None)


def test_recording_the_same_again_keeps_no_version(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = record(session, referral, cast, MAJA, None)
    record(session, referral, cast, MAJA, guardian)
    assert session.scalars(select(GuardianVersion)).all() == []


def test_what_stood_there_before_is_sealed(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    guardian = a_guardian(session, referral, told_by=cast.coordinator, interpreter="polska")
    record(session, referral, cast, replace(MAJA, name="Moa Testsson"), guardian)
    for place in ("Solrosgården", "Rum 12"):
        call(session, referral, cast, 6, place)
    kept = [
        value
        for table in ("guardian", "guardian_version", "team_meeting", "meeting_version", "information_notice")
        for row in session.execute(text(f"SELECT * FROM {table}"))
        for value in row
    ]
    assert kept
    for word in ("polska", "Testsson", "Solrosgården", "Rum 12"):
        assert word not in str([value for value in kept if isinstance(value, str)])
        assert word.encode() not in b"".join(bytes(value) for value in kept if isinstance(value, bytes | memoryview))


def test_a_moved_meeting_keeps_its_earlier_day_and_place(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    meeting = call(session, referral, cast, 6, "Solrosgården", guardian)
    first = newest(session, referral)
    call(session, referral, cast, 8, "Rum 12")
    (version,) = earlier.versions_of_call(session, meeting)
    assert (version.starts_at.day, version.place, version.guardians_invited) == (6, "Solrosgården", [str(guardian.id)])
    assert (version.replaced_by.reason, version.replaced_by.by) == ("Kim kan inte.", cast.coordinator)
    assert (meeting.starts_at.day, meeting.place) == (8, "Rum 12")
    assert team_review.called_then(session, referral, after=first) is version
    assert team_review.called_then(session, referral, after=newest(session, referral)) is meeting
    assert team_review.called_then(session, referral) is meeting
    call(session, referral, cast, 8, "Rum 12")
    assert len(session.scalars(select(MeetingVersion)).all()) == 1


def test_a_late_invitation_says_the_day_the_team_was_called_for(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, TO_SCHEDULE)
    guardian = a_guardian(session, referral, told_by=cast.coordinator, name="Maja Testsson", interpreter="pl")
    call(session, referral, cast, 6, "Solrosgården", guardian)
    first = newest(session, referral)
    record(session, referral, cast, replace(MAJA, name="Moa Rättad"), guardian)
    call(session, referral, cast, 8, "Rum 12")
    papers = documents.papers_after(session, first)
    assert [paper.recipient for paper in papers] == [readers.PROFESSIONALS, readers.guardian_key(guardian.id)]
    for paper in papers:
        page = paper_html(paper_sources.gather(session, referral, paper, after=first))
        assert "Solrosgården" in page
        assert "Rum 12" not in page
        assert "Moa Rättad" not in page
    assert paper_sources.gather(session, referral, papers[1], after=first).name == "Maja Testsson"
    assert {mail.kind for mail in notifications.write(session, first)} == {"meeting_scheduled"}


def test_a_guardian_then_answers_as_the_papers_ask(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_CONSENT)
    guardian = record(session, referral, cast, MAJA, None)
    then = newest(session, referral)
    assert earlier.guardian_after(session, guardian, then) is guardian
    record(
        session,
        referral,
        cast,
        replace(MAJA, name="Moa", custody=Custody.SOLE, language="da", has_protected_identity=True),
        guardian,
    )
    stood = earlier.guardian_after(session, guardian, then)
    assert (stood.id, stood.name, stood.custody, stood.language, stood.interpreter) == (
        guardian.id, "Maja Testsson", Custody.JOINT, "sv", "polska",
    )  # fmt: skip
    assert stood.has_custody
    assert stood.has_protected_identity, "protected now is protected on a late paper too"
    assert (stood.notice_until(None), stood.answer_until(None)) == (None, None)
    assert stood.consent_state(clock.now().date()) is ConsentState.NOT_ASKED
