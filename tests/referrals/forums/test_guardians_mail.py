"""Mail to guardians about a meeting: with a neutral entry for their calendar, and only to those to whom mail may go."""

import email
from datetime import UTC, datetime, timedelta
from email import policy
from typing import Any

import lxml.html
import pytest
import time_machine
from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, languages, mailer, notifications, settling, steps, team_review
from referrals.disclosure import coverage
from referrals.forums import invitations_calendar
from referrals.models import Guardian, Mail, Referral, Step
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import MailKind
from tests.factories import a_guardian, a_referral, protected
from tests.people import Cast
from tests.referrals.post_office import PostOffice

AT = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)
INVITED, TAKEN_BACK = MailKind.MEETING_INVITED, MailKind.INVITATION_TAKEN_BACK


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    return a_referral(session, cast, TO_SCHEDULE)


def guardian(session: Session, referral: Referral, cast: Cast, name: str, **values: Any) -> Guardian:
    address = f"{name.lower()}@familj.invalid"
    # recorded one after the other: mail goes in that order
    at = clock.now() + timedelta(seconds=len(coverage.guardians_of(session, referral)))
    given = {"name": name, "email": address, "recorded_at": at} | values
    return a_guardian(session, referral, told_by=cast.coordinator, **given)


def call(session: Session, cast: Cast, referral: Referral, *guardians: Guardian, at: datetime = AT) -> list[Mail]:
    """Call the team and invite `guardians`; the mail that goes to them."""
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=at, minutes=45, place=cast.forum.place,
        called=[cast.head_teacher.id, cast.counsellor.id], guardians=[one.id for one in guardians], agenda=["Läget i klassen"],
    )  # fmt: skip
    return told(session, referral)


def told(session: Session, referral: Referral) -> list[Mail]:
    session.expire_all()
    return [one for one in notifications.write(session, referral.history[-1]) if one.kind in (INVITED, TAKEN_BACK)]


def sent(session: Session, mails: list[Mail]) -> list[Mail]:
    """The same, each handed to the post office."""
    for mail in mails:
        notifications.note_sent(session, mail)
    return mails


def entry(session: Session, mail: Mail) -> Event:
    letter = invitations_calendar.with_entry(session, notifications.letter(mail), mail)
    (event,) = Calendar.from_ical(letter.calendar).events
    return event


@pytest.mark.parametrize(("code", "offered"), [("ar", "rtl"), ("th", "")])
def test_who_reads_what_we_have_no_words_in_is_offered_an_interpreter_first(
    session: Session, cast: Cast, referral: Referral, office: PostOffice, code: str, offered: str
) -> None:
    omar, maja = (
        guardian(session, referral, cast, name, language=one) for name, one in (("Omar", code), ("Maja", "da"))
    )
    invited = sent(session, call(session, cast, referral, omar, maja))
    for mail in invited + call(session, cast, referral):
        mailer.send(notifications.letter(mail))
    messages = [email.message_from_bytes(one, policy=policy.default) for one in office.taken]
    assert [message["To"].partition("@")[0] for message in messages] == ["omar", "maja"] * 2
    here, own = (languages.language_name(code, one) for one in ("sv", code))
    first = [languages.interpreter_offer(code)] if offered else []
    for message in messages[::2]:
        plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert plain is not None
        assert html is not None
        parts = plain.get_content().replace("\r\n", "\n").split("\n\n")[1:]
        assert parts[: len(first)] == first
        assert parts[len(first)].startswith(f"Vi har ännu inte detta mejl på {here} ({own}).")
        marked = lxml.html.document_fromstring(html.get_content()).xpath("//p[@lang]")
        assert [(one.get("lang"), one.get("dir"), one.text_content().strip()) for one in marked] == [
            (code, offered, one) for one in first
        ]
    for message in messages[1::2]:
        assert "endnu ikke" not in message.as_string()


def test_a_guardian_is_invited_by_a_mail_in_their_language_that_says_nothing_of_the_matter(
    session: Session, cast: Cast, referral: Referral, office: PostOffice
) -> None:
    maja, omar = (
        guardian(session, referral, cast, name, language=code) for name, code in (("Maja", "da"), ("Omar", "ar"))
    )
    mails = call(session, cast, referral, maja, omar)
    assert [(mail.kind, mail.address, mail.language) for mail in mails] == [
        (INVITED, "maja@familj.invalid", "da"),
        (INVITED, "omar@familj.invalid", "sv"),  # of the languages we have, that of the house
    ]
    for mail in mails:
        mailer.send(invitations_calendar.with_entry(session, notifications.letter(mail), mail))
    messages = [email.message_from_bytes(one, policy=policy.default) for one in office.taken]
    assert [message["Subject"] for message in messages] == [
        "Du er inviteret til et møde",
        "Du är inbjuden till ett möte",
    ]
    begins = ("Det begynder tirsdag den 20. oktober 2026 kl. 14.30.", "Det börjar tisdag 20 oktober 2026 kl. 14:30.")
    for message, title, when in zip(messages, ("Møde", "Möte"), begins, strict=True):
        (part,) = message.iter_attachments()
        assert part["Content-Type"].params["method"] == "PUBLISH"
        (event,) = Calendar.from_ical(part.get_content()).events
        assert (str(event["SUMMARY"]), event.start, str(event["STATUS"])) == (title, AT, "CONFIRMED")
        assert not {"ATTENDEE", "DESCRIPTION", "LOCATION"} & set(event)
        assert str(event["ORGANIZER"]) == "mailto:trivsel@trivsel.invalid", "nobody of the school"
        body = message.get_body(("plain",))
        assert body is not None
        assert when in body.get_content()
        whole = "\n".join((message["Subject"], body.get_content(), part.get_content()))
        assert "/guardian/code" in whole
        for secret in (referral.number, cast.school.name, cast.forum.name, cast.forum.place, "Mila", "Maja", "Läget"):
            assert secret not in whole


