"""The page of a referral's papers and mail, and the administrators' page of work that was given up."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, db, documents, history, notifications, printing, steps, triage
from referrals.access import SYSTEM
from referrals.documents import Paper
from referrals.models import AuditEvent, ClockPaper, Document, History, Mail, PrintAttempt, Referral, Step, What
from referrals.papers import readers
from referrals.stages import PLAN_DRAFT, TO_SCHEDULE, Verb
from referrals.vocabulary import DocumentKind, PlanStatus
from tests import straight_way
from tests.factories import a_guardian, a_meeting
from tests.webapp.desk import Desk, cast_of


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def number(settings):
    """A concern with its receipt made and its mail written, a moment ago."""
    with db.writing(settings.database) as session:
        referral = straight_way.submit(session, cast_of(session).school)
        row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
        for paper in documents.outstanding(session, row):
            documents.issue(session, row, paper, content=b"%PDF-1.7 " + paper.kind.encode())
        guardian = Paper(DocumentKind.INVITATION, readers.guardian_key(uuid.uuid4()), "sv")
        documents.issue(session, row, guardian, content=b"%PDF-1.7")
        notifications.write(session, row)
        return referral.number


def forms_of(page, start):
    return [form for form in page.all("form") if form.get("id", "").startswith(start)]


def give_up(settings, number, word):
    """Let the referral's newest step be given up."""
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        step = session.scalars(
            select(Step)
            .where(Step.referral_id == referral.id, Step.failed_at.is_(None))
            .order_by(Step.created_at.desc())
        ).first()
        step.not_before = None
        session.flush()
        claim = steps.claim(session, step.id, holder="test")
        steps.start(session, step.id, attempt=claim.attempt, flow_run_id=uuid.UUID(int=7))
        steps.fail(session, step.id, attempt=claim.attempt, word=word, again=False)
        return step.id


def test_papers_and_mail_are_listed_with_whom_they_are_for(signed_in, number):
    page = signed_in("karin").get(f"/referrals/{number}/documents")
    assert page.heading == "Documents and mail"
    for words in (
        "Receipt (PDF)",
        "The file",
        "A guardian",
        "A concern has come in",
        "Karin Almkvist",
        "Can be stopped until",
    ):
        assert words in page.text
    assert "being made right now" in page.text
    papers = next(table for table in page.all("table") if "Papers of this referral" in page.text_of(table))
    lines = [[page.text_of(cell) for cell in row] for row in papers.iter("tr")]
    assert lines[0][1] == "Version"
    assert {line[1] for line in lines[1:]} == {"1"}


def test_an_earlier_version_is_marked_as_replaced_unless_the_newer_was_stopped(signed_in, settings, number):
    def referral_in(session):
        return session.scalars(select(Referral).where(Referral.number == number)).one()

    with db.writing(settings.database) as session:
        referral = referral_in(session)
        triage.open_triage(session, referral, by=SYSTEM)
        karin = cast_of(session).coordinator.actor()
        row = triage.send_to_team(session, referral, by=karin, seen=None, reason="Det räcker för ett möte.")
        for paper in documents.outstanding(session, row):
            documents.issue(session, row, paper, content=b"%PDF-1.7")
    karin = signed_in("karin")
    for address in (f"/referrals/{number}/documents", f"/referrals/{number}"):
        assert karin.get(address).text.count("Replaced by a newer version") == 1
    page = karin.get(f"/referrals/{number}/documents")
    versions = [[page.text_of(cell) for cell in row][1] for row in page.all("tr")]
    assert "2" in versions
    with db.writing(settings.database) as session:
        newest = session.scalars(select(Document).where(Document.version == 2)).one()
        newest.stopped_at = clock.machine_now()
    assert "Replaced by a newer version" not in karin.get(f"/referrals/{number}/documents").text


