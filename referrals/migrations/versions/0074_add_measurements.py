"""Keep numbers by week: days away, and what goals are measured by."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    """Bring the table in."""
    op.create_table(
        "measurement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("goal_line", sa.Uuid(), nullable=True),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("counted", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_measurement_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_measurement_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_measurement"),
        sa.UniqueConstraint("history_id", name="uq_measurement_history_id"),
    )
    op.create_index("ix_measurement_referral_id", "measurement", ["referral_id"])


def downgrade() -> None:
    """Take the table out again, and with it the numbers."""
    op.drop_table("measurement")
