"""Calling a meeting off: whoever was called hears of it, and no entry stays in a calendar, however it comes that it is not held."""

import email
from datetime import UTC, datetime
from email import policy
from typing import Any

import pytest
import time_machine
from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, closure, mailer, notifications, team_review
from referrals.closure import ClosureInput
from referrals.disclosure import coverage
from referrals.errors import Incomplete, NotAllowed, WrongStage
from referrals.forums import clashes, invitations_calendar
from referrals.models import Account, Mail, Referral, Step, TeamMeeting
from referrals.people import leaving
from referrals.stages import CLOSURE_PROPOSED, PARTS_REQUESTED, SCHEDULED, TO_SCHEDULE, State, Verb
from referrals.vocabulary import ClosureReason, MailKind
from tests.factories import a_guardian, a_referral, protected
from tests.people import Cast
from tests.referrals.post_office import PostOffice

AT = datetime(2026, 10, 20, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 13, 30, tzinfo=UTC)
ANEW = "Om du har svarat förut gällde det den andra tiden. Svara gärna på nytt."


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    referral = a_referral(session, cast, TO_SCHEDULE)
    a_guardian(session, referral, told_by=cast.coordinator)
    return referral


def call(
    session: Session, referral: Referral, *people: Account, by: Account, goes: bool = True, **values: Any
) -> list[Mail]:
    """Call `people`, and give the mail that follows, which has gone unless it is still to be held."""
    given = {
        "starts_at": AT,
        "minutes": 45,
        "place": referral.forum.place,
        "without": list(team_review.Profession),
    }
    called = [one.id for one in people]
    team_review.schedule_meeting(session, referral, by=by.actor(), seen=None, called=called, **(given | values))
    mails = told(session, referral)
    for mail in mails if goes else ():
        notifications.note_sent(session, mail)
    return mails


def call_off(
    session: Session, referral: Referral, *, by: Account, reason: str = "Halva teamet är sjukt."
) -> list[Mail]:
    """Call the meeting off, and give the mail that follows."""
    team_review.call_off_meeting(session, referral, by=by.actor(), seen=None, reason=reason)
    return told(session, referral)


def told(session: Session, referral: Referral) -> list[Mail]:
    session.expire_all()
    return notifications.write(session, referral.history[-1])


def entry(session: Session, mail: Mail) -> tuple[str, Event]:
    """The method and the event in the calendar that goes with `mail`."""
    letter = invitations_calendar.with_entry(session, notifications.letter(mail), mail)
    calendar = Calendar.from_ical(letter.calendar)
    (event,) = calendar.events
    assert letter.calendar_method == str(calendar["METHOD"])
    return letter.calendar_method, event


def kinds(mails: list[Mail]) -> list[tuple[MailKind, str]]:
    return [(mail.kind, mail.address or "") for mail in mails]


def test_a_meeting_is_called_off_with_a_reason_and_the_team_is_called_anew(
    session: Session, cast: Cast, referral: Referral
) -> None:
    call(session, referral, cast.head_teacher, cast.counsellor, by=cast.coordinator)
    by = cast.coordinator.actor()
    with pytest.raises(Incomplete):
        team_review.call_off_meeting(session, referral, by=by, seen=None, reason="")
    for other in (cast.head_teacher, cast.counsellor, cast.outsider):
        with pytest.raises(NotAllowed):
            call_off(session, referral, by=other)
    assert clashes.at_once(session, [cast.counsellor], starts_at=AT, minutes=45, but=[a_referral(session, cast)])
    call_off(session, referral, by=cast.coordinator)
    row, (meeting,) = referral.history[-1], team_review.meetings_of(session, referral)
    assert (row.verb, row.reason, referral.state) == (Verb.CALL_OFF_MEETING, "Halva teamet är sjukt.", TO_SCHEDULE)
    assert (meeting.called_off, meeting.is_to_hold) == (row, False)
    assert team_review.current_meeting(session, referral) is None
    assert not clashes.at_once(session, [cast.counsellor], starts_at=AT, minutes=45, but=[a_referral(session, cast)])
    with pytest.raises(Incomplete):
        call_off(session, referral, by=cast.coordinator)
    call(session, referral, cast.head_teacher, by=cast.coordinator, starts_at=LATER)
    first, second = team_review.meetings_of(session, referral)
    assert (second.number, second.called_off, second.is_to_hold, referral.state) == (2, None, True, SCHEDULED)
    assert team_review.called_meeting(session, referral, after=referral.history[-1]) is second
    assert team_review.called_meeting(session, referral, after=row) is first


