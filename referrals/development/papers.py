"""The papers of development work: what each stage leaves, issued by the workflow, and the analysis and the report as they stand now.

They name nobody and no referral. The analysis says what its reader may read: the actions of another level stand in it as numbers.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import printing
from referrals.access import SYSTEM, Actor
from referrals.development import actions, analysis, closing, terms
from referrals.keeping import audit
from referrals.models import DevelopmentCase, DevelopmentEvent, DevelopmentPaper, What
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation, roster
from referrals.rounds import people
from referrals.vocabulary import DevelopmentAct, DevelopmentAudience, DevelopmentPaperKind, GovernanceLevel


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
    return _analysis(session, found, read=actions.levels_read(session, found, by))


def _analysis(session: Session, found: DevelopmentCase, *, read: Collection[GovernanceLevel]) -> dict[str, Any]:
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
            for part in actions.parts_for(found, read=read)
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


# ----------------------------------------------------------------------------------------------- what a stage leaves
@dataclass(frozen=True)
class Draft:
    """A paper that is to be issued: what it is, for whom, and what it says as plain data."""

    kind: DevelopmentPaperKind
    audience: DevelopmentAudience
    language: str
    context: dict[str, Any]
    template: str


#: which paper follows which decision
_FOLLOWS: Final[dict[DevelopmentAct, DevelopmentPaperKind]] = {
    DevelopmentAct.OPEN: DevelopmentPaperKind.BEGINNING,
    DevelopmentAct.TAKE_UP: DevelopmentPaperKind.DECISION,
    DevelopmentAct.END_AT_TRIAGE: DevelopmentPaperKind.DECISION,
    DevelopmentAct.CONCLUDE_ANALYSIS: DevelopmentPaperKind.ANALYSIS,
    DevelopmentAct.DECIDE_PRIORITIES: DevelopmentPaperKind.PRIORITIES,
    DevelopmentAct.AGREE_PLAN: DevelopmentPaperKind.PLAN,
    DevelopmentAct.RECORD_FOLLOW_UP: DevelopmentPaperKind.FOLLOW_UP,
    DevelopmentAct.CLOSE: DevelopmentPaperKind.REPORT,
}
_BOTH: Final = frozenset({DevelopmentPaperKind.ANALYSIS, DevelopmentPaperKind.PLAN, DevelopmentPaperKind.FOLLOW_UP})
_TEMPLATES: Final = {
    DevelopmentPaperKind.ANALYSIS: "development_analysis",
    DevelopmentPaperKind.REPORT: "development_report",
}


def outstanding(session: Session, event: DevelopmentEvent) -> list[Draft]:
    """The papers that follow `event` and were not issued yet; where actions stand in one, the management has its own."""
    kind = _FOLLOWS.get(event.act)
    if kind is None:
        return []
    there = set(session.scalars(select(DevelopmentPaper.audience).where(DevelopmentPaper.event_id == event.id)))
    language = organisation.municipality(session).language
    return [
        Draft(
            kind,
            audience,
            language,
            _said(session, event, kind, audience=audience),
            _TEMPLATES.get(kind, "development_record"),
        )
        for audience in DevelopmentAudience
        if audience not in there and (audience is DevelopmentAudience.TEAMS or kind in _BOTH)
    ]


def html_of(draft: Draft) -> str:
    """What is to be printed."""
    return printing.extract_html(draft.context, language=draft.language, name=draft.template)


def issue(session: Session, event: DevelopmentEvent, draft: Draft, *, content: bytes) -> None:
    """Keep `content` as the paper that followed `event`. One that was issued already stays as it is."""
    same = (DevelopmentPaper.event_id == event.id, DevelopmentPaper.audience == draft.audience)
    if session.scalars(select(DevelopmentPaper.id).where(*same)).one_or_none() is not None:
        return
    paper = DevelopmentPaper(
        case=event.case, event_id=event.id, kind=draft.kind, audience=draft.audience, language=draft.language,
        issued_at=event.at, content=content,
    )  # fmt: skip
    session.add(paper)
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


def _said(
    session: Session, event: DevelopmentEvent, kind: DevelopmentPaperKind, *, audience: DevelopmentAudience
) -> dict[str, Any]:
    found = event.case
    read = set(GovernanceLevel) if audience is DevelopmentAudience.MANAGEMENT else {GovernanceLevel.UNIT}
    dated = {"issued_at": event.at.isoformat()}
    if kind is DevelopmentPaperKind.REPORT:
        return closing_context(session, found) | dated
    whole = _analysis(session, found, read=read) | dated
    if kind is DevelopmentPaperKind.ANALYSIS:
        return whole
    return whole | {
        "record": kind.value,
        "words": event.words,
        "is_taken_up": event.act is not DevelopmentAct.END_AT_TRIAGE,
    }


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
