"""The page of numbers by week, and the charts beside plan and follow-up."""

import pytest
from sqlalchemy import select

from referrals.models import Goal, Measurement
from referrals.stages import PARTS_REQUESTED, PLAN_ACTIVE
from referrals.vocabulary import PlanStatus
from tests.webapp.desk import Desk


@pytest.fixture
def number(app, settings, wednesday):
    return Desk(settings).lay(PLAN_ACTIVE, plan=PlanStatus.ACTIVE)


@pytest.fixture
def karin(signed_in, number):
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/measurements")
    return browser


def drawn(page):
    return page.all("figure")


def test_a_number_is_drawn_here_with_the_plan_and_with_the_follow_up(karin, number):
    page = karin.submit({"on": "2026-09-16", "value": "1,5"})
    assert "The number is recorded." in page.text
    karin.submit({"on": "2026-09-07", "value": "3"})
    for path in ("measurements", "action-plan", "follow-up"):
        page = karin.get(f"/referrals/{number}/{path}")
        (figure,) = drawn(page)
        said = page.text_of(figure)
        assert "Days away from school" in said
        assert "Chart of Days away from school by week; the table below holds the same numbers." in said
        assert "37" in said
        assert "1.5" in said


def test_a_goal_is_measured_by_what_somebody_says_and_a_number_can_be_taken_away(karin, number, settings):
    goal = Desk(settings).read(number, lambda session, _row: str(session.scalars(select(Goal.id)).first()))
    assert "Say what is counted." in " ".join(karin.submit({"goal_id": goal, "value": "4"}, status=422).problems)
    karin.submit({"goal_id": goal, "value": "4", "counted": "Mornings in time"})
    page = karin.get(f"/referrals/{number}/measurements")
    assert "Mornings in time" in page.text
    page = karin.submit({"goal_id": goal, "value": ""})
    assert "The week's number is taken away." in page.text
    assert "No numbers yet" in page.text


def test_before_there_is_a_plan_a_number_is_recorded_and_stands_beside_it_later(app, signed_in, settings, wednesday):
    early = Desk(settings).lay(PARTS_REQUESTED)
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{early}/measurements")
    assert [page.text_of(one) for one in page.all("option")] == ["Days away from school"]
    karin.submit({"on": "2026-09-16", "value": "2"})
    assert drawn(karin.get(f"/referrals/{early}/action-plan"))


def test_what_cannot_be_is_refused_with_words_and_kept(karin, settings, number):
    for sent, why in (
        ({"value": "many"}, "Write a number such as 3 or 2.5."),
        ({"value": "6"}, "There are at most as many days away"),
        ({"value": "1", "on": "2026-10-01"}, "Choose a week that has begun"),
    ):
        page = karin.submit(sent, status=422)
        assert why in " ".join(page.problems)
        assert page.fields(page.form())["value"] == sent["value"]
        karin.get(f"/referrals/{number}/measurements")
    assert Desk(settings).read(number, lambda session, _row: session.scalars(select(Measurement)).all()) == []


def test_who_sees_only_part_of_the_plan_sees_no_numbers_and_who_reads_may_not_always_write(karin, signed_in, number):
    karin.submit({"value": "1"})
    assert signed_in("otto").client.get(f"/referrals/{number}/measurements").status_code == 404
    henrik = signed_in("henrik")
    page = henrik.get(f"/referrals/{number}/measurements")
    assert drawn(page)
    assert not page.all("form", id="main-form")
    assert "All numbers" in henrik.get(f"/referrals/{number}/action-plan").text
