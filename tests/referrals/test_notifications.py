"""Mail: who is told after which decision, in which words, and how it is stopped."""

import itertools
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import audiences, clock, config, history, languages, mailer, notifications, steps, triage
from referrals.access import SYSTEM
from referrals.errors import NoSuchReferral, NotAllowed, TooLateToStop
from referrals.models import History, Mail, Referral, Step, StepKind
from referrals.stages import FOLLOW_UP_DUE, IN_TRIAGE, MEETING_HELD, PLAN_ACTIVE, RETURNED, SCHEDULED, SUBMITTED, Verb
from referrals.vocabulary import MailKind, PartStatus
from tests import straight_way
from tests.documents.reading import SNAPSHOTS, compare
from tests.factories import a_member, a_part, a_plan, a_referral
from tests.people import Cast

#: mail that goes to guardians
TO_GUARDIANS = {MailKind.MEETING_INVITED, MailKind.INVITATION_TAKEN_BACK}
#: mail that goes to reporters, only or too
READERS = {MailKind.CONCERN_RETURNED: ("reporter",), MailKind.REFERRAL_CLOSED: ("account:somebody", "reporter")}
READERS |= dict.fromkeys(TO_GUARDIANS, (f"guardian:{uuid.UUID(int=1)}",))
#: mail that may reach the one who is too close to it, or has nothing to do with it any more
WITHOUT_NUMBER = {MailKind.CALL_TAKEN_BACK, MailKind.CONFLICT_TO_SETTLE, MailKind.NOBODY_TO_SETTLE} | TO_GUARDIANS


