"""The annual quality report: what it says, that it says nothing the pages leave out, and that there is none of a year without numbers."""

import io
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import printing
from referrals.errors import NotAllowed
from referrals.papers import bars
from referrals.patterns import quality_report
from tests.people import Cast
from tests.referrals.patterns.lived import a_course, in_areas


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is printed, as plain data."""
    found: list[dict[str, Any]] = []
    real = printing.extract_html

    def extract_html(context: dict[str, Any], **options: str) -> str:
        found.append(context)
        return real(context, **options)

    monkeypatch.setattr(printing, "extract_html", extract_html)
    return found


def a_spring(session: Session, cast: Cast) -> None:
    """Nine concerns in the north, six in the south; the autumn before, none."""
    third = in_areas(session, cast)
    for _ in range(9):
        a_course(session, cast, cast.school)
    for _ in range(6):
        a_course(session, cast, third)
    first = a_course(session, cast, cast.school)
    first.opened_at -= timedelta(days=150)
    session.flush()


def test_the_report_has_each_heading_drawn_and_as_a_table(
    session: Session, cast: Cast, wednesday: time_machine.Traveller, said: list[dict[str, Any]]
) -> None:
    a_spring(session, cast)
    assert quality_report.school_years(session) == [2025]
    paper = quality_report.paper(session, 2025, by=cast.manager.actor(), language="sv")
    assert paper is not None
    with pikepdf.open(io.BytesIO(paper)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Kvalitetsrapport · 2025/2026"
    (context,) = said
    html = printing.extract_html(context, language="sv", name="quality_report")
    assert html.count("<svg") == sum(bool(part["rows"]) for part in context["parts"]) > 3
    assert html.count("<h2>") == len(context["parts"]) + len(context["tables"])
    assert context["parts"][0]["rows"][0] == {"label": "Came in", "cells": [None, 15]}
    assert context["parts"][1]["rows"][0]["cells"] == [None, {"half": 2, "most": 2}]
    # One concern of the autumn: no word of it, nor of anything by place.
    assert {(table["year"], table["is_autumn"]) for table in context["tables"]} == {(2026, False)}
    assert [table["name"] for table in context["tables"]] == ["", "North", "South"]


def test_of_a_year_without_numbers_there_is_none(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    a_course(session, cast, cast.school)
    assert quality_report.school_years(session) == [2025]
    assert quality_report.paper(session, 2025, by=cast.manager.actor(), language="sv") is None


def test_it_is_for_the_management_alone(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    with pytest.raises(NotAllowed):
        quality_report.paper(session, 2025, by=cast.coordinator.actor(), language="sv")


def test_bars_are_told_apart_without_colour_and_say_their_numbers() -> None:
    rows = [bars.Bars("Kom <in>", (10, 5)), bars.Bars("Togs upp", (None, 8))]
    drawn = bars.draw(rows, names=["Höst", "Vår"], title="Ärenden", language="sv")
    assert "<title>Ärenden</title>" in drawn
    assert "Kom &lt;in&gt;" in drawn
    assert [drawn.count('fill="none"'), drawn.count("<rect")] == [3, 5]
    assert [number in drawn for number in (">10<", ">5<", ">–<", ">8<")] == [True] * 4
    assert "#" not in drawn
    assert ">0<" in bars.draw([bars.Bars("Ingen", (0,))], names=["Höst"], title="Inga", language="sv")
