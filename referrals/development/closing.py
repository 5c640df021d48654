"""The closing report of development work: four headings, written on as the work goes, and all filled in before it is closed.

What is closed changes no more.
"""

from collections.abc import Collection
from dataclasses import asdict, astuple, dataclass

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import cases
from referrals.errors import DevelopmentRefused
from referrals.models import DevelopmentCase
from referrals.stages import CLOSED
from referrals.vocabulary import DevelopmentAct, DevelopmentProblem


@dataclass(frozen=True)
class Report:
    """What stands under the four headings, in their order; None under one that is empty."""

    lessons_learnt: str | None = None
    good_examples: str | None = None
    reflections: str | None = None
    future_plans: str | None = None


def report_of(found: DevelopmentCase) -> Report:
    """What the report says now."""
    return Report(found.lessons_learnt, found.good_examples, found.reflections, found.future_plans)


def has_report(found: DevelopmentCase) -> bool:
    """Whether it was closed with its report; what was not taken up ended without one."""
    return found.closed_at is not None and all(astuple(report_of(found)))


def write_report(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    report: Report,
    answered: Collection[str] = (),
    seen: int | None = None,
) -> bool:
    """Write on the closing report. Whether anything is new. Raises NotAllowed, AlreadyMoved, NamesSomebody, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.WRITE_REPORT, by=by, seen=seen)
    was_answered = cases.require_nobody(session, astuple(report), by=by, answered=answered)
    if report == report_of(found):
        return False
    for name, text in asdict(report).items():
        setattr(found, name, text)
    session.flush()
    cases.leave(session, found, DevelopmentAct.WRITE_REPORT, by=by, was_answered=was_answered)
    return True


def close_case(session: Session, found: DevelopmentCase, *, by: Actor) -> None:
    """Close it with its report. Nothing of it changes any more. Raises NotAllowed, WrongStage, and DevelopmentRefused while a heading is empty."""
    cases.require_keeper(session, found, DevelopmentAct.CLOSE, by=by)
    if not all(astuple(report_of(found))):
        raise DevelopmentRefused(DevelopmentProblem.REPORT_MISSING)
    found.closed_at, found.closed_by_id = clock.now(), by.account_id
    session.flush()
    cases.leave(session, found, DevelopmentAct.CLOSE, by=by, to=CLOSED)
