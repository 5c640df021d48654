"""Pages that are shown once, or in place of something that is gone, changed or over, are inspected like every other."""

from collections.abc import Iterable
from datetime import timedelta

import pyotp
from sqlalchemy import update

from referrals import clock, db
from referrals.models import Draft
from referrals.people import sign_in
from tests import straight_way
from tests.factories import protected
from tests.journeys import ground
from tests.journeys.conftest import PASSWORD
from tests.journeys.every_page import Walk
from tests.journeys.telling import Reporter
from tests.webapp.desk import cast_of


def test_recovery_codes_and_a_new_persons_first_password_are_shown_once(walk: Walk, address: str) -> None:
    with db.reading(address) as session:
        unit = cast_of(session).school.name
    walk.be("kim")
    window = walk.window.open("/account/second-factor")
    window.write("Your password", PASSWORD)
    window.press("Set up a second factor")
    secret = "".join(window.page.locator(".factor__secret").inner_text().split())
    window.write("Code", pyotp.TOTP(secret).at(int(clock.machine_now().timestamp())))
    window.press("Switch it on")
    codes = window.page.locator("main li").all_inner_texts()
    assert len(codes) >= 8
    walk.look("kim", "/account/second-factor")
    assert not any(code in window.text for code in codes)
    walk.be("anton")
    window.open("/administration/people/new")
    window.write("Name", "Tuva Hyllfeldt")
    window.write("E-mail address", "tuva.hyllfeldt@trivsel.invalid")
    window.choose("Profession", window.words("Coordinator"))
    with window.within("Coordinator in"):
        window.page.get_by_role("checkbox", name=unit, exact=True).first.check()
    window.press("Add the person")
    word = window.page.locator(".password__word").inner_text()
    assert word not in window.open("/administration/people").text


def test_a_paper_of_before_a_protected_identity_says_that_it_is_restricted(
    walk: Walk, address: str, number: str
) -> None:
    _decide(address, number, straight_way.DECISIONS[:9])
    ground.lay_what_lies_around(address, number)
    with db.writing(address) as session:
        protected(session, ground.the_referral(session, number), by=cast_of(session).coordinator)
    walk.look("karin", f"/referrals/{number}/documents")
    assert walk.window.says("Restricted")


def test_a_draft_that_is_over_and_a_link_that_was_used_say_so(walk: Walk, address: str) -> None:
    walk.be_nobody()
    window = walk.window
    Reporter(window, "sv").begin("I work with children")
    window.press("Save and close")
    code = window.page.locator(".big-code").inner_text()
    Reporter(window, "sv").begin("I work with children")
    with db.writing(address) as session:
        session.execute(update(Draft).values(expires_on=clock.now().date() - timedelta(days=1)))
        link = sign_in.make_link(session, cast_of(session).counsellor)
        sign_in.choose_by_link(session, link, cast_of(session).counsellor.password_hash or "")
    window.open("/report")
    window.open("/report/child")
    window.open("/resume")
    window.write("Code", code)
    window.press("Go on")
    assert window.says(
        "There is no draft with this code. Check each sign. A draft is deleted on the day you were told."
    )
    window.open(f"/new-password/{link}")
    assert window.says("A link can be used once and for half an hour. Ask for a new one on the sign-in page.")


def test_a_decision_somebody_else_made_first_keeps_what_was_typed(walk: Walk, address: str, number: str) -> None:
    walk.be("karin")
    window = walk.window.open(f"/referrals/{number}/triage")
    window.tick("The team makes an assessment")
    reason = "Det är tydligt nog: vi behöver träffas."
    window.page.locator("textarea:visible").first.fill(reason)
    _decide(address, number, straight_way.DECISIONS[:1])
    window.leads(window.page.get_by_role("button", name=window.words("Decide"), exact=True))
    assert reason in window.page.locator("main").inner_text()
    assert window.page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") in {409, 412}


def _decide(address: str, number: str, decisions: Iterable[straight_way.Decision]) -> None:
    for decide in decisions:
        with db.writing(address) as session:
            decide(session, cast_of(session), ground.the_referral(session, number))
