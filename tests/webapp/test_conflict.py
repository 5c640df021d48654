"""The page on which a conflict of interest in the reporter's own words is settled, and what stands on home until then."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.meetings import conflict
from referrals.models import Concern, History
from referrals.stages import IN_TRIAGE, Verb
from referrals.vocabulary import ConflictAnswer
from tests.factories import a_referral
from tests.webapp.desk import cast_of

WRITTEN = "Kuratorn är gift med barnets farbror."


@pytest.fixture
def number(app, settings):
    """A concern that is held because its reporter wrote of a conflict."""
    with db.writing(settings.database) as session:
        referral = a_referral(session, cast_of(session), IN_TRIAGE)
        concern = session.scalars(select(Concern)).one()
        concern.conflict, concern.conflict_text = ConflictAnswer.YES, WRITTEN
        conflict.hold(session, referral)
        return referral.number


def address(number):
    return f"/referrals/{number}/conflict"


def test_home_asks_for_it_and_its_page_shows_what_was_written_to_who_knows_of_no_tie(signed_in, number):
    browser = signed_in("karin")
    page = browser.get("/home")
    assert "Settle a conflict of interest" in page.text
    assert "Mila" not in page.text
    page = browser.get(address(number))
    assert "Standard target, not law" in page.text
    assert WRITTEN not in page.text
    page = browser.submit({}, form="declare-form")
    assert WRITTEN in page.text
    assert "Kim" in page.text
    browser.get(f"/referrals/{number}", status=404)


def test_who_is_meant_is_kept_out_for_a_reason_and_everybody_else_goes_on(signed_in, number, settings):
    browser = signed_in("karin")
    browser.get(address(number))
    page = browser.submit({}, form="declare-form")
    kim = next(label for label in page.all("label") if page.text_of(label).startswith("Kim"))
    chosen = next(box for box in page.all("input", name="kept_out") if box.get("id") == kim.get("for")).get("value")
    page = browser.submit({"kept_out": [chosen], "reason": ""}, status=422)
    assert "Write the reason for your decision." in page.text
    page = browser.submit({"kept_out": [chosen], "reason": "Gift med farbrodern."})
    assert "It is settled." in page.text
    browser.get(f"/referrals/{number}/triage")
    browser.get(address(number), status=404)
    with db.reading(settings.database) as session:
        row = session.scalars(select(History).where(History.verb == Verb.SETTLE_CONFLICT)).one()
        assert row.reason == "Gift med farbrodern."
        assert [one.name for one in conflict.kept_out(row.referral)] == [cast_of(session).counsellor.name]


def test_who_steps_aside_sees_no_more_of_it_and_the_next_one_is_asked(signed_in, number):
    for first in ("karin", "sanna"):
        browser = signed_in(first)
        browser.get(address(number))
        page = browser.submit({}, form="aside-form")
        assert "You have stepped aside." in page.text
        assert number not in page.text
        browser.get(address(number), status=404)
    home = signed_in("henrik").get("/home").text
    assert "Settle a conflict of interest" in home
    assert "Standard target, not law" in home


def test_where_nobody_is_left_an_administrator_reads_how_many_wait(signed_in, number, settings):
    assert "A coordinator is missing" not in signed_in("anton").get("/home").text
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Concern)).one().referral
        conflict.shut_out(
            session, referral, [cast.coordinator, cast.second_coordinator, cast.head_teacher, cast.outsider]
        )
    page = signed_in("anton").get("/home")
    assert "1 concern waits, and everybody who may take it up has stepped aside." in page.text
    assert number not in page.text


def test_who_is_not_asked_finds_no_page(signed_in, number):
    for person in ("kim", "henrik", "otto", "anton"):
        signed_in(person).get(address(number), status=404)
