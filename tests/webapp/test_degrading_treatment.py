"""The page of degrading treatment: a report, its way to the organiser, and the investigation."""

from datetime import date

import pytest
from sqlalchemy import select

from referrals import db, history
from referrals.models import Account, Referral
from referrals.stages import PLAN_ACTIVE, Verb
from referrals.statutory import degrading_treatment
from referrals.vocabulary import DegradingKind, SchoolForm
from tests.factories import a_member
from tests.webapp.desk import Desk, cast_of

pytestmark = pytest.mark.usefixtures("wednesday")

REPORT = {
    "kind": "degrading", "happened": "De kallar mig mullvad.", "circumstances": "Varje rast.", "done_at_once": "Vi bytte plats.",
}  # fmt: skip
RESULT = {"findings": "Tre bekräftar.", "views": "Hon vill ha lugn.", "measures": "Rastvärd.", "outcome": "occurred"}


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


def test_a_report_goes_from_the_teacher_to_the_head_teacher_to_the_organiser_and_gets_its_result(
    signed_in, settings, number, wednesday
):
    the_teacher_contributes(settings, number)
    tove = signed_in("tove")
    assert "Degrading treatment: reports and investigation" in tove.get(f"/referrals/{number}").text
    page = tove.get(f"/referrals/{number}/degrading-treatment")
    assert "Your reports to the head teacher" in page.text
    page = tove.submit(REPORT | {"circumstances": ""}, form="report-form", status=422)
    assert page.problems == ["When and where did it happen? Write when and where it happened, as far as it is known."]
    page = tove.submit(REPORT, form="report-form")
    for words in ("The head teacher has your report.", "De kallar mig mullvad.", "Waits for the head teacher"):
        assert words in page.text
    assert not page.all("form", id="pass-on-form")

    wednesday.shift(86400)
    henrik = signed_in("henrik")
    page = henrik.get(f"/referrals/{number}/degrading-treatment")
    assert "(1 day ago)" in page.text
    page = henrik.submit(form="receive-form")
    for words in ("It is recorded that you have received the report.", "Received, not yet passed on"):
        assert words in page.text
    assert not page.all("form", id="receive-form")
    page = henrik.submit({"passed_on_to": "", "passed_on_on": "2026-09-17"}, form="pass-on-form", status=422)
    assert page.problems == ["To whom at the organiser did it go on? Write to whom at the organiser it went on."]
    page = henrik.submit(
        {"passed_on_to": "Förvaltningen", "passed_on_on": "2026-09-15"}, form="pass-on-form", status=422
    )
    assert page.problems == ["On which day? Give the day on which it went on, from the day of the report until today."]
    page = henrik.submit({"passed_on_to": "Förvaltningen", "passed_on_on": "2026-09-17"}, form="pass-on-form")
    for words in ("It is recorded that the report went on to the organiser.", "With the organiser"):
        assert words in page.text
    page = henrik.submit(form="begin-form", status=422)
    assert page.problems == [
        "Who carries out the investigation for the organiser? Choose who carries out the investigation."
    ]
    with db.reading(settings.database) as session:
        stranger = session.scalars(select(Account.id).where(Account.email.startswith("otto."))).one()
    page = henrik.submit({"carried_out_by": str(stranger)}, form="begin-form", status=422)
    assert page.problems == [
        "Who carries out the investigation for the organiser? Choose one of the unit's own people."
    ]
    chosen = next(one for one in page.all("input") if one.get("name") == "carried_out_by")
    page = henrik.submit({"carried_out_by": chosen.get("value")}, form="begin-form")
    assert "Being investigated" in page.text
    page = henrik.submit(RESULT | {"measures": ""}, form="result-form", status=422)
    assert page.problems == [
        "What is done so that it does not happen again? Write what is done so that it does not happen again, or that nothing is needed."
    ]
    page = henrik.submit(RESULT, form="result-form")
    for words in ("The result is recorded", "Degrading treatment has occurred", "Rastvärd."):
        assert words in page.text
    assert not page.all("form", id="result-form")
    text = signed_in("tove").get(f"/referrals/{number}/degrading-treatment").text
    assert "Investigated" in text
    for words in ("Rastvärd.", "Förvaltningen", "Degrading treatment has occurred"):
        assert words not in text


