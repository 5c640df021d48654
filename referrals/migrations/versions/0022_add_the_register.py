"""Add the register of what came in and went out, with a line for everything that was there before, in its order."""

import uuid
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Bring the tables in, and enter what is there."""
    op.create_table(
        "register_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_register_year"),
    )
    op.create_table(
        "register_entry",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("paper", sa.String(length=40), nullable=True),
        sa.Column("counterpart", sa.String(length=40), nullable=False),
        sa.Column("function", sa.String(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("secrecy", sa.String(), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counterpart_name", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_register_entry_referral_id_referral"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_register_entry_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_register_entry"),
        sa.UniqueConstraint("year", "number", name="uq_register_entry_year_number"),
    )
    op.create_index("ix_register_entry_unit", "register_entry", ["unit_id", "year", "number"], unique=False)
    op.create_index("ix_register_entry_object_id", "register_entry", ["object_id"], unique=False)
    op.create_index("ix_register_entry_referral_id", "register_entry", ["referral_id"], unique=False)
    _enter_what_is_there()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("register_entry")
    op.drop_table("register_year")


#: each row that came in or went out: when, what, which paper, from or to whom, in which function
_CAME = """
SELECT c.submitted_at AS at, 'received' AS direction, 'concern' AS kind, NULL AS paper, 'reporter' AS counterpart,
       c.reporter_kind AS function, c.referral_id AS referral_id, r.unit_id AS unit_id, c.id AS object_id
  FROM concern c JOIN referral r ON r.id = c.referral_id
UNION ALL
SELECT a.at, 'received', a.kind, NULL, 'reporter', c.reporter_kind, a.referral_id, r.unit_id, a.id
  FROM concern_addition a JOIN referral r ON r.id = a.referral_id JOIN concern c ON c.referral_id = a.referral_id
UNION ALL
SELECT p.received_at, 'received', 'part', NULL, 'staff', w.profession, p.referral_id, r.unit_id, p.id
  FROM assessment_part p JOIN referral r ON r.id = p.referral_id JOIN account w ON w.id = p.assessor_id
 WHERE p.received_at IS NOT NULL
UNION ALL
SELECT d.issued_at, 'issued', 'paper', d.kind,
       CASE WHEN d.recipient IN ('file', 'reporter') THEN d.recipient ELSE 'guardian' END,
       NULL, d.referral_id, r.unit_id, d.id
  FROM document d JOIN referral r ON r.id = d.referral_id
 ORDER BY 1, 9
"""


def _enter_what_is_there() -> None:
    connection = op.get_bind()
    zone = ZoneInfo(connection.scalar(sa.text("SELECT timezone FROM municipality")) or "Europe/Stockholm")
    rows = sa.text(_CAME).columns(
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("direction", sa.String()),
        sa.column("kind", sa.String()),
        sa.column("paper", sa.String()),
        sa.column("counterpart", sa.String()),
        sa.column("function", sa.String()),
        sa.column("referral_id", sa.Uuid()),
        sa.column("unit_id", sa.Uuid()),
        sa.column("object_id", sa.Uuid()),
    )
    found = connection.execute(rows).mappings().all()
    last: dict[int, int] = {}
    entries: list[dict[str, Any]] = []
    for row in found:
        at: datetime = row["at"] if row["at"].tzinfo else row["at"].replace(tzinfo=UTC)
        day = at.astimezone(zone).date()
        last[day.year] = last.get(day.year, 0) + 1
        kept = {name: row[name] for name in row if name != "at"}
        place = {"year": day.year, "number": last[day.year], "dated_on": day, "entered_at": at}
        entries.append({**kept, **place, "id": uuid.uuid4(), "secrecy": "secrecy"})
    tables = sa.MetaData()
    if entries:
        connection.execute(sa.Table("register_entry", tables, autoload_with=connection).insert(), _typed(entries))
        years = [{"year": year, "last": number} for year, number in last.items()]
        connection.execute(sa.Table("register_year", tables, autoload_with=connection).insert(), years)


def _typed(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as both databases take them: SQLite knows an id only as it was written, without dashes."""
    if op.get_bind().dialect.name != "sqlite":
        return entries
    return [
        {name: value.hex if isinstance(value, uuid.UUID) else value for name, value in row.items()} for row in entries
    ]
