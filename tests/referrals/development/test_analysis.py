"""The situation analysis of development work (D9): its headings, and counts by group of which none under five is kept."""

import io
from dataclasses import fields, replace

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import printing
from referrals.development import analysis, counts, papers
from referrals.development.analysis import Analysis
from referrals.development.counts import Counted, ShownGroup
from referrals.errors import NamesSomebody, NotAllowed, TakenAway
from referrals.models import DevelopmentMilestone, DevelopmentResult
from referrals.patterns.suppression import FEWEST
from referrals.vocabulary import DevelopmentAct, DevelopmentEvidence, GovernanceLevel, LevelledKind
from tests.development import ANALYSIS, GROUPS, WORDS, act, begin, count, plan
from tests.documents.reading import SNAPSHOTS, compare, paper_text
from tests.people import Cast

HEADINGS = {
    "sv": [
        "Nulägesbeskrivning", "Underlag (avidentifierat)", "Barns och elevers synpunkter", "Analys av orsaker",
        "Prioriterade frågor", "Mål", "Insatser per nivå", "Tidplan", "Ansvar", "Uppföljning",
    ],
    "da": [
        "Situationsbeskrivelse", "Datagrundlag (anonymiseret)", "Børnenes synspunkter", "Årsagsanalyse",
        "Prioriterede spørgsmål", "Mål", "Indsatser pr. niveau", "Tidsplan", "Ansvar", "Opfølgning",
    ],
    "en": [
        "The situation today", "What it rests on (de-identified)", "What the children and pupils say", "Analysis of causes",
        "Prioritised questions", "Goals", "Actions on each level", "Timetable", "Responsibility", "Follow-up",
    ],
}  # fmt: skip


def lay(session: Session, cast: Cast):
    found = begin(session, cast)
    plan(session, cast, found)
    analysis.write_analysis(session, found, by=cast.coordinator.actor(), analysis=ANALYSIS)
    count(session, cast, found)
    for level in GovernanceLevel:
        for kind in LevelledKind:
            act(session, cast, found, level, kind)
    return found


@pytest.mark.parametrize("language", list(HEADINGS))
def test_a_school_case_gives_a_situation_analysis_with_its_ten_headings_in_order(
    session: Session, cast: Cast, language: str
) -> None:
    """C12."""
    found = lay(session, cast)
    context = papers.analysis_context(session, found, by=cast.counsellor.actor())
    html = printing.extract_html(context, language=language, name="development_analysis")
    said = [line.removeprefix("## ") for line in paper_text(html).splitlines() if line.startswith("## ")]
    assert said == HEADINGS[language]
    printed = papers.analysis_paper(session, found, by=cast.manager.actor(), language=language)
    text = " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages).split())
    assert all(part in text for part in (WORDS.background, ANALYSIS.strengths, ANALYSIS.causes, "Vem möter barnen?"))
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert str(pdf.Root.Lang) == language
    judged = validate_pdf_bytes(printed, profile=ValidationProfile.PDF_UA_1)
    assert [fault.message for fault in judged.failures] == []


@pytest.mark.parametrize("language", list(HEADINGS))
@pytest.mark.parametrize("is_rich", [True, False], ids=["rich", "sparse"])
def test_the_analysis_says_what_was_last_read_and_approved(
    session: Session, cast: Cast, language: str, *, is_rich: bool
) -> None:
    found = lay(session, cast) if is_rich else begin(session, cast)
    context = papers.analysis_context(session, found, by=cast.coordinator.actor())
    html = printing.extract_html(context, language=language, name="development_analysis")
    name = f"development_analysis.{language}.txt" if is_rich else f"development_analysis.{language}.sparse.txt"
    compare(SNAPSHOTS / name, paper_text(html))


