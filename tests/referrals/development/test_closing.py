"""The closing report of development work: four headings in their order, none empty, and the report as a paper."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader
from sqlalchemy.orm import Session

from referrals import printing
from referrals.development import closing, papers, terms
from referrals.development.closing import Report
from referrals.errors import DevelopmentClosed, DevelopmentRefused, NamesSomebody
from referrals.models import Referral
from referrals.stages import Stage
from referrals.vocabulary import DevelopmentAct, DevelopmentPhase, DevelopmentProblem
from tests.development import AUTUMN, REPORT, begin, carry, close, plan
from tests.documents.reading import SNAPSHOTS, compare, paper_text
from tests.people import Cast

HEADINGS = {
    "sv": ["Lärdomar", "Goda exempel", "Reflektioner", "Framtida planer"],
    "da": ["Erfaringer", "Gode eksempler", "Refleksioner", "Planer fremover"],
    "en": ["Lessons learnt", "Good examples", "Reflections", "Future plans"],
}
NAMES = ["lessons_learnt", "good_examples", "reflections", "future_plans"]


@pytest.mark.parametrize("language", list(HEADINGS))
def test_the_closing_report_has_exactly_the_four_headings_in_order(session: Session, cast: Cast, language: str) -> None:
    """C20."""
    found = begin(session, cast)
    plan(session, cast, found)
    close(session, cast, found)
    printed = papers.closing_paper(session, found, language=language)
    text = " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages).split())
    said = [part for pair in zip(HEADINGS[language], closing.astuple(REPORT), strict=True) for part in pair]
    places = [text.index(part) for part in said]
    assert places == sorted(places)
    assert not [name for name in ("Karin", "Almkvist", "Linden") if name in text]
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert str(pdf.Root.Lang) == language
        tags = [str(one.get("/S")) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one]
    assert tags.count("/H2") == 4
    assert not {"/H3", "/H4"} & set(tags)
    judged = validate_pdf_bytes(printed, profile=ValidationProfile.PDF_UA_1)
    assert [fault.message for fault in judged.failures] == []


@pytest.mark.parametrize("language", list(HEADINGS))
@pytest.mark.parametrize("is_rich", [True, False], ids=["rich", "sparse"])
def test_the_report_says_what_was_last_read_and_approved(
    session: Session, cast: Cast, language: str, *, is_rich: bool
) -> None:
    found = begin(session, cast)
    if is_rich:
        plan(session, cast, found)
    close(session, cast, found)
    found.closed_at = datetime(2029, 6, 4, 12, 30, tzinfo=UTC)
    html = printing.extract_html(papers.closing_context(session, found), language=language, name="development_report")
    name = f"development_report.{language}.txt" if is_rich else f"development_report.{language}.sparse.txt"
    compare(SNAPSHOTS / name, paper_text(html))


@pytest.mark.parametrize("empty", NAMES)
def test_closing_is_refused_while_one_heading_is_empty(session: Session, cast: Cast, empty: str) -> None:
    """C20: the second half of its evidence."""
    found, by = begin(session, cast), cast.coordinator.actor()
    carry(session, cast, found, Stage.ASSESSMENT)
    closing.write_report(session, found, by=by, report=replace(REPORT, **{empty: None}))
    with pytest.raises(DevelopmentRefused) as refused:
        closing.close_case(session, found, by=by)
    assert refused.value.problem is DevelopmentProblem.REPORT_MISSING
    assert found.closed_at is None
    closing.write_report(session, found, by=by, report=REPORT)
    closing.close_case(session, found, by=by)
    assert found.closed_by is cast.coordinator
    assert [one.act for one in found.events][:2] == [DevelopmentAct.CLOSE, DevelopmentAct.WRITE_REPORT]


def test_it_is_written_on_and_nothing_new_changes_nothing(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.manager.actor()
    assert not closing.write_report(session, found, by=by, report=Report())
    assert closing.write_report(session, found, by=by, report=REPORT)
    assert not closing.write_report(session, found, by=by, report=REPORT)
    assert closing.report_of(found) == REPORT


@pytest.mark.parametrize("name", NAMES)
def test_each_heading_names_nobody(session: Session, cast: Cast, name: str) -> None:
    found = begin(session, cast)
    with pytest.raises(NamesSomebody):
        closing.write_report(
            session, found, by=cast.coordinator.actor(), report=replace(REPORT, **{name: "Tack till Olle i 4B."})
        )
    assert closing.report_of(found) == Report()


def test_what_is_closed_changes_no_more(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.manager.actor()
    close(session, cast, found)
    for change in (
        lambda: closing.write_report(session, found, by=by, report=Report()),
        lambda: closing.close_case(session, found, by=by),
        lambda: terms.set_terms(session, found, by=by, first=AUTUMN, last=AUTUMN, phase=DevelopmentPhase.ANALYSIS),
    ):
        with pytest.raises(DevelopmentClosed):
            change()
    assert session.query(Referral).count() == 0