@pytest.mark.parametrize("state", [PARTS_REQUESTED, CLOSURE_PROPOSED], ids=["more asked for", "closure proposed"])
def test_a_meeting_that_still_stands_while_the_work_goes_another_way_can_be_called_off(
    session: Session, cast: Cast, referral: Referral, state: State
) -> None:
    call(session, referral, cast.counsellor, by=cast.coordinator)
    referral.stage, referral.status = state.stage, state.status
    assert len(call_off(session, referral, by=cast.coordinator)) == 1
    assert referral.state == state
    with pytest.raises(WrongStage):
        call_off(session, a_referral(session, cast), by=cast.coordinator)


def test_work_that_goes_on_after_its_meeting_was_called_off_waits_for_a_new_one(
    session: Session, cast: Cast, referral: Referral
) -> None:
    by = cast.coordinator.actor()
    call(session, referral, cast.counsellor, by=cast.coordinator)
    closure.propose_closure(session, referral, by=by, reason="Familjen flyttar.")
    call_off(session, referral, by=cast.coordinator)
    closure.resume_work(session, referral, by=by, reason="De stannar.")
    assert referral.state == TO_SCHEDULE


def test_everybody_who_was_called_gets_a_mail_in_their_language_that_takes_the_meeting_out_of_their_calendar(
    session: Session, cast: Cast, referral: Referral, office: PostOffice
) -> None:
    cast.counsellor.language = "da"
    before = {
        mail.recipient: entry(session, mail)[1]
        for mail in call(session, referral, cast.head_teacher, cast.counsellor, by=cast.coordinator)
    }
    mails = call_off(session, referral, by=cast.coordinator)
    assert kinds(mails) == [(MailKind.MEETING_CALLED_OFF, one.email) for one in (cast.head_teacher, cast.counsellor)]
    for mail in mails:
        mailer.send(invitations_calendar.with_entry(session, notifications.letter(mail), mail))
    messages = [email.message_from_bytes(one, policy=policy.default) for one in office.taken]
    assert [message["Subject"] for message in messages] == [
        f"{referral.number}: du behöver inte komma till mötet",
        f"{referral.number}: du behøver ikke komme til mødet",
    ]
    for message, mail, title in zip(messages, mails, ("Teammöte", "Møde i Trivselsforum"), strict=True):
        (part,) = message.iter_attachments()
        assert part["Content-Type"].params["method"] == "CANCEL"
        calendar = Calendar.from_ical(part.get_content())
        assert str(calendar["METHOD"]) == "CANCEL"
        (event,), called = calendar.events, before[mail.recipient]
        assert (str(event["STATUS"]), str(event["SUMMARY"])) == ("CANCELLED", title)
        assert event["UID"] == called["UID"]
        assert event["SEQUENCE"] > called["SEQUENCE"]
        assert event.start == called.start
        assert event["ORGANIZER"] == called["ORGANIZER"] == "mailto:trivsel@trivsel.invalid"
        assert not {"ATTENDEE", "DESCRIPTION", "LOCATION"} & set(event)
        assert "sjukt" not in message.as_string()