@pytest.fixture(autouse=True)
def from_wednesday(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


def newest(session: Session, referral: Referral) -> History:
    rows = select(History).where(History.referral_id == referral.id).order_by(History.number.desc())
    return session.scalars(rows.limit(1)).one()


def told(mail: list[Mail]) -> list[tuple[str, str]]:
    return [(letter.kind.value, letter.address or "") for letter in mail]


def test_the_right_people_are_told_on_the_straight_way(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school)
    mail = told(notifications.write(session, newest(session, referral)))
    triage.open_triage(session, referral, by=SYSTEM)
    for decide in straight_way.DECISIONS:
        from_wednesday.shift(timedelta(hours=1))
        decide(session, cast, referral)
        session.expire_all()
        mail += told(notifications.write(session, newest(session, referral)))
    karin, sanna, henrik, petra = (
        account.email
        for account in (cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.special_educator)
    )
    assert mail == [
        ("concern_received", karin),
        ("concern_received", sanna),
        ("part_requested", petra),
        ("meeting_scheduled", karin),
        ("meeting_scheduled", petra),
        ("meeting_invited", "ottoline@bläckfisk.invalid"),
        ("minutes_to_approve", henrik),
        ("minutes_to_approve", sanna),
        ("plan_to_approve", henrik),
        ("plan_to_approve", sanna),
        ("plan_returned", karin),
        ("plan_to_approve", henrik),
        ("plan_to_approve", sanna),
        ("plan_approved", karin),
        ("plan_approved", petra),
        ("referral_closed", petra),
        ("referral_closed", "reporter@kvast.invalid"),
    ]


def test_a_reporter_who_left_no_address_is_not_written_to(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school, email=None)
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Mer.")
    assert notifications.write(session, newest(session, referral)) == []


def test_a_reporter_is_asked_for_more_in_the_language_of_their_concern(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school, language="da")
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Mer.")
    (mail,) = notifications.write(session, newest(session, referral))
    letter = notifications.letter(mail)
    assert (referral.state, mail.kind, letter.to) == (RETURNED, MailKind.CONCERN_RETURNED, "reporter@kvast.invalid")
    assert letter.subject == f"{referral.number}: vi mangler lidt mere fra dig"
    assert "/referrals/" not in letter.body


def test_mail_is_written_once_and_waits_ten_minutes(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    row = newest(session, referral)
    first, second = notifications.write(session, row)
    assert notifications.write(session, row) == []
    assert first.message_id != second.message_id
    assert first.held_until == clock.now() + timedelta(minutes=10)
    step = session.scalars(select(Step).where(Step.mail_id == first.id)).one()
    assert (step.kind, step.not_before) == (StepKind.SEND_MAIL, first.held_until)
    assert notifications.mail_of(session, step) is first
    assert set(notifications.written(session, referral)) == {first, second}


def test_a_mail_can_be_stopped_before_it_goes(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = straight_way.submit(session, cast.school)
    first, second = notifications.write(session, newest(session, referral))
    triage.open_triage(session, referral, by=SYSTEM)
    with pytest.raises(NotAllowed):
        notifications.stop(session, referral, first, by=cast.outsider.actor())
    notifications.stop(session, referral, first, by=cast.head_teacher.actor(), seen=referral.version)
    notifications.stop(session, referral, first, by=cast.coordinator.actor())
    assert not notifications.is_to_go(first)
    assert [row.verb for row in referral.history].count(Verb.STOP_SENDING) == 1
    notifications.note_sent(session, first)
    assert first.sent_at is None
    from_wednesday.shift(timedelta(minutes=10))
    with pytest.raises(TooLateToStop):
        notifications.stop(session, referral, second, by=cast.coordinator.actor())
    notifications.note_sent(session, second)
    assert second.sent_at == clock.now()
    with pytest.raises(TooLateToStop):
        notifications.stop(session, referral, second, by=cast.coordinator.actor())


def test_what_is_sent_again_goes_where_its_reader_is_by_now(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    mails = notifications.write(session, newest(session, referral))
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Mer.")
    mails += notifications.write(session, newest(session, referral))
    for mail in mails:
        notifications.note_sent(session, mail)
        assert notifications.note_returned(session, mail.message_id)
    cast.second_coordinator.email = "sanna@ny.invalid"
    for step in steps.failed(session, referral):
        assert step.failed_with == "address"
        steps.retry(session, step, by=cast.coordinator.actor())
    session.expire_all()
    assert [mail.address for mail in mails] == [cast.coordinator.email, "sanna@ny.invalid", "reporter@kvast.invalid"]
    assert not notifications.note_returned(session, "<of somebody else@kommunen.invalid>")


def test_a_mail_that_asks_for_what_is_done_already_does_not_go(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    triage.open_triage(session, referral, by=SYSTEM)
    for decide in straight_way.DECISIONS:
        decide(session, cast, referral)
        session.expire_all()
        if (row := newest(session, referral)).verb is Verb.RECORD_MEETING:
            asking = notifications.write(session, row)
            for mail in asking:
                notifications.let_rest_if_done(session, mail)
                assert notifications.is_to_go(mail)
    closed = notifications.write(session, newest(session, referral))
    for mail in (*asking, *closed):
        notifications.let_rest_if_done(session, mail)
    assert {(mail.stopped_at, mail.stopped_by_id) for mail in asking} == {(clock.now(), None)}
    assert all(notifications.is_to_go(mail) for mail in closed)


def test_a_mail_is_found_on_its_own_referral_only(session: Session, cast: Cast) -> None:
    referral, other = straight_way.submit(session, cast.school), a_referral(session, cast)
    mail = notifications.write(session, newest(session, referral))[0]
    assert notifications.find(session, referral, mail.id) is mail
    for wrong in (mail.id, other.id):
        with pytest.raises(NoSuchReferral):
            notifications.find(session, other, wrong)


@pytest.mark.parametrize("language", list(languages.LANGUAGES))
def test_every_mail_says_the_number_and_a_link_and_nothing_else(session: Session, cast: Cast, language: str) -> None:
    referral = straight_way.submit(session, cast.school)

    def written_in(code: str, kind: MailKind, recipient: str) -> mailer.Letter:
        mail = Mail(referral=referral, kind=kind, language=code, recipient=recipient, address="x@y.invalid")
        return notifications.letter(mail)

    for kind, recipient in itertools.product(MailKind, ("reporter", "account:somebody")):
        letter, english = written_in(language, kind, recipient), written_in("en", kind, recipient)
        assert (referral.number in letter.subject + letter.body) == (kind not in WITHOUT_NUMBER)
        assert "http://" in letter.body
        assert letter.language == language
        for secret in (*straight_way.TYPED, cast.school.name, cast.forum.name):
            assert secret not in letter.body + letter.subject
        assert (letter.body == english.body) == (language == "en")


@pytest.mark.parametrize("kind", list(MailKind))
def test_a_mail_says_what_was_last_read_and_approved(
    session: Session, cast: Cast, kind: MailKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "current", lambda: config.Settings(public_url="https://trivsel.invalid"))
    referral = a_referral(session, cast, number="HTL-7K4M-2Q9X")
    for language in languages.LANGUAGES:
        pages = []
        for recipient in READERS.get(kind, ("account:somebody",)):
            mail = Mail(referral=referral, kind=kind, language=language, recipient=recipient, written_at=clock.now())
            letter = notifications.letter(mail)
            pages.append(f"{letter.subject}\n\n{letter.body}")
        compare(SNAPSHOTS.parent / "emails" / f"{kind.value}.{language}.txt", "\n----\n".join(pages))


def test_who_is_just_asked_is_told_and_nobody_who_was_asked_before(
    session: Session, cast: Cast, from_wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast)
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    a_part(session, referral, cast.school_nurse, asked_by=cast.coordinator, status=PartStatus.RECEIVED)
    from_wednesday.shift(timedelta(hours=1))
    history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    from_wednesday.shift(timedelta(hours=1))
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    row = history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    assert [one.address for one in audiences.assessors_just_asked(session, row)] == [cast.special_educator.email]


def test_the_very_first_row_has_nothing_before_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    assert [one.address for one in audiences.assessors_just_asked(session, newest(session, referral))] == [
        cast.counsellor.email
    ]


@pytest.mark.parametrize(
    "audience", [audiences.plan_author, audiences.named_in_plan, audiences.called_to_meeting, audiences.who_follows_up]
)
def test_nobody_is_told_of_a_plan_or_meeting_there_is_not(
    session: Session, cast: Cast, audience: Callable[[Session, History], list[audiences.Addressee]]
) -> None:
    assert audience(session, newest(session, a_referral(session, cast))) == []


def test_who_follows_up_and_the_owner_are_told_that_the_day_has_come(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.second_coordinator.id)
    a_member(session, referral, cast.special_educator)
    a_plan(session, referral, author=cast.special_educator, approved_at=clock.now())
    a_plan(session, referral, author=cast.counsellor, version=2)
    row = history.record(session, referral, Verb.OPEN_FOLLOW_UP, by=SYSTEM, to=FOLLOW_UP_DUE)
    assert told(notifications.write(session, row)) == [
        ("follow_up_due", cast.special_educator.email),
        ("follow_up_due", cast.second_coordinator.email),
    ]


def test_minutes_that_are_only_corrected_are_not_announced_again(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SCHEDULED)
    held = history.record(session, referral, Verb.RECORD_MEETING, by=cast.coordinator.actor(), to=MEETING_HELD)
    corrected = history.record(session, referral, Verb.RECORD_MEETING, by=cast.coordinator.actor())
    assert len(notifications.write(session, held)) == 2
    assert notifications.write(session, corrected) == []


def test_somebody_who_left_is_not_written_to(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    a_member(session, referral, cast.counsellor)
    for account in (cast.counsellor, cast.second_coordinator):
        account.is_active = False
    session.flush()
    row = newest(session, referral)
    assert [one.address for one in audiences.coordinators(session, row)] == [cast.coordinator.email]
    assert audiences.members_and_reporter(session, row) == []


def test_decisions_that_concern_nobody_else_are_told_to_nobody(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, IN_TRIAGE)
    row = history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    assert notifications.write(session, row) == []
    assert steps.failed(session, referral) == []
