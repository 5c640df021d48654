"""The annual quality report: what it says, that it is issued once, and that there is none of a year without numbers."""

import hashlib
import io
from datetime import timedelta

import pikepdf
import pytest
import time_machine
from page import ValidationProfile, validate_pdf_bytes
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import printing
from referrals.errors import NotAllowed, SealBroken
from referrals.models import AuditEvent, What
from referrals.papers import bars
from referrals.patterns import kept, quality_report
from referrals.patterns.school_terms import SchoolTerm
from tests.people import Cast
from tests.referrals.patterns.lived import a_course, count_what_is_due, in_areas

AUTUMN, SPRING = SchoolTerm(2025, is_autumn=True), SchoolTerm(2026, is_autumn=False)


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
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    a_spring(session, cast)
    count_what_is_due(session)
    assert quality_report.school_years(session) == [2025]
    (draft,) = quality_report.to_issue(session)
    said, html = draft.context, printing.extract_html(draft.context, language="sv", name=quality_report.TEMPLATE)
    assert html.count("<svg") == sum(bool(part["rows"]) for part in said["parts"]) > 3
    assert html.count("<h2>") == len(said["parts"]) + len(said["tables"])
    drawn = [part.partition("</section>")[0] for part in html.split('<section class="together">') if "<svg" in part]
    assert [one.count('<tr><th scope="row">') for one in drawn] == [
        len(part["rows"]) for part in said["parts"] if part["rows"]
    ]
    assert "<td>–</td><td>15</td>" in drawn[0], "the table holds what the bars draw"
    assert said["parts"][0]["rows"][0] == {"label": "Came in", "cells": [None, 15]}
    assert said["parts"][1]["rows"][0]["cells"] == [None, {"half": 2, "most": 2}]
    # One concern of the autumn: no word of it, nor of anything by place.
    assert {(table["year"], table["is_autumn"]) for table in said["tables"]} == {(2026, False)}
    assert [table["name"] for table in said["tables"]] == ["", "North", "South"]


def test_it_is_issued_once_and_is_the_same_bytes_afterwards(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    a_spring(session, cast)
    count_what_is_due(session)
    (draft,) = quality_report.to_issue(session)
    assert quality_report.issued(session, by=cast.manager.actor()) == {}, "not printed yet"
    html = printing.extract_html(draft.context, language=draft.language, name=quality_report.TEMPLATE)
    paper = printing.print_pdf(html)
    judged = validate_pdf_bytes(paper, profile=ValidationProfile.PDF_UA_1)
    assert [fault.message for fault in judged.failures] == []
    with pikepdf.open(io.BytesIO(paper)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "Kvalitetsrapport · 2025/2026"
    assert quality_report.keep(session, draft, paper)
    assert not quality_report.keep(session, draft, b"another one, printed by another worker")
    assert quality_report.to_issue(session) == []
    found = quality_report.issued(session, by=cast.manager.actor())[2025]
    assert found is not None
    assert (found.content, found.checksum) == (paper, hashlib.sha256(paper).hexdigest())
    event = session.scalars(select(AuditEvent).where(AuditEvent.what == What.ISSUED_PAPER)).one()
    assert (event.subject, event.object_id) == ("patterns.quality_report", found.id)
    found.checksum = "0" * 64
    with pytest.raises(SealBroken):
        _ = found.content


def test_of_a_year_without_numbers_there_is_none(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    a_course(session, cast, cast.school)
    count_what_is_due(session)
    assert quality_report.school_years(session) == [2025]
    assert quality_report.to_issue(session) == []
    assert quality_report.issued(session, by=cast.manager.actor()) == {2025: None}


def test_there_is_none_before_both_terms_are_counted(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    a_spring(session, cast)
    assert kept.due(session) == [AUTUMN, SPRING]
    kept.keep(session, SPRING)
    assert quality_report.to_issue(session) == []
    kept.keep(session, AUTUMN)
    assert [draft.begins for draft in quality_report.to_issue(session)] == [2025]


def test_nobody_reads_it_but_the_management_and_elected_members(session: Session, cast: Cast) -> None:
    for reader in (cast.manager, cast.elected):
        assert quality_report.issued(session, by=reader.actor()) == {}
    with pytest.raises(NotAllowed):
        quality_report.issued(session, by=cast.coordinator.actor())


def test_bars_are_told_apart_without_colour_and_say_their_numbers() -> None:
    rows = [bars.Bars("Kom <in>", (10, 5)), bars.Bars("Togs upp", (None, 8))]
    drawn = bars.draw(rows, names=["Höst", "Vår"], title="Ärenden", language="sv")
    assert "<title>Ärenden</title>" in drawn
    assert "Kom &lt;in&gt;" in drawn
    assert [drawn.count('fill="none"'), drawn.count("<rect")] == [3, 5]
    assert [number in drawn for number in (">10<", ">5<", ">–<", ">8<")] == [True] * 4
    assert "#" not in drawn
    assert ">0<" in bars.draw([bars.Bars("Ingen", (0,))], names=["Höst"], title="Inga", language="sv")
