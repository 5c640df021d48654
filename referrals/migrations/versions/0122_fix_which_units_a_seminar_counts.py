"""Let a seminar fix which units there were when it was counted."""

import sqlalchemy as sa
from alembic import op

revision = "0122"
down_revision = "0121"


def upgrade() -> None:
    """What was counted before says nothing of units from which nobody came: all of today stand there, as they did."""
    op.add_column("seminar", sa.Column("is_register_fixed", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """All units of today stand there again; those with nobody count as missing, as they did."""
    op.drop_column("seminar", "is_register_fixed")