def test_a_call_that_could_not_be_sent_in_time_does_not_go_once_the_meeting_is_moved_or_called_off(
    session: Session, cast: Cast, referral: Referral
) -> None:
    def goes(mail: Mail) -> bool:
        notifications.let_rest_if_done(session, mail)
        return notifications.is_to_go(mail)

    by = {"by": cast.coordinator, "goes": False}
    (first,) = call(session, referral, cast.counsellor, **by)
    assert goes(first)
    (moved,) = call(session, referral, cast.counsellor, starts_at=LATER, **by)
    assert (first.stopped_at, goes(moved)) == (clock.now(), True), "no page says any more that it goes out"
    assert notifications.letter(moved).subject.endswith("du är kallad till ett möte"), "they heard of no other time"
    assert call_off(session, referral, by=cast.coordinator) == [], "nobody heard of it"
    assert moved.stopped_at == clock.now()
    (anew,) = call(session, referral, cast.counsellor, **by)
    assert goes(anew)


def test_that_somebody_need_not_come_is_not_sent_late_once_they_are_called_to_that_meeting_again(
    session: Session, cast: Cast, referral: Referral
) -> None:
    def goes(mail: Mail) -> bool:
        notifications.let_rest_if_done(session, mail)
        return notifications.is_to_go(mail)

    def without_them() -> list[Mail]:
        return [
            mail
            for mail in call(session, referral, cast.head_teacher, goes=False, **by)
            if mail.kind in notifications.TAKES_OUT
        ]

    guardian = coverage.guardians_of(session, referral)[0]
    guardian.email = "maja@example.test"
    by, everybody = {"by": cast.coordinator}, {"by": cast.coordinator, "guardians": [guardian.id]}
    call(session, referral, cast.head_teacher, cast.counsellor, **everybody)
    late = without_them()
    assert {mail.kind for mail in late} == {MailKind.MEETING_CALLED_OFF, MailKind.INVITATION_TAKEN_BACK}
    assert [goes(mail) for mail in late] == [True, True]
    call(session, referral, cast.head_teacher, cast.counsellor, **everybody)
    assert [goes(mail) for mail in late] == [False, False]
    again = without_them()
    call_off(session, referral, **by)
    call(session, referral, cast.head_teacher, cast.counsellor, **everybody)
    assert [goes(mail) for mail in again] == [True, True], (
        "the new meeting is another: the old one has to leave the calendar"
    )


def test_whoever_is_no_longer_called_is_told_and_the_others_keep_their_entry(
    session: Session, cast: Cast, referral: Referral
) -> None:
    first = call(session, referral, cast.head_teacher, cast.counsellor, by=cast.coordinator)
    mails = call(session, referral, cast.head_teacher, by=cast.coordinator, starts_at=LATER)
    assert kinds(mails) == [
        (MailKind.MEETING_SCHEDULED, cast.head_teacher.email),
        (MailKind.MEETING_CALLED_OFF, cast.counsellor.email),
    ]
    (moved, there), (off, gone) = (entry(session, mail) for mail in mails)
    assert (moved, off, str(gone["STATUS"]), gone.start) == ("PUBLISH", "CANCEL", "CANCELLED", AT)
    assert there["UID"] == gone["UID"] == entry(session, first[0])[1]["UID"]
    assert there["SEQUENCE"] == gone["SEQUENCE"] == 1
    assert kinds(call_off(session, referral, by=cast.coordinator)) == [
        (MailKind.MEETING_CALLED_OFF, cast.head_teacher.email)
    ]


