"""What comes back: read by the command line, shown to the coordinator with what to do, and settled there."""

import io
import os
import re
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, config, db, notifications, steps, team_review, triage
from referrals.audiences import REPORTER
from referrals.forums import agenda, date_letters
from referrals.models import Account, DateCall, Mail, Referral, Step, TeamDate
from referrals.stages import TO_SCHEDULE, Verb
from referrals.vocabulary import MailKind, Profession
from tests import straight_way
from tests.factories import a_guardian, a_referral
from tests.schemas.test_delivery_report import REPORT, WHOLE
from tests.webapp.desk import Desk, cast_of
from webapp import cli


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture(autouse=True)
def at_the_command_line(settings, monkeypatch):
    """The command line works on the same instance as the pages."""
    monkeypatch.setenv("TRIVSEL_DATABASE_URL", settings.database)
    config.current.cache_clear()
    yield
    config.current.cache_clear()


@pytest.fixture
def sent(app, settings):
    """A concern whose mail went to the coordinators, and its return to the reporter: the number, and each Message-ID."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = straight_way.submit(session, cast.school)
        mails = notifications.write(session, referral.history[-1])
        triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Hur länge?")
        session.expire(referral)
        mails += notifications.write(session, referral.history[-1])
        for mail in mails:
            notifications.note_sent(session, mail)
            step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
            step.finished_at, step.not_before = clock.machine_now(), None
            mail.held_until = mail.written_at
        names = {mail.address.partition(".")[0].partition("@")[0]: mail.message_id for mail in mails}
        return referral.number, names


def report_on(message_id):
    return (REPORT + WHOLE).replace(b"<0123@kommunen.invalid>", message_id.encode())


@pytest.fixture
def pipe(monkeypatch, capsys):
    """Hands one report to `trivsel bounces`: exit status, and what it said."""

    def hand_over(content, *words):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        status = cli.main(["bounces", *words])
        said = capsys.readouterr()
        return status, (said.out + said.err).strip()

    return hand_over


def test_a_mail_that_came_back_is_shown_and_goes_to_the_address_put_right(signed_in, settings, sent, pipe):
    number, ids = sent
    assert pipe(report_on(ids["sanna"])) == (0, "1 came back, 0 said nothing new of a mail of ours")
    browser = signed_in("karin")
    for address in (f"/referrals/{number}", f"/referrals/{number}/documents"):
        page = browser.get(address)
        assert "A mail to Sanna Brolund came back: the address takes none." in page.text
        assert "An administrator puts the address right under People" in page.text
    assert "Could not be sent" in page.text
    assert "A mail came back: its address takes none." in signed_in("anton").get("/administration/automatic-work").text
    with db.writing(settings.database) as session:
        session.scalars(select(Account).where(Account.email.startswith("sanna."))).one().email = "sanna@ny.invalid"
    browser.get(f"/referrals/{number}/documents")
    browser.submit(form="retry-1")
    with db.reading(settings.database) as session:
        (mail,) = [one for one in session.scalars(select(Mail)) if one.address == "sanna@ny.invalid"]
        step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
        assert (mail.sent_at, step.finished_at, step.failed_at, step.failed_with) == (None, None, None, None)
    assert "came back" not in browser.get(f"/referrals/{number}/documents").text
    assert pipe(report_on(ids["sanna"])) == (0, "0 came back, 1 said nothing new of a mail of ours"), "read again"


def test_what_one_person_was_not_reached_by_stands_in_one_notice_and_is_tried_again_at_once(
    signed_in, settings, sent, pipe
):
    number, ids = sent
    with db.writing(settings.database) as session:
        mail, second = (
            session.scalars(select(Mail).where(Mail.message_id == ids[name])).one() for name in ("sanna", "karin")
        )
        second.kind, second.recipient, second.address = MailKind.CONCERN_WITHDRAWN, mail.recipient, mail.address
    pipe(report_on(ids["sanna"]))
    pipe(report_on(ids["karin"]))
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}")
    assert page.text.count("A mail to Sanna Brolund came back") == 1
    for kind in (MailKind.CONCERN_RECEIVED, MailKind.CONCERN_WITHDRAWN):
        assert f"It need not be sent: {kind.label}" in page.text
    browser.submit(form="retry-1")
    assert "came back" not in browser.get(f"/referrals/{number}").text


def test_a_mail_that_goes_on_being_tried_says_when(signed_in, settings, sent):
    number, ids = sent
    with db.writing(settings.database) as session:
        mail = session.scalars(select(Mail).where(Mail.message_id == ids["sanna"])).one()
        step = session.scalars(select(Step).where(Step.mail_id == mail.id)).one()
        mail.sent_at, step.finished_at, step.failures = None, None, len(steps.PAUSES)
        attempt = steps.claim(session, step.id, holder="one").attempt
        assert steps.fail(session, step.id, attempt=attempt, word="mail")
    page = signed_in("karin").get(f"/referrals/{number}/documents")
    assert (
        "A mail could not be sent. It was tried several times and is tried again by itself, next at about" in page.text
    )
    assert "tried again by itself at about" in signed_in("anton").get("/administration/automatic-work").text


def test_a_reporter_is_reached_in_another_way_and_the_mail_given_up(signed_in, desk, sent, pipe):
    number, ids = sent
    pipe(report_on(ids["reporter"]))
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}")
    assert "A mail to the reporter came back: the address takes none." in page.text
    assert "Tell the reporter in another way" in page.text
    browser.submit(form="give-up-1")
    assert "came back" not in browser.get(f"/referrals/{number}").text
    row, mail, step = desk.read(number, _as_settled)
    assert (row.verb, row.choice) == (Verb.STOP_SENDING, "concern_returned")
    assert mail.stopped_at
    assert (step.failed_at, step.finished_at is None) == (None, False)


def _as_settled(session, referral):
    mail = session.scalars(select(Mail).where(Mail.recipient == REPORTER)).one()
    return referral.history[-1], mail, session.scalars(select(Step).where(Step.mail_id == mail.id)).one()


def test_who_may_not_try_again_is_not_told_whose_mail_it_was(signed_in, sent, pipe):
    number, ids = sent
    pipe(report_on(ids["sanna"]))
    page = signed_in("henrik").get(f"/referrals/{number}")
    assert "A mail came back: its address takes none." in page.text
    assert "Sanna" not in page.text


def test_a_mailbox_folder_is_read_through_as_often_as_one_likes(settings, sent, pipe, tmp_path):
    number, ids = sent
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1.here").write_bytes(report_on(ids["sanna"]))
    (tmp_path / "cur" / "2.here:2,S").write_bytes(report_on(ids["karin"]))
    (tmp_path / "new" / "3.here").write_bytes(b"Subject: I am away\n\nuntil Monday\n")
    assert pipe(b"", str(tmp_path)) == (0, "2 came back, 1 said nothing new of a mail of ours")
    assert pipe(b"", str(tmp_path)) == (0, "0 came back, 3 said nothing new of a mail of ours")
    with db.reading(settings.database) as session:
        assert (
            session.scalars(select(Referral.number).join(Step).where(Step.failed_at.is_not(None))).all() == [number] * 2
        )


def test_a_long_folder_shows_on_a_terminal_how_far_it_is(app, pipe, tmp_path, monkeypatch):
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "1.here").write_bytes(b"Subject: I am away\n\nuntil Monday\n")
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True)
    assert re.search(r"reports  \[#+\]  1/1  100%", pipe(b"", str(tmp_path))[1])


def test_what_is_no_mailbox_folder_is_refused(app, pipe, tmp_path):
    (tmp_path / "new").mkdir()
    assert pipe(b"", str(tmp_path)) == (1, f"trivsel: {tmp_path} is no Maildir: it has no folders new and cur")


def test_a_report_that_cannot_be_written_down_now_is_to_come_again(app, pipe, monkeypatch, new_database):
    monkeypatch.setenv("TRIVSEL_DATABASE_URL", new_database())
    config.current.cache_clear()
    status, said = pipe(report_on("<0123@kommunen.invalid>"))
    assert (status, said) == (
        os.EX_TEMPFAIL,
        "trivsel: the database does not answer; the report is to come again later",
    )


def told_of_a_date(settings, *, is_told=True):
    """A referral whose coordinator was told of the team's date, with one call that the letter speaks for and one that rests since; and the letter."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral, by = a_referral(session, cast, TO_SCHEDULE), cast.coordinator.actor()
        a_guardian(session, referral, told_by=cast.coordinator)
        begins_at = clock.now() + timedelta(days=7)
        day = TeamDate(forum=referral.forum, starts_at=begins_at, minutes=60, place=referral.forum.place)
        session.add(day)
        session.flush()
        agenda.put_on(session, day, referral.id, minutes=30, by=by)
        team_review.schedule_meeting(
            session, referral, by=by, seen=None, starts_at=begins_at, minutes=30, place=day.place, called=[cast.coordinator.id],
            without=list(Profession), on_closed_day=True,
        )  # fmt: skip
        session.expire(referral)
        notifications.write(session, referral.history[-1])
        if not is_told:
            return referral.number, None
        recipient = f"account:{cast.coordinator.id}"
        message_id = date_letters.look(session, day.id, recipient, is_held=False)
        date_letters.note_sent(session, message_id)
        team_review.schedule_meeting(
            session, referral, by=by, seen=None, starts_at=begins_at + timedelta(minutes=30), minutes=30, place=day.place,
            called=[cast.coordinator.id], without=list(Profession), on_closed_day=True,
        )  # fmt: skip
        session.expire(referral)
        notifications.write(session, referral.history[-1])
        assert date_letters.look(session, day.id, recipient, is_held=False) is None
        return referral.number, message_id


