"""Guardians whom no mail reaches: who is to be told of a meeting by telephone or letter, until it is noted that they were."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import team_review
from referrals.disclosure import coverage
from referrals.errors import MeetingMoved, NotAllowed
from referrals.guardians import telling
from referrals.keeping import audit
from referrals.models import Account, Guardian, Referral
from referrals.reminders import errands
from referrals.stages import TO_SCHEDULE
from tests.factories import a_guardian, a_referral
from tests.people import Cast

AT = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    return a_referral(session, cast, TO_SCHEDULE)


@pytest.fixture
def maja(session: Session, cast: Cast, referral: Referral) -> Guardian:
    """A guardian without an address; the other one has one."""
    a_guardian(session, referral, told_by=cast.coordinator, name="Omar", email="omar@familj.invalid")
    return a_guardian(session, referral, told_by=cast.coordinator, name="Maja", email=None)


def call(session: Session, cast: Cast, referral: Referral, *, at: datetime = AT, guardians: bool = True) -> None:
    known = coverage.guardians_of(session, referral) if guardians else []
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=at, minutes=45, place="Rum 12",
        called=[cast.head_teacher.id, cast.counsellor.id], guardians=[one.id for one in known],
    )  # fmt: skip
    session.expire_all()


def to_tell(session: Session, referral: Referral) -> list[tuple[str | None, bool]]:
    return [(one.guardian.name, one.is_invited) for one in telling.to_tell(session, referral)]


def decided_last(session: Session, referral: Referral) -> uuid.UUID:
    return max(referral.history, key=lambda row: row.number).id


def tell(
    session: Session, referral: Referral, by: Account, guardian: Guardian, decided_id: uuid.UUID | None = None
) -> int:
    of = decided_id or decided_last(session, referral)
    made = telling.note_told(session, referral, by=by.actor(), guardian_id=guardian.id, decided_id=of)
    session.expire_all()
    return len(made)


def test_a_guardian_whom_no_mail_reaches_waits_to_be_told_of_each_time_and_place_until_it_is_noted(
    session: Session, cast: Cast, referral: Referral, maja: Guardian
) -> None:
    assert to_tell(session, referral) == []
    call(session, cast, referral)
    invited, off = ("Maja", True), ("Maja", False)
    assert to_tell(session, referral) == [invited]
    assert [one for one, _told in telling.waiting_for(session, cast.coordinator.actor())] == [referral]
    for other in (cast.head_teacher, cast.counsellor, cast.outsider):
        assert telling.waiting_for(session, other.actor()) == []
        with pytest.raises(NotAllowed):
            tell(session, referral, other, maja)
    today = AT.date()
    (errand,) = errands.everything_for(session, cast.coordinator.actor(), today=today, until=today)
    assert (errand.label, errand.task, errand.way) == (
        referral.number, errands.TELL_BY_HAND, f"/referrals/{referral.number}/team-review",
    )  # fmt: skip
    assert [tell(session, referral, cast.coordinator, maja) for _again in range(2)] == [1, 0]
    assert audit.events_about(session, referral.id, most=1)[0].subject == telling.TOLD
    assert to_tell(session, referral) == telling.waiting_for(session, cast.coordinator.actor()) == []
    call(session, cast, referral)
    assert to_tell(session, referral) == [], "it is the same time and place"
    call(session, cast, referral, at=LATER)
    assert to_tell(session, referral) == [invited]
    tell(session, referral, cast.coordinator, maja)
    call(session, cast, referral, at=LATER, guardians=False)
    assert to_tell(session, referral) == [off]
    call(session, cast, referral, at=LATER)
    assert to_tell(session, referral) == [], "nobody told them not to come"
    call(session, cast, referral, at=LATER, guardians=False)
    assert tell(session, referral, cast.coordinator, maja) == 1
    assert to_tell(session, referral) == []
    call(session, cast, referral, at=LATER)
    assert to_tell(session, referral) == [invited], "they were told not to come, and are to come after all"


def test_who_was_to_come_to_a_meeting_that_is_called_off_is_told_as_long_as_its_time_has_not_passed(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, wednesday: time_machine.Traveller
) -> None:
    def call_off() -> None:
        team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
        session.expire_all()

    call(session, cast, referral)
    call_off()
    assert to_tell(session, referral) == [], "nobody told her that there was one"
    call(session, cast, referral)
    tell(session, referral, cast.coordinator, maja)
    call_off()
    assert to_tell(session, referral) == [("Maja", False)]
    assert [len(told) for _one, told in telling.waiting_for(session, cast.coordinator.actor())] == [1]
    wednesday.move_to(AT + timedelta(days=1))
    assert to_tell(session, referral) == telling.waiting_for(session, cast.coordinator.actor()) == []


def test_who_was_told_of_the_time_before_is_still_to_be_told_of_the_new_one(
    session: Session, cast: Cast, referral: Referral, maja: Guardian
) -> None:
    call(session, cast, referral)
    (before,) = telling.to_tell(session, referral)
    call(session, cast, referral, at=LATER)
    with pytest.raises(MeetingMoved):
        tell(session, referral, cast.coordinator, maja, before.decided.id)
    assert to_tell(session, referral) == [("Maja", True)]


@pytest.mark.parametrize("changed", ["address", "contact", "outside", "passed"])
def test_nobody_is_to_be_told_who_gets_mail_is_not_to_be_contacted_or_whose_meeting_has_begun(
    session: Session, cast: Cast, referral: Referral, maja: Guardian, wednesday: time_machine.Traveller, changed: str
) -> None:
    call(session, cast, referral)
    match changed:
        case "address":
            maja.email = "maja@familj.invalid"
        case "contact":
            maja.may_contact = False
        case "outside":
            referral.kept_outside_at = AT
        case "passed":
            wednesday.move_to(AT + timedelta(minutes=1))
    session.flush()
    assert to_tell(session, referral) == telling.waiting_for(session, cast.coordinator.actor()) == []