def test_moving_the_meeting_moves_a_guardians_entry_and_calling_it_off_takes_it_out(
    session: Session, cast: Cast, referral: Referral
) -> None:
    maja, omar = (guardian(session, referral, cast, name) for name in ("Maja", "Omar"))
    invited = sent(session, call(session, cast, referral, maja, omar))
    first, _ = (entry(session, mail) for mail in invited)
    moved, released = sent(session, call(session, cast, referral, maja, at=LATER))
    assert [(one.kind, one.address) for one in (moved, released)] == [
        (INVITED, "maja@familj.invalid"), (TAKEN_BACK, "omar@familj.invalid"),
    ]  # fmt: skip
    assert "Du är inbjuden till ett möte." in notifications.letter(invited[0]).body
    said = notifications.letter(moved)
    assert said.subject == "Ett möte som du är inbjuden till har ändrats"
    assert "Det börjar nu en annan tid: tisdag 3 november 2026 kl. 14:30." in said.body
    assert "Svara gärna på nytt." in said.body
    there, gone = entry(session, moved), entry(session, released)
    assert first["UID"] == there["UID"] == gone["UID"]
    assert (first["SEQUENCE"], there["SEQUENCE"], there.start) == (0, 1, LATER)
    assert (gone["SEQUENCE"], str(gone["STATUS"]), gone.start) == (1, "CANCELLED", AT)
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    (off,) = told(session, referral)
    cancelled = entry(session, off)
    assert (off.kind, off.address, cancelled["UID"], cancelled["SEQUENCE"]) == (
        TAKEN_BACK, "maja@familj.invalid", first["UID"], 2,
    )  # fmt: skip
    assert str(cancelled["STATUS"]) == "CANCELLED"
    letter = invitations_calendar.with_entry(session, notifications.letter(off), off)
    assert letter.calendar_method == "CANCEL"