def test_whoever_has_nothing_to_do_with_it_any_more_is_told_without_its_number(
    session: Session, cast: Cast, referral: Referral
) -> None:
    (called, _other) = call(session, referral, cast.counsellor, cast.head_teacher, by=cast.coordinator)
    leaving.release_member(
        session, referral, by=cast.coordinator.actor(), seen=None, account_id=cast.counsellor.id, reason="Byter skola."
    )
    stays, gone = call_off(session, referral, by=cast.coordinator)
    assert kinds([stays, gone]) == [
        (MailKind.MEETING_CALLED_OFF, cast.head_teacher.email),
        (MailKind.CALL_TAKEN_BACK, cast.counsellor.email),
    ]
    letter = notifications.letter(gone)
    assert referral.number not in letter.subject + letter.body
    assert letter.body.count("http") == letter.body.count("/home") == 1
    assert "Du var kallad till ett teammöte. Det är inställt." in letter.body
    (off, event), (_method, before) = entry(session, gone), entry(session, called)
    assert (off, event["UID"], event["SUMMARY"]) == ("CANCEL", before["UID"], before["SUMMARY"])


def test_mail_that_takes_a_call_back_says_whether_the_meeting_is_called_off_or_held_without_its_reader(
    session: Session, cast: Cast, referral: Referral
) -> None:
    def said(mails: list[Mail]) -> list[str]:
        return [
            line
            for mail in mails
            for line in notifications.letter(mail).body.splitlines()
            if "utan dig" in line or "inställt" in line
        ]

    guardian, by = coverage.guardians_of(session, referral)[0], {"by": cast.coordinator}
    guardian.email = "maja@example.test"
    people = (cast.second_coordinator, cast.head_teacher, cast.counsellor)
    call(session, referral, *people, guardians=[guardian.id], **by)
    leaving.release_member(
        session, referral, by=cast.coordinator.actor(), seen=None, account_id=cast.counsellor.id, reason="Byter skola."
    )
    left_out = call(session, referral, cast.second_coordinator, **by)
    assert [mail.kind for mail in left_out] == [
        MailKind.MEETING_CALLED_OFF, MailKind.CALL_TAKEN_BACK, MailKind.INVITATION_TAKEN_BACK,
    ]  # fmt: skip
    assert said(left_out) == [
        f"Du behöver inte komma till teammötet i ärendet med nummer {referral.number}: det hålls utan dig.",
        "Du var kallad till ett teammöte. Du behöver inte komma: det hålls utan dig.",
        "Du var inbjuden till ett möte. Du behöver inte komma: det hålls utan dig.",
    ]
    call(session, referral, *people[:2], guardians=[guardian.id], **by)
    off = f"Teammötet i ärendet med nummer {referral.number}, som du var kallad till, är inställt."
    assert said(call_off(session, referral, **by)) == [off, off, "Du var inbjuden till ett möte. Det är inställt."]
    either = "det är inställt, eller hålls utan dig"
    assert [either in line.lower() for line in said(left_out)] == [True] * 3, (
        "who was left out does not read how it went on, where that had not gone before"
    )


def test_who_calls_the_team_and_comes_themselves_has_the_meeting_in_their_calendar_like_everybody_else(
    session: Session, cast: Cast, referral: Referral
) -> None:
    both, by = (cast.coordinator, cast.second_coordinator), {"by": cast.coordinator}
    first, moved = (call(session, referral, *both, starts_at=at, **by) for at in (AT, LATER))
    off = call_off(session, referral, **by)
    for mails, kind in (
        (first, MailKind.MEETING_SCHEDULED),
        (moved, MailKind.MEETING_SCHEDULED),
        (off, MailKind.MEETING_CALLED_OFF),
    ):
        assert kinds(mails) == [(kind, one.email) for one in both]
    letters = [notifications.letter(mails[0]) for mails in (first, moved)]
    assert [one.subject.partition(": ")[2] for one in letters] == ["du är kallad till ett möte", "mötet har ändrats"]
    assert all("och säger var det är.\nLogga in" in one.body.replace(f"{ANEW}\n", "") for one in letters)
    own = [entry(session, mails[0])[1] for mails in (first, moved, off)]
    assert [event.start for event in own] == [AT, LATER, LATER]
    assert ([event["SEQUENCE"] for event in own], len({event["UID"] for event in own})) == ([0, 1, 2], 1)


