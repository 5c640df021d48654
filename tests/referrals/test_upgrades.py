"""An upgrade with people's work in the database: all of it is there afterwards, and programs of then and now do each other no harm."""

import ast
import re
import uuid
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from referrals import clock, db, documents, migrations
from referrals.documents import Paper
from referrals.models import Base, DevelopmentEvent, Document, History, Referral
from referrals.models import referral as referral_model
from referrals.models.base import Instant
from referrals.papers import readers
from referrals.stages import PLAN_ACTIVE
from referrals.vocabulary import DocumentKind
from tests import development, straight_way
from tests.databases import empty
from tests.journeys import ground
from tests.people import settle
from tests.referrals.safeguarding.test_protection import a_report
from tests.webapp.test_refused_forms import lay, lay_around

#: a version from which people may come, and the first migration held to the rule for two versions side by side
THEN, RULED_FROM = "0020", 43
#: what takes away or demands what a program of the version before does not know
TAKES_AWAY = {
    "drop_column",
    "drop_table",
    "rename_table",
    "create_check_constraint",
    "create_unique_constraint",
}

#: something of each kind, for columns of tables in which nothing else was laid
SOMETHING: dict[type, object] = {
    sa.Uuid: uuid.UUID(int=1),
    sa.JSON: {},
    sa.Date: date(2026, 9, 16),
    sa.Boolean: True,
    sa.Integer: 1,
    sa.LargeBinary: b"x",
    sa.String: "x",
}

Rows = dict[str, list[dict[str, object]]]


def tables_of(there: sa.Engine | sa.Connection, *, besides: Collection[str] = ()) -> dict[str, sa.TableClause]:
    """The tables with the columns that the database has now, all that a program of its version knows; parents before children."""
    inspector, found = sa.inspect(there), dict[str, sa.TableClause]()
    names = set(inspector.get_table_names()) - set(besides)
    for table in [one for one in Base.metadata.sorted_tables if one.name in names]:
        kinds = {one.name: sa.String() if isinstance(one.type, sa.Enum) else one.type for one in table.columns}
        columns = [one["name"] for one in inspector.get_columns(table.name)]
        found[table.name] = sa.table(table.name, *(sa.column(name, kinds[name]) for name in columns))
    return found


def rows_of(connection: sa.Connection, table: sa.TableClause) -> list[dict[str, object]]:
    return sorted((dict(row) for row in connection.execute(sa.select(table)).mappings()), key=repr)


def read(engine: sa.Engine, tables: Mapping[str, sa.TableClause]) -> Rows:
    with engine.connect() as connection:
        return {name: rows_of(connection, table) for name, table in tables.items()}


def write(engine: sa.Engine, tables: Mapping[str, sa.TableClause], rows: Rows) -> None:
    with engine.begin() as connection:
        for name, table in tables.items():
            if rows[name]:
                connection.execute(table.insert(), rows[name])


