"""Let each level of governance plan priorities and goals beside its actions in development work."""

import sqlalchemy as sa
from alembic import op

revision = "0124"
down_revision = "0123"


def upgrade() -> None:
    """Bring the column in: all that was planned so far are actions, and so is what a version before writes."""
    op.add_column(
        "development_action", sa.Column("kind", sa.String(length=40), nullable=False, server_default="action")
    )


def downgrade() -> None:
    """Take it out again: priorities and goals stand among the actions then."""
    op.drop_column("development_action", "kind")
