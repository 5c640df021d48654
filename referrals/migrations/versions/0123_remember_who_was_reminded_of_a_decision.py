"""Remember when whoever answers for a decision of a meeting was last reminded of it by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0123"
down_revision = "0122"


def upgrade() -> None:
    """Bring the column in: nobody was reminded of a decision yet."""
    op.add_column("meeting_decision", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("meeting_decision", "reminded_at")