def test_a_call_that_had_not_left_when_the_meeting_was_called_off_does_not_go_out(signed_in, settings, desk):
    number = desk.lay(TO_SCHEDULE)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        by = cast_of(session).coordinator
        meeting = a_meeting(session, referral, called_by=by, starts_at=clock.now() + timedelta(days=7))
        row = history.record(session, referral, Verb.SCHEDULE_MEETING, by=by.actor())
        call = Paper(DocumentKind.INVITATION, readers.PROFESSIONALS, "sv")
        documents.issue(session, row, call, content=b"%PDF").held_until = row.at
        held = history.record(session, referral, Verb.SCHEDULE_MEETING, by=by.actor())
        documents.issue(session, held, call, content=b"%PDF")
        meeting.called_off_in = held.number
    karin = signed_in("karin")
    for address in (f"/referrals/{number}/documents", f"/referrals/{number}"):
        text = karin.get(address).text
        assert (text.count("Does not go out"), text.count("The meeting has been called off")) == (1, 2)


def test_a_paper_is_read_as_it_was_issued(signed_in, number, desk):
    receipt = desk.read(number, lambda session, referral: documents.receipt_of(session, referral).id)
    browser = signed_in("henrik")
    answer = browser.client.get(f"/referrals/{number}/documents/{receipt}")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", b"%PDF-1.7 receipt")
    assert f"{number}-receipt-1.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("who", ["otto", "petra", "anton"])
def test_papers_are_shown_to_nobody_else(signed_in, number, desk, who):
    receipt = desk.read(number, lambda session, referral: documents.receipt_of(session, referral).id)
    client = signed_in(who).client
    assert client.get(f"/referrals/{number}/documents/{receipt}").status_code == 404
    assert client.get(f"/referrals/{number}/documents").status_code == 404


def test_a_paper_of_another_referral_is_unknown_here(signed_in, number, desk):
    other = desk.lay(PLAN_DRAFT)
    receipt = desk.read(number, lambda session, referral: documents.receipt_of(session, referral).id)
    assert signed_in("karin").client.get(f"/referrals/{other}/documents/{receipt}").status_code == 404


def test_a_paper_is_stopped_in_time(signed_in, number, desk):
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    after = browser.submit(form=forms_of(page, "stop-paper-")[0])
    assert "The paper is stopped" in after.text
    stopped = desk.read(number, lambda session, _: session.scalars(select(Document.stopped_at)).all())
    assert sum(at is not None for at in stopped) == 1


def test_a_mail_is_stopped_in_time(signed_in, number, desk):
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    browser.submit(form=forms_of(page, "stop-mail-")[0])
    stopped = desk.read(number, lambda session, _: session.scalars(select(Mail.stopped_at)).all())
    assert sum(at is not None for at in stopped) == 1
    assert "Stopped" in browser.get(f"/referrals/{number}/documents").text


def test_after_ten_minutes_nothing_can_be_stopped_any_more(signed_in, number, settings):
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    clock.set_now(clock.now() + timedelta(minutes=11))
    assert browser.send(form=forms_of(page, "stop-mail-")[0]).status_code == 409
    later = browser.get(f"/referrals/{number}/documents")
    assert forms_of(later, "stop-") == []
    assert "On its way" in later.text


def test_a_preview_says_that_it_is_one(signed_in, desk, monkeypatch):
    printed = []

    def print_nothing(html):
        printed.append(html)
        return b"%PDF-1.7"

    monkeypatch.setattr(printing, "print_pdf", print_nothing)
    number = desk.lay(PLAN_DRAFT, plan=PlanStatus.DRAFT)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    assert "Preview: Action plan" in page.text
    answer = browser.client.get(f"/referrals/{number}/documents/preview/action_plan")
    assert (answer.status_code, answer.data) == (200, b"%PDF-1.7")
    assert re.search("preview", printed[0], re.IGNORECASE)
    for not_ahead in ("closing", "nonsense"):
        assert browser.client.get(f"/referrals/{number}/documents/preview/{not_ahead}").status_code == 404


