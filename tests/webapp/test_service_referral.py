"""The pages of a referral to a service outside: asked with what consent reaches, answered, taken back when consent has ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from referrals import clock, db, documents
from referrals.config import Settings
from referrals.models import Consent, Disclosure, ServiceReferral
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import PlanStatus
from tests.factories import a_consent, a_guardian, a_plan, a_referral, protected
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of

pytestmark = pytest.mark.usefixtures("wednesday")

SignIn = Callable[[str], Browser]
ASKED = {"service": "BUP Lindköping", "question": "En bedömning av hennes oro."}


@pytest.fixture
def number(app, settings: Settings) -> str:
    """A referral with a plan, whose guardian lets schooling and attendance go to health care."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
        guardian = a_guardian(session, referral, told_by=cast.coordinator)
        a_consent(
            session, guardian, by=cast.coordinator, categories=["schooling", "attendance"], recipients=["health_care"]
        )
        a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
        return referral.number


def ask(browser: Browser, number: str) -> Page:
    page = browser.get(f"/referrals/{number}/services/to/health_care")
    boxes = [box.get("value") or "" for box in page.all("input", type="checkbox", name="chosen")]
    return browser.submit({**ASKED, "chosen": boxes})


def change(settings: Settings, kind: type[Any], **values: Any) -> None:
    with db.writing(settings.database) as session:
        for row in session.scalars(select(kind)):
            for name, value in values.items():
                setattr(row, name, value)


def test_a_service_is_asked_with_what_consent_reaches_and_its_answer_recorded(number: str, signed_in: SignIn) -> None:
    browser = signed_in("karin")
    assert "Refer to an outside service" in browser.get(f"/referrals/{number}").text
    assert "Referrals to outside services" in browser.get(f"/referrals/{number}/guardians").text
    page = browser.get(f"/referrals/{number}/services")
    assert "Nothing was sent yet" in page.text
    assert "Refer to Health care" in page.text
    assert "Refer to Social services" not in page.text, "consent does not reach it"
    page = browser.get(f"/referrals/{number}/services/to/health_care")
    assert "Goal 1: Du kommer till skolan varje dag." in page.text
    assert page.fields(page.form())["contact"] == "Karin Almkvist, Lindskolan, 0000-12 34 56"
    page = ask(browser, number)
    assert "It is recorded, and its paper is made." in page.text
    assert "What went along Attendance" in page.text
    assert "Ask a service outside" not in browser.get("/home").text, "it has not had its four weeks"
    shown = browser.get(f"/referrals/{number}").text
    assert "A service outside was asked for help: Health care" in shown
    assert "BUP Lindköping Health care" in shown
    browser.get(f"/referrals/{number}/services")
    assert "BUP Lindköping" in browser.page.text
    (way,) = [link for link in browser.page.all("a") if "BUP" in browser.page.text_of(link)]
    browser.get(way.get("href"))
    page = browser.submit({"state": "accepted"})
    assert "It is recorded." in page.text
    assert "Accepted by the service, 16 September 2026" in page.text
    page = browser.submit({"state": "done", "reason": "Tre samtal hölls."})
    assert "The service has done its part, 16 September 2026" in page.text
    assert "Tre samtal hölls." in page.text
    assert page.all("form", id="main-form") == []


def test_a_service_that_says_nothing_for_four_weeks_is_asked_by_a_line_that_leads_to_it(
    number: str, signed_in: SignIn, wednesday: time_machine.Traveller
) -> None:
    path = ask(signed_in("karin"), number).path
    wednesday.shift(timedelta(days=28))
    page = signed_in("karin").get("/home")
    assert "Ask a service outside what became of a referral" in page.text
    assert path in [link.get("href") for link in page.all("a")]


def test_the_paper_can_be_looked_at_before_and_found_on_the_page_afterwards(
    number: str, signed_in: SignIn, settings: Settings
) -> None:
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/services/to/health_care")
    boxes = [box.get("value") or "" for box in page.all("input", type="checkbox", name="chosen")]
    sent = {**ASKED, "chosen": boxes, "_preview": "service:health_care"}
    assert browser.send(sent).data.startswith(b"%PDF")
    assert "Nothing was sent yet" in browser.get(f"/referrals/{number}/services").text
    page = ask(browser, number)
    assert "Its paper (PDF)" not in page.text
    with db.writing(settings.database) as session:
        row = session.scalars(select(ServiceReferral)).one().sent
        (paper,) = documents.outstanding(session, row)
        issued = documents.issue(session, row, paper, content=b"%PDF").id
    page = browser.get(page.path)
    assert f"/referrals/{number}/documents/{issued}" in [link.get("href") for link in page.all("a")]
    assert "BUP Lindköping" in browser.get(f"/referrals/{number}/documents").text
    anton = signed_in("anton")
    anton.get(page.path, status=404)


def test_what_looks_medical_is_asked_about_and_stays_typed(number: str, signed_in: SignIn) -> None:
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/services/to/health_care")
    boxes = [box.get("value") or "" for box in page.all("input", type="checkbox", name="chosen")]
    sent = {**ASKED, "question": "Hon har F32.1 sedan i våras.", "chosen": boxes}
    page = browser.submit(sent, status=422)
    assert "Does it belong in a text that others read?" in page.text
    assert "It is recorded" in browser.submit({**sent, "wording_ground": "told"}).text


