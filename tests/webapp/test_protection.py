"""The pages of a protection report: reached at once, blocked by nothing, and done with a PDF in the hand."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from referrals import clock, db, printing
from referrals.access import Actor
from referrals.keeping import audit
from referrals.models import Account, Municipality, ProtectionReport, Referral, What
from referrals.rules import rulebook
from referrals.stages import IN_TRIAGE, Party
from referrals.vocabulary import Country
from tests.factories import a_guardian, a_referral, protected
from tests.webapp.desk import Desk, cast_of

SEEN = "Mila hade tre blåmärken i rad på armen."
EVERYBODY = ("karin", "henrik", "petra", "kim", "siv", "noor", "anton", "otto")


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def name(settings):
    """Lets the municipality's setting name people by their first names."""

    def make(**named):
        with db.writing(settings.database) as session:
            ids = {each.email.split(".")[0]: str(each.id) for each in session.scalars(select(Account))}
            session.scalars(select(Municipality)).one().protection = {
                capacity: [ids[first] for first in names] for capacity, names in named.items()
            }

    return make


def write(browser, button=("finish", "yes"), **typed):
    browser.get("/protection/new")
    return browser.submit({"seen": SEEN} | typed, button=button)


def paper(browser):
    """The words of the PDF that the open page leads to."""
    link = next(each for each in browser.page.all("a") if each.get("href", "").endswith("/paper"))
    answer = browser.client.get(link.get("href"))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return answer, "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


@pytest.mark.parametrize("person", EVERYBODY)
def test_everybody_who_works_here_is_one_step_away_from_it(signed_in, person):
    page = signed_in(person).get("/home")
    links = [link for link in page.all("a") if link.get("href") == "/protection/new"]
    assert [page.text_of(link) for link in links] == ["Protection report"]
    assert [link.get("rel") for link in links] == ["noreferrer"]


def test_the_first_thing_on_the_page_is_whom_to_call(signed_in):
    page = signed_in("kim").get("/protection/new")
    assert page.heading == "Protection report"
    assert page.text.index("Call before you write") < page.text.index("What have you seen or heard?")
    assert [link.get("href") for link in page.all("a") if link.get("href", "").startswith("tel:")] == [
        "tel:112",
        "tel:0000100000",
    ]


def test_who_is_not_signed_in_signs_in_first(browser):
    assert browser.get("/protection/new").heading == "Sign in"


def test_what_was_seen_is_enough_for_a_paper_at_once(signed_in):
    browser = signed_in("kim")
    page = write(browser)
    assert "The report is ready" in page.text
    answer, text = paper(browser)
    assert SEEN in text
    assert text.count("Not stated yet") > 5
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Kim" not in answer.headers["Content-Disposition"]


def test_without_it_the_form_asks_for_that_one_thing_and_keeps_the_rest(signed_in):
    browser = signed_in("kim")
    browser.get("/protection/new")
    page = browser.submit({"child_name": "Mila Testsson"}, button=("finish", "yes"), status=422)
    assert page.problems == [
        "What have you seen or heard? Write what you have seen or heard. Everything else can wait."
    ]
    assert browser.page.fields(browser.page.form())["child_name"] == "Mila Testsson"


def test_a_paper_that_cannot_be_made_now_loses_nothing_and_is_made_later(signed_in, monkeypatch):
    def broken(_html):
        raise printing.FontsMissing("no fonts")

    browser = signed_in("kim")
    with monkeypatch.context() as patch:
        patch.setattr(printing, "print_pdf", broken)
        assert "The report is ready" in write(browser).text
    assert SEEN in paper(browser)[1]


def test_a_paper_is_made_once_and_stays_as_it_was(signed_in, monkeypatch):
    browser = signed_in("kim")
    write(browser)
    first = paper(browser)[0].data
    monkeypatch.setattr(printing, "print_pdf", lambda _html: b"%PDF another")
    assert paper(browser)[0].data == first


