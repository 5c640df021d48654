"""How long each kind of paper takes, against plain WeasyPrint on the same page, and how many two processes make."""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import time_machine
from sqlalchemy.orm import Session
from weasyprint import HTML

from referrals import db, migrations, printing, sealing
from referrals.development import papers
from referrals.stages import Stage
from referrals.vocabulary import DevelopmentAudience, DevelopmentPaperKind, DocumentKind
from tests import development
from tests.bench.figures import Figure, Wanted, as_many_as, figure, milliseconds, told
from tests.bench.waiting import proportional_memory
from tests.journeys.instance import BEGINNING
from tests.people import settle

AT_ONCE = 40
FIRST = 50
CLOSE = Wanted("median", 1.15)


def measure() -> Iterator[Figure]:
    """Each kind of paper, both ways in turn, so that what else the machine does falls on both."""
    for kind in DocumentKind:
        yield from _both_ways(kind.value, _page(kind))
    for of_work, html in _development_pages().items():
        yield from _both_ways(f"development work, {of_work.value}", html)
    yield from _memory_over_many()
    for processes in (1, 2):
        yield figure(f"action plans printed by {processes} at once", "/s", [_rate(processes)])


def _both_ways(name: str, html: str) -> Iterator[Figure]:
    ours, plain = [], []
    _print_plainly(html)
    printing.print_pdf(html)
    for _ in range(as_many_as(12, 8)):
        ours += milliseconds(partial(printing.print_pdf, html), times=1, warm=0)
        plain += milliseconds(partial(_print_plainly, html), times=1, warm=0)
    yield figure(name, "ms", ours)
    ratio = statistics.median(ours) / statistics.median(plain)
    yield figure(f"{name} against plain WeasyPrint", "times", [ratio], wanted=CLOSE)


def _memory_over_many() -> Iterator[Figure]:
    """What the printing process holds after fifty papers, and after five hundred more."""
    html, kept = _page(DocumentKind.ACTION_PLAN), []
    with told("550 action plans are printed"):
        for more in (FIRST, as_many_as(500, 50)):
            for _ in range(more):
                printing.print_pdf(html)
            kept.append(proportional_memory(os.getpid()))
    yield figure(f"memory after {FIRST} action plans", "MB", [kept[0]])
    yield figure(f"growth over {as_many_as(500, 50)} more", "MB", [kept[1] - kept[0]])


def _page(kind: DocumentKind) -> str:
    sample = printing.TEMPLATE_FOLDER / "documents" / kind.value / "sample.json"
    return printing.document_html(kind.value, json.loads(sample.read_text(encoding="utf-8")), language="sv")


def _development_pages() -> dict[DevelopmentPaperKind, str]:
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as folder, time_machine.travel(BEGINNING):
        address = f"sqlite:///{folder}/trivsel.sqlite"
        sealing.use_key_ring(sealing.KeyRing.read_or_make(Path(folder) / "keys.json"))
        migrations.upgrade(address)
        with db.writing(address) as session:
            pages = development_pages(session)
        db.engine_for(address).dispose()
    return pages


def development_pages(session: Session) -> dict[DevelopmentPaperKind, str]:
    """What the stages of one work leave for its teams, from its beginning to its report."""
    cast = settle(session)
    found = development.begin(session, cast)
    development.act(session, cast, found)
    development.carry(session, cast, found, Stage.CLOSURE)
    development.close(session, cast, found)
    drafts = [(event, draft) for event in found.events for draft in papers.outstanding(session, event)]
    return {
        draft.kind: papers.html_of(session, event, draft)
        for event, draft in drafts
        if draft.audience is DevelopmentAudience.TEAMS
    }


def _print_plainly(html: str) -> None:
    """The same page, stylesheets and fonts, without tags, header cells and a fixed identifier."""
    printer = printing.printer()
    page = HTML(
        string=html, base_url=f"{(printing.TEMPLATE_FOLDER / 'documents').as_uri()}/", url_fetcher=printer.fetcher
    )
    page.write_pdf(stylesheets=printer.stylesheets, font_config=printer.fonts)


def _rate(processes: int) -> float:
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(_print_several, [2] * processes))  # each has its fonts ready
        began = time.perf_counter()
        list(pool.map(_print_several, [AT_ONCE // processes] * processes))
        return AT_ONCE / (time.perf_counter() - began)


def _print_several(times: int) -> None:
    html = _page(DocumentKind.ACTION_PLAN)
    for _ in range(times):
        printing.print_pdf(html)