@pytest.mark.parametrize(
    ("holds", "asked", "shown"),
    [
        (24, 40, (24, 40)),
        (5, 10, (5, 10)),
        (4, 40, (None, 40)),
        (36, 40, (None, 40)),
        (0, 40, (None, 40)),
        (40, 40, (None, 40)),
        (2, 6, (None, 6)),
        # eight, both under five: each can only be four
        (4, 8, (None, None)),
        (1, 3, (None, None)),
        (0, 0, (None, None)),
    ],
)
def test_no_count_under_five_is_kept_and_none_can_be_worked_out(
    session: Session, cast: Cast, holds: int, asked: int, shown: tuple[int | None, int | None]
) -> None:
    found = begin(session, cast)
    made = analysis.add_result(
        session, found, by=cast.coordinator.actor(), evidence=DevelopmentEvidence.KNOWLEDGE, question="Läser",
        groups=[Counted("Alla", holds, asked)],
    )  # fmt: skip
    session.expire(made)
    assert counts.groups_of(made) == [ShownGroup("Alla", *shown)]
    kept = counts.groups_of(made)[0]
    if kept.asked is not None and kept.holds is None:
        # whoever knows that what is left out is small on one side still finds more than one answer
        left = [n for n in range(kept.asked + 1) if min(n, kept.asked - n) < FEWEST]
        assert len(left) > 1
    if kept.holds is not None:
        assert kept.asked is not None
        assert min(kept.holds, kept.asked - kept.holds) >= FEWEST


def test_counts_are_kept_with_their_groups_and_taken_away(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.coordinator.actor()
    made = count(session, cast, found)
    session.expire(found)
    assert [(one.group, one.holds) for one in counts.groups_of(made)] == [
        (GROUPS[0].group, 24),
        (GROUPS[1].group, None),
    ]
    with pytest.raises(NotAllowed):
        analysis.drop_result(session, found, made.id, by=cast.counsellor.actor())
    with pytest.raises(TakenAway):
        analysis.drop_result(session, found, found.id, by=by)
    analysis.drop_result(session, found, made.id, by=by)
    with pytest.raises(TakenAway):
        analysis.drop_result(session, found, made.id, by=by)
    assert found.results == []
    assert found.as_it_stands()["results"] == []
    assert {one.act for one in found.events} == {
        DevelopmentAct.OPEN,
        DevelopmentAct.ADD_RESULT,
        DevelopmentAct.DROP_RESULT,
    }


@pytest.mark.parametrize("name", [one.name for one in fields(Analysis)])
def test_no_heading_names_anybody(session: Session, cast: Cast, name: str) -> None:
    found = begin(session, cast)
    with pytest.raises(NamesSomebody):
        analysis.write_analysis(
            session, found, by=cast.coordinator.actor(), analysis=replace(ANALYSIS, **{name: "Olle är orolig."})
        )
    assert analysis.analysis_of(found) == Analysis()


@pytest.mark.parametrize(("question", "group"), [("Trivs Olle?", "Alla"), ("Trivs", "4B")])
def test_no_count_is_of_somebody_or_of_a_class(session: Session, cast: Cast, question: str, group: str) -> None:
    found = begin(session, cast)
    with pytest.raises(NamesSomebody):
        analysis.add_result(
            session, found, by=cast.coordinator.actor(), evidence=DevelopmentEvidence.SURVEY, question=question,
            groups=[Counted(group, 20, 30)],
        )  # fmt: skip
    assert session.scalars(select(DevelopmentResult)).all() == []


def test_it_is_written_on_and_nothing_new_changes_nothing(session: Session, cast: Cast) -> None:
    found, by = begin(session, cast), cast.manager.actor()
    assert analysis.write_analysis(session, found, by=by, analysis=ANALYSIS)
    assert not analysis.write_analysis(session, found, by=by, analysis=ANALYSIS)
    with pytest.raises(NotAllowed):
        analysis.write_analysis(session, found, by=cast.counsellor.actor(), analysis=Analysis())
    assert analysis.analysis_of(found) == ANALYSIS
    assert session.scalars(select(DevelopmentMilestone)).all() == []
