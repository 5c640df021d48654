"""Searching for a child's referrals by name: what is found, what is noted, and where the name never stands."""

import logging

import pytest
from sqlalchemy import select

from referrals import db, pace
from referrals.models import AuditEvent, Referral, What
from referrals.models.account import KeptForm
from referrals.safeguarding import protected_identity
from referrals.stages import CLOSED, PLAN_ACTIVE
from tests.factories import a_referral
from tests.webapp.desk import cast_of
from webapp.casework import search


@pytest.fixture
def lay(app, settings):
    """Puts a referral about Mila Testsson into this application's database; its number."""

    def lay(state=PLAN_ACTIVE, **values):
        with db.writing(settings.database) as session:
            referral = a_referral(session, cast_of(session), state, **values)
            protected_identity.set_index(referral)
            return referral.number

    return lay


def search_for(browser, name, status=200):
    browser.get("/search")
    return browser.submit({"child_name": name}, form="by-child", status=status)


def test_a_child_is_found_by_name_with_what_tells_namesakes_apart(lay, signed_in):
    running, ended = lay(child_birth_date="2016-03-04"), lay(CLOSED)
    page = search_for(signed_in("karin"), "mila  testsson")
    rows = [[page.text_of(cell) for cell in line] for line in page.all("tbody")[0].iter("tr")]
    assert {row[0]: row[1] for row in rows} == {running: "4 Mar 2016", ended: "–"}
    assert page.path == "/search"


def test_whether_a_child_is_protected_cannot_be_told_from_the_answer(lay, signed_in, settings):
    number, browser = lay(), signed_in("karin")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        actor = cast_of(session).coordinator.actor()
        protected_identity.begin(session, referral, referral, level=protected_identity.lowest_level(referral), by=actor)
    protected = search_for(browser, "Mila Testsson").text.replace("Mila Testsson", "X")
    nobody = search_for(browser, "Nils Ingensson").text.replace("Nils Ingensson", "X")
    assert protected == nobody
    assert "protected identity cannot be found by name" in protected


def test_each_search_is_noted_with_what_it_found_and_never_with_the_name(lay, signed_in, settings, caplog):
    number, browser = lay(), signed_in("karin")
    with caplog.at_level(logging.DEBUG):
        search_for(browser, "Mila Testsson")
        search_for(browser, "Nils Ingensson")
    assert not any("Testsson" in record.getMessage() for record in caplog.records)
    with db.reading(settings.database) as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.subject == search.BY_CHILD)).all()
        found = session.scalars(select(Referral).where(Referral.number == number)).one()
        assert [event.what for event in events] == [What.SENT_FORM] * 3
        assert [event.by_party for event in events if event.chain_id == found.id] == ["coordinator"]
        assert session.scalars(select(KeptForm)).all() == []
    log = browser.get(f"/referrals/{number}/access-log")
    assert "Search by the child's name" in log.text


def test_a_search_without_a_name_asks_for_it(lay, signed_in):
    assert search_for(signed_in("karin"), " ", 422).problems == [
        "The child's whole name: Write the child's whole name."
    ]


def test_who_works_in_no_unit_is_offered_no_search_by_name(lay, signed_in):
    browser = signed_in("anton")
    page = browser.get("/search")
    assert "Search by the child" not in page.text
    token = page.all("input", name="csrf_token")[0].get("value")
    sent = browser.client.post("/search", data={"csrf_token": token, "child_name": "Mila Testsson"})
    assert sent.status_code == 404


def test_whoever_tries_one_name_after_the_other_is_stopped(lay, signed_in, monkeypatch):
    monkeypatch.setattr(search, "SEARCHES", pace.Limit("searches by child", most=2, within=search.SEARCHES.within))
    browser = signed_in("karin")
    lay()
    for _ in range(2):
        search_for(browser, "Nils Ingensson")
    stopped = search_for(browser, "Mila Testsson", 429)
    assert "Too many tries" in stopped.text
    assert stopped.fields(stopped.form("by-child"))["child_name"] == "Mila Testsson"
