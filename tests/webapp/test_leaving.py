"""The page on which somebody's part in a referral ends."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Referral
from referrals.stages import IN_TRIAGE, PARTS_REQUESTED
from tests.factories import a_part
from tests.webapp.desk import Desk, cast_of


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def test_a_coordinator_ends_a_part_and_the_history_shows_it(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    petra, karin = signed_in("petra"), signed_in("karin")
    petra.get(f"/referrals/{number}")
    page = karin.get(f"/referrals/{number}")
    assert "Petra Vidmark" in page.text
    page = karin.get(f"/referrals/{number}/members/{desk.account('petra')}")
    assert page.heading == "End the part of Petra Vidmark"
    page = karin.submit({"reason": "Byter skola"})
    assert "no longer takes part" in page.text
    assert "Somebody no longer takes part" in page.text
    assert "Petra Vidmark: Byter skola" in page.text
    petra.get(f"/referrals/{number}", status=404)


def test_what_is_not_finished_needs_a_successor_and_nothing_typed_is_lost(signed_in, desk):
    number = desk.lay(PARTS_REQUESTED)
    with db.writing(desk.url) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        a_part(session, referral, cast.counsellor, asked_by=cast.coordinator)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/members/{desk.account('kim')}")
    page = karin.submit({"reason": "Slutar"}, status=422)
    assert "Choose who takes over what is not finished." in page.text
    assert "Slutar" in page.response.text
    karin.submit({"reason": "Slutar", "successor_id": desk.account("tove")})
    signed_in("tove").get(f"/referrals/{number}/assessment")
    signed_in("kim").get(f"/referrals/{number}/assessment", status=404)


def test_without_a_reason_the_page_asks_for_one(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/members/{desk.account('petra')}")
    assert page.fields(page.form())["reason"] == "They have no more to do in this, because: "
    assert "Finish the sentence" in karin.submit(status=422).text
    assert "Write why" in karin.submit({"reason": ""}, status=422).text


def test_nobody_else_ends_it_and_whoever_takes_no_part_has_no_page(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    for who in ("henrik", "petra", "otto", "anton"):
        signed_in(who).get(f"/referrals/{number}/members/{desk.account('petra')}", status=404)
    signed_in("karin").get(f"/referrals/{number}/members/{desk.account('siv')}", status=404)


def test_whoever_hands_the_referral_over_sees_no_more_of_it(signed_in, desk):
    number = desk.lay(IN_TRIAGE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}")
    page = karin.submit({"owner_id": desk.account("sanna")}, form="owner-form")
    assert page.heading == "What waits for you"
    assert "You see no more of it" in page.text
    for door in ("", "/access-log", "/documents", "/guardians"):
        karin.get(f"/referrals/{number}{door}", status=404)
    for page in ("/home", "/board", "/referrals?state=all", f"/search?reference={number}"):
        assert f"/referrals/{number}" not in karin.client.get(page, follow_redirects=True).text
    told = signed_in("sanna").get(f"/referrals/{number}").text
    assert "The referral got another owner" in told
    assert "Karin Almkvist → Sanna" in told
