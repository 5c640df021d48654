"""What each visit leaves in the audit log, and the page on which those who answer for a referral read it."""

import re
import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from referrals import db, documents, printing, steps
from referrals.access import Actor, View
from referrals.keeping import audit, audit_check
from referrals.models import GENERAL, AuditEvent, Concern, History, Referral, Step, What
from referrals.stages import IN_TRIAGE, MOVES, PLAN_DRAFT, Party, Verb
from referrals.vocabulary import DocumentKind, PlanStatus
from tests import straight_way
from tests.webapp.conftest import PASSWORD
from tests.webapp.desk import Desk, cast_of
from webapp.casework import access_log, words


@pytest.fixture
def put_together(with_gallery):
    return with_gallery


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def number(desk):
    """A referral in the initial assessment."""
    return desk.lay(IN_TRIAGE)


@pytest.fixture
def events(desk):
    """What stands in a referral's chain after its making, or in the general one: who, what, which, why."""

    def read(number=None):
        with db.reading(desk.url) as session:
            chain = session.scalars(select(Referral.id).where(Referral.number == number)).one() if number else GENERAL
            rows = list(
                session.scalars(select(AuditEvent).where(AuditEvent.chain_id == chain).order_by(AuditEvent.number))
            )
            return [(row.by_party, row.what, row.subject, row.ground) for row in rows][1 if number else 0 :]

    return read


def test_every_page_that_is_opened_leaves_who_and_which(signed_in, number, events):
    karin, petra = signed_in("karin"), signed_in("petra")
    karin.get(f"/referrals/{number}")
    karin.get(f"/referrals/{number}/triage")
    petra.get(f"/referrals/{number}")
    petra.get(f"/referrals/{number}")
    assert events(number) == [
        (Party.COORDINATOR, What.OPENED_PAGE, "casework.referral", None),
        (Party.COORDINATOR, What.OPENED_PAGE, "casework.triage", None),
        (Party.ASSESSOR, What.OPENED_PAGE, "casework.referral", None),
        (Party.ASSESSOR, What.OPENED_PAGE, "casework.referral", None),
    ]


def test_a_paper_and_a_preview_leave_which_kind(signed_in, desk, events, monkeypatch):
    monkeypatch.setattr(printing, "print_pdf", lambda _html: b"%PDF-1.7")
    number = desk.lay(PLAN_DRAFT, plan=PlanStatus.DRAFT)
    client = signed_in("henrik").client
    client.get(f"/referrals/{number}/documents/preview/action_plan")
    client.get(f"/referrals/{number}/documents/preview/nonsense")
    assert [event[1:3] for event in events(number)] == [
        (What.PREVIEWED_PAPER, "action_plan"),
        (What.PREVIEWED_PAPER, "casework.preview_document"),
    ]


def test_who_is_turned_away_stands_in_the_log_of_the_referral(signed_in, number, events):
    signed_in("otto").get(f"/referrals/{number}", status=404)
    signed_in("petra").get(f"/referrals/{number}/triage", status=404)
    assert events(number) == [
        (None, What.REFUSED, View.OWN_ACTION, "NotAllowed"),
        (None, What.REFUSED, View.CONCERN, "NotAllowed"),
    ]


def test_of_a_number_that_does_not_exist_only_the_try_is_kept(signed_in, app, events, desk):
    signed_in("otto").get("/referrals/HTL-0000-0000", status=404)
    assert events() == [(None, What.REFUSED, View.OWN_ACTION, "NoSuchReferral")]
    with db.reading(desk.url) as session:
        assert "HTL-0000" not in str(session.execute(text("SELECT * FROM audit_event")).all())


def test_a_verb_leaves_one_event_and_not_a_second_for_its_form(signed_in, number, events, desk):
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}")
    browser.submit({"owner_id": desk.account("sanna")}, form="owner-form")
    assert [event[1:3] for event in events(number)] == [
        (What.OPENED_PAGE, "casework.referral"),
        (What.DID, Verb.ASSIGN_OWNER),
    ], "and she sees no more of it, so that no page is opened afterwards"


def test_a_form_that_changes_something_without_a_verb_leaves_an_event(signed_in, number, events):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    browser.send({"text": "5A"})
    assert events(number)[-1] == (Party.COORDINATOR, What.SENT_FORM, Verb.ASSIGN_OWNER, None)


def test_a_form_that_comes_back_to_be_mended_is_a_page_that_was_seen(signed_in, number, events):
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}")
    browser.submit({"owner_id": ""}, form="owner-form", status=422)
    assert events(number)[-1] == (Party.COORDINATOR, What.SENT_BACK, Verb.ASSIGN_OWNER, None)


