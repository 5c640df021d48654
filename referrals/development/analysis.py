"""The situation analysis of development work (D9): what is seen, what it rests on, why it is so, and what is to be reached.

What it rests on are counts by group. Of a group in which fewer than five said yes or fewer than five said no, no count is kept: one
under five tells of each child, and what is left out could be worked out from the rest.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, astuple, dataclass

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import cases
from referrals.models import DevelopmentCase, DevelopmentResult
from referrals.patterns.suppression import suppress
from referrals.vocabulary import DevelopmentAct, DevelopmentEvidence


@dataclass(frozen=True)
class Analysis:
    """What stands under the headings of its own; None under one that is empty."""

    strengths: str | None = None
    difficulties: str | None = None
    childrens_views: str | None = None
    causes: str | None = None
    #: one on each line
    priorities: str | None = None
    goals: str | None = None
    following_up: str | None = None


@dataclass(frozen=True)
class Counted:
    """Of one group: for how many it holds, of how many."""

    group: str
    holds: int
    asked: int


@dataclass(frozen=True)
class ShownGroup:
    """The same as it may be shown; None where a count may not."""

    group: str
    holds: int | None
    asked: int | None


def analysis_of(found: DevelopmentCase) -> Analysis:
    """What the analysis says now."""
    return Analysis(**{name: getattr(found, name) for name in Analysis.__dataclass_fields__})


def groups_of(result: DevelopmentResult) -> list[ShownGroup]:
    """The groups of a result, in the order they were given."""
    return [ShownGroup(**row) for row in result.groups or []]


# --------------------------------------------------------------------------------------------------------- verbs
def write_analysis(
    session: Session, found: DevelopmentCase, *, by: Actor, analysis: Analysis, answered: Collection[str] = ()
) -> bool:
    """Write on the analysis. Whether anything is new. Raises NotAllowed, NamesSomebody, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.WRITE_ANALYSIS, by=by)
    was_answered = cases.require_nobody(session, astuple(analysis), by=by, answered=answered)
    if analysis == analysis_of(found):
        return False
    for name, text in asdict(analysis).items():
        setattr(found, name, text)
    session.flush()
    cases.leave(session, found, DevelopmentAct.WRITE_ANALYSIS, by=by, was_answered=was_answered)
    return True


def add_result(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    evidence: DevelopmentEvidence,
    question: str,
    groups: Sequence[Counted],
    answered: Collection[str] = (),
) -> DevelopmentResult:
    """Keep how many of each group it holds for, as far as that may be shown. Raises NotAllowed, NamesSomebody, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.ADD_RESULT, by=by)
    texts = [question, *(one.group for one in groups)]
    was_answered = cases.require_nobody(session, texts, by=by, answered=answered)
    made = DevelopmentResult(
        case=found,
        evidence=evidence,
        added_at=clock.now(),
        question=question,
        groups=[asdict(_shown(one)) for one in groups],
    )
    session.add(made)
    session.flush()
    cases.leave(session, found, DevelopmentAct.ADD_RESULT, by=by, was_answered=was_answered)
    return made


def drop_result(session: Session, result: DevelopmentResult, *, by: Actor) -> None:
    """Take a result away; nothing of it stays. Raises NotAllowed."""
    found = result.case
    cases.require_keeper(session, found, DevelopmentAct.DROP_RESULT, by=by)
    found.results.remove(result)
    session.flush()
    cases.leave(session, found, DevelopmentAct.DROP_RESULT, by=by)


def find_result(found: DevelopmentCase, result_id: uuid.UUID) -> DevelopmentResult | None:
    """One result of this work."""
    return next((one for one in found.results if one.id == result_id), None)


def _shown(one: Counted) -> ShownGroup:
    """What may be kept of a group: both counts, or neither, and their sum where that tells nothing of them."""
    shown = suppress((one.holds, one.asked - one.holds))
    return ShownGroup(one.group, shown.cells[0], shown.total)
