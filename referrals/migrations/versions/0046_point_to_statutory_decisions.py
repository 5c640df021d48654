"""Record which statutory decisions were made elsewhere beside a referral: by which office, and that a pointer was wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Those that are there were decided by head teachers, and hold."""
    op.add_column("statutory_decision", sa.Column("decided_by", sa.String(length=40), nullable=True))
    op.add_column("statutory_decision", sa.Column("taken_away_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget it again."""
    op.drop_column("statutory_decision", "taken_away_at")
    op.drop_column("statutory_decision", "decided_by")