def test_a_preview_shows_what_a_guardian_gets_and_is_noted_for_whom(signed_in, desk, settings, monkeypatch):
    printed = []
    monkeypatch.setattr(printing, "print_pdf", lambda html: printed.append(html) or b"%PDF-1.7")
    number = desk.lay(PLAN_DRAFT, plan=PlanStatus.DRAFT)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        guardian = a_guardian(session, referral, told_by=cast_of(session).coordinator, language="da").id
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    links = [one.get("href") for one in page.all("a") if str(guardian) in one.get("href", "")]
    (link,) = [one for one in links if "action_plan" in one]
    assert browser.client.get(link).status_code == 200
    assert 'lang="da"' in printed[0]
    assert browser.client.get(link.replace(str(guardian), str(uuid.uuid4()))).status_code == 404
    noted = select(AuditEvent).where(AuditEvent.what == What.PREVIEWED_PAPER)
    event = desk.read(number, lambda session, _: session.scalars(noted.order_by(AuditEvent.at)).first())
    assert (event.subject, event.object_id) == ("action_plan", guardian)


@pytest.mark.parametrize(
    ("word", "said"),
    [("mail", "A mail could not be sent."), ("database", "A mail could not be sent.")],
)
def test_work_that_was_given_up_is_seen_and_tried_again(signed_in, number, settings, word, said):
    step_id = give_up(settings, number, word)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    assert said in page.text
    assert "The technical run" not in page.text
    browser.submit(form="retry-1")
    with db.reading(settings.database) as session:
        assert session.get(Step, step_id).failed_at is None
    assert said not in browser.get(f"/referrals/{number}/documents").text


def test_a_step_of_another_referral_cannot_be_retried_here(signed_in, number, desk, settings):
    other = desk.lay(PLAN_DRAFT)
    step_id = give_up(settings, other, "paper")
    browser = signed_in("karin")
    assert "A paper could not be made." in browser.get(f"/referrals/{other}/documents").text
    give_up(settings, number, "mail")
    page = browser.get(f"/referrals/{number}/documents")
    form = page.form("retry-1")
    form.set("action", f"/referrals/{number}/steps/{step_id}/retry")
    assert browser.send(form="retry-1").status_code == 404


def test_a_head_teacher_sees_a_failure_and_who_can_mend_it(signed_in, number, settings):
    give_up(settings, number, "mail")
    page = signed_in("henrik").get(f"/referrals/{number}/documents")
    assert "The coordinator can let it be tried again." in page.text


def test_administrators_see_what_was_given_up_with_its_technical_run(signed_in, number, settings):
    browser = signed_in("anton")
    assert "has happened" in browser.get("/administration/automatic-work").text
    give_up(settings, number, "mail")
    give_up(settings, number, "something unheard of")
    page = browser.get("/administration/automatic-work")
    assert number in page.text
    assert "Zebulina" not in page.text
    links = [link.get("href") for link in page.all("a") if "flow-run" in link.get("href", "")]
    assert links[0].endswith(str(uuid.UUID(int=7)))
    assert "2 steps need a look" in browser.get("/administration").text
    browser.get("/administration/automatic-work")
    browser.submit(form="retry-1")
    browser.submit(form="retry-1")
    assert "has happened" in browser.get("/administration/automatic-work").text


def test_administrators_have_papers_of_the_calendar_made_again(signed_in, settings):
    with db.writing(settings.database) as session:
        for paper in ClockPaper:
            session.add(
                PrintAttempt(paper=paper, key="2025", tries=3, tried_at=clock.machine_now() - timedelta(days=1))
            )
    browser = signed_in("anton")
    assert "2 steps need a look" in browser.get("/administration").text
    page = browser.get("/administration/automatic-work")
    assert "Agenda of the consultation" in page.text
    assert "Quality report 2025/2026" in page.text
    assert "within some minutes" in browser.submit(form="papers-again").text
    assert "has happened" in browser.get("/administration/automatic-work").text


def test_nobody_else_sees_the_automatic_work(signed_in):
    assert signed_in("karin").client.get("/administration/automatic-work").status_code == 404
