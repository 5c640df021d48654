"""The page of the educational-psychological assessment in a Danish school: asked for, given on, and received."""

import pytest
from sqlalchemy import select, update

from referrals import db
from referrals.models import Account, EducationalAssessment, EducationalDecision, Referral
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import EducationalOutcome
from tests.factories import a_guardian
from tests.referrals.statutory.test_educational_assessment import ask, conclude
from tests.webapp.desk import Desk, cast_of
from tests.webapp.test_give_on import chosen

pytestmark = pytest.mark.usefixtures("wednesday")

REQUEST = {
    "wish": "family", "consulted_on": "2026-09-15", "reasons": "Hun går i stå.", "tried": "Lille gruppe.", "strengths": "Hun tegner.",
    "views": "Hun vil have ro.", "question": "Hvad hjælper?", "agreed_on": "2026-10-15",
}  # fmt: skip
RESULT = {
    "received_on": "2026-09-16", "basis": "Samtale og prøve.", "resources": "Stærk mundtligt.", "difficulties": "Læser langsomt.",
    "perspectives": "Hun er flov.", "judgement": "Stort behov.", "proposals": "Fire timer.", "need": "needed",
}  # fmt: skip


@pytest.fixture
def number(app, settings):
    laid = Desk(settings).lay(PLAN_ACTIVE)
    with db.writing(settings.database) as session:
        session.scalars(select(Referral).where(Referral.number == laid)).one().rulepack = "dk-2026-07"
    return laid


def test_the_head_teacher_asks_and_whoever_carries_it_out_records_what_came(signed_in, settings, number):
    page = signed_in("karin").get(f"/referrals/{number}/statutory")
    assert f"/referrals/{number}/educational-assessment" in page.response.text
    henrik, kim = signed_in("henrik"), signed_in("kim")
    assert kim.client.get(f"/referrals/{number}/educational-assessment").status_code == 404
    page = henrik.get(f"/referrals/{number}/educational-assessment")
    assert "No assessment has been asked for" in page.text
    page = henrik.submit(
        REQUEST | {"consulted_on": "", "carried_out_by": chosen(page, "Petra")}, form="ask-form", status=422
    )
    assert page.problems == [
        "When did you talk it over with the pupil and the parents? Talk it over with the pupil and the parents first. Then give the day on which you did."
    ]
    with db.reading(settings.database) as session:
        stranger = session.scalars(select(Account.id).where(Account.email.startswith("otto."))).one()
    page = henrik.submit(REQUEST | {"carried_out_by": str(stranger)}, form="ask-form", status=422)
    assert page.problems == ["Who carries it out? Choose one of the school's own people or of the service."]
    page = henrik.submit(REQUEST | {"carried_out_by": chosen(page, "Petra")}, form="ask-form")
    for words in (
        "The request is recorded",
        "Under way",
        "15 Oct 2026By agreement with others",
        "Hvad hjælper?",
    ):
        assert words in page.text
    assert not page.all("form", id="ask-form")
    page = henrik.submit(form="give-on-form", status=422)
    assert page.problems == ["Who takes it over? Choose who carries out the investigation."]
    page = henrik.submit({"carried_on_by": chosen(page, "Kim")}, form="give-on-form")
    assert "carries out the investigation from now on." in page.text
    assert "was given to somebody else" in henrik.get(f"/referrals/{number}").text

    assert "By agreement with others" in kim.get("/home").text
    assert "You carry out an investigation" in kim.get(f"/referrals/{number}").text
    kim.get(f"/referrals/{number}/educational-assessment")
    page = kim.submit(RESULT | {"judgement": ""}, form="result-form", status=422)
    assert page.problems == ["What does the service judge? Write what the service judges."]
    page = kim.submit(RESULT | {"received_on": "2026-09-15"}, form="result-form", status=422)
    assert page.problems == [
        "On which day did the written assessment come to the school? Give the day on which the assessment came, from the day it was asked for until today."
    ]
    assert "you see no more of it from now on" in kim.submit(RESULT, form="result-form").text
    page = henrik.get(f"/referrals/{number}/educational-assessment")
    for words in ("The pupil needs special education or other special help", "Stort behov.", "Fire timer."):
        assert words in page.text
    assert page.all("form", id="ask-form")
    assert not page.all("form", id="result-form")


def test_the_head_teacher_decides_once_it_has_come_and_records_when_each_guardian_got_it(signed_in, settings, number):
    with db.writing(settings.database) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        guardian = a_guardian(session, referral, name="Maja Testsson")
        who, asked = str(guardian.id), ask(session, referral, cast)
        path = f"/referrals/{number}/educational-assessment"
        decision = f"{path}/{asked.id}/decision"
    henrik = signed_in("henrik")
    page = henrik.get(path)
    assert not page.all("form", id="decide-form")
    refused = henrik.client.post(
        decision,
        data={
            **{name: page.all("input", name=name)[0].get("value") for name in ("csrf_token", "seen")},
            "outcome": "at_school", "decision_reasons": "Hun læser.",
        },
    )  # fmt: skip
    assert refused.status_code == 422
    assert "The assessment has not come yet. Record it first; then decide." in refused.text
    with db.writing(settings.database) as session:
        cast, running = cast_of(session), session.scalars(select(EducationalAssessment)).one()
        conclude(session, running, cast.head_teacher.actor())
    assert "Decide upon an assessment that has come" in henrik.get("/home").text
    henrik.get(path)
    page = henrik.submit({"outcome": "at_school", "decision_reasons": ""}, form="decide-form", status=422)
    assert page.problems == ["Why is it decided so? Write why it is decided so."]
    page = henrik.submit({"outcome": "at_school", "decision_reasons": "Hun læser langsomt."}, form="decide-form")
    for words in (
        "Nobody is recorded as told yet",
        "Still to be told: Maja Testsson.",
        "No copy is made for Maja Testsson",
        "Hun læser langsomt.",
    ):
        assert words in page.text
    assert not page.all("form", id="decide-form")
    page = henrik.submit({"told_who": "", "told_on": "2026-09-16"}, form="told-form", status=422)
    assert page.problems == ["Who got the decision? Choose who got the decision."]
    page = henrik.submit({"told_who": who, "told_on": "2026-09-15"}, form="told-form", status=422)
    assert page.problems == [
        "On which day did they get it? Give the day on which they got the decision, from the day of the decision until today."
    ]
    page = henrik.submit({"told_who": who, "told_on": "2026-09-16"}, form="told-form")
    assert "Got it on 16 September 2026. An appeal must come in by 14 October 2026." in page.text
    assert "The time for an appeal counts from it." in page.text
    assert "Still to be told" not in page.text
    with db.writing(settings.database) as session:
        session.execute(update(EducationalDecision).values(outcome=EducationalOutcome.ELSEWHERE))
    henrik.get(path)
    page = henrik.submit({"told_who": who, "told_on": "2026-09-16"}, form="told-form")
    assert "Got it on 16 September 2026. When the municipality has decided" in page.text
    for words in ("An appeal must come in", "The time for an appeal"):
        assert words not in page.text
