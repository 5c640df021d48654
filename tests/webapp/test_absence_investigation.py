"""The page of absence at school: an investigation, its report to the organiser, and its result."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Referral
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import SchoolForm
from tests.webapp.desk import Desk

pytestmark = pytest.mark.usefixtures("wednesday")

BEGINNING = {
    "pattern": "repeated", "absence": "both", "known": "Nio dagar i september.", "guardians_told_on": "2026-09-16",
}  # fmt: skip
FINDINGS = {
    "causes": "Rasterna är otrygga.", "pupils_view": "Magen gör ont.", "guardians_view": "Mor följer gärna.",
    "health_team_view": "Mjukstart.", "measures": "En vuxen möter.", "support_too": "yes",
}  # fmt: skip


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def number(desk):
    return desk.lay(PLAN_ACTIVE)


def petra(page):
    """The value of the choice that names the special educator."""
    label = next(label for label in page.all("label") if "Petra" in "".join(label.itertext()))
    return next(one for one in page.all("input") if one.get("id") == label.get("for")).get("value")


def test_the_head_teacher_has_absence_investigated_reports_it_and_the_result_stands_there(signed_in, number, wednesday):
    henrik = signed_in("henrik")
    assert "Absence: investigation and report to the organiser" in henrik.get(f"/referrals/{number}").text
    page = henrik.get(f"/referrals/{number}/absence-investigation")
    assert "No investigation has begun" in page.text
    chosen = {"carried_out_by": petra(page)}
    page = henrik.submit(BEGINNING | chosen | {"guardians_told_on": ""}, form="begin-form", status=422)
    assert page.problems == [
        "When were the guardians told? Tell the guardians first. Then give the day on which you did."
    ]
    page = henrik.submit(BEGINNING | chosen | {"known": "", "guardians_told_on": ""}, form="begin-form", status=422)
    assert [problem.partition("? ")[0] for problem in page.problems] == [
        "What is known of the absence", "When were the guardians told",
    ]  # fmt: skip
    page = henrik.submit(BEGINNING | chosen | {"known": ""}, form="begin-form", status=422)
    assert page.problems == ["What is known of the absence? Write since when and how much the pupil has been away."]
    page = henrik.submit(BEGINNING | chosen, form="begin-form")
    for words in ("The investigation has begun.", "Not yet reported to the organiser", "Under way", "(today)"):
        assert words in page.text
    assert not page.all("form", id="begin-form")

    wednesday.shift(2 * 86400)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/absence-investigation")
    assert "(2 days ago)" in page.text
    page = karin.submit({"reported_to": "Förvaltningen", "reported_on": "2026-09-15"}, form="notice-form", status=422)
    assert page.problems == [
        "On which day? Give the day of the report, from the day on which the investigation began until today."
    ]
    page = karin.submit({"reported_to": ""}, form="notice-form", status=422)
    assert "To whom was it reported? Write to whom the absence was reported." in page.problems
    page = karin.submit({"reported_to": "Förvaltningen", "reported_on": "2026-09-17"}, form="notice-form")
    assert "It is recorded that the absence was reported to the organiser." in page.text
    assert "Not yet reported to the organiser" not in page.text
    assert not page.all("form", id="notice-form")
    page = karin.submit(FINDINGS | {"health_team_view": ""}, form="result-form", status=422)
    assert page.problems == ["How does the student health team see it? Write how the student health team sees it."]
    page = karin.submit(FINDINGS, form="result-form")
    for words in ("The result is recorded", "En vuxen möter.", "Let the need of special support be investigated"):
        assert words in page.text
    text = karin.get(f"/referrals/{number}").text
    assert "The investigation of absence got its result" in text


def test_a_preschool_has_no_such_page(signed_in, settings, number):
    with db.writing(settings.database) as session:
        session.scalars(select(Referral)).one().unit.school_form = SchoolForm.PRESCHOOL
    henrik = signed_in("henrik")
    assert henrik.client.get(f"/referrals/{number}/absence-investigation").status_code == 404
    assert "Absence: investigation" not in henrik.get(f"/referrals/{number}").text
