"""How long the board, the list and what stands beside them take, by how many referrals there are."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from referrals import config, db, migrations, queries, sealing
from referrals.models import Account, Referral
from tests.bench import crowd
from tests.bench.figures import Figure, Wanted, as_many_as, figure, milliseconds, p95, told
from tests.postgres import a_database, running_postgres
from webapp import create_app
from webapp.accounts import sessions
from webapp.casework import search

SIZES = (1_000, 10_000, 100_000)
#: what is looked at, by its name in the table
PAGES = {
    "board": "/board",
    "list, open": "/referrals",
    "list, mine": "/referrals?mine=yes",
    "list, late": "/referrals?late=yes",
    "list, one school": "/referrals?unit=skola-3",
    "list, ended, first page": "/referrals?show=ended",
    "home": "/home",
    "search, found": "/search?reference={number}",
    "search, not found": "/search?reference=HTL-0000-0000",
}
#: which child is searched for, by its name in the table, and how many referrals there are about it
CHILDREN = {
    "search by a child's name, found": (crowd.child_name(0), 1),
    "search by a child's name, not found": ("Ingen Testsson", 0),
}
SLOWEST, GROWTH = Wanted("p95", 80), Wanted("p95", 1.2)


def measure() -> Iterator[Figure]:
    """The pages on SQLite."""
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as folder:
        yield from _measure(f"sqlite:///{folder}/trivsel.sqlite", Path(folder))


def measure_on_postgres() -> Iterator[Figure]:
    """The pages on PostgreSQL."""
    with (
        tempfile.TemporaryDirectory(prefix="trivsel-bench-") as folder,
        running_postgres() as server,
        a_database(server, "pages") as address,
    ):
        yield from _measure(address, Path(folder))


def _measure(address: str, folder: Path) -> Iterator[Figure]:
    sealing.use_key_ring(sealing.KeyRing.read_or_make(folder / "keys.json"))
    migrations.upgrade(address)
    with db.writing(address) as session:
        coordinator = crowd.found_municipality(session).id
    settings = config.Settings(database_url=address, data=folder)
    client = _sign_in(settings, coordinator)
    before: dict[str, float] = {}
    for size in SIZES:
        with told(f"filling up to {size:,} referrals"):
            crowd.fill(address, size)
        _let_it_settle(address)
        yield figure(
            f"our database a referral, without papers, {size:,} referrals", "kB", [_bytes(address) / size / 1000]
        )
        for name, values in _each(client, address):
            yield figure(f"{name}, {size:,} referrals", "ms", values, wanted=SLOWEST if size == SIZES[-1] else None)
            if size == SIZES[-1]:
                yield figure(
                    f"{name}, {size:,} against {SIZES[-2]:,}", "times", [p95(values) / before[name]], wanted=GROWTH
                )
            before[name] = p95(values)
    db.engine_for(address).dispose()


def _each(client: FlaskClient, address: str) -> Iterator[tuple[str, list[float]]]:
    with db.reading(address) as session:
        number = session.scalars(select(Referral.number).where(Referral.is_open).limit(1)).one()
    for name, path in PAGES.items():
        there = path.format(number=number)
        wanted = {"search, found": 303, "search, not found": 404}.get(name, 200)
        yield name, milliseconds(partial(_open, client, there, wanted), times=as_many_as(60, 30))
    token = _token_on(client.get("/search"))
    # Nobody may search so often; each search counts itself all the same.
    with patch.object(search, "SEARCHES", replace(search.SEARCHES, most=10**6)):
        for name, (child, lines) in CHILDREN.items():
            yield name, milliseconds(partial(_search, client, token, child, lines), times=as_many_as(60, 30))
    with db.reading(address) as session:
        yield (
            "what a live board asks each second",
            milliseconds(lambda: queries.change_mark(session), times=as_many_as(60, 30)),
        )


def _let_it_settle(address: str) -> None:
    """What PostgreSQL does by itself within a minute or two, and would otherwise do at one page or another: count and tidy its tables."""
    engine = db.engine_for(address)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


def _bytes(address: str) -> int:
    with db.reading(address) as session:
        if session.get_bind().dialect.name == "postgresql":
            return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        return int(session.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")) or 0)


def _open(client: FlaskClient, path: str, status: int) -> TestResponse:
    answer = client.get(path)
    if answer.status_code != status:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return answer


def _search(client: FlaskClient, token: str, child: str, lines: int) -> TestResponse:
    answer = client.post("/search", data={"csrf_token": token, "child_name": child})
    if answer.status_code != 200 or answer.text.count("list-number") != lines:
        raise RuntimeError(f"a search by name answered {answer.status_code}")
    return answer


def _token_on(page: TestResponse) -> str:
    """What a form that this browser sends must have, as it stands on a page."""
    found = re.search('name="csrf_token" value="([^"]+)"', page.text)
    if found is None:
        raise RuntimeError("a page without a form")
    return found[1]


def _sign_in(settings: config.Settings, who: object) -> FlaskClient:
    app = create_app(settings)
    client = app.test_client()
    with db.writing(settings.database) as session, app.test_request_context():
        token = sessions.add_row(session, session.get_one(Account, who))
    with client.session_transaction() as cookie:
        cookie[sessions.TOKEN] = token
    return client
