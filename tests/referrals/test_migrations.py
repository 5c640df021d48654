"""Migrations, checked three ways: the head is what the models say, up and down leaves nothing, and data survives."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from referrals import db, migrations
from referrals.models import Base, History
from tests.factories import a_referral
from tests.people import settle


@pytest.fixture
def empty_address(fresh_address: str) -> str:
    """A database without any table of ours."""
    Base.metadata.drop_all(db.engine_for(fresh_address))
    with db.engine_for(fresh_address).begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    return fresh_address


def test_the_newest_migration_is_what_the_models_say(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.engine_for(empty_address).connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), Base.metadata
        )
    assert differences == []


def test_going_all_the_way_up_and_down_leaves_nothing(empty_address: str) -> None:
    assert migrations.standing(empty_address) is None
    migrations.upgrade(empty_address)
    assert migrations.standing(empty_address) == migrations.newest()
    migrations.downgrade(empty_address, to="base")
    assert sa.inspect(db.engine_for(empty_address)).get_table_names() == ["alembic_version"]


def test_each_step_up_and_down_works_by_itself(empty_address: str) -> None:
    revisions = sorted(path.name[:4] for path in _versions())
    for revision in revisions:
        migrations.upgrade(empty_address, to=revision)
    for revision in reversed(revisions[:-1]):
        migrations.downgrade(empty_address, to=revision)
    migrations.upgrade(empty_address)


def test_upgrading_twice_keeps_what_was_written(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        a_referral(session, settle(session))
    migrations.upgrade(empty_address)
    with db.reading(empty_address) as session:
        assert session.query(History).count() == 1


@pytest.mark.parametrize("change", ["UPDATE history SET number = 7", "DELETE FROM history"])
def test_the_database_itself_refuses_to_rewrite_history(empty_address: str, change: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        a_referral(session, settle(session))

    def rewrite() -> None:
        with db.writing(empty_address) as session:
            session.execute(sa.text(change))

    with pytest.raises(DBAPIError, match="history is only ever added to"):
        rewrite()


def test_migrations_are_numbered_without_gaps_and_say_why() -> None:
    numbers = sorted(int(path.name[:4]) for path in _versions())
    assert numbers == list(range(1, len(numbers) + 1))
    for path in _versions():
        assert re.match(r'^"""[A-Z].{10,}\.\n?', path.read_text()), path.name


def _versions() -> list[Path]:
    return list(Path(migrations.__file__).parent.glob("versions/[0-9]*.py"))
