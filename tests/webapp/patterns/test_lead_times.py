"""The page of lead times: for the management, a term at a time, with dashes for what would tell of a child."""

from datetime import timedelta

import pytest

from referrals import clock, db
from tests.factories import a_referral
from tests.referrals.patterns.lived import concern, count_what_is_due
from tests.webapp.desk import cast_of


@pytest.fixture
def eleven(settings, wednesday):
    """Nine concerns at Lindskolan last spring, two at Askskolan, and one this autumn."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        spring = clock.now() - timedelta(days=150)
        for _ in range(9):
            a_referral(session, cast, opened_at=spring)
        for _ in range(2):
            a_referral(session, cast, opened_at=spring, unit_id=cast.other_school.id)
        a_referral(session, cast)
        count_what_is_due(session)


def rows(page):
    return {page.text_of(row[0]): [page.text_of(cell) for cell in row[1:]] for row in page.all("tbody")[0].iter("tr")}


def test_the_newest_term_that_is_over_is_shown_first_and_hides_what_subtracting_would_tell(signed_in, eleven):
    page = signed_in("margit").get("/lead-times")
    assert page.heading == "Lead times"
    assert page.text_of(page.all("caption")[0]) == "Spring term 2026"
    assert "the first action from the day on which one of the plan was first recorded as ongoing or done" in page.text
    nothing = ["–"] * 5
    assert rows(page) == {
        "Lindskolan": nothing,
        "Askskolan": nothing,
        "The whole municipality": ["11", "–", "–", "–", "–"],
    }


def test_median_and_ninetieth_percentile_of_each_unit_stand_on_the_page(signed_in, settings, wednesday):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        for school, slower in ((cast.school, 1), (cast.other_school, 2)):
            for number in range(1, 21):
                met = {"send_to_assessment": slower * number, "record_meeting": 30 + number} if number < 16 else {}
                concern(session, cast, school, "2026-01-12", **met)
        count_what_is_due(session)
    page = signed_in("margit").get("/lead-times")
    assert {name: row[:3] for name, row in rows(page).items()} == {
        "Lindskolan": ["20", "8 daysnine of ten: 14 days", "38 daysnine of ten: 44 days"],
        "Askskolan": ["20", "16 daysnine of ten: 28 days", "38 daysnine of ten: 44 days"],
        "The whole municipality": ["40", "10 daysnine of ten: 24 days", "38 daysnine of ten: 44 days"],
    }


def test_of_the_term_that_goes_on_nothing_is_shown(signed_in, eleven):
    page = signed_in("margit").get("/lead-times?term=2026-autumn")
    assert page.all("tbody") == []
    assert "this one on 1 February 2027" in page.text


@pytest.mark.parametrize("asked", ["", "?term=1999-spring", "?term=soon"])
def test_a_term_that_is_none_leads_to_the_one_shown_first(signed_in, eleven, asked):
    page = signed_in("margit").get(f"/lead-times{asked}")
    assert page.text_of(page.all("caption")[0]) == "Spring term 2026"


@pytest.mark.parametrize("person", ["karin", "henrik", "anton", "petra"])
def test_nobody_else_finds_it(signed_in, person):
    browser = signed_in(person)
    assert browser.client.get("/lead-times").status_code == 404
    assert "Lead times" not in browser.get("/home").response.text


def test_the_management_finds_it_in_the_navigation(signed_in):
    assert "Lead times" in signed_in("margit").get("/home").response.text