def test_a_refusal_leaves_the_rule_that_refused_and_the_page_that_was_shown_again(signed_in, number, events):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    browser.submit({"text": "same author"}, status=409)
    assert events(number)[-2:] == [
        (Party.COORDINATOR, What.REFUSED, Verb.ASSIGN_OWNER, "SameAuthor"),
        (Party.COORDINATOR, What.OPENED_PAGE, "gallery.note", None),
    ]


def test_another_row_in_a_form_is_a_page_that_was_seen(signed_in, number, events):
    browser = signed_in("karin")
    browser.get(f"/gallery/referrals/{number}/note")
    browser.submit({"text": "5A"}, button=("_language", "sv"))
    assert [event[1:3] for event in events(number)] == [(What.OPENED_PAGE, "gallery.note")] * 2


def test_a_page_that_cannot_be_logged_is_not_shown(signed_in, number, monkeypatch):
    def busy(*_words, **_more):
        raise OperationalError("insert", {}, Exception("locked"))

    browser = signed_in("karin")
    monkeypatch.setattr(audit, "append", busy)
    page = browser.get(f"/referrals/{number}", status=503)
    assert "Mila" not in page.response.text
    assert browser.client.get(f"/referrals/{number}/documents").status_code == 503


def test_a_form_is_not_shown_again_where_that_cannot_be_logged(signed_in, number, monkeypatch):
    def busy(*_words, **_more):
        raise OperationalError("insert", {}, Exception("locked"))

    browser = signed_in("karin")
    browser.get(f"/referrals/{number}")
    monkeypatch.setattr(audit, "append", busy)
    assert browser.send({"owner_id": ""}, form="owner-form").status_code == 503


def test_signing_in_and_out_and_failing_to_are_logged(browser, events, app):
    browser.get("/sign-in")
    browser.submit({"email": "karin.almkvist@trivsel.invalid", "password": "not this one"}, status=422)
    browser.submit({"email": "karin.almkvist@trivsel.invalid", "password": PASSWORD})
    browser.client.post("/sign-out", data=browser.page.fields(browser.page.all("form", action="/sign-out")[0]))
    assert [event[1] for event in events()] == [What.SIGN_IN_FAILED, What.SIGNED_IN, What.SIGNED_OUT]


def test_signing_out_of_a_session_that_has_run_out_leaves_nothing(browser, events):
    browser.get("/sign-in")
    browser.client.post("/sign-out", data=browser.page.fields(browser.page.form()))
    assert events() == []


def test_the_reporter_stands_in_the_log_as_the_reporter(app, browser, desk, events):
    with db.writing(desk.url) as session:
        referral = straight_way.submit(session, cast_of(session).school)
        row = session.scalars(select(History)).one()
        code = session.scalars(select(Concern)).one().return_code
        for paper in documents.outstanding(session, row):
            documents.issue(session, row, paper, content=b"%PDF-1.7")
        number = referral.number
    browser.get("/return")
    browser.submit({"number": number, "code": "2345-6789-ABCD"}, status=422)
    browser.get("/return")
    browser.submit({"number": number, "code": code})
    browser.client.get("/report/receipt.pdf")
    assert [event[:3] for event in events()] == [(Party.REPORTER, What.REFUSED, "intake.let_in")]
    assert [event[:3] for event in events(number)][-2:] == [
        (Party.REPORTER, What.OPENED_PAGE, "intake.report"),
        (Party.REPORTER, What.OPENED_PAPER, DocumentKind.RECEIPT),
    ]


def test_a_step_that_is_tried_again_is_logged(signed_in, desk, number, events):
    with db.writing(desk.url) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        step = session.scalars(select(Step).where(Step.referral_id == referral.id)).one()
        claim = steps.claim(session, step.id, holder="test")
        steps.fail(session, step.id, attempt=claim.attempt, word="paper", again=False)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/documents")
    retry = next(form for form in page.all("form") if form.get("action", "").endswith("/retry"))
    browser.submit(form=retry)
    assert (Party.COORDINATOR, What.SENT_FORM, View.DOCUMENTS, None) in events(number)


def test_after_all_this_the_log_is_in_order(signed_in, number, desk):
    signed_in("karin").get(f"/referrals/{number}")
    signed_in("otto").get(f"/referrals/{number}", status=404)
    with db.reading(desk.url) as session:
        assert audit_check.verify(session).is_sound


# ------------------------------------------------------------------------------------------------ the page


def test_those_who_answer_for_a_referral_read_who_has_looked_at_it(signed_in, number):
    signed_in("petra").get(f"/referrals/{number}")
    signed_in("otto").get(f"/referrals/{number}", status=404)
    page = signed_in("henrik").get(f"/referrals/{number}/access-log")
    assert page.heading == "Access log"
    for words_there in (
        "4 entries",
        "Henrik Rosenby The head teacher Opened a page Access log",
        "Otto Utterman Was refused",
        "Petra Vidmark Those asked to contribute Opened a page Overview",
        "The reporter The concern came in",
    ):
        assert words_there in page.text


