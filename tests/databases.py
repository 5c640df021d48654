"""What tests do to a whole database, on SQLite and on PostgreSQL: put a copy of it aside and back, and empty it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from referrals import db


@contextmanager
def kept(address: str) -> Iterator[Callable[[], None]]:
    """A copy of the database at `address` as it is now; call what is yielded to let it be so again. Nobody may be connected."""
    if address.startswith("sqlite"):
        path = Path(address.removeprefix("sqlite:///"))
        copy_sqlite(path, path.with_suffix(".kept"))
        yield lambda: copy_sqlite(path.with_suffix(".kept"), path)
        return
    name = str(make_url(address).database)
    _make(address, f"{name}_kept", like=name)
    yield lambda: _make(address, name, like=f"{name}_kept")
    _run(address, f"DROP DATABASE {name}_kept WITH (FORCE)")


def empty(address: str) -> None:
    """Take everything out of the database at `address`, tables too, as on a machine that is new."""
    db.engine_for(address).dispose()
    if address.startswith("sqlite"):
        path = Path(address.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        return
    with db.engine_for(address).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def copy_sqlite(path: Path, copy: Path) -> None:
    """A copy of one moment of a database that is in use."""
    with closing(sqlite3.connect(path)) as there, closing(sqlite3.connect(copy)) as here:
        there.backup(here)


def give_back(address: str) -> None:
    """Close every connection to the database at `address`, once none is out: mail about an account is written beside the
    request that asked for it, and a connection that comes back to a pool that was thrown away would never be closed."""
    engine = db.engine_for(address)
    for _ in range(500):
        if not engine.pool.checkedout():
            engine.dispose()
            return
        sleep(0.01)
    raise AssertionError(engine.pool.status())


def _make(address: str, name: str, *, like: str) -> None:
    give_back(address)
    _run(address, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {like}")


def _run(address: str, *statements: str) -> None:
    server = create_engine(make_url(address).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()