def test_a_place_that_was_typed_for_the_child_stands_in_no_entry_and_is_read_once_signed_in(
    session: Session, cast: Cast, referral: Referral
) -> None:
    call(session, referral, cast.counsellor, by=cast.coordinator)
    (mail,) = call(session, referral, cast.counsellor, by=cast.coordinator, place="Hemma hos Mila")
    lines = notifications.letter(mail).body.splitlines()
    for line in (
        "Det börjar tisdag 20 oktober 2026 kl. 14:30, som förut.",
        "Det är på en annan plats nu.",
        "Den bifogade filen ändrar det i din kalender.",
        "Har du redan svarat gäller det fortfarande.",
        "Logga in för att se var det är, och för att svara om du kommer:",
    ):
        assert line in lines


def test_who_calls_others_only_is_not_told_and_of_what_never_reached_their_calendar_they_are_not_either(
    session: Session, cast: Cast, referral: Referral
) -> None:
    both, by = (cast.coordinator, cast.second_coordinator), {"by": cast.coordinator}
    assert kinds(call(session, referral, cast.second_coordinator, **by)) == [
        (MailKind.MEETING_SCHEDULED, cast.second_coordinator.email)
    ]
    anew = call(session, referral, *both, goes=False, **by)
    (own,) = (mail for mail in anew if mail.address == cast.coordinator.email)
    notifications.stop(session, referral, own, by=cast.coordinator.actor())
    assert {mail.address for mail in call_off(session, referral, **by)} == {cast.second_coordinator.email}


def test_who_calls_the_team_is_told_where_mail_that_may_have_reached_their_calendar_rests_by_now(
    session: Session, cast: Cast, referral: Referral
) -> None:
    (mail,) = call(session, referral, cast.coordinator, by=cast.coordinator, goes=False)
    session.scalars(select(Step).where(Step.mail_id == mail.id)).one().failures = 1
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjukt.")
    session.expire_all()
    notifications.let_rest_if_done(session, mail)
    assert mail.stopped_at is not None
    assert kinds(told(session, referral)) == [(MailKind.MEETING_CALLED_OFF, cast.coordinator.email)]


def test_a_referral_that_ends_leaves_no_entry_standing(session: Session, cast: Cast, referral: Referral) -> None:
    called = call(session, referral, cast.counsellor, by=cast.coordinator)
    by = cast.coordinator.actor()
    closure.propose_closure(session, referral, by=by, reason="Familjen flyttar.")
    assert told(session, referral) == []
    end = ClosureInput(reason=ClosureReason.MOVED, summary="Familjen flyttar.", if_needed_again="Ring skolan.")
    closure.close_referral(session, referral, by=by, closure=end)
    mails = [mail for mail in told(session, referral) if mail.kind is MailKind.MEETING_CALLED_OFF]
    assert [mail.address for mail in mails] == [cast.counsellor.email]
    off, gone = entry(session, mails[0])
    assert (off, gone["UID"]) == ("CANCEL", entry(session, called[0])[1]["UID"])
    (meeting,) = team_review.meetings_of(session, referral)
    assert meeting.called_off == referral.history[-1]


def test_of_a_meeting_whose_time_has_passed_nobody_is_told(
    session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller
) -> None:
    call(session, referral, cast.counsellor, by=cast.coordinator)
    wednesday.move_to(LATER)
    assert call_off(session, referral, by=cast.coordinator) == []
    assert isinstance(team_review.ended_call(session, referral.history[-1]), TeamMeeting)


def test_whoever_is_off_the_list_of_a_protected_identity_is_not_written_to(
    session: Session, cast: Cast, referral: Referral
) -> None:
    call(session, referral, cast.head_teacher, cast.counsellor, by=cast.coordinator)
    protected(session, referral, by=cast.coordinator, let_in=(cast.head_teacher,))
    assert [mail.address for mail in call_off(session, referral, by=cast.coordinator)] == [cast.head_teacher.email]
