"""The page of statutory decisions beside a referral, and its piece of the referral's own page."""

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.models import Referral, StatutoryDecision, Unit
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import SchoolForm
from tests.webapp.desk import Desk

pytestmark = pytest.mark.usefixtures("wednesday")


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


@pytest.fixture
def number(desk):
    return desk.lay(PLAN_ACTIVE)


def typed(**values):
    return {
        "track": "support_programme", "kept_in": "Skolans diarium 2026-41", "decided_on": "2026-09-10",
        "decided_by": "head_teacher",
    } | values  # fmt: skip


def test_a_decision_is_pointed_to_and_taken_away_again(signed_in, number):
    karin = signed_in("karin")
    assert "What the law lays upon the school" in karin.get(f"/referrals/{number}").text
    page = karin.get(f"/referrals/{number}/statutory")
    assert "Nothing is recorded" in page.text
    assert "educational-psychological" not in page.text
    page = karin.submit(typed(), form="link-form")
    for words in (
        "It is recorded where the decision is kept.", "Programme of special support (åtgärdsprogram) (Skollag 3:9)",
        "10 September 2026 · The head teacher", "Kept in: Skolans diarium 2026-41",
    ):  # fmt: skip
        assert words in page.text
    text = karin.get(f"/referrals/{number}").text
    assert "Kept in: Skolans diarium 2026-41" in text
    assert "Take it away" not in text
    assert "It was recorded where a statutory decision is kept: Programme of special support" in text
    karin.get(f"/referrals/{number}/statutory")
    page = karin.submit(form="away-1")
    assert "The history keeps that it was there." in page.text
    assert "Nothing is recorded" in page.text


def test_a_report_that_staff_made_elsewhere_is_pointed_to_with_its_day_and_by_whom(signed_in, number):
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/statutory")
    page = karin.submit(typed(track="special_support_report", decided_by="school_staff"), form="link-form")
    assert "Report of a need of special support (Skollag 3:7)" in page.text
    assert "10 September 2026 · Staff of the school" in page.text
    assert "Decided on" not in page.text


def test_what_is_missing_is_said_at_its_field_and_what_was_typed_stays(signed_in, number):
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/statutory")
    page = karin.submit({"kept_in": "Diariet"}, form="link-form", status=422)
    assert page.problems == [
        "Which decision is it? Choose one of the statutory tracks.",
        "On which day? Give the day of the decision.",
        "By whom? Choose who it was.",
    ]
    assert page.fields(page.form("link-form"))["kept_in"] == "Diariet"
    page = karin.submit(typed(track="preschool_support"), form="link-form", status=422)
    assert page.problems == ["Which decision is it? Choose one of the statutory tracks."]


def test_around_midnight_the_day_here_counts(signed_in, number):
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/statutory")
    page = karin.submit(typed(decided_on="2026-09-17"), form="link-form", status=422)
    assert page.problems == ["On which day? This day has not come yet. Choose today or an earlier day."]


def test_who_only_contributes_sees_neither_the_list_nor_which_decision(signed_in, number):
    signed_in("karin").get(f"/referrals/{number}/statutory")
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{number}/statutory")
    henrik.submit(typed(), form="link-form")
    petra = signed_in("petra")
    text = petra.get(f"/referrals/{number}").text
    assert "It was recorded where a statutory decision is kept" in text
    for words in ("Statutory decisions", "Programme of special support", "diarium"):
        assert words not in text
    assert petra.client.get(f"/referrals/{number}/statutory").status_code == 404


def test_a_danish_preschool_whose_law_knows_none_is_offered_none(settings, signed_in, number):
    with db.writing(settings.database) as session:
        session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one().school_form = SchoolForm.PRESCHOOL
    karin = signed_in("karin")
    assert "Statutory decisions" in karin.get(f"/referrals/{number}").text
    page = karin.get(f"/referrals/{number}/statutory")
    assert "Programme of special support" not in page.text_of(page.form("link-form"))
    with db.writing(settings.database) as session:
        session.scalars(select(Referral).where(Referral.number == number)).one().rulepack = "dk-2026-07"
    assert "Statutory decisions" not in karin.get(f"/referrals/{number}").text
    page = karin.get(f"/referrals/{number}/statutory")
    assert "Nothing is recorded" in page.text
    assert "the law has none of these:" not in page.text
    assert not page.all("form", id="link-form")


def test_where_it_is_kept_can_be_gone_while_the_pointer_stays(settings, signed_in, number):
    karin = signed_in("karin")
    karin.get(f"/referrals/{number}/statutory")
    karin.submit(typed(decided_on=clock.now().date().isoformat()), form="link-form")
    with db.writing(settings.database) as session:
        session.scalars(select(StatutoryDecision)).one().kept_in = None
    assert "Where it is kept is no longer on record" in karin.get(f"/referrals/{number}/statutory").text


def test_a_danish_school_can_point_to_what_its_counselling_service_decided(settings, signed_in, number):
    with db.writing(settings.database) as session:
        session.scalars(select(Referral).where(Referral.number == number)).one().rulepack = "dk-2026-07"
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/statutory")
    assert "Staff of the school" not in page.text, "none of its reports is pointed to"
    page = karin.submit(typed(track="educational_assessment", decided_by="counselling_service"), form="link-form")
    assert "Educational-psychological assessment (PPV) (Folkeskoleloven)" in page.text
    assert "The educational-psychological service" in page.text
