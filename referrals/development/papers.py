"""The papers of development work: the situation analysis (D9) and the closing report, each made when it is asked for.

They name nobody and no referral. The analysis says what its reader may read: the actions of another level stand in it as numbers.
"""

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from referrals import printing
from referrals.access import Actor
from referrals.development import actions, analysis, closing, terms
from referrals.models import DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation, roster


def closing_context(session: Session, found: DevelopmentCase) -> dict[str, Any]:
    """What the closing report says, as plain data. Only what is closed has one."""
    issued_at = found.closed_at.isoformat() if found.closed_at else None
    return {**_head(session, found), "issued_at": issued_at, **asdict(closing.report_of(found))}


def closing_paper(session: Session, found: DevelopmentCase, *, language: str) -> bytes:
    """The closing report as a PDF in one of our languages."""
    html = printing.extract_html(closing_context(session, found), language=language, name="development_report")
    return printing.print_pdf(html)


def analysis_context(session: Session, found: DevelopmentCase, *, by: Actor) -> dict[str, Any]:
    """What the situation analysis says to `by`, as plain data."""
    today = roster.today(session)
    said = asdict(analysis.analysis_of(found))
    for name in ("priorities", "goals"):
        said[name] = [line for line in (said[name] or "").splitlines() if line.strip()]
    return {
        **_head(session, found), **said, "background": found.background, "aim": found.aim,
        "results": [
            {
                "evidence": one.evidence.value, "question": one.question,
                "groups": [asdict(group) for group in analysis.groups_of(one)],
            }
            for one in found.results
        ],
        "levels": [
            {
                "level": part.level.value, "count": part.count, "done": part.done,
                "actions": [
                    {"words": one.words, "responsible": one.responsible, "is_done": one.done_at is not None, "term": _term(one.term)}
                    for one in part.actions
                ],
            }
            for part in actions.parts(found, by)
        ],
        "timetable": [
            {
                "year": one.term.year, "is_autumn": one.term.is_autumn, "phase": one.phase.value if one.phase else None,
                "milestones": [{"due_on": each.due_on.isoformat(), "words": each.words} for each in one.milestones],
            }
            for one in terms.stretches(found, today)
        ],
    }  # fmt: skip


def analysis_paper(session: Session, found: DevelopmentCase, *, by: Actor, language: str) -> bytes:
    """The situation analysis as a PDF in one of our languages."""
    html = printing.extract_html(
        analysis_context(session, found, by=by), language=language, name="development_analysis"
    )
    return printing.print_pdf(html)


# -------------------------------------------------------------------------------------------------------- inside
def _head(session: Session, found: DevelopmentCase) -> dict[str, Any]:
    here = organisation.municipality(session)
    lasts = sorted(term for one in found.terms if (term := SchoolTerm.read(one.term)) is not None)
    return {
        "municipality": here.name, "unit": None, "forum": None, "reference": found.title, "version": None, "recipient": None,
        "issued_at": None, "zone": here.timezone, "about": found.kind.value, "units": [unit.name for unit in found.units],
        "themes": found.themes, "terms": [{"year": term.year, "is_autumn": term.is_autumn} for term in lasts],
    }  # fmt: skip


def _term(code: str) -> dict[str, Any] | None:
    term = SchoolTerm.read(code)
    return None if term is None else {"year": term.year, "is_autumn": term.is_autumn}
