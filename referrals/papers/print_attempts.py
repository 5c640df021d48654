"""The tries at printing papers that follow the clock and no step: noted before the printer has them, so that one it never gives
back ends a process three times and not for ever (docs/faults.md).
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from referrals import clock, printing
from referrals.access import Actor, is_administrator
from referrals.errors import NotAllowed
from referrals.models import ClockPaper, Municipality, PrintAttempt

#: pauses after the first and the second try that did not come back; after the third a person must look. Each is longer than a print
#: may last, so that no other worker begins one that is under way
PAUSES: Final = (timedelta(minutes=10), timedelta(hours=1))


def begin(session: Session, paper: ClockPaper, key: str) -> bool:
    """Note that a paper goes to the printer, to be committed before it does.

    False, and nothing is noted, where another worker prints it, where it waits for its next try, and where it was given up.
    """
    session.scalars(select(Municipality).with_for_update()).one()  # two workers at once take turns
    now, there = clock.machine_now(), _find(session, paper, key)
    if there is None:
        session.add(PrintAttempt(paper=paper, key=key, tries=1, tried_at=now))
        return True
    # The distance: a clock that was wrong by months must not put the next try off by as much.
    if there.tries > len(PAUSES) or abs(now - there.tried_at) < PAUSES[there.tries - 1]:
        return False
    there.tries, there.tried_at = there.tries + 1, now
    return True


def came_back(session: Session, paper: ClockPaper, key: str) -> None:
    """Forget the tries at a paper: the printer has given it back, or refused it. Neither keeps anything else waiting."""
    session.execute(delete(PrintAttempt).where(PrintAttempt.paper == paper, PrintAttempt.key == key))


def forget_others(session: Session, paper: ClockPaper, keys: Collection[str]) -> None:
    """Forget the tries at papers that are not due any more, such as an agenda that would say something else by now."""
    session.execute(delete(PrintAttempt).where(*_is_of_others(paper, keys)))


def has_others(session: Session, paper: ClockPaper, keys: Collection[str]) -> bool:
    """Whether there is anything to forget so."""
    return session.scalar(select(func.count()).select_from(PrintAttempt).where(*_is_of_others(paper, keys))) != 0


def given_up(session: Session) -> list[PrintAttempt]:
    """The papers that were given up, the newest first."""
    return list(session.scalars(select(PrintAttempt).where(*_is_given_up()).order_by(PrintAttempt.tried_at.desc())))


def count_given_up(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(PrintAttempt).where(*_is_given_up())) or 0


def retry(session: Session, *, by: Actor) -> None:
    """Let all that was given up be tried again, as if it were new. Again changes nothing. Raises NotAllowed."""
    if not is_administrator(by):
        raise NotAllowed("retry")
    for attempt in given_up(session):
        session.delete(attempt)


def _find(session: Session, paper: ClockPaper, key: str) -> PrintAttempt | None:
    same = select(PrintAttempt).where(PrintAttempt.paper == paper, PrintAttempt.key == key)
    return session.scalars(same).one_or_none()


def _is_of_others(paper: ClockPaper, keys: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Not one of this moment: another worker, which saw something else a moment before, may have it in the printer."""
    now, tried_at = clock.machine_now(), PrintAttempt.tried_at
    is_over = (tried_at <= now - PAUSES[0]) | (tried_at > now + PAUSES[0])
    return PrintAttempt.paper == paper, PrintAttempt.key.not_in(keys), is_over


def _is_given_up() -> tuple[ColumnElement[bool], ...]:
    """Its last try has had all the time that a print may take, or was noted by a clock that was put back since."""
    now, tried_at = clock.machine_now(), PrintAttempt.tried_at
    is_over = (tried_at <= now - printing.LONGEST) | (tried_at > now + printing.LONGEST)
    return PrintAttempt.tries > len(PAUSES), is_over
