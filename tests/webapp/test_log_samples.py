"""The page on which a head teacher looks through a few visits of last week."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from referrals import clock, db
from referrals.keeping import audit, log_samples
from referrals.models import AuditEvent, LogSample, Referral, What
from referrals.stages import IN_TRIAGE, Party
from tests.webapp.desk import Desk, cast_of


@pytest.fixture
def number(app, settings):
    """A referral with two visits of last week, drawn: the coordinator's own work, and somebody who was turned away."""
    number = Desk(settings).lay(IN_TRIAGE)
    with db.writing(settings.database) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        week_on = log_samples.last_week(session)
        with time_machine.travel(clock.machine_now() - timedelta(days=7)):
            by = cast.coordinator.actor()
            audit.append(
                session, What.OPENED_PAGE, by=by, chain=referral.id, party=Party.COORDINATOR, subject="casework.triage"
            )
            audit.append(session, What.REFUSED, by=cast.outsider.actor(), chain=referral.id, ground="NotAllowed")
        log_samples.draw(session, cast.school.id, week_on=week_on)
    return number


@pytest.fixture
def address(number, settings):
    with db.reading(settings.database) as session:
        return f"/log-samples/{session.scalars(select(LogSample.id)).one()}"


def test_home_shows_it_until_it_is_done(signed_in, address, number):
    browser = signed_in("henrik")
    assert "Look through some visits of week" in browser.get("/home").text
    page = browser.get(address)
    for words in ("Karin Almkvist", "Otto Utterman", number, "Concern and initial assessment", "Was refused"):
        assert words in page.text
    assert "Ground: The coordinator" in page.text
    assert "Without a part in this referral" in page.text
    done = browser.submit({"visits-0-answer": "looks_right", "visits-1-answer": "looks_right"})
    assert "The week is looked through" in done.response.text
    assert "Nothing to look through just now" in done.text
    assert "Look through some visits" not in browser.get("/home").text


def test_it_can_be_saved_half_way(signed_in, address):
    browser = signed_in("henrik")
    browser.get(address)
    page = browser.submit({"visits-0-answer": "looks_right"})
    assert "Some visits are left" in page.response.text
    assert page.fields(page.form()).getlist("visits-0-answer") == ["looks_right"]
    assert browser.get("/log-samples").all("a", href=address)


def test_who_asks_says_what_and_nothing_typed_is_lost(signed_in, address):
    browser = signed_in("henrik")
    browser.get(address)
    page = browser.submit({"visits-1-answer": "ask", "visits-0-note": "Det var jag som bad om det."}, status=422)
    assert ["Write what you want to ask about." in problem for problem in page.problems] == [True]
    assert page.fields(page.form())["visits-0-note"] == "Det var jag som bad om det."
    page = browser.submit({"visits-1-note": "Varför?"})
    assert page.fields(page.form())["visits-1-note"] == "Varför?"


def test_an_answer_that_is_none_is_shown_again(signed_in, address):
    browser = signed_in("henrik")
    browser.get(address)
    assert browser.submit({"visits-0-answer": "maybe"}, status=422).problems


@pytest.mark.parametrize("person", ["karin", "petra", "otto", "anton"])
def test_nobody_else_gets_to_it(signed_in, address, person):
    client = signed_in(person).client
    assert {client.get(path).status_code for path in ("/log-samples", address)} == {404}


def test_reading_it_stands_in_the_log_of_each_referral(signed_in, address, settings):
    signed_in("henrik").get(address)
    with db.reading(settings.database) as session:
        newest = session.scalars(select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.number.desc())).first()
        assert (newest.what, newest.subject, newest.by_party) == (
            What.OPENED_PAGE,
            log_samples.PAGE,
            Party.HEAD_TEACHER,
        )
