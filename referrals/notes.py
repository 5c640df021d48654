"""The notes of a meeting, a follow-up, a plan or a closing: what is written, what kinds of information it holds, and whom it is about.

Beside its notes each of them keeps codes only: by the name of a note what holds for that note, and under WHOLE what
holds for every note that says nothing of its own. A note about which nobody has said what it holds counts as holding
every kind, so that no consent reaches further than somebody meant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.disclosure import coverage
from referrals.errors import NotAllowed
from referrals.models import ActionPlan, AssessmentPart, Closure, FollowUp, Goal, Referral, TeamMeeting
from referrals.plans import plan_versions
from referrals.vocabulary import About, InformationCategory, PartStatus

#: the name under which stands what holds for all notes together
WHOLE: Final = ""
#: notes that are one text each; their names are those of the columns
MEETING_TEXTS: Final = ("situation", "strengths", "child_words", "guardians_words", "questions", "dissent")
FOLLOW_UP_TEXTS: Final = ("child_view", "learned", "decision_reason")
PLAN_TEXTS: Final = ("background", "child_voice", "guardians_view", "if_worse")
CLOSING_TEXTS: Final = ("summary", "if_needed_again")
#: how the name of what one guardian answered at a follow-up begins; that guardian's id follows
GUARDIANS_ANSWER: Final = "guardian_views-"

Noted: TypeAlias = TeamMeeting | FollowUp | ActionPlan | Closure


@dataclass(frozen=True, kw_only=True)
class Classification:
    """What kinds of information something holds, and whom it is about; what is left out is as for the whole."""

    categories: tuple[InformationCategory, ...] = ()
    about: About | None = None
    #: which guardian, where it is about one and that is known
    guardian_id: UUID | None = None


NOT_SAID: Final = Classification()


@dataclass(frozen=True, kw_only=True)
class Note:
    """One note as it was written. `categories` is never empty; `guardian_id` is None where no certain guardian is meant."""

    name: str
    text: str
    categories: frozenset[InformationCategory]
    about: About
    guardian_id: UUID | None


def notes_of(row: Noted) -> list[Note]:
    """Every note of `row` in which something is written, in the order in which it is read.

    Names: those of the columns for the texts; `ratings-<domain>` and `decisions-<position>` of a meeting;
    `guardian_views-<guardian>`, `goal_results-<goal>` and `action_results-<action>` (ids) of a follow-up;
    `outcomes-<goal>` of a closing. What is noted about a goal or an action is taken as what the goal itself
    holds, until the note or the whole says more.
    """
    codes = row.classification or {}  # a row that is not written yet has none
    whole = _read(codes, WHOLE)
    return [
        _note(name, text, _read(codes, name), *([whole] if goal is None else [_of_goal(goal), whole]))
        for name, text, goal in _texts_of(row)
        if text
    ]


def as_codes(session: Session, referral: Referral, given: Mapping[str, Classification]) -> dict[str, Any]:
    """What was said about the notes, as their row keeps it. Raises NotAllowed for a guardian of another child."""
    check_guardians(session, referral, (said.guardian_id for said in given.values()))
    return {
        name: {
            "categories": [category.value for category in said.categories],
            "about": said.about.value if said.about else None,
            "guardian_id": str(said.guardian_id) if said.guardian_id else None,
        }
        for name, said in given.items()
        if said != NOT_SAID
    }


def classification_of(row: Noted) -> dict[str, Classification]:
    """What was said about the notes of `row`, by their names and WHOLE."""
    return {name: _read(row.classification, name) for name in row.classification}


def usual_categories(session: Session, referral: Referral) -> tuple[InformationCategory, ...]:
    """What notes usually hold, until somebody says otherwise: what the parts handed in and the plan's goals hold."""
    parts = select(AssessmentPart).where(
        AssessmentPart.referral_id == referral.id, AssessmentPart.status == PartStatus.RECEIVED
    )
    plan = plan_versions.newest_version(session, referral)
    rows: list[AssessmentPart | Goal] = [*session.scalars(parts), *(plan.goals if plan else ())]
    found = {value for row in rows for value in row.categories}
    return tuple(category for category in InformationCategory if category.value in found)


def check_guardians(session: Session, referral: Referral, named: Iterable[UUID | None]) -> None:
    """Raise NotAllowed where somebody is `named` who is not a guardian of this child."""
    wanted = {guardian_id for guardian_id in named if guardian_id is not None}
    if wanted and not wanted <= {guardian.id for guardian in coverage.guardians_of(session, referral)}:
        raise NotAllowed("not a guardian of this child")


def _texts_of(row: Noted) -> Iterator[tuple[str, str | None, Goal | None]]:
    """Name, text, and the goal that the note speaks of."""
    if isinstance(row, TeamMeeting):
        yield from ((name, getattr(row, name), None) for name in MEETING_TEXTS[:-1])
        yield from ((f"ratings-{domain}", rating.get("note"), None) for domain, rating in (row.ratings or {}).items())
        yield from ((f"decisions-{one.position}", one.text, None) for one in row.decisions)
        yield "dissent", row.dissent, None
    elif isinstance(row, FollowUp):
        yield from ((f"goal_results-{one.goal_id}", one.note, one.goal) for one in row.goal_results)
        yield from ((f"action_results-{one.action_id}", one.note, one.action.goal) for one in row.action_results)
        yield "child_view", row.child_view, None
        for said in row.guardian_views or []:
            yield f"{GUARDIANS_ANSWER}{said['guardian_id']}", str(said["view"]), None
        yield from ((name, getattr(row, name), None) for name in FOLLOW_UP_TEXTS[1:])
    elif isinstance(row, Closure):
        yield from ((f"outcomes-{one.goal_id}", one.note, one.goal) for one in row.outcomes)
        yield from ((name, getattr(row, name), None) for name in CLOSING_TEXTS)
    else:
        yield from ((name, getattr(row, name), None) for name in PLAN_TEXTS)


def _note(name: str, text: str, *said: Classification) -> Note:
    """The first of `said` that says anything counts, for the kinds and for the person each by itself."""
    about = next((one for one in said if one.about), Classification(about=About.CHILD))
    return Note(
        name=name,
        text=text,
        categories=frozenset(next((one.categories for one in said if one.categories), InformationCategory)),
        about=about.about or About.CHILD,
        guardian_id=about.guardian_id,
    )


def _read(codes: Mapping[str, Any], name: str) -> Classification:
    found = codes.get(name)
    if found is None:
        return NOT_SAID
    return Classification(
        categories=tuple(InformationCategory(value) for value in found["categories"]),
        about=About(found["about"]) if found["about"] else None,
        guardian_id=UUID(found["guardian_id"]) if found["guardian_id"] else None,
    )


def _of_goal(goal: Goal) -> Classification:
    return Classification(categories=tuple(goal.category_values), about=goal.about, guardian_id=goal.about_guardian_id)
