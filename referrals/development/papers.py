"""The papers of development work: what each stage leaves, issued by the workflow, and the analysis and the report as they stand now.

Each is made from what the work said at one moment, as plain data: of what a stage leaves, when that was decided.

They name nobody and no referral. The analysis says what its reader may read: what another level plans stands in it as numbers.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import printing
from referrals.access import SYSTEM, Actor
from referrals.development import actions
from referrals.development.analysis import Analysis
from referrals.development.closing import Report
from referrals.development.moves import PAPER_AFTER
from referrals.keeping import audit
from referrals.models import DevelopmentCase, DevelopmentEvent, DevelopmentPaper, What
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from referrals.rounds import people
from referrals.vocabulary import (
    DevelopmentAct,
    DevelopmentAudience,
    DevelopmentPaperKind,
    GovernanceLevel,
    LevelledKind,
)

#: what work said at one moment, of `DevelopmentCase.as_it_stands`
Stood: TypeAlias = dict[str, Any]


def closing_context(session: Session, found: DevelopmentCase) -> dict[str, Any]:
    """What the closing report says, as plain data. Only what is closed has one."""
    issued_at = found.closed_at.isoformat() if found.closed_at else None
    return {**_report(session, found.as_it_stands()), "issued_at": issued_at}


def closing_paper(session: Session, found: DevelopmentCase, *, language: str) -> bytes:
    """The closing report as a PDF in one of our languages."""
    html = printing.extract_html(closing_context(session, found), language=language, name="development_report")
    return printing.print_in_time(html)


def analysis_context(session: Session, found: DevelopmentCase, *, by: Actor) -> dict[str, Any]:
    """What the situation analysis says to `by`, as plain data."""
    return _analysis(session, found.as_it_stands(), read=actions.levels_read(session, found, by))


def analysis_paper(session: Session, found: DevelopmentCase, *, by: Actor, language: str) -> bytes:
    """The situation analysis as a PDF in one of our languages."""
    html = printing.extract_html(
        analysis_context(session, found, by=by), language=language, name="development_analysis"
    )
    return printing.print_in_time(html)


# ----------------------------------------------------------------------------------------------- what a stage leaves
@dataclass(frozen=True)
class Draft:
    """A paper that is to be issued: what it is, for whom, and in which language."""

    kind: DevelopmentPaperKind
    audience: DevelopmentAudience
    language: str


_BOTH: Final = frozenset({DevelopmentPaperKind.ANALYSIS, DevelopmentPaperKind.PLAN, DevelopmentPaperKind.FOLLOW_UP})
_TEMPLATES: Final = {
    DevelopmentPaperKind.ANALYSIS: "development_analysis",
    DevelopmentPaperKind.REPORT: "development_report",
}


def outstanding(session: Session, event: DevelopmentEvent) -> list[Draft]:
    """The papers that follow `event` and were not issued yet; where the levels stand in one, the management has its own."""
    kind = PAPER_AFTER.get(event.act)
    if kind is None:
        return []
    there = set(session.scalars(select(DevelopmentPaper.audience).where(DevelopmentPaper.event_id == event.id)))
    language = organisation.municipality(session).language
    return [
        Draft(kind, audience, language)
        for audience in DevelopmentAudience
        if audience not in there and (audience is DevelopmentAudience.TEAMS or kind in _BOTH)
    ]


def html_of(session: Session, event: DevelopmentEvent, draft: Draft) -> str:
    """What is to be printed. However late it is, it says what the work said when `event` happened, and nothing that came later."""
    stood = event.stood or event.case.as_it_stands()  # a version before kept nothing of it
    context = {**_said(session, event, draft, stood=stood), "issued_at": event.at.isoformat()}
    template = _TEMPLATES.get(draft.kind, "development_record")
    return printing.extract_html(context, language=draft.language, name=template)


def issue(session: Session, event: DevelopmentEvent, draft: Draft, *, content: bytes) -> None:
    """Keep `content` as the paper that followed `event`. One that was issued already stays as it is.

    With the last of them goes what was kept of that moment: it stands in the papers.
    """
    same = (DevelopmentPaper.event_id == event.id, DevelopmentPaper.audience == draft.audience)
    if session.scalars(select(DevelopmentPaper.id).where(*same)).one_or_none() is not None:
        return
    paper = DevelopmentPaper(
        case=event.case, event_id=event.id, kind=draft.kind, audience=draft.audience, language=draft.language,
        issued_at=event.at, content=content,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    if not outstanding(session, event):
        event.stood = None
        session.flush()
    audit.append(
        session, What.ISSUED_PAPER, by=SYSTEM, chain=event.case.chain_id, subject=draft.kind.value, object_id=paper.id
    )


def issued(session: Session, found: DevelopmentCase, *, by: Actor) -> list[DevelopmentPaper]:
    """The papers its stages left that `by`, who reads the work, reads: the newest first, and of two alike the one that is theirs."""
    rows = select(DevelopmentPaper).where(DevelopmentPaper.case_id == found.id)
    every = session.scalars(rows.order_by(DevelopmentPaper.issued_at.desc(), DevelopmentPaper.kind))
    theirs = DevelopmentAudience.MANAGEMENT if people.may_lead(by) else DevelopmentAudience.TEAMS
    return [one for one in every if one.audience is theirs or one.kind not in _BOTH]


# -------------------------------------------------------------------------------------------------------- inside
def _said(session: Session, event: DevelopmentEvent, draft: Draft, *, stood: Stood) -> dict[str, Any]:
    if draft.kind is DevelopmentPaperKind.REPORT:
        return _report(session, stood)
    read = set(GovernanceLevel) if draft.audience is DevelopmentAudience.MANAGEMENT else {GovernanceLevel.UNIT}
    whole = _analysis(session, stood, read=read)
    if draft.kind is DevelopmentPaperKind.ANALYSIS:
        return whole
    is_taken_up = event.act is not DevelopmentAct.END_AT_TRIAGE
    return {**whole, "record": draft.kind.value, "words": event.words, "is_taken_up": is_taken_up}


def _report(session: Session, stood: Stood) -> dict[str, Any]:
    return {**_head(session, stood), **{name: stood[name] for name in Report.__dataclass_fields__}}


def _analysis(session: Session, stood: Stood, *, read: Collection[GovernanceLevel]) -> dict[str, Any]:
    said = {name: stood[name] for name in Analysis.__dataclass_fields__}
    for name in ("priorities", "goals"):
        said[name] = [line for line in (said[name] or "").splitlines() if line.strip()]
    return {
        **_head(session, stood),
        **said,
        "background": stood["background"],
        "aim": stood["aim"],
        "results": stood["results"],
        "levels": _levels(stood, read=read),
        "timetable": _timetable(stood),
    }


def _levels(stood: Stood, *, read: Collection[GovernanceLevel]) -> list[dict[str, Any]]:
    """Of each level that plans anything its priorities, goals and actions."""
    levels = []
    for level in GovernanceLevel:
        its = [one for one in stood["actions"] if one["level"] == level.value]
        kinds = [_of_kind(its, kind, is_read=level in read) for kind in LevelledKind]
        if its:
            levels.append({
                "level": level.value, "is_read": level in read, "kinds": [one for one in kinds if one["count"]],
            })  # fmt: skip
    return levels


def _of_kind(of_level: list[dict[str, Any]], kind: LevelledKind, *, is_read: bool) -> dict[str, Any]:
    """How far they have come, and where the reader reads the level each in words, in the order of their terms."""
    # a version before kept actions only, and no word for what they are
    its = [one for one in of_level if one.get("kind", LevelledKind.ACTION.value) == kind.value]
    shown = sorted(its, key=_by_term) if is_read else []
    return {
        "kind": kind.value, "count": len(its), "done": sum(one["is_done"] for one in its),
        "planned": [{**one, "term": _term(one["term"])} for one in shown],
    }  # fmt: skip


def _timetable(stood: Stood) -> list[dict[str, Any]]:
    """The terms in their order, each with its phase and the milestones that lie in it."""
    phases = {term: phase for code, phase in stood["terms"] if (term := SchoolTerm.read(code)) is not None}
    marks: dict[SchoolTerm, list[dict[str, Any]]] = {}
    for due_on, words in sorted(stood["milestones"], key=lambda one: one[0]):
        marks.setdefault(SchoolTerm.of(date.fromisoformat(due_on)), []).append({"due_on": due_on, "words": words})
    return [
        {"year": term.year, "is_autumn": term.is_autumn, "phase": phases.get(term), "milestones": marks.get(term, [])}
        for term in sorted({*phases, *marks})
    ]


def _head(session: Session, stood: Stood) -> dict[str, Any]:
    here = organisation.municipality(session)
    lasts = sorted(term for code, _phase in stood["terms"] if (term := SchoolTerm.read(code)) is not None)
    return {
        "municipality": here.name, "unit": None, "forum": None, "reference": stood["title"], "version": None, "recipient": None,
        "issued_at": None, "zone": here.timezone, "about": stood["kind"], "units": stood["units"],
        "themes": stood["themes"], "terms": [{"year": term.year, "is_autumn": term.is_autumn} for term in lasts],
    }  # fmt: skip


def _by_term(action: dict[str, Any]) -> SchoolTerm:
    return SchoolTerm.read(action["term"]) or SchoolTerm(0, is_autumn=False)


def _term(code: str) -> dict[str, Any] | None:
    term = SchoolTerm.read(code)
    return None if term is None else {"year": term.year, "is_autumn": term.is_autumn}
