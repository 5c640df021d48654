"""The page of patterns: for the management, a term at a time, by area and school."""

import hashlib

import pytest
from sqlalchemy import delete

from flows.apart import Apart
from flows.terms import count_terms
from referrals import db
from referrals.models import QualityReport
from tests.referrals.patterns.lived import a_course, count_what_is_due, in_areas
from tests.webapp.desk import cast_of


@pytest.fixture
def lived(settings, wednesday):
    """Eleven concerns in the north last spring, six in the south."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        third = in_areas(session, cast, ("North", "", "South"))
        for unit, count in ((cast.school, 11), (third, 6)):
            for _ in range(count):
                a_course(session, cast, unit)
    count_terms(settings.database, Apart("sweep"))


def test_the_newest_term_that_is_over_stands_there_by_area_and_each_area_by_school(signed_in, lived):
    page = signed_in("margit").get("/patterns")
    assert page.heading == "Patterns"
    assert "Spring term 2026" in page.text
    # Six in the south go too: with them, 17 less 11 would tell that the schools in no area had none.
    first = {page.text_of(row[0]): [page.text_of(cell) for cell in row[1:]] for row in page.all("tbody")[0].iter("tr")}
    assert first["Came in"] == ["17", "11", "–", "–"]
    assert [page.text_of(one) for one in page.all("summary") if "school by school" in page.text_of(one)] == [
        "North, school by school", "South, school by school", "In no area, school by school",
    ]  # fmt: skip
    assert "Too few to be shown." in page.text
    assert "Counted once, on 16 September 2026." in page.text
    assert "SHANARRI" in page.text


def test_of_the_term_that_goes_on_nothing_is_shown(signed_in, lived):
    page = signed_in("margit").get("/patterns?term=2026-autumn")
    assert "A term is counted once" in page.text
    assert "The whole municipality" not in page.text


@pytest.mark.parametrize("person", ["karin", "henrik", "anton", "petra"])
def test_nobody_else_finds_it(signed_in, person):
    browser = signed_in(person)
    assert browser.client.get("/patterns").status_code == 404
    assert "Patterns" not in browser.get("/home").response.text


def test_the_quality_report_of_a_year_that_is_counted_is_the_same_paper_each_time(signed_in, lived):
    margit = signed_in("margit")
    page = margit.get("/patterns")
    assert "Quality report of the school year 2025/2026 (PDF)" in page.text
    answer, again = (margit.client.get("/quality-report/2025") for _ in range(2))
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert answer.data == again.data
    assert hashlib.sha256(answer.data).hexdigest() in page.text
    assert signed_in("karin").client.get("/quality-report/2025").status_code == 404


def test_of_a_year_with_fewer_than_five_there_is_a_sentence_and_no_report(signed_in, settings, wednesday):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        a_course(session, cast, cast.school)
        count_what_is_due(session)
    page = signed_in("margit").get("/quality-report/2025")
    assert page.heading == "Patterns"
    assert "There is nothing to report that could not tell of a child." in page.text


def test_a_report_over_a_year_that_is_empty_not_counted_or_not_printed_yet_is_refused_with_a_sentence(
    signed_in, lived, settings
):
    margit = signed_in("margit")
    for begins in (1999, 2026, 99999999999):
        page = margit.get(f"/quality-report/{begins}")
        assert page.heading == "Patterns"
        assert "There is no report of that school year: it is not counted." in page.text, begins
    with db.writing(settings.database) as session:
        session.execute(delete(QualityReport))
    assert "The report of that school year is being made." in margit.get("/quality-report/2025").text
