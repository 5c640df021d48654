"""Papers that follow the clock and no step, which would count their tries: each printed by itself, and in the end not begun again where it ends the process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from flows.apart import Apart
from flows.opening import logger
from referrals import db, printing
from referrals.models import ClockPaper
from referrals.papers import print_attempts

#: what this process has said of in its log that it was given up
_TOLD: Final[set[tuple[ClockPaper, str]]] = set()


@dataclass(frozen=True)
class Due:
    """One paper whose time has come: which one among those of its kind, what it says, and how it is kept."""

    key: str
    language: str
    context: dict[str, Any]
    keep: Callable[[Session, bytes], object]


def issue(database: str, paper: ClockPaper, due: Sequence[Due], *, apart: Apart) -> int:
    """Issue all of one kind that is due; how many. What fails is tried again at the next look, and keeps no other waiting.

    One that waits for its next try counts as left over. What was given up waits for a person and has a figure of its own.
    """
    issued = 0
    with apart.one(f"tries at {paper}"):
        _forget_others(database, paper, due)
    with db.reading(database) as session:
        given_up = {one.key for one in print_attempts.given_up(session) if one.paper is paper}
    for one in due:
        if one.key in given_up:
            _tell_given_up(apart, paper, one)
            continue
        _TOLD.discard((paper, one.key))  # an administrator had it tried again: given up anew, it is told anew
        with apart.one(f"a paper ({paper})"):
            if _issue(database, paper, one):
                issued += 1
            else:
                apart.failed += 1
    return issued


def _forget_others(database: str, paper: ClockPaper, due: Sequence[Due]) -> None:
    keys = [one.key for one in due]
    with db.reading(database) as session:
        if not print_attempts.has_others(session, paper, keys):
            return  # as nearly always, and each minute: nobody who writes is kept waiting for that
    with db.writing(database) as session:
        print_attempts.forget_others(session, paper, keys)


def _tell_given_up(apart: Apart, paper: ClockPaper, due: Due) -> None:
    """In the log once for each process: agendas are looked for each minute."""
    if (paper, due.key) not in _TOLD:
        _TOLD.add((paper, due.key))
        logger().warning("%s: a paper (%s) was given up, until an administrator has it tried again", apart.name, paper)


def _issue(database: str, paper: ClockPaper, due: Due) -> bool:
    """Print outside of any transaction, with the try noted before: a print that does not come to an end ends this process.

    It counts once the printer is free: a paper that waits behind another one that hangs there has had no try.
    """
    with printing.in_time():
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
