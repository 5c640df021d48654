"""What the bench counts and how it sums up, held to small numbers that can be told by hand."""

import json
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from referrals import clock, documents
from referrals.documents import Paper
from referrals.models import Document, History, Step
from referrals.vocabulary import DevelopmentPaperKind, DocumentKind
from tests import straight_way
from tests.bench import prefects_rows
from tests.bench.figures import Figure, Wanted, figure, keep, p95
from tests.bench.first_year import Moments
from tests.bench.papers import development_pages
from tests.bench.throughput import papers_astray, steps_given_up
from tests.people import settle


@pytest.fixture
def came_in(session: Session) -> list[uuid.UUID]:
    """Three concerns, each with its two papers."""
    school = settle(session).school
    referrals = [straight_way.submit(session, school) for _ in range(3)]
    for referral in referrals:
        for kind in (DocumentKind.RECEIPT, DocumentKind.REFERRAL):
            _issue(session, referral.id, kind)
    return [referral.id for referral in referrals]


def _issue(session: Session, referral_id: uuid.UUID, kind: DocumentKind) -> None:
    row = session.scalars(select(History).where(History.referral_id == referral_id)).one()
    documents.issue(session, row, Paper(kind, "file", "sv"), content=b"%PDF")


def _lose(session: Session, referral_id: uuid.UUID, kind: DocumentKind) -> None:
    (paper,) = session.scalars(select(Document).where(Document.referral_id == referral_id, Document.kind == kind))
    session.delete(paper.content)
    session.execute(delete(Document).where(Document.id == paper.id))


def test_papers_that_are_all_there_once_are_counted_as_none_astray(session: Session, came_in: list[uuid.UUID]) -> None:
    assert papers_astray(session, came_in) == 0


def test_a_paper_lost_and_one_made_twice_do_not_make_up_for_each_other(
    session: Session, came_in: list[uuid.UUID]
) -> None:
    _lose(session, came_in[0], DocumentKind.REFERRAL)
    assert papers_astray(session, came_in) == 1
    row = session.scalars(select(History).where(History.referral_id == came_in[1])).one()
    documents.issue(session, row, Paper(DocumentKind.RECEIPT, "reporter", "sv"), content=b"%PDF")
    assert papers_astray(session, came_in) == 2
    documents.issue(session, row, Paper(DocumentKind.RECEIPT, "professional", "sv"), content=b"%PDF")
    assert papers_astray(session, came_in) == 3


def test_a_concern_without_any_paper_lacks_both(session: Session, came_in: list[uuid.UUID]) -> None:
    for kind in (DocumentKind.RECEIPT, DocumentKind.REFERRAL):
        _lose(session, came_in[2], kind)
    assert papers_astray(session, came_in) == 2


def test_a_step_that_was_given_up_is_counted_and_one_that_is_done_is_not(
    session: Session, came_in: list[uuid.UUID]
) -> None:
    first, second = [session.scalars(select(Step).where(Step.referral_id == one)).one() for one in came_in[:2]]
    first.failed_at = second.finished_at = clock.now()
    session.flush()
    assert steps_given_up(session, came_in) == 1
    assert steps_given_up(session, came_in[1:]) == 0


def test_each_paper_of_development_work_has_a_page_to_be_measured(session: Session) -> None:
    assert set(development_pages(session)) == set(DevelopmentPaperKind)


def test_the_years_making_is_timed_from_the_first_word_of_its_progress_to_the_last() -> None:
    moments, said = Moments(), ""
    for now, line in enumerate(
        [
            "Trivsel starts", "a year of invented work: 0 %", "a year of invented work, autumn term 2026: 0 %",
            "a year of invented work, autumn term 2026: 100 %", "a year of invented work: 100 %", "Trivsel runs",
        ]
    ):  # fmt: skip
        said += f"{line}\n"
        moments.hear(said, now)
    assert (moments.first_word, moments.last_word) == (1, 4)


@pytest.mark.parametrize(("values", "is_p95"), [([7.0], 7.0), (list(range(1, 21)), 19), (list(range(1, 101)), 95)])
def test_ninety_five_of_a_hundred_do_not_exceed_p95(values: list[float], is_p95: float) -> None:
    assert p95(values) == is_p95


def test_every_figure_is_kept_with_how_often_it_was_measured_and_whether_it_is_as_wanted(tmp_path: Path) -> None:
    figures = [
        figure("page", "ms", [1.0, 2.0, 9.0], wanted=Wanted("p95", 8.0)),
        figure("steps", "/s", [4.0], wanted=Wanted("median", 4.0, at_least=True)),
        Figure("rows", "", 1, 15.0, 15.0),
    ]
    keep(figures, tmp_path / "figures.json")
    kept = json.loads((tmp_path / "figures.json").read_text())["figures"]
    assert [(one["n"], one["median"], one["p95"], one["is_met"]) for one in kept] == [
        (3, 2.0, 9.0, False), (1, 4.0, 4.0, True), (1, 15.0, 15.0, None),
    ]  # fmt: skip


def test_rows_put_into_prefects_tables_again_fit_together_under_ids_of_their_own(tmp_path: Path) -> None:
    file, older, run, state, task = tmp_path / "prefect.db", *(str(uuid.uuid4()) for _ in range(4))
    event = state  # as Prefect calls the event that tells of a state
    with closing(sqlite3.connect(file)) as line:
        line.executescript("""
            CREATE TABLE flow_run (id TEXT PRIMARY KEY, state_id TEXT, idempotency_key TEXT UNIQUE, name TEXT);
            CREATE TABLE flow_run_state (id TEXT PRIMARY KEY, flow_run_id TEXT);
            CREATE TABLE task_run (id TEXT PRIMARY KEY, flow_run_id TEXT);
            CREATE TABLE task_run_state (id TEXT PRIMARY KEY, task_run_id TEXT);
            CREATE TABLE events (id TEXT PRIMARY KEY, resource_id TEXT);
            CREATE TABLE event_resources (id TEXT PRIMARY KEY, event_id TEXT, resource_id TEXT);
        """)
        line.execute("INSERT INTO flow_run VALUES (?, NULL, 'a', 'older')", [older])
        line.commit()
        before = prefects_rows.last_rows(file)
        for table, row in {
            "flow_run": (run, state, "b", "copied"), "flow_run_state": (state, run), "task_run": (task, run),
            "events": (event, f"prefect.flow-run.{run}"), "event_resources": (str(uuid.uuid4()), event, "prefect.worker.x"),
        }.items():  # fmt: skip
            line.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        line.commit()
        after = prefects_rows.last_rows(file)
        assert prefects_rows.multiply(file, before, after, times=250) == 5 * 250
        fits = """
            SELECT count(*), count(DISTINCT r.idempotency_key) FROM flow_run r JOIN flow_run_state s ON s.id = r.state_id AND s.flow_run_id = r.id
            JOIN task_run t ON t.flow_run_id = r.id JOIN events e ON e.resource_id = 'prefect.flow-run.' || r.id
            JOIN event_resources x ON x.event_id = e.id AND x.resource_id = 'prefect.worker.x' WHERE r.name = 'copied'
        """
        assert line.execute(fits).fetchone() == (251, 251)
