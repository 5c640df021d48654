"""Remember when whoever answers for an action of a plan was last reminded of it by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    """Bring the column in: nobody was reminded of an action yet."""
    op.add_column("planned_action", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("planned_action", "reminded_at")
