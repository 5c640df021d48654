"""Note that a guardian whom no mail reaches was told of a meeting, by telephone or letter."""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"


def upgrade() -> None:
    """Nobody is noted as told yet."""
    op.create_table(
        "told_by_hand",
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_told_by_hand_history_id_history"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_told_by_hand_by_id_account"),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_told_by_hand_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_told_by_hand_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_told_by_hand"),
        sa.UniqueConstraint("guardian_id", "history_id", name="uq_told_by_hand_guardian_id_history_id"),
    )
    op.create_index("ix_told_by_hand_guardian_id", "told_by_hand", ["guardian_id"])
    op.create_index("ix_told_by_hand_referral_id", "told_by_hand", ["referral_id"])


def downgrade() -> None:
    """Forget it."""
    op.drop_table("told_by_hand")