def test_an_older_report_can_go_on_while_a_newer_one_is_investigated(signed_in, settings, number):
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}/degrading-treatment")
    for happened in ("De gömmer min jacka.", "De kallar mig mullvad."):
        henrik.submit(REPORT | {"happened": happened}, form="report-form")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        newer, older = degrading_treatment.reports_of(session, referral)
        head = referral.history[-1].by
        doing = {"by": head.actor(), "seen": None, "report_id": newer.id}
        degrading_treatment.pass_on_report(
            session, referral, **doing, passed_on_to="Förvaltningen", passed_on_on=date(2026, 9, 16)
        )
        degrading_treatment.begin_investigation(session, referral, **doing, carried_out_by=head.id)
        ids = str(newer.id), str(older.id)

    def form_about(page):
        (form,) = [one for one in page.all("form") if one.get("id") in ("pass-on-form", "begin-form", "result-form")]
        return form.get("id"), form.get("action").split("/")[-2]

    page = henrik.get(f"/referrals/{number}/degrading-treatment")
    assert form_about(page) == ("pass-on-form", ids[1])
    page = henrik.submit({"passed_on_to": "Förvaltningen", "passed_on_on": "2026-09-16"}, form="pass-on-form")
    assert form_about(page) == ("begin-form", ids[1])
    chosen = next(one for one in page.all("input") if one.get("name") == "carried_out_by")
    page = henrik.submit({"carried_out_by": chosen.get("value")}, form="begin-form")
    assert form_about(page) == ("result-form", ids[0]), "of two that are investigated the newest"


def test_a_preschool_has_this_page_and_is_told_what_it_has_not(signed_in, settings, number):
    with db.writing(settings.database) as session:
        session.scalars(select(Referral)).one().unit.school_form = SchoolForm.PRESCHOOL
    karin = signed_in("karin")
    assert karin.get(f"/referrals/{number}/degrading-treatment").status == 200
    page = karin.get(f"/referrals/{number}/statutory")
    assert "In this school form (Preschool) the law has none of these:" in page.text
    assert "Degrading treatment" in page.text
    for path in ("special-support", "special-support/programme", "absence-investigation"):
        assert karin.client.get(f"/referrals/{number}/{path}").status_code == 404
        assert path not in page.response.text


def test_a_compulsory_school_reaches_everything_it_does_itself_and_a_danish_one_its_own(signed_in, settings, number):
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/statutory")
    for path in ("special-support", "absence-investigation", "degrading-treatment"):
        assert f"/referrals/{number}/{path}" in page.response.text
    assert "the law has none of these:" not in page.text
    with db.writing(settings.database) as session:
        session.scalars(select(Referral)).one().rulepack = "dk-2026-07"
    page = signed_in("karin").get(f"/referrals/{number}/statutory")
    assert "the law has none of these:" not in page.text
    for path in ("special-support", "absence-investigation", "degrading-treatment"):
        assert path not in page.response.text
    assert f"/referrals/{number}/educational-assessment" in page.response.text


def test_that_and_by_whom_it_was_reported_stands_in_the_timeline_of_who_reads_the_report_alone(
    signed_in, settings, number
):
    with db.writing(settings.database) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        for member in (cast.teacher, cast.counsellor, cast.school_nurse):
            a_member(session, referral, member)
        said = degrading_treatment.Reported(DegradingKind.DEGRADING, "Läraren skrek.", "I tisdags.")
        degrading_treatment.report_treatment(session, referral, by=cast.counsellor.actor(), seen=None, report=said)
        history.record(session, referral, Verb.BEGIN_ABSENCE_INVESTIGATION, by=cast.head_teacher.actor())
    reported, investigated = "Degrading treatment was reported", "An investigation of absence began"
    told = {
        name: [words in signed_in(name).get(f"/referrals/{number}").text for words in (reported, investigated)]
        for name in ("tove", "siv", "petra", "kim", "karin", "henrik")
    }
    assert told == {
        "tove": [False, False], "siv": [False, False], "petra": [False, False], "kim": [True, False],
        "karin": [True, True], "henrik": [True, True],
    }  # fmt: skip
