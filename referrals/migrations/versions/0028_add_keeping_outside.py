"""Let a municipality keep referrals with a protected identity on paper, leaving number, lock marker, stage and dates here."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Bring the setting and the marker in."""
    op.add_column(
        "municipality",
        sa.Column("keeps_protected_outside", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("referral", sa.Column("kept_outside_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take them out again. What was destroyed does not come back."""
    op.drop_column("referral", "kept_outside_at")
    op.drop_column("municipality", "keeps_protected_outside")
