"""Remember beside each part that is asked for when its writer was last reminded of it by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    """Nobody was, so far."""
    op.add_column("assessment_part", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget it; the history still says that somebody was reminded."""
    op.drop_column("assessment_part", "reminded_at")
