"""Let a letter about a team's date say what of it is new, each time it is tried."""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"


def upgrade() -> None:
    """What is still to go of before says, as it did, what holds for all."""
    op.add_column("date_call", sa.Column("news", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Letters say again what holds for all."""
    op.drop_column("date_call", "news")