def test_of_a_meeting_that_has_passed_no_guardian_is_told(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    sent(session, call(session, cast, referral, guardian(session, referral, cast, "Maja")))
    wednesday.move_to(LATER)
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    assert told(session, referral) == []


@pytest.mark.parametrize(
    "values",
    [{"email": None}, {"may_contact": False}, {"protected_level": "sekretessmarkering"}],
    ids=lambda one: next(iter(one)),
)
def test_without_an_address_unwanted_or_protected_no_mail_goes(
    session: Session, cast: Cast, referral: Referral, values: dict[str, Any]
) -> None:
    assert call(session, cast, referral, guardian(session, referral, cast, "Maja", **values)) == []


def test_where_the_childs_identity_is_protected_no_mail_goes(session: Session, cast: Cast, referral: Referral) -> None:
    maja = guardian(session, referral, cast, "Maja")
    protected(session, referral, by=cast.coordinator, let_in=(cast.counsellor, cast.head_teacher))
    assert call(session, cast, referral, maja) == []


def test_a_mail_that_is_held_rests_once_its_reader_is_not_to_be_contacted(
    session: Session, cast: Cast, referral: Referral
) -> None:
    maja, omar = (guardian(session, referral, cast, name) for name in ("Maja", "Omar"))
    to_maja, to_omar = call(session, cast, referral, maja, omar)
    maja.may_contact = False
    for mail in (to_maja, to_omar):
        notifications.let_rest_if_done(session, mail)
    assert (to_maja.stopped_at, to_omar.stopped_at) == (clock.now(), None)


def test_a_mail_that_came_back_goes_to_the_address_that_was_put_right(
    session: Session, cast: Cast, referral: Referral
) -> None:
    maja = guardian(session, referral, cast, "Maja")
    (mail,) = call(session, cast, referral, maja)
    notifications.note_sent(session, mail)
    assert notifications.note_returned(session, mail.message_id)
    maja.email = "maja@ny.invalid"
    step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
    steps.retry(session, step, by=cast.coordinator.actor())
    assert mail.address == "maja@ny.invalid"


def test_an_invitation_that_has_not_gone_yet_goes_to_the_address_that_was_put_right(
    session: Session, cast: Cast, referral: Referral
) -> None:
    maja = guardian(session, referral, cast, "Maja", email="fel@familj.invalid")
    (mail,) = call(session, cast, referral, maja)
    maja.email = "maja@familj.invalid"
    first_id = mail.message_id
    assert call(session, cast, referral, maja) == [], "this one will find her"
    assert mail.address == "maja@familj.invalid", "by whichever worker takes it"
    assert mail.message_id != first_id, "what the old address answers is about another one"
    letter = settling.letter_to_send(session, mail)
    assert letter is not None
    assert letter.to == mail.address == "maja@familj.invalid"
    notifications.note_sent(session, mail)
    maja.email = "maja@annan.invalid"
    assert settling.letter_to_send(session, mail) is None
    assert mail.address == "maja@familj.invalid", "where it went stays as it is"


def test_an_invitation_that_goes_on_being_tried_is_not_written_a_second_time(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    maja = guardian(session, referral, cast, "Maja", email="fel@familj.invalid")
    (mail,) = call(session, cast, referral, maja)
    wednesday.shift(timedelta(minutes=10))
    step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
    for pause in (*steps.PAUSES, steps.LATER[0]):
        claim = steps.claim(session, step.id, holder="worker")
        assert claim is not None
        is_seen = steps.fail(session, step.id, attempt=claim.attempt, word="mail")
        session.refresh(step)
        assert call(session, cast, referral, maja) == []
        wednesday.shift(pause)
    assert is_seen
    maja.email = "maja@familj.invalid"
    assert call(session, cast, referral, maja) == [], "this one will find her"
    assert mail.address == "maja@familj.invalid"


def test_an_invitation_on_its_way_to_the_old_address_is_followed_by_one_to_the_new(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    maja = guardian(session, referral, cast, "Maja", email="fel@familj.invalid")
    (wrong,) = call(session, cast, referral, maja)
    wednesday.shift(timedelta(days=1))
    step = session.scalars(select(Step).where(Step.mail_id == wrong.id)).one()
    claim = steps.claim(session, step.id, holder="worker")
    assert claim is not None
    letter = settling.letter_to_send(session, wrong)
    maja.email = "maja@familj.invalid"
    (right,) = call(session, cast, referral, maja)
    notifications.note_sent(session, wrong)
    steps.finish(session, step.id, attempt=claim.attempt)
    notifications.let_rest_if_done(session, right)
    assert letter is not None
    assert letter.to == wrong.address == "fel@familj.invalid"
    assert (right.address, notifications.is_to_go(right)) == ("maja@familj.invalid", True)


def test_a_guardian_is_not_written_to_twice_about_the_same_time_and_place(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    def goes(mail: Mail) -> bool:
        notifications.let_rest_if_done(session, mail)
        if notifications.is_to_go(mail):
            notifications.note_sent(session, mail)
        wednesday.shift(timedelta(minutes=1))
        return mail.sent_at is not None

    maja = guardian(session, referral, cast, "Maja")
    (first,) = call(session, cast, referral, maja)
    assert call(session, cast, referral, maja) == []
    assert goes(first), "only the call of others may have changed"
    (moved,) = call(session, cast, referral, maja, at=LATER)
    assert goes(moved)
    (back,) = call(session, cast, referral, maja)
    assert goes(back), "it stands otherwise in their calendar"
    (off,) = call(session, cast, referral)
    assert call(session, cast, referral, maja) == []
    assert not goes(off), "they were called again before they were told not to come"
    (off,) = call(session, cast, referral)
    assert goes(off)
    (anew,) = call(session, cast, referral, maja)
    assert goes(anew)
    wednesday.shift(timedelta(days=1))
    assert call(session, cast, referral, maja) == []
    (moved,) = call(session, cast, referral, maja, at=LATER)
    assert call(session, cast, referral, maja) == []
    assert not goes(moved), "they never heard of the other time"


def test_a_guardian_whose_address_was_put_right_is_invited_there(
    session: Session, cast: Cast, referral: Referral
) -> None:
    maja = guardian(session, referral, cast, "Maja", email="fel@familj.invalid")
    (wrong,) = call(session, cast, referral, maja)
    notifications.note_sent(session, wrong)
    assert call(session, cast, referral, maja) == []
    maja.email = "maja@familj.invalid"
    (right,) = call(session, cast, referral, maja)
    notifications.let_rest_if_done(session, right)
    assert (right.address, notifications.is_to_go(right)) == ("maja@familj.invalid", True), "nobody told them there yet"
    notifications.note_sent(session, right)
    assert call(session, cast, referral, maja) == []
    assert notifications.note_returned(session, right.message_id)
    (again,) = call(session, cast, referral, maja)
    notifications.let_rest_if_done(session, again)
    assert (again.address, notifications.is_to_go(again)) == ("maja@familj.invalid", True), "what came back told nobody"
