"""Plays lives against each other in the order of their moments, and does what follows each decision by itself, in this process."""

import gc
import heapq
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from referrals import clock, documents, mailer, notifications, printing, settling, steps
from referrals.development import papers as development_papers
from referrals.development.papers import Draft
from referrals.documents import Paper
from referrals.forums import date_letters
from referrals.models import Step, StepKind
from referrals.papers import paper_sources
from referrals.steps import Claim
from schemas.documents.writing import paper_html

#: each moment a life gives is the next at which it does something; it is asked again once that has come
Life: TypeAlias = Iterator[datetime]


#: steps that are taken at once
_MOST = 20


class Printer:
    """Prints pages in processes of their own."""

    def __init__(self, processes: Executor) -> None:
        """With these."""
        self._processes = processes

    def print(self, html: str) -> Future[bytes]:
        """The paper of a page, which comes."""
        return self._processes.submit(_print_page, html)


def _print_page(html: str) -> bytes:
    """In a printer: a page, and away with the rubbish it made."""
    paper = printing.print_pdf(html)
    gc.collect()
    return paper


@dataclass
class _AtThePrinter:
    """A step whose papers are being printed."""

    claim: Claim
    step: Step
    papers: list[tuple[Paper, Future[bytes]]]
    of_work: list[tuple[Draft, Future[bytes]]]
    since: datetime


@dataclass
class Play:
    """The lives of one municipality. Papers of a day are printed beside its work, and are there before their life goes on or the next day begins.

    So the register, which gets a line for each of them, goes on from day to day as one that was kept by hand.
    """

    session: Session
    printer: Printer
    #: by the number of the life: what follows one decision is done before what follows the next
    _at_the_printer: dict[int, list[_AtThePrinter]] = field(default_factory=dict)
    #: how far all lives together have come: then papers that come back are entered in the register, which never goes back in time
    _come_to: datetime = field(init=False)

    def go(self, lives: Iterable[Life], *, until: datetime, tell: Callable[[datetime], None]) -> None:
        """Let every life go on until `until`; what it would do later stays undone, as in any municipality on any day."""
        waiting = [(moment, number, life) for number, life in enumerate(lives) for moment in [next(life)]]
        heapq.heapify(waiting)
        today, self._come_to = None, waiting[0][0] if waiting else until
        while waiting and waiting[0][0] <= until:
            moment, number, life = heapq.heappop(waiting)
            if moment.date() != today:
                today = moment.date()
                tell(moment)
                self._collect_all()
                clock.set_now(self._come_to)  # what followed from papers came with the moments of their decisions
                _tell_of_dates(self.session, only_waiting=True)
            self._collect(number)
            clock.set_now(max(moment, self._come_to))
            following, self._come_to = next(life, None), clock.now()
            self._carry_on(number)
            if following is not None:
                heapq.heappush(waiting, (following, number, life))
        self._collect_all()
        clock.set_now(until)
        self._carry_on(-1)
        _tell_of_dates(self.session)

    def _carry_on(self, number: int) -> None:
        """Do what the workflow does after decisions, until nothing of it can be done now but what waits for a printer."""
        can_be_more = True
        while can_be_more and (ready := steps.waiting(self.session, limit=_MOST)):
            can_be_more = len(ready) == _MOST
            for claim in filter(None, (steps.claim(self.session, one, holder="demonstration") for one in ready)):
                step = steps.hold(self.session, claim.step_id, attempt=claim.attempt)
                if claim.kind is StepKind.SEND_MAIL:
                    _send(self.session, step)
                    steps.finish(self.session, claim.step_id, attempt=claim.attempt)
                    continue
                is_work = claim.kind is StepKind.ADVANCE_DEVELOPMENT
                papers, of_work = ([], self._print_work(step)) if is_work else (self._print(step), [])
                one = _AtThePrinter(claim, step, papers, of_work, clock.now())
                if papers or of_work:
                    self._at_the_printer.setdefault(number, []).append(one)
                else:
                    self._settle(one)
                    can_be_more = True

    def _print(self, step: Step) -> list[tuple[Paper, Future[bytes]]]:
        row, session = step.history, self.session
        return [
            (paper, self.printer.print(paper_html(paper_sources.gather(session, row.referral, paper, after=row))))
            for paper in documents.outstanding(session, row)
        ]  # fmt: skip

    def _print_work(self, step: Step) -> list[tuple[Draft, Future[bytes]]]:
        event, session = step.event, self.session
        return [
            (draft, self.printer.print(development_papers.html_of(session, event, draft)))
            for draft in development_papers.outstanding(session, event)
        ]

    def _settle(self, one: _AtThePrinter) -> None:
        """Keep the papers of a step now, then do what follows by itself, as the worker does: as soon as it was decided."""
        session, row, event = self.session, one.step.history, one.step.event
        papers = [(paper, printed.result()) for paper, printed in one.papers]
        of_work = [(draft, printed.result()) for draft, printed in one.of_work]
        clock.set_now(self._come_to)
        for paper, content in papers:
            documents.issue(session, row, paper, content=content)
        for draft, content in of_work:
            development_papers.issue(session, event, draft, content=content)
        self._come_to = clock.now()
        clock.set_now(one.since)
        if one.claim.kind is StepKind.ADVANCE_DEVELOPMENT:
            settling.settle_development(session, event)
        else:
            settling.settle_referral(session, row)
        steps.finish(session, one.claim.step_id, attempt=one.claim.attempt)

    def _collect(self, number: int) -> None:
        """Wait for what is being printed for one life, and for what follows from that."""
        while done := self._at_the_printer.pop(number, []):
            for one in done:
                self._settle(one)
            self._carry_on(number)

    def _collect_all(self) -> None:
        for number in list(self._at_the_printer):
            self._collect(number)


def _tell_of_dates(session: Session, *, only_waiting: bool = False) -> None:
    """Tell of teams' dates as the worker does, but at once: nobody is there who could stop it."""
    for date_id in date_letters.due_dates(session, only_waiting=only_waiting):
        for recipient in date_letters.due_of(session, date_id, is_held=False):
            if message_id := date_letters.look(session, date_id, recipient, is_held=False):
                mailer.send(date_letters.letter(session, message_id))
                date_letters.note_sent(session, message_id)


def _send(session: Session, step: Step) -> None:
    """Hand a mail over as the worker does: into the data folder, where a demonstration's mail lies."""
    mail = notifications.mail_of(session, step)
    if letter := settling.letter_to_send(session, mail):
        mailer.send(letter)
        notifications.note_sent(session, mail)