@pytest.fixture
def of_then(fresh_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of `THEN` in which one referral has gone all its way and another was just sent in."""
    empty(fresh_address)
    migrations.upgrade(fresh_address)
    monkeypatch.setattr(referral_model, "fresh_keys", list)  # a program of then seals all with the referral's own key
    with db.writing(fresh_address) as session:
        cast = settle(session)
        straight_way.submit(session, cast.school)
        whole = straight_way.submit(session, cast.school)
        for decide in straight_way.DECISIONS:
            decide(session, cast, whole)
        row = session.scalars(sa.select(History).where(History.referral_id == whole.id)).first()
        documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF of then")
    migrations.downgrade(fresh_address, to=THEN)
    return fresh_address


def test_a_program_of_then_can_write_beside_the_one_of_now(of_then: str) -> None:
    """The worker of before still runs when the web of now has migrated: what it writes into the tables it knows is taken."""
    engine = db.engine_for(of_then)
    tables = tables_of(engine)
    rows = read(engine, tables)
    empty(of_then)
    migrations.upgrade(of_then)
    write(engine, tables, rows)
    assert read(engine, tables) == rows
    with db.reading(of_then) as session:
        assert {one.child_name for one in session.scalars(sa.select(Referral))} == {"Zebulina Kvastengren"}
        assert documents.read_content(session.scalars(sa.select(Document)).one()) == b"%PDF of then"


def anything(session: Session, column: sa.Column[Any]) -> object:
    """Something that may stand in a column."""
    for key in column.foreign_keys:
        return session.scalar(sa.select(key.column).order_by(key.column).limit(1))
    if isinstance(column.type, Instant):
        return clock.now()
    if isinstance(column.type, sa.Enum) and column.type.enum_class:
        return next(iter(column.type.enum_class))
    return next(value for kind, value in SOMETHING.items() if isinstance(column.type, kind))


@pytest.fixture
def with_everything(fresh_address: str, wednesday: object) -> str:
    """A database of now with a referral whose plan runs and one of everything else, so that no table is empty."""
    empty(fresh_address)
    migrations.upgrade(fresh_address)
    with db.writing(fresh_address) as session:
        cast = settle(session)
        number, report_id = lay(session, cast, PLAN_ACTIVE)["number"], a_report(session, cast.counsellor).id
    lay_around(fresh_address, number, report_id=report_id)
    ground.lay_hand_overs(fresh_address)
    ground.lay_absence(fresh_address, stays=False)
    ground.lay_an_educational_assessment(fresh_address)
    with db.writing(fresh_address) as session:
        for table in Base.metadata.sorted_tables:
            if session.execute(sa.select(table)).first() is None:
                said = [one for one in table.columns if not (one.default or one.server_default)]
                session.execute(table.insert().values({one.name: anything(session, one) for one in said}))
    return fresh_address


def test_every_migration_meets_rows_in_every_table_and_leaves_them_as_they_were(with_everything: str) -> None:
    """A table has the rows of now as soon as it is there, without the columns that come later, and those it could not have then."""
    engine = db.engine_for(with_everything)
    of_now = read(engine, tables_of(engine))
    migrations.downgrade(with_everything, to=THEN)
    tables = tables_of(engine)
    before = read(engine, tables)

    def lay_what_is_new(ctx: MigrationContext, **_: object) -> None:
        assert ctx.connection is not None
        for name, table in tables_of(ctx.connection, besides=tables).items():
            is_filled = rows_of(ctx.connection, table)  # by the migration itself
            for row in [] if is_filled else of_now[name]:
                with suppress(sa.exc.IntegrityError), ctx.connection.begin_nested():
                    ctx.connection.execute(table.insert().values({one.name: row[one.name] for one in table.c}))
            tables[name], before[name] = table, rows_of(ctx.connection, table)

    config = migrations.config_for(with_everything)
    config.attributes["made"] = lay_what_is_new
    command.upgrade(config, "head")
    after = read(engine, tables)
    assert {name for name, rows in before.items() if not rows} == set()
    assert before.keys() == Base.metadata.tables.keys()
    assert {name for name in before if after[name] != before[name]} == set()
    with db.reading(with_everything) as session:
        for mapper in Base.registry.mappers:
            session.scalars(sa.select(mapper.class_)).all()
        assert {one.child_name for one in session.scalars(sa.select(Referral))} == {"Mila Testsson"}
        assert {documents.read_content(one)[:4] for one in session.scalars(sa.select(Document))} == {b"%PDF"}


def test_a_web_of_before_development_work_had_stages_goes_on_writing_what_was_done_to_it(fresh_address: str) -> None:
    """Its rows have no number yet, and a work has many of them."""
    empty(fresh_address)
    migrations.upgrade(fresh_address)
    with db.writing(fresh_address) as session:
        development.begin(session, settle(session))
    migrations.downgrade(fresh_address, to="0095")
    events = tables_of(db.engine_for(fresh_address))["development_event"]
    migrations.upgrade(fresh_address)
    with db.engine_for(fresh_address).begin() as connection:
        row = dict(connection.execute(sa.select(events)).mappings().one())
        for _ in range(2):
            connection.execute(events.insert(), row | {"id": uuid.uuid4()})
    migrations.downgrade(fresh_address, to="0106")
    migrations.upgrade(fresh_address)
    with db.reading(fresh_address) as session:
        least, less, numbered = sorted(session.scalars(sa.select(DevelopmentEvent.number)))
        assert least < less < 0 < numbered


def calls(path: Path) -> list[ast.Call]:
    """What a migration does on its way up."""
    program = ast.parse(path.read_text())
    upgrade = next(one for one in program.body if isinstance(one, ast.FunctionDef) and one.name == "upgrade")
    return [one for one in ast.walk(upgrade) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]


def columns_added(path: Path) -> dict[str, bool]:
    """The columns a migration brings in, and whether they may be empty: no program of the version before writes them."""
    added = (call.args[-1] for call in calls(path) if call.func.attr == "add_column")  # type: ignore[attr-defined]
    return {
        ast.literal_eval(column.args[0]): said_of(column).get("nullable") != "False"
        for column in added
        if isinstance(column, ast.Call)
    }


def said_of(call: ast.Call) -> dict[str | None, str]:
    return {one.arg: ast.unparse(one.value) for one in call.keywords}


def takes_away(call: ast.Call, added: Mapping[str, bool]) -> bool:
    """Whether a program of the version before could stumble over this, where `added` are columns of the same migration."""
    said = said_of(call)
    match call.func.attr:  # type: ignore[attr-defined]
        case "alter_column":
            return said.get("nullable") == "False" or said.get("server_default") == "None" or "new_column_name" in said
        case "add_column":
            column = call.args[-1]
            assert isinstance(column, ast.Call)
            of_column = said_of(column)
            return of_column.get("nullable") == "False" and "server_default" not in of_column
        case "create_foreign_key":
            return not set(ast.literal_eval(call.args[-2])) <= added.keys()
        case "create_index":
            # Two rows that leave one of its columns empty are never alike.
            return said.get("unique") == "True" and not any(added.get(name) for name in ast.literal_eval(call.args[-1]))
        case "execute":
            return re.search(r"\b(DROP|RENAME|SET NOT NULL)\b", ast.unparse(call), re.IGNORECASE) is not None
        case name:
            return name in TAKES_AWAY


def test_a_migration_only_adds_or_relaxes_so_that_two_versions_can_run_side_by_side() -> None:
    """What the version before still uses goes one release later: first no program reads it, then a migration takes it out.

    A migration that takes out what nobody reads any more says so in a line `TAKES_OUT = "what, and since which migration nobody reads it"`,
    and one whose new check or unique index every row of the version before passes, in a line `KEPT_ANYWAY = "why"`.
    """
    for path in sorted(Path(migrations.__file__).parent.glob("versions/[0-9]*.py")):
        if int(path.name[:4]) >= RULED_FROM and "\nTAKES_OUT = " not in path.read_text():
            added = columns_added(path)
            checks = {"create_check_constraint", "create_index"} if "\nKEPT_ANYWAY = " in path.read_text() else set()
            refused = [call for call in calls(path) if takes_away(call, added) and call.func.attr not in checks]  # type: ignore[attr-defined]
            assert list(map(ast.unparse, refused)) == [], path.name


@pytest.mark.parametrize(
    ("statement", "is_refused"),
    [
        ('op.add_column("step", sa.Column("since", sa.DateTime(), nullable=True))', False),
        ('op.add_column("step", sa.Column("count", sa.Integer(), nullable=False, server_default="0"))', False),
        ('op.add_column("step", sa.Column("count", sa.Integer(), nullable=False))', True),
        ('op.drop_column("step", "attempt")', True),
        ('table.alter_column("fate", server_default=None)', True),
        ('table.alter_column("by_id", nullable=True)', False),
        ('table.alter_column("by_id", new_column_name="who_id")', True),
        ('op.create_index("ix_step_count", "step", ["count"])', False),
        ('op.create_index("ix_step_count", "step", ["count"], unique=True)', True),
        ('op.create_index("ix_step_number", "step", ["history_id", "number"], unique=True)', True),
        ('op.create_index("ix_step_by", "step", ["history_id", "brought_in"], unique=True)', False),
        ('table.create_index("ix_step_number", ["number"], unique=True)', True),
        ('table.create_foreign_key("fk_step_history", "history", ["history_id"], ["id"])', True),
        ('table.create_foreign_key("fk_step_by", "account", ["brought_in"], ["id"])', False),
        ('op.create_foreign_key("fk_step_by", "step", "account", ["brought_in"], ["id"])', False),
        ('op.create_foreign_key("fk_step_history", "step", "history", ["history_id"], ["id"])', True),
        ('op.execute("ALTER TABLE step DROP COLUMN attempt")', True),
        ('op.execute("ALTER TABLE step RENAME TO work")', True),
        ('op.execute("ALTER TABLE step ALTER attempt SET NOT NULL")', True),
        ('op.execute("UPDATE step SET attempt = 1 WHERE attempt IS NULL")', False),
    ],
)
def test_the_rule_for_migrations_sees_what_it_must(statement: str, *, is_refused: bool) -> None:
    (call,) = [
        one
        for one in ast.walk(ast.parse(statement))
        if isinstance(one, ast.Call) and ast.unparse(one).startswith(statement[:11])
    ]
    assert takes_away(call, {"brought_in": True, "number": False}) is is_refused
