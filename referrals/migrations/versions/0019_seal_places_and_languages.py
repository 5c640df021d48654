"""Seal where a meeting is held and which languages a guardian speaks: both stood in clear, and both tell about a family.

Rows that are there are sealed, and on the way down unsealed again, each with the data key of its referral. That takes the
key ring, which `trivsel migrate` has open; without rows no key is needed, with rows and without the keys nothing is changed.
"""

import sqlalchemy as sa
from alembic import op

from referrals.sealing import open_data_key, seal, unseal

revision = "0019"
down_revision = "0018"

#: what is sealed: table and column
_COLUMNS = (
    ("team_meeting", "place"),
    ("guardian", "language"),
    ("guardian", "interpreter"),
    ("information_notice", "language"),
)
_referral = sa.table("referral", sa.column("id", sa.Uuid()), sa.column("wrapped_key", sa.LargeBinary()))


def upgrade() -> None:
    """Seal the columns."""
    for table, column in _COLUMNS:
        op.add_column(table, sa.Column(f"{column}_anew", sa.LargeBinary(), nullable=True))
        _turn(table, column, is_sealing=True)
        _put_in_place(table, column)


def downgrade() -> None:
    """Let the columns stand in clear again. Takes the key ring where there are rows."""
    for table, column in _COLUMNS:
        op.add_column(table, sa.Column(f"{column}_anew", sa.String(), nullable=False, server_default=""))
        _turn(table, column, is_sealing=False)
        _put_in_place(table, column)


def _turn(table: str, column: str, *, is_sealing: bool) -> None:
    kinds = (sa.String(), sa.LargeBinary()) if is_sealing else (sa.LargeBinary(), sa.String())
    rows = sa.table(
        table, sa.column("id", sa.Uuid()), sa.column("referral_id", sa.Uuid()), sa.column(column, kinds[0]),
        sa.column(f"{column}_anew", kinds[1]),
    )  # fmt: skip
    connection = op.get_bind()
    whole = sa.select(rows.c.id, rows.c[column], _referral.c.wrapped_key).join(
        _referral, _referral.c.id == rows.c.referral_id
    )
    for row_id, value, wrapped in connection.execute(whole).all():
        if not value:
            continue
        key, place = open_data_key(wrapped), f"{table}:{row_id}:{column}"
        turned = seal(value, key=key, place=place) if is_sealing else unseal(value, key=key, place=place)
        connection.execute(sa.update(rows).where(rows.c.id == row_id).values({f"{column}_anew": turned}))


def _put_in_place(table: str, column: str) -> None:
    # Both databases do this in place: a table made anew would pull along the rows that point at it.
    op.drop_column(table, column)
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {column}_anew TO {column}")