@pytest.mark.parametrize("who", ["kim", "otto", "anton"])
def test_the_log_is_shown_to_nobody_else(signed_in, number, who):
    signed_in(who).get(f"/referrals/{number}/access-log", status=404)


def test_a_special_educator_reads_in_it_only_what_she_did_herself(signed_in, number):
    signed_in("karin").get(f"/referrals/{number}")
    page = signed_in("petra").get(f"/referrals/{number}/access-log")
    assert "1 entry" in page.text
    assert "Karin" not in page.text.partition("What you opened")[2]


def test_the_way_there_is_shown_to_those_who_may_go(signed_in, number):
    address = f"/referrals/{number}/access-log"
    assert address in signed_in("karin").get(f"/referrals/{number}").response.text
    assert address not in signed_in("petra").get(f"/referrals/{number}").response.text


def test_papers_verbs_and_those_without_a_sign_in_are_named(signed_in, desk, number):
    with db.writing(desk.url) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        row = referral.history[0]
        paper = documents.issue(session, row, documents.Paper(DocumentKind.RECEIPT, "file", "sv"), content=b"%PDF")
        audit.append(session, What.EXPORTED, by=cast_of(session).coordinator.actor(), chain=referral.id)
        gone = Actor(uuid.UUID(int=7))
        audit.append(session, What.OPENED_PAGE, by=gone, chain=referral.id, subject="from.before")
        audit.append(session, What.REFUSED, by=Actor(), chain=referral.id, subject=Verb.APPROVE_MINUTES)
        audit.append(session, What.DID, by=Actor(), chain=referral.id, subject="verb_of_before")
        paper_id = paper.id
    browser = signed_in("karin")
    browser.client.get(f"/referrals/{number}/documents/{paper_id}")
    page = browser.get(f"/referrals/{number}/access-log")
    for words_there in (
        "Karin Almkvist The coordinator Opened a paper Receipt",
        "Happens by itself Made a paper Receipt",
        "Karin Almkvist Took an extract out",
        "An account that is gone Opened a page",
        "Somebody without a sign-in Was refused Approve the minutes",
        "Somebody without a sign-in Did something",
    ):
        assert words_there in page.text


def test_a_long_log_has_pages(signed_in, desk, number):
    with db.writing(desk.url) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        for _ in range(access_log.EVENTS):
            audit.append(session, What.OPENED_PAGE, by=cast_of(session).coordinator.actor(), chain=referral.id)
    browser = signed_in("karin")
    first = browser.get(f"/referrals/{number}/access-log")
    assert len(first.all("tr")) == access_log.EVENTS + 1
    last = browser.get(f"/referrals/{number}/access-log?page=99")
    assert "The concern came in" in last.text
    assert "Next" not in last.text


@pytest.mark.parametrize(("language", "heading"), [("sv", "Åtkomstlogg"), ("da", "Adgangslog")])
def test_the_log_is_read_in_swedish_and_danish(signed_in, number, language, heading):
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/access-log")
    browser.client.post(
        "/language", data=browser.page.fields(browser.page.all("form", action="/language")[0]) | {"language": language}
    )
    assert browser.get(f"/referrals/{number}/access-log").heading == heading


def test_a_change_of_the_logs_key_is_told_as_such(signed_in, number, desk):
    with db.writing(desk.url) as session:
        chain = session.scalars(select(Referral.id).where(Referral.number == number)).one()
        audit.append(
            session, What.CHANGED_KEYS, by=Actor(), chain=chain, party=Party.SYSTEM, subject=audit.LINK, ground="x"
        )
    page = signed_in("karin").get(f"/referrals/{number}/access-log")
    assert "Changed the log's key" in page.text
    assert "Happens by itself" in page.text


def test_every_page_about_a_referral_has_a_name_in_the_log(app):
    about_one = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and "<reference:number>" in rule.rule
        and not rule.endpoint.startswith("gallery.")
    }
    assert about_one <= set(access_log.PAGES)


def test_every_verb_has_words_in_the_log():
    assert {move.verb for move in MOVES} <= set(words.HAPPENED)


def test_every_door_to_a_referral_leaves_an_event(app):
    for rule in app.url_map.iter_rules():
        if "<reference:number>" in rule.rule:
            (guard,) = app.view_functions[rule.endpoint].guards
            assert guard.kind == "for_referral", rule.rule
            assert guard.leaves, rule.rule


def test_no_address_of_a_referral_is_of_another_kind(app):
    for rule in app.url_map.iter_rules():
        assert ("<reference:number>" in rule.rule) == bool(re.match(r"/referrals/<|/gallery/referrals", rule.rule))
