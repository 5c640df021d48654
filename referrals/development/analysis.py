"""The situation analysis of development work (D9): what is seen, what it rests on, why it is so, and what is to be reached.

What it rests on are counts by group. Of a group in which fewer than five said yes or fewer than five said no, no count is kept: one
under five tells of each child, and what is left out could be worked out from the rest. What is left out of one group must not follow
from others either: groups share no child, which their writer says, none is the sum of others, and nothing is counted twice.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, astuple, dataclass

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import cases
from referrals.errors import DevelopmentRefused, TakenAway
from referrals.models import DevelopmentCase, DevelopmentResult
from referrals.patterns.suppression import suppress
from referrals.vocabulary import DevelopmentAct, DevelopmentEvidence, DevelopmentProblem


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
    if any(_as_same(question) == _as_same(one.question or "") for one in found.results):
        raise DevelopmentRefused(DevelopmentProblem.COUNTED_BEFORE)
    _require_apart(groups, are_apart=are_apart)
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


def drop_result(session: Session, found: DevelopmentCase, result_id: uuid.UUID, *, by: Actor) -> None:
    """Take a result away; nothing of it stays. Raises NotAllowed, TakenAway."""
    cases.require_keeper(session, found, DevelopmentAct.DROP_RESULT, by=by)
    result = next((one for one in found.results if one.id == result_id), None)
    if result is None:
        raise TakenAway
    found.results.remove(result)
    session.flush()
    cases.leave(session, found, DevelopmentAct.DROP_RESULT, by=by)


def _require_apart(groups: Sequence[Counted], *, are_apart: bool) -> None:
    """Let groups pass of which nobody can subtract one from another. Raises DevelopmentRefused.

    Only who writes them knows which children are in which group: that none is in two is theirs to say. A sum that was taken along all
    the same shows itself.
    """
    names = [_as_same(one.group) for one in groups]
    for row, one in enumerate(groups):
        if names[row] in names[:row]:
            raise DevelopmentRefused(DevelopmentProblem.SAME_GROUP, row=row)
        if _is_sum(one, [*groups[:row], *groups[row + 1 :]]):
            raise DevelopmentRefused(DevelopmentProblem.IS_TOTAL, row=row)
    if len(groups) > 1 and not are_apart:
        raise DevelopmentRefused(DevelopmentProblem.OVERLAPPING)


def _is_sum(one: Counted, others: Sequence[Counted]) -> bool:
    """Whether both counts of a group are those of two or more others together."""
    #: of every choice of them: of how many (two stands for more), and both its counts
    sums = {(0, 0, 0)}
    for each in others:
        sums |= {
            (min(number + 1, 2), holds + each.holds, asked + each.asked)
            for number, holds, asked in sums
            if holds + each.holds <= one.holds and asked + each.asked <= one.asked
        }
    return (2, one.holds, one.asked) in sums


def _as_same(words: str) -> str:
    """Words as they count as the same: without capitals, blanks and points."""
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def _shown(one: Counted) -> ShownGroup:
    """What may be kept of a group: both counts, or neither, and their sum where that tells nothing of them."""
    shown = suppress((one.holds, one.asked - one.holds))
    return ShownGroup(one.group, shown.cells[0], shown.total)
