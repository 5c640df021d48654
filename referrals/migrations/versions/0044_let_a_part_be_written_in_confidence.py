"""Let the writer of a part say while writing that the child said it in confidence."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Of what was written before, nobody ticked it; what was marked since it was handed in stays marked."""
    op.add_column("assessment_part", sa.Column("is_confided", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it out again."""
    # Not a batch, which on SQLite makes the table anew and would drop it from under what belongs to a part.
    op.drop_column("assessment_part", "is_confided")
