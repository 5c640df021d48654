"""The pages of whoever is named to carry out an investigation: that, and no more of the referral."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Account, Referral
from referrals.stages import PLAN_ACTIVE
from tests.journeys.ground import the_referral
from tests.referrals.statutory.test_carrying_out import RESULTS, begin
from tests.webapp import test_absence_investigation, test_degrading_treatment, test_special_support
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")

PAGES = dict(
    zip(
        RESULTS,
        (
            ("special-support", test_special_support.RESULT),
            ("absence-investigation", test_absence_investigation.FINDINGS),
            ("degrading-treatment", test_degrading_treatment.RESULT),
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("verb", PAGES)
def test_who_is_named_finds_the_investigation_records_its_result_and_sees_no_more(app, settings, signed_in, verb):
    number = Desk(settings).lay(PLAN_ACTIVE)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        begin(session, the_referral(session, number), cast, verb, cast.counsellor.id)
    path, result = PAGES[verb]
    kim = signed_in("kim")
    page = kim.get(f"/referrals/{number}")
    assert "You carry out an investigation" in page.text
    assert "My working notes" not in page.text
    page = kim.get(f"/referrals/{number}/{path}")
    assert "Mila Testsson" in page.response.text
    for words in ("Came in", "Target", "Past its target"):
        assert words not in page.response.text
    assert not page.all("form", id="begin-form")
    page = kim.submit(result, form="result-form")
    assert page.path == "/home"
    assert "you see no more of it from now on" in page.text
    for gone in ("", f"/{path}"):
        assert kim.client.get(f"/referrals/{number}{gone}").status_code == 404


def test_a_teacher_who_is_named_for_absence_sees_their_own_reports_of_special_support_and_records_no_result_there(
    app, settings, signed_in
):
    number = Desk(settings).lay(PLAN_ACTIVE)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        support, absence, _degrading = RESULTS
        tove = session.scalars(select(Account.id).where(Account.email.startswith("tove."))).one()
        test_special_support.a_member(session, referral, session.get(Account, tove))
        begin(session, referral, cast, support, cast.special_educator.id)
        begin(session, referral, cast, absence, tove)
    tove = signed_in("tove")
    page = tove.get(f"/referrals/{number}/special-support")
    assert "Your reports to the head teacher" in page.text
    assert not page.all("form", id="result-form")
    assert tove.get(f"/referrals/{number}/absence-investigation").all("form", id="result-form")


def test_the_start_page_leads_the_head_teacher_and_who_is_named_to_what_waits_for_them(app, settings, signed_in):
    number = Desk(settings).lay(PLAN_ACTIVE)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        for verb in PAGES:
            begin(session, the_referral(session, number), cast, verb, cast.counsellor.id)
    page = signed_in("henrik").get("/home")
    assert "Report to the organiser, and record that you did" in page.text
    page = signed_in("kim").get("/home")
    assert page.text.count("Record the result of an investigation") == 3
    assert "Lindskolan" not in page.text
    ways = {link.get("href") for link in page.all("a")}
    assert {f"/referrals/{number}/{path}" for path, _result in PAGES.values()} <= ways
