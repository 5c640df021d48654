"""The situation analysis of development work (D9): what is seen, what it rests on, why it is so, and what is to be reached.

What it rests on are counts by group, as far as `counts` lets them be kept.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, astuple, dataclass

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import cases, counts
from referrals.development.counts import Counted
from referrals.errors import TakenAway
from referrals.models import DevelopmentCase, DevelopmentResult
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


def analysis_of(found: DevelopmentCase) -> Analysis:
    """What the analysis says now."""
    return Analysis(**{name: getattr(found, name) for name in Analysis.__dataclass_fields__})


# --------------------------------------------------------------------------------------------------------- verbs
def write_analysis(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    analysis: Analysis,
    answered: Collection[str] = (),
    seen: int | None = None,
) -> bool:
    """Write on the analysis. Whether anything is new. Raises NotAllowed, AlreadyMoved, NamesSomebody, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.WRITE_ANALYSIS, by=by, seen=seen)
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
    are_apart: bool = False,
    answered: Collection[str] = (),
) -> DevelopmentResult:
    """Keep how many of each group it holds for, as far as that may be shown. `are_apart` says that no child is in two of them.

    Raises NotAllowed, NamesSomebody, DevelopmentRefused.
    """
    cases.require_keeper(session, found, DevelopmentAct.ADD_RESULT, by=by)
    counts.require_new(session, found, question=question, groups=groups)
    counts.require_apart(groups, are_apart=are_apart)
    texts = [question, *(one.group for one in groups)]
    was_answered = cases.require_nobody(session, texts, by=by, answered=answered)
    made = DevelopmentResult(
        case=found,
        evidence=evidence,
        added_at=clock.now(),
        question=question,
        groups=[asdict(counts.shown(one)) for one in groups],
    )
    session.add(made)
    session.flush()
    cases.leave(session, found, DevelopmentAct.ADD_RESULT, by=by, was_answered=was_answered)
    return made


def drop_result(session: Session, found: DevelopmentCase, result_id: uuid.UUID, *, by: Actor) -> None:
    """Take a result away: nobody reads it any more, but what was read counts on for what may be added. Raises NotAllowed, TakenAway."""
    cases.require_keeper(session, found, DevelopmentAct.DROP_RESULT, by=by)
    result = next((one for one in found.results if one.id == result_id), None)
    if result is None:
        raise TakenAway
    result.dropped_at = clock.now()
    session.flush()
    cases.leave(session, found, DevelopmentAct.DROP_RESULT, by=by)