def test_a_hand_over_waits_until_the_service_has_done_its_part(number: str, signed_in: SignIn) -> None:
    browser = signed_in("karin")
    ask(browser, number)
    page = browser.get(f"/referrals/{number}/hand-over")
    assert "A service outside was asked for help and has not done its part." in page.text
    assert not page.all("form", id="main-form")


def test_a_no_asks_for_its_reason_and_a_day_and_keeps_what_was_typed(number: str, signed_in: SignIn) -> None:
    browser = signed_in("karin")
    ask(browser, number)
    assert browser.submit({}, status=422).problems == ["What do you record? Choose what became of it."]
    page = browser.submit({"state": "declined", "on": "2026-09-01"}, status=422)
    assert page.problems == [
        "Since which day? Choose a day from the one it was sent or answered until today.",
        "Why? Write why.",
    ]
    page = browser.submit({"state": "declined", "on": "2026-09-16", "reason": "Kön är stängd."})
    assert "Declined by the service, 16 September 2026" in page.text
    assert "Kön är stängd." in page.text


def test_a_form_without_its_answers_is_shown_again(number: str, signed_in: SignIn, settings: Settings) -> None:
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/services/to/health_care")
    assert "Which service? Write which service, by name." in browser.submit({}, status=422).problems
    boxes = [box.get("value") or "" for box in browser.page.all("input", type="checkbox", name="chosen")]
    change(settings, Consent, withdrawn_at=clock.now())
    page = browser.submit({**ASKED, "chosen": boxes}, status=422)
    assert page.problems == ["The consent does not let all of this go there any more. Choose again from what is left."]
    assert "Ask the guardians first." in browser.get(f"/referrals/{number}/services/to/health_care").text
    with db.reading(settings.database) as session:
        assert session.scalars(select(Disclosure)).all() == []


def test_a_consent_that_ended_is_told_with_the_way_to_take_it_back(
    number: str, signed_in: SignIn, settings: Settings
) -> None:
    browser = signed_in("karin")
    page = ask(browser, number)
    assert "Taken back since a consent has ended" not in page.text
    change(settings, Consent, withdrawn_at=clock.now())
    page = browser.get(page.path)
    assert "Since 16 September 2026 the guardians no longer let all of it go there." in page.text
    page = browser.submit({"state": "consent_ended"})
    assert "Taken back since a consent has ended, 16 September 2026" in page.text
    assert "the guardians no longer let" not in page.text


def test_a_head_teacher_reads_it_and_records_nothing(number: str, signed_in: SignIn) -> None:
    path = ask(signed_in("karin"), number).path
    page = signed_in("henrik").get(path)
    assert "BUP Lindköping" in page.text
    assert page.all("form", id="main-form") == []
    assert signed_in("kim").client.get(path).status_code == 404


def test_nothing_is_offered_where_an_identity_is_protected_or_the_address_names_none(
    number: str, signed_in: SignIn, settings: Settings
) -> None:
    browser = signed_in("karin")
    for address in ("receiving_school", "nobody"):
        browser.get(f"/referrals/{number}/services/to/{address}", status=404)
    browser.get(f"/referrals/{number}/services/00000000-0000-4000-8000-000000000001", status=404)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        protected(session, session.scalars(select(Consent)).one().referral, by=cast.coordinator)
    page = browser.get(f"/referrals/{number}/services")
    assert "Refer from person to person, on paper." in page.text
    assert "Refer to Health care" not in page.text


def test_what_was_disposed_of_leaves_kind_and_moments(number: str, signed_in: SignIn, settings: Settings) -> None:
    browser = signed_in("karin")
    page = ask(browser, number)
    change(settings, ServiceReferral, service=None, question=None, package=None)
    assert "Health care" in browser.get(page.path).text
    assert "Health care" in browser.get(f"/referrals/{number}/services").text


def test_what_was_recorded_wrongly_is_taken_back_on_the_page_by_whoever_recorded_it(
    number: str, signed_in: SignIn
) -> None:
    karin, sanna = signed_in("karin"), signed_in("sanna")
    page = ask(karin, number)
    path = page.path
    assert not page.all("form", id="right-form")
    assert karin.client.post(f"{path}/correction", data=page.fields(page.form())).status_code == 404
    page = karin.submit({"state": "declined", "reason": "Väntelistan är stängd."})
    assert page.all("form", id="right-form")
    assert not sanna.get(path).all("form", id="right-form")
    page = karin.submit(form="right-form", status=422)
    assert page.problems == ["What was wrong? Write what was wrong."]
    page = karin.submit({"wrong": "Svaret gällde ett annat ärende."}, form="right-form")
    assert "It is taken back." in page.text
    assert "Declined by the service" not in page.text.split("What do you record?")[0]
    shown = karin.get(f"/referrals/{number}").text
    assert "It was wrong what was recorded of a referral to a service outside: Declined by the service" in shown
    assert "Svaret gällde ett annat ärende." in shown


def test_whoever_takes_something_back_after_a_colleague_recorded_more_keeps_the_reason(
    number: str, signed_in: SignIn
) -> None:
    karin, sanna = signed_in("karin"), signed_in("sanna")
    path = ask(karin, number).path
    page = karin.submit({"state": "accepted"})
    sanna.get(path)
    sanna.submit({"state": "done"})
    late = karin.submit({"wrong": "Svaret gällde ett annat ärende."}, form=page.form("right-form"), status=409)
    assert "Svaret gällde ett annat ärende." in late.text
    karin.submit({"wrong": " "}, form=page.form("right-form"), status=404)
