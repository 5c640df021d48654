"""The page of special support: a report, the investigation that answers it, and its result."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Account, Referral, SupportInvestigation
from referrals.stages import PLAN_ACTIVE
from tests.factories import a_member
from tests.webapp.desk import Desk

pytestmark = pytest.mark.usefixtures("wednesday")

REPORT = {"ground": "goals_at_risk", "observed": "Hon missar bråk.", "tried": "Kortare uppgifter."}
RESULT = {
    "findings": "Hon förstår muntligt.", "views": "Hon vill ha lugn.", "health_team": "consulted",
    "judgement": "Hon behöver stöd.", "need": "needed",
}  # fmt: skip


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def number(desk):
    return desk.lay(PLAN_ACTIVE)


def the_teacher_contributes(settings, number):
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        a_member(session, referral, session.scalars(select(Account).where(Account.email.startswith("tove."))).one())


def test_a_teacher_reports_the_head_teacher_has_it_investigated_and_the_result_stands_there(
    signed_in, settings, number, wednesday
):
    the_teacher_contributes(settings, number)
    tove = signed_in("tove")
    assert "Special support: reports and investigation" in tove.get(f"/referrals/{number}").text
    page = tove.get(f"/referrals/{number}/special-support")
    assert "Your reports to the head teacher" in page.text
    assert not page.all("form", id="begin-form")
    page = tove.submit(REPORT, form="report-form")
    for words in ("The head teacher has your report.", "Hon missar bråk.", "Waits for the head teacher", "(today)"):
        assert words in page.text

    wednesday.shift(3 * 86400)
    tove, henrik = signed_in("tove"), signed_in("henrik")
    page = henrik.get(f"/referrals/{number}/special-support")
    for words in ("Hon missar bråk.", "(3 days ago)", "No investigation has begun"):
        assert words in page.text
    page = henrik.submit(form="begin-form", status=422)
    assert page.problems == ["Who carries it out? Choose who carries out the investigation."]
    educator = next(label for label in page.all("label") if "Petra" in "".join(label.itertext()))
    chosen = next(one for one in page.all("input") if one.get("id") == educator.get("for"))
    page = henrik.submit({"carried_out_by": chosen.get("value")}, form="begin-form")
    for words in ("The investigation has begun.", "Under way", "Carried out by", "An investigation answers it"):
        assert words in page.text
    assert not page.all("form", id="begin-form")
    home = henrik.get("/home")
    assert "An investigation is under way" in home.text
    assert "Carried out by Petra Vidmark" in home.text
    henrik.get(f"/referrals/{number}/special-support")
    page = henrik.submit(RESULT | {"health_team": "unnecessary"}, form="result-form", status=422)
    assert page.problems == [
        "Why was it obviously unnecessary? Write why the student health team did not have to be consulted."
    ]
    page = henrik.submit(RESULT | {"findings": ""}, form="result-form", status=422)
    assert "What did the investigation find? Write what the investigation found." in page.problems
    page = henrik.submit(RESULT, form="result-form")
    for words in ("The result is recorded", "The pupil needs special support", "Hon behöver stöd.", "Result recorded"):
        assert words in page.text
    told = tove.get(f"/referrals/{number}/special-support").text
    assert "An investigation answers it" in told
    assert "Hon behöver stöd." not in told
    text = tove.get(f"/referrals/{number}").text
    assert "special support got its result" not in text
    assert "The pupil needs special support" not in text
    assert "The investigation of special support got its result" in henrik.get(f"/referrals/{number}").text


def test_what_a_report_lacks_is_said_at_its_field_and_what_was_typed_stays(signed_in, number):
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/special-support")
    assert not page.all("form", id="begin-form")
    page = karin.submit({"observed": "Hon missar bråk."}, form="report-form", status=422)
    assert page.problems == [
        "Why do you report it? Choose why you report it.",
        "How has the teaching been adapted, and what came of it? Write what has been tried, or why it would not be enough.",
    ]
    assert page.fields(page.form("report-form"))["observed"] == "Hon missar bråk."


def test_somebody_who_is_not_of_the_school_carries_nothing_out(signed_in, settings, number):
    with db.reading(settings.database) as session:
        stranger = session.scalars(select(Account.id).where(Account.email.startswith("otto."))).one()
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}/special-support")
    page = henrik.submit({"carried_out_by": str(stranger)}, form="begin-form", status=422)
    assert page.problems == ["Who carries it out? Choose one of the school's own people."]
    with db.reading(settings.database) as session:
        assert session.scalars(select(SupportInvestigation)).all() == []


def test_who_has_nothing_to_do_with_it_and_a_danish_school_have_no_such_page(signed_in, settings, number):
    assert signed_in("otto").client.get(f"/referrals/{number}/special-support").status_code == 404
    with db.writing(settings.database) as session:
        session.scalars(select(Referral).where(Referral.number == number)).one().rulepack = "dk-2026-07"
    karin = signed_in("karin")
    assert karin.client.get(f"/referrals/{number}/special-support").status_code == 404
    assert "Special support" not in karin.get(f"/referrals/{number}").text
