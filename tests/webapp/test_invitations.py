"""The page on which somebody from outside is invited, and what they find here."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.models import Account, Invitation, PlannedAction, Referral
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import PlanStatus, Profession
from tests.factories import consented
from tests.webapp.desk import Desk, cast_of


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def ulla(app, settings, password_hash):
    """The id of somebody of a swimming club, with an account and no role."""
    with db.writing(settings.database) as session:
        made = Account(
            email="ulla.simberg@trivsel.invalid", name="Ulla Simberg", profession=Profession.CIVIL_SOCIETY, language="en",
            password_hash=password_hash,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return str(made.id)


def test_somebody_from_outside_is_invited_and_finds_their_own_action_and_nothing_else(desk, signed_in, ulla):
    number = desk.lay(PLAN_ACTIVE, plan=PlanStatus.ACTIVE)
    other = desk.lay(PLAN_ACTIVE)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}")
    (way,) = [
        one.get("href") for one in page.all("a") if page.text_of(one) == "Invite somebody from outside, for a time"
    ]
    karin.get(way)
    last_on = (clock.now() + timedelta(days=20)).date().isoformat()
    page = karin.submit({"account_id": ulla, "last_on": last_on})
    assert "Ulla Simberg is invited until" in page.text
    assert "The guardians' consent does not reach them" in page.text
    assert "Somebody from outside was invited, until a day" in karin.get(f"/referrals/{number}").text
    with db.writing(desk.url) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        consented(session, referral, cast_of(session))
        action = session.scalars(select(PlannedAction).where(PlannedAction.referral_id == referral.id)).one()
        action.owner_id = session.scalars(select(Account.id).where(Account.name == "Ulla Simberg")).one()
    assert "consent does not reach them" not in karin.get(way).text
    browser = signed_in("ulla")
    assert number in browser.get("/home").text
    page = browser.get(f"/referrals/{number}")
    assert "Lugn start med mentor." in page.text
    for hidden in ("Mila", "Lindskolan", "Almkvist", "borta nio dagar"):
        assert hidden not in page.response.text
    for door in (f"/referrals/{other}", f"/referrals/{number}/action-plan", f"/referrals/{number}/outside", "/teams"):
        assert browser.client.get(door).status_code == 404
    assert number not in browser.get("/referrals").text
    page = karin.get(way)
    ending = next(one.get("href") for one in page.all("a") if page.text_of(one).startswith("End their part"))
    karin.get(ending)
    karin.submit({"reason": "Klubben hinner inte.", "successor_id": desk.account("tove")})
    assert "Is over" in karin.get(way).text
    assert browser.client.get(f"/referrals/{number}").status_code == 404


def test_who_is_responsible_finds_on_the_start_page_what_nobody_carries_out_any_more(desk, signed_in, ulla):
    number = desk.lay(PLAN_ACTIVE, plan=PlanStatus.ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/outside")
    karin.submit({"account_id": ulla, "last_on": clock.now().date().isoformat()})
    task = "Give somebody else an action: who had it is no longer invited"
    assert task not in karin.get("/home").text
    with db.writing(desk.url) as session:
        invitation = session.scalars(select(Invitation)).one()
        session.scalars(select(PlannedAction)).one().owner_id = invitation.account_id
        invitation.ends_at = clock.now()
    page = karin.get("/home")
    assert task in page.text
    way = next(one.get("href") for one in page.all("a") if (one.get("href") or "").endswith(f"/members/{ulla}"))
    assert karin.get(way).heading == "End the part of Ulla Simberg"
    karin.submit({"reason": "Inbjudan har gått ut.", "successor_id": desk.account("tove")})
    assert task not in karin.get("/home").text


def test_what_is_missing_is_said_at_its_field(desk, signed_in, ulla):
    number = desk.lay(PLAN_ACTIVE)
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/outside")
    assert len(karin.submit(status=422).problems) == 2
    today = clock.now().date().isoformat()
    page = karin.submit({"account_id": desk.account("tove"), "last_on": today}, status=422)
    assert page.problems == ["Who is invited? Choose one of the answers."]


def test_where_nobody_is_from_outside_it_says_who_makes_an_account(desk, signed_in):
    number = desk.lay(PLAN_ACTIVE)
    page = signed_in("karin").get(f"/referrals/{number}/outside")
    assert "There is nobody to invite" in page.text
    for person in ("henrik", "kim", "otto", "anton"):
        assert signed_in(person).client.get(f"/referrals/{number}/outside").status_code == 404
