"""Fills a new demonstration municipality with its year. All of it comes about in the caller's transaction, or nothing does."""

import gc
import os
import tempfile
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context, parent_process
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, printing
from referrals.config import current
from referrals.errors import StartRefused
from referrals.models import Referral
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from webapp.demo_year.lives import live
from webapp.demo_year.playing import Play, Printer
from webapp.demo_year.stories import Book
from webapp.demo_year.teams import work_together
from webapp.demo_year.world import World

#: how many processes print
PRINTERS = 2
#: how many bytes the path of a socket may have, and where the forkserver's lies below TMPDIR
_LONGEST_PATH = 107
_SOCKET = "pymp-12345678/listener-12345678"
#: is told which part of the work is how far: a term's name, how many school days of the year, of how many
Tell = Callable[[str, int, int], None]
#: what the first and the last word of it are about
WHOLE = "a year of invented work"


def make_year(session: Session, *, tell: Tell, printers: Executor | None = None) -> None:
    """Play the year that ends now. Raises StartRefused in production, where referrals are already, or where mail would leave the machine."""
    settings = current()
    if not settings.is_demo:
        raise StartRefused("a year of invented work is for demonstrations only")
    if settings.smtp_host:
        raise StartRefused(
            "a year of invented mail must not reach a post office: take TRIVSEL_SMTP_HOST out first, or start with --empty"
        )
    if session.scalars(select(Referral.id).limit(1)).first() is not None:
        raise StartRefused("a year of invented work is made in an empty municipality only; this one holds referrals")
    tell(WHOLE, 0, 1)
    ends, book = clock.now(), Book.of(organisation.municipality(session).country)
    clock.use_own_shift()  # whoever ends us in the middle leaves the instance at its own date
    try:
        with _nothing_looked_through(), printers or _printers() as ready:
            world = World(session, book, ends, Printer(ready))
            longest = max(child.ago for child in book.children)
            days = world.school_days(world.ago(longest))  # in a holiday nothing is done: it would be a jump
            lives = [*work_together(world, longest), *(live(world, child) for child in book.children)]
            Play(session, world.printer).go(
                lives,
                until=ends,
                tell=lambda moment: tell(_term(world, moment), bisect_left(days, world.day_of(moment)), len(days)),
            )
    finally:
        clock.use_shift_file(settings.shift_file)
    tell(WHOLE, 1, 1)


def _printers() -> Executor:
    """Processes that print. What each needs is there already in the process that they are forked from.

    Where the data folder's path is too long for that process's socket, each begins from nothing, which takes a little longer.
    """
    has_room = len(os.fsencode(Path(tempfile.gettempdir(), _SOCKET))) <= _LONGEST_PATH
    context = get_context("forkserver" if has_room else "spawn")
    context.set_forkserver_preload(["webapp.cli", __name__, "weasyprint"])
    return ProcessPoolExecutor(PRINTERS, context, initializer=_get_ready)


@contextmanager
def _nothing_looked_through() -> Iterator[None]:
    """Let Python not look through everything for rubbish again and again: an eighth of the work was that. What lies meanwhile is some twenty MB."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _get_ready() -> None:
    """Print a first page, then let everything that is there now stay: a printer looks for rubbish between papers, and only among what is new."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    printing.print_pdf("<html lang=en><title>A page</title><p>A page</p></html>")
    gc.collect()
    gc.freeze()
    gc.disable()


def _end_with_parent() -> None:
    """One that was killed tells its printers nothing, and they would wait for its next paper for ever."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _term(world: World, moment: datetime) -> str:
    """The term in which `moment` lies, as the work tells of it."""
    term = SchoolTerm.of(world.day_of(moment))
    return f"{WHOLE}, {'autumn' if term.is_autumn else 'spring'} term {term.year}"
