"""Let counts of development work that were taken away stay, read by nobody: what is counted later could be subtracted from them."""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"


def upgrade() -> None:
    """Of what was taken away before nothing is known."""
    op.add_column("development_result", sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Remove what was taken away, as a version before would have."""
    op.execute("DELETE FROM development_result WHERE dropped_at IS NOT NULL")
    op.drop_column("development_result", "dropped_at")