def test_the_page_says_when_the_mail_about_a_date_goes_and_how_it_is_stopped(signed_in, settings):
    number, _ = told_of_a_date(settings, is_told=False)
    page = signed_in("karin").get(f"/referrals/{number}/documents")
    assert re.search(r"Goes out at \d\d:\d\d, as one mail for the whole date\.", page.text)
    assert "Until then it stops if the meeting is called off." in page.text


def test_mail_about_a_date_of_the_team_that_came_back_is_shown_until_it_arrives(signed_in, settings, desk, pipe):
    number, message_id = told_of_a_date(settings)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    assert "came back" not in page.text
    assert "One mail for the whole date" in page.text
    assert pipe(report_on(message_id)) == (0, "1 came back, 0 said nothing new of a mail of ours")
    for address in (f"/referrals/{number}", f"/referrals/{number}/documents"):
        page = browser.get(address)
        assert "A mail to Karin Almkvist came back: the address takes none." in page.text
        assert "then it goes by itself" in page.text
    assert page.text.count("Could not be sent") == 2, "what it said of the newer call did not arrive either"
    assert "One mail for the whole date" not in page.text
    assert "A mail came back: its address takes none." in signed_in("henrik").get(f"/referrals/{number}/documents").text
    with db.writing(settings.database) as session:
        call = session.scalars(select(DateCall)).one()
        call.failed_with, call.tries = "mail", date_letters.MOST_TRIES
    page = browser.get(f"/referrals/{number}/documents")
    assert "A mail could not be sent." in page.text
    assert "at least once an hour" in page.text
    browser.submit(form="retry-1")
    page = browser.get(f"/referrals/{number}/documents")
    assert "could not be sent" not in page.text
    assert page.text.count("On its way") == 2, "both calls that the letter speaks for"
    with db.reading(settings.database) as session:
        assert session.scalars(select(DateCall.tries)).one() == 0
