"""Call the level of a team that only advises by what it is, staff: the word school was taken for a kind of unit."""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"

TAKES_OUT = "the default of forum.level, which no program since 0077 leaves to the database; the column itself is there before and after"


def upgrade() -> None:
    """A team is one around a child unless somebody says otherwise."""
    _give_default("child")
    op.execute("UPDATE forum SET level = 'staff' WHERE level = 'school'")


def downgrade() -> None:
    """The word school again."""
    _give_default("school")
    op.execute("UPDATE forum SET level = 'school' WHERE level = 'staff'")


def _give_default(word: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("forum", "level", existing_type=sa.String(length=40), server_default=word)
        return
    # SQLite changes no default, and makes no table anew that others point at: so the column, all in one transaction.
    op.add_column("forum", sa.Column("level_now", sa.String(length=40), nullable=False, server_default=word))
    op.execute("UPDATE forum SET level_now = level")
    op.execute("ALTER TABLE forum DROP COLUMN level")
    op.execute("ALTER TABLE forum RENAME COLUMN level_now TO level")
