"""Development work as tests lay it: begun by the coordinator about the cast's school, with terms and milestones, and closed."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import SYSTEM
from referrals.development import actions, analysis, cases, closing, papers, stages, terms
from referrals.development.analysis import Analysis
from referrals.development.cases import Words
from referrals.development.closing import Report
from referrals.development.counts import Counted
from referrals.development.moves import IN_ANALYSIS, TO_PRIORITISE
from referrals.models import (
    Account,
    DevelopmentAction,
    DevelopmentCase,
    DevelopmentMilestone,
    DevelopmentPaper,
    DevelopmentResult,
)
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import IN_TRIAGE, PLAN_ACTIVE, PLAN_DRAFT, SUBMITTED, Stage
from referrals.vocabulary import (
    AfterFollowUp,
    DevelopmentEvidence,
    DevelopmentKind,
    DevelopmentPhase,
    GovernanceLevel,
    LessonTheme,
    LevelledKind,
)
from tests.people import Cast

WORDS = Words(
    "En lugn start för de yngsta",
    "Morgnarna är oroliga i de yngre åldrarna, och vuxna gör olika.",
    "Alla barn vet vad som händer när dagen börjar.",
)
THEMES = [LessonTheme.ORGANISATION, LessonTheme.COLLEGIAL]
REPORT = Report(
    "Samma rutin i alla grupper gav lugn.",
    "En vuxen vid dörren varje morgon.",
    "Det tog längre tid än vi trodde.",
    "Rutinen gås igenom varje höst.",
)
ANALYSIS = Analysis(
    "Vuxna vill samma sak.",
    "Rutinerna skiljer sig.",
    "Barnen säger att det är stökigt i hallen.",
    "Ingen har haft ansvar för övergångarna.",
    "Hur tar vi emot på morgonen?\nVem möter barnen?",
    "Alla grupper har samma rutin.",
    "Vid varje termins slut.",
)
SEEN = "Morgnarna är lugnare i alla grupper."
#: the second has three who do not: neither of its counts is kept
GROUPS = [Counted("Årskurs 1–3", 24, 40), Counted("Årskurs 4–6", 28, 31)]
AUTUMN = SchoolTerm(2026, is_autumn=True)
_CALLED = {LevelledKind.PRIORITY: "Prioritering", LevelledKind.GOAL: "Mål", LevelledKind.ACTION: "Insats"}


def begin(session: Session, cast: Cast, words: Words = WORDS, by: Account | None = None) -> DevelopmentCase:
    """Work about the cast's school."""
    return cases.open_case(
        session, by=(by or cast.coordinator).actor(), kind=DevelopmentKind.SCHOOL, unit_ids=[cast.school.id],
        themes=THEMES, words=words,
    )  # fmt: skip


def plan(session: Session, cast: Cast, found: DevelopmentCase) -> None:
    """Six terms from the autumn of 2026 on: one for the analysis, one for goals, three to carry it out, one to look back."""
    by, term = cast.coordinator.actor(), AUTUMN
    for phase, count in (
        (DevelopmentPhase.ANALYSIS, 1),
        (DevelopmentPhase.PLANNING, 1),
        (DevelopmentPhase.CARRYING_OUT, 3),
        (DevelopmentPhase.FOLLOW_UP, 1),
    ):
        for _ in range(count):
            terms.set_terms(session, found, by=by, first=term, last=term, phase=phase)
            term = term.next


def mark(session: Session, cast: Cast, found: DevelopmentCase, due_on: date) -> DevelopmentMilestone:
    """A milestone by a day."""
    return terms.set_milestone(
        session, found, by=cast.coordinator.actor(), due_on=due_on, words="Rutinen prövas i alla grupper."
    )


def carry(session: Session, cast: Cast, found: DevelopmentCase, to: Stage) -> None:
    """Carried on until it stands in stage `to`, as its coordinator and the workflow do it."""
    by = cast.coordinator.actor()
    while found.stage is not to:
        if found.state == SUBMITTED:
            stages.open_triage(session, found)
        elif found.state == IN_TRIAGE:
            stages.take_up(session, found, by=by)
        elif found.state == IN_ANALYSIS:
            if not found.causes:
                analysis.write_analysis(session, found, by=by, analysis=ANALYSIS)
            stages.conclude_analysis(session, found, by=by)
        elif found.state == TO_PRIORITISE:
            stages.decide_priorities(session, found, by=by)
        elif found.state == PLAN_DRAFT:
            if not any(one.kind is LevelledKind.ACTION for one in found.actions):
                act(session, cast, found)
            stages.agree_plan(session, found, by=by)
        elif found.state == PLAN_ACTIVE:
            stages.open_follow_up(session, found, by=SYSTEM)
        else:
            stages.record_follow_up(session, found, by=by, seen_by_then=SEEN, outcome=AfterFollowUp.CLOSE)


def close(session: Session, cast: Cast, found: DevelopmentCase) -> None:
    """Closed with its whole report, soon after it was taken up."""
    by = cast.coordinator.actor()
    if found.stage is Stage.INTAKE:
        carry(session, cast, found, Stage.ASSESSMENT)
    closing.write_report(session, found, by=by, report=REPORT)
    closing.close_case(session, found, by=by)


def leave_paper(session: Session, found: DevelopmentCase) -> DevelopmentPaper:
    """The paper that its newest decision leaves, as the workflow issues it but for the printing."""
    for draft in papers.outstanding(session, found.events[0]):
        papers.issue(session, found.events[0], draft, content=b"%PDF-1.7 ")
    return session.scalars(
        select(DevelopmentPaper).where(DevelopmentPaper.event_id == found.events[0].id).limit(1)
    ).one()


def count(session: Session, cast: Cast, found: DevelopmentCase) -> DevelopmentResult:
    """What a survey came to in two groups."""
    return analysis.add_result(
        session, found, by=cast.coordinator.actor(), evidence=DevelopmentEvidence.SURVEY,
        question="Känner sig trygg på morgonen", groups=GROUPS, are_apart=True,
    )  # fmt: skip


def act(
    session: Session,
    cast: Cast,
    found: DevelopmentCase,
    level: GovernanceLevel = GovernanceLevel.UNIT,
    kind: LevelledKind = LevelledKind.ACTION,
) -> DevelopmentAction:
    """An action on a level, or a priority or a goal, planned by the management."""
    words = f"{_CALLED[kind]} {list(GovernanceLevel).index(level) + 1}"
    return actions.plan_action(
        session, found, by=cast.manager.actor(), level=level, kind=kind, words=words, responsible="Rektor", term=AUTUMN
    )
