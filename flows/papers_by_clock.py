"""Papers that follow the clock and no step, which would count their tries: each printed by itself, and in the end not begun again where it ends the process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from flows.apart import Apart
from referrals import db, printing
from referrals.models import ClockPaper
from referrals.papers import print_attempts


@dataclass(frozen=True)
class Due:
    """One paper whose time has come: which one among those of its kind, what it says, and how it is kept."""

    key: str
    language: str
    context: dict[str, Any]
    keep: Callable[[Session, bytes], object]


def issue(database: str, paper: ClockPaper, due: Sequence[Due], *, apart: Apart) -> int:
    """Issue all of one kind that is due; how many. What fails is tried again at the next look, and keeps no other waiting.

    One that waits for its next try, or for a person, counts as left over.
    """
    issued = 0
    with apart.one(f"tries at {paper}"), db.writing(database) as session:
        print_attempts.forget_others(session, paper, [one.key for one in due])
    for one in due:
        with apart.one(f"a paper ({paper})"):
            if _issue(database, paper, one):
                issued += 1
            else:
                apart.failed += 1
    return issued


def _issue(database: str, paper: ClockPaper, due: Due) -> bool:
    """Print outside of any transaction, with the try noted before: a print that does not come to an end ends this process."""
    with db.writing(database) as session:
        if not print_attempts.begin(session, paper, due.key):
            return False
    try:
        content = printing.print_in_time(printing.extract_html(due.context, language=due.language, name=paper))
    finally:
        with db.writing(database) as session:
            print_attempts.came_back(session, paper, due.key)
    with db.writing(database) as session:
        due.keep(session, content)
    return True
