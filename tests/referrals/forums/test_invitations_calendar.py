"""The calendar entry that goes with the mail about a meeting, as a real post office takes it and a real calendar reads it."""

import email
from datetime import UTC, date, datetime
from email import policy
from typing import Any

import pytest
import time_machine
from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import audiences, mailer, notifications, team_review
from referrals.access import Role
from referrals.forums import invitations_calendar, seats
from referrals.models import Account, History, Mail, Referral, RoleAssignment
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import MailKind, Profession
from tests.factories import a_guardian, a_referral, protected
from tests.people import NO_PASSWORD, Cast
from tests.referrals.post_office import PostOffice

FIRST = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
#: after the clock has changed
LATER = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    referral = a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, referral, told_by=cast.coordinator)
    return referral


def call(session: Session, cast: Cast, referral: Referral, **values: Any) -> Mail:
    """Call the team, and give the mail to the counsellor."""
    given = {"starts_at": FIRST, "minutes": 45, "place": cast.forum.place, "agenda": ["Läget i klassen"]} | values
    people = [cast.head_teacher.id, cast.counsellor.id]
    team_review.schedule_meeting(session, referral, by=cast.coordinator.actor(), seen=None, called=people, **given)
    session.expire_all()
    row = session.scalars(select(History).where(History.referral_id == referral.id).order_by(History.number.desc()))
    mails = notifications.write(session, row.first())
    return next(mail for mail in mails if mail.address == cast.counsellor.email)


def read(session: Session, mail: Mail) -> Event:
    letter = invitations_calendar.with_entry(session, notifications.letter(mail), mail)
    (event,) = Calendar.from_ical(letter.calendar).events
    return event


def test_the_mail_that_calls_somebody_carries_the_meeting_for_their_calendar(
    session: Session, cast: Cast, referral: Referral, office: PostOffice
) -> None:
    mail = call(session, cast, referral)
    mailer.send(invitations_calendar.with_entry(session, notifications.letter(mail), mail))
    message = email.message_from_bytes(office.taken[0], policy=policy.default)
    (part,) = message.iter_attachments()
    assert (part.get_content_type(), part["Content-Type"].params["method"], part.get_filename()) == (
        "text/calendar",
        "PUBLISH",
        "meeting.ics",
    )
    assert message["Content-Language"] == "sv"
    body = message.get_body(("plain",))
    assert body is not None
    assert "kalender" in body.get_content()
    assert "Det börjar tisdag 20 oktober 2026 kl. 14:30." in body.get_content()
    calendar = Calendar.from_ical(part.get_content())
    assert str(calendar["METHOD"]) == "PUBLISH"
    (event,) = calendar.events
    assert not calendar.timezones, "Outlook reads no RDATE, and takes summer for winter"
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Teammöte", "Lindskolan, rum 12")
    assert (event.start.isoformat(), event.end.isoformat()) == (
        "2026-10-20T12:30:00+00:00",
        "2026-10-20T13:15:00+00:00",
    )
    assert (event["SEQUENCE"], str(event["STATUS"]), str(event["CLASS"])) == (0, "CONFIRMED", "PRIVATE")
    assert not {"ATTENDEE", "DESCRIPTION"} & set(event)
    assert (str(event["ORGANIZER"]), event["ORGANIZER"].params["CN"]) == ("mailto:trivsel@trivsel.invalid", "Trivsel")
    for secret in (referral.number, "Mila", "Testsson", "Läget", cast.coordinator.name, cast.head_teacher.email):
        assert secret not in part.get_content()


def test_a_meeting_that_is_moved_changes_the_entry_that_is_there(
    session: Session, cast: Cast, referral: Referral
) -> None:
    first = call(session, cast, referral)
    before = read(session, first)
    after = read(session, call(session, cast, referral, starts_at=LATER))
    assert (before["UID"], before["ORGANIZER"]) == (after["UID"], after["ORGANIZER"])
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    (taken,) = Calendar.from_ical(invitations_calendar.to_take_along(session, meeting, title="Möte")).events
    assert (taken["UID"], taken["ORGANIZER"], taken["SEQUENCE"]) == (after["UID"], after["ORGANIZER"], 1)
    assert after.start.isoformat() == "2026-11-03T13:30:00+00:00"
    assert read(session, first).start == before.start, "a mail that goes late says what it was written for"


def test_a_place_that_was_typed_stays_out_of_the_mail(session: Session, cast: Cast, referral: Referral) -> None:
    event = read(session, call(session, cast, referral, place="Hemma hos Maja Testsson"))
    assert "LOCATION" not in event


def test_where_an_identity_is_protected_the_entry_does_not_say_which_school(
    session: Session, cast: Cast, referral: Referral
) -> None:
    protected(session, referral, by=cast.coordinator, let_in=(cast.counsellor, cast.head_teacher))
    assert "LOCATION" not in read(session, call(session, cast, referral))
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    (event,) = Calendar.from_ical(invitations_calendar.to_take_along(session, meeting, title="Möte")).events
    assert (str(event["SUMMARY"]), "LOCATION" in event) == ("Möte", False)


def test_other_mail_goes_without_a_calendar(session: Session, cast: Cast, referral: Referral) -> None:
    mail = call(session, cast, referral)
    mail.kind = MailKind.PART_REQUESTED
    letter = notifications.letter(mail)
    assert invitations_calendar.with_entry(session, letter, mail) is letter


def test_who_will_stand_in_is_told_before_their_time_begins_and_nobody_who_only_stood_in(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    by = cast.coordinator.actor()
    stand_in = Account(
        email="ylva@trivsel.invalid", name="Ylva Strand", profession=Profession.SCHOOL_COUNSELLOR, language="da",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(stand_in)
    session.flush()
    kims = seats.seat(session, cast.forum, cast.counsellor.id, by=by)
    week = {"first_on": date(2026, 10, 19), "last_on": date(2026, 10, 23)}
    away = seats.be_away(session, kims, stand_in_id=stand_in.id, by=by, **week)

    def told(place: str) -> list[str]:
        called = [cast.head_teacher.id, stand_in.id]
        team_review.schedule_meeting(session, referral, by=by, seen=None, starts_at=FIRST, place=place, called=called)
        session.expire_all()
        return [mail.address or "" for mail in notifications.write(session, referral.history[-1])]

    everybody = [cast.head_teacher.email, stand_in.email]
    assert told("Rum 12") == everybody
    wednesday.move_to(away.begins_at)
    assert told("Rum 3") == everybody
    assert told("Rum 3") == [], "nothing new"
    row = referral.history[-1]
    wednesday.move_to(away.ends_at)
    assert [one.address for one in audiences.called_to_meeting(session, row)] == [cast.head_teacher.email]
