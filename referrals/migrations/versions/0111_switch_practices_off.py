"""Let a municipality switch off what it does not do beside the referrals themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"


def upgrade() -> None:
    """All that there was stays on."""
    op.add_column("municipality", sa.Column("switched_off", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Everything is on again."""
    op.drop_column("municipality", "switched_off")
