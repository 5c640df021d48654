"""A chart of numbers by week: weeks with school only, gaps where there is no number, and everything readable without colour."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest

from referrals.calendar import Closed
from referrals.papers import charts
from referrals.papers.charts import Point

SVG = "{http://www.w3.org/2000/svg}"
#: two weeks before the autumn holiday, and two after
WEEKS = [date(2026, 10, 12), date(2026, 10, 19), date(2026, 11, 2), date(2026, 11, 9)]
HOLIDAY = Closed(((date(2026, 10, 26), date(2026, 10, 30)),))


def drawn(values, weeks=WEEKS, language="sv", title="Dagar borta"):
    points = [Point(week, value) for week, value in zip(weeks, values, strict=False)]
    return ET.fromstring(charts.draw(points, title=title, language=language))


def texts(svg):
    return [each.text for each in svg.iter(f"{SVG}text")]


def test_a_week_in_which_the_school_is_closed_is_no_week_of_it():
    assert charts.school_weeks(WEEKS[0], WEEKS[-1], closed=HOLIDAY) == WEEKS
    assert charts.monday(date(2026, 10, 16)) == WEEKS[0]
    assert [charts.open_days(week, closed=HOLIDAY) for week in (WEEKS[0], date(2026, 10, 26))] == [5, 0]


def test_each_mark_has_its_number_and_each_week_its_own_in_the_readers_way_of_writing():
    svg = drawn([4, 2.5, 1, 0])
    assert texts(svg) == ["0", "4", "42", "43", "45", "46", "4", "2,5", "1", "0"]
    assert "2.5" in texts(drawn([4, 2.5, 1, 0], language="en"))
    assert len(list(svg.iter(f"{SVG}circle"))) == 4
    assert len(list(svg.iter(f"{SVG}line"))) == 2 + 3
    assert svg.find(f"{SVG}title").text == "Dagar borta"
    assert svg.get("role") == "img"


def test_a_week_without_a_number_interrupts_the_line():
    svg = drawn([4, None, 1, 0])
    assert len(list(svg.iter(f"{SVG}circle"))) == 3
    assert len(list(svg.iter(f"{SVG}line"))) == 2 + 1


@pytest.mark.parametrize("values", [[3.0], [0.0, 0.0], [None]])
def test_one_number_nothing_but_zeros_and_no_number_at_all_can_be_drawn(values):
    svg = drawn(values)
    assert len(list(svg.iter(f"{SVG}circle"))) == sum(value is not None for value in values)


def test_over_many_weeks_labels_are_shared_and_marks_stay():
    weeks = charts.school_weeks(date(2026, 1, 5), date(2026, 10, 5), closed=Closed())
    svg = drawn([1.0] * len(weeks), weeks=weeks)
    assert len(list(svg.iter(f"{SVG}circle"))) == 40
    assert len(texts(svg)) == 2 + 14


def test_what_somebody_typed_never_becomes_part_of_the_drawing():
    svg = charts.draw([Point(WEEKS[0], 1.0)], title="</title><script>x</script>", language="sv")
    assert "<script>" not in svg
    assert 'style="' not in svg


def test_it_has_no_colour_but_that_of_the_text_around_it():
    svg = drawn([4, 2, 1, 0])
    colours = {each.get(name) for each in svg.iter() for name in ("fill", "stroke")} - {None}
    assert colours == {"currentColor"}
