"""Development work as tests lay it: begun by the coordinator about the cast's school, with terms and milestones, and closed."""

from datetime import date

from sqlalchemy.orm import Session

from referrals.development import actions, analysis, cases, closing, terms
from referrals.development.analysis import Analysis, Counted
from referrals.development.cases import Words
from referrals.development.closing import Report
from referrals.models import Account, DevelopmentAction, DevelopmentCase, DevelopmentMilestone, DevelopmentResult
from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import DevelopmentEvidence, DevelopmentKind, DevelopmentPhase, GovernanceLevel, LessonTheme
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
#: the second has three who do not: neither of its counts is kept
GROUPS = [Counted("Årskurs 1–3", 24, 40), Counted("Årskurs 4–6", 28, 31)]
AUTUMN = SchoolTerm(2026, is_autumn=True)


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


def close(session: Session, cast: Cast, found: DevelopmentCase) -> None:
    """Closed with its whole report."""
    by = cast.coordinator.actor()
    closing.write_report(session, found, by=by, report=REPORT)
    closing.close_case(session, found, by=by)


def count(session: Session, cast: Cast, found: DevelopmentCase) -> DevelopmentResult:
    """What a survey came to in two groups."""
    return analysis.add_result(
        session, found, by=cast.coordinator.actor(), evidence=DevelopmentEvidence.SURVEY,
        question="Känner sig trygg på morgonen", groups=GROUPS, are_apart=True,
    )  # fmt: skip


def act(
    session: Session, cast: Cast, found: DevelopmentCase, level: GovernanceLevel = GovernanceLevel.UNIT
) -> DevelopmentAction:
    """An action on a level, planned by the management."""
    return actions.plan_action(
        session, found, by=cast.manager.actor(), level=level, words=f"Insats {list(GovernanceLevel).index(level) + 1}",
        responsible="Rektor", term=AUTUMN,
    )  # fmt: skip