def test_from_a_referral_its_child_and_guardians_stand_there_already(signed_in, settings):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, IN_TRIAGE)
        a_guardian(session, referral, interpreter="polska")
        number = referral.number
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}")
    page = browser.submit(form="fear-form")
    fields = page.fields(page.form())
    assert (fields["child_name"], fields["case_number"]) == ("Mila Testsson", number)
    assert (fields["guardians"], fields["interpreter"]) == ("Maja Testsson, 0000-99 88 77", "polska")
    browser.submit({"seen": SEEN}, button=("finish", "yes"))
    assert number not in paper(browser)[1]
    fields = browser.get("/protection/new").fields(browser.page.form())
    assert fields["child_name"] == fields["case_number"] == ""
    with db.reading(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        assert session.scalars(select(ProtectionReport)).one().referral_id == referral.id
        assert (referral.version, referral.state) == (1, IN_TRIAGE)
    assert "Protection report P-" in browser.get(f"/referrals/{number}").text


def test_a_member_who_contributes_gets_no_more_than_they_may_know(signed_in, desk, settings):
    number = desk.lay(IN_TRIAGE)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        protected(
            session, session.scalars(select(Referral)).one(), by=cast.coordinator, let_in=(cast.special_educator,)
        )
    browser = signed_in("petra")
    browser.get(f"/referrals/{number}")
    fields = browser.submit(form="fear-form").fields(browser.page.form())
    assert (fields["case_number"], fields["child_name"], fields["guardians"]) == (number, "", "")


def test_a_number_one_may_not_know_says_nothing(signed_in, desk, settings):
    number = desk.lay(IN_TRIAGE)
    browser = signed_in("otto")
    browser.get("/protection/new")
    token = browser.page.fields(browser.page.form())["csrf_token"]
    browser.client.post("/protection", data={"csrf_token": token, "about": number})
    fields = browser.get("/protection/new").fields(browser.page.form())
    assert (fields["case_number"], fields["child_name"]) == ("", "")
    write(browser, case_number=number)
    with db.reading(settings.database) as session:
        assert session.scalars(select(ProtectionReport)).one().referral_id is None


def test_a_report_can_wait_half_written_and_is_finished_later(signed_in):
    browser = signed_in("siv")
    page = write(browser, button=None, urgency="acute")
    assert "It is kept. Only you can see it." in page.text
    assert "Call before you write" in page.text
    assert browser.client.get(page.path + "/paper").status_code == 404
    edit = browser.get(page.path + "/edit")
    assert edit.fields(edit.form())["urgency"] == "acute"
    assert browser.submit({"seen": ""}, status=422).problems
    browser.get(page.path + "/edit")
    browser.submit({"child_name": "Mila Testsson"}, button=("finish", "yes"))
    assert browser.page.heading == "Mila Testsson"
    assert "Mila Testsson" in paper(browser)[1]
    assert browser.get(page.path + "/edit", status=409).heading == "The report is on paper already"
    assert "Mila Testsson" in browser.get("/protection").text


def test_the_sender_records_how_it_was_given_who_was_told_and_what_came_back(signed_in):
    browser = signed_in("kim")
    write(browser)
    today = clock.now().date()
    browser.submit({"in_writing_on": "yesterday-ish"}, status=422)
    browser.submit(
        {
            "orally_on": today.isoformat(), "orally_time": "10:40", "orally_to": "Socialjouren", "in_writing_on": today.isoformat(),
            "told": "nobody", "why_not_told": "Våld misstänks.", "receipt_on": today.isoformat(), "outcome": "unknown",
        }
    )  # fmt: skip
    assert "It is recorded." in browser.page.text
    assert "that is by" in browser.page.text
    fields = browser.page.fields(browser.page.form())
    assert (fields["orally_time"], fields["told"], fields["outcome"]) == ("10:40", "nobody", "unknown")


def test_the_sender_alone_finds_a_line_on_home_the_day_after(signed_in, settings):
    write(signed_in("kim"))
    assert "For you alone" not in signed_in("kim").get("/home").text
    with db.writing(settings.database) as session:
        session.scalars(select(ProtectionReport)).one().written_at -= timedelta(days=1)
    page = signed_in("kim").get("/home")
    words = "Protection report: give it to the social services, and write down when"
    (line,) = [link for link in page.all("a") if page.text_of(link).startswith(words)]
    assert line.get("rel") == "noreferrer"
    assert [page.text_of(one) for one in page.all("small", class_="day-source")] == ["Standard target, not law"]
    at_once = "For you alone · the law says at once; after this day it counts as late here"
    assert at_once in page.text
    with db.reading(settings.database) as session:
        number = session.scalars(select(ProtectionReport.number)).one()
    assert page.text.count(number) == 2, "once for those who hear it"
    assert "For you alone" in page.text
    assert "Mila" not in page.text
    for person in set(EVERYBODY) - {"kim"}:
        assert "For you alone" not in signed_in(person).get("/home").text
    with db.writing(settings.database) as session:
        session.scalars(select(ProtectionReport)).one().record = {"in_writing_on": "2026-09-16"}
    receipt = signed_in("kim").get("/home").text
    assert "write down when its receipt came" in receipt
    assert at_once not in receipt, "that it is written down the law does not ask"


def test_whom_the_setting_names_reads_it_once_given_and_the_sender_knows(signed_in, name):
    name(readers=["anton"], receivers=["noor", "siv"])
    browser = signed_in("kim")
    assert "Only Anton Stengrip may read it too" in browser.get("/protection/new").text
    choices = {browser.page.text_of(each): each.get("value") for each in browser.page.all("option")}
    page = write(browser, receiver_id=choices["Noor Lindvall"])
    assert "Only Anton Stengrip, Noor Lindvall may read it too" in page.text
    assert signed_in("noor").client.get(page.path).status_code == 404
    browser.submit({"in_writing_on": clock.now().date().isoformat(), "in_writing_how": "i receptionen"})
    for person in ("anton", "noor"):
        other = signed_in(person)
        seen = other.get(page.path)
        assert "the municipality names you" in seen.text
        assert "i receptionen" in seen.text
        assert not [form for form in seen.all("form") if form.get("id") == "main-form"]
        assert other.client.get(page.path + "/edit").status_code == 404
        assert "From others" in other.get("/protection").text
    assert signed_in("siv").client.get(page.path).status_code == 404


def test_what_it_is_called_comes_from_the_rule_pack_on_page_and_paper(signed_in, settings):
    for country, words in ((Country.SE, "Orosanmälan"), (Country.DK, "Underretning")):
        language = {"se": "sv", "dk": "da"}[country]
        with db.writing(settings.database) as session:
            here = session.scalars(select(Municipality)).one()
            here.country, here.language, here.rulepack_version = country, language, rulebook.newest(country).name
            session.scalars(select(Account).where(Account.email.startswith("kim."))).one().language = language
        browser = signed_in("kim")
        assert (
            browser.get("/protection/new").heading
            == words
            == rulebook.newest(country).artefact("protection_report", language)
        )
        write(browser)
        assert words in paper(browser)[1]


def test_danish_deadlines_are_shown_as_the_authoritys(signed_in, settings):
    with db.writing(settings.database) as session:
        here = session.scalars(select(Municipality)).one()
        here.country, here.rulepack_version = Country.DK, "dk-2026-07"
    page = write(signed_in("kim"))
    assert "These deadlines are the authority's own." in page.text
    assert "within 24 hours" in page.text
    assert "within 6 weekdays (public holidays come on top)" in page.text


def test_the_sender_sees_who_opened_the_report_or_tried_to(signed_in, settings):
    kim = signed_in("kim")
    write(kim)
    with db.reading(settings.database) as session:
        report = session.scalars(select(ProtectionReport)).one()
    petra = signed_in("petra")
    assert petra.get(f"/protection/{report.id}", status=404)
    paper(kim)
    with db.writing(settings.database) as session:
        audit.append(session, What.CHANGED_KEYS, by=Actor(), chain=report.id, party=Party.SYSTEM, subject=audit.LINK)
    page = kim.get(f"/protection/{report.id}")
    log = page.text_of(page.all("ul", **{"class": "report-log"})[0])
    for words in ("Began it", "Finished it", "Opened the paper", "Opened it", "Was refused"):
        assert words in log, log
    assert "Petra Vidmark" in log
    assert "An account that is gone" not in log
