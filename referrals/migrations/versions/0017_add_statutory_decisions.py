"""Add where a head teacher's statutory decision is kept, so that a concern that goes on in such a track can be followed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the table in."""
    op.create_table(
        "statutory_decision",
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("kept_in", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_statutory_decision_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_statutory_decision_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_statutory_decision"),
        sa.UniqueConstraint("history_id", name="uq_statutory_decision_history_id"),
    )
    op.create_index("ix_statutory_decision_referral_id", "statutory_decision", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take the table out again."""
    op.drop_table("statutory_decision")
