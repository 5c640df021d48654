"""Let a team offer a referral to another unit's, and let what was handed over be closed to the team that had it."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

_LISTED = ["unit_id", "is_open", "opened_at", "held_since", "protected_since"]


def upgrade() -> None:
    """Nothing was handed over yet; the index of the list holds the new column too."""
    op.create_table(
        "hand_over",
        sa.Column("to_unit_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("offered_id", sa.Uuid(), nullable=False),
        sa.Column("answered_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("purpose", "contact", "package")),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name="fk_hand_over_to_unit_id_unit"),
        sa.ForeignKeyConstraint(["offered_id"], ["history.id"], name="fk_hand_over_offered_id_history"),
        sa.ForeignKeyConstraint(["answered_id"], ["history.id"], name="fk_hand_over_answered_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_hand_over_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
        sa.UniqueConstraint("offered_id", name="uq_hand_over_offered_id"),
        sa.UniqueConstraint("answered_id", name="uq_hand_over_answered_id"),
    )
    op.create_index("ix_hand_over_referral_id", "hand_over", ["referral_id"])
    op.create_index("ix_hand_over_to_unit_id", "hand_over", ["to_unit_id"])
    op.create_table(
        "received_hand_over",
        sa.Column("hand_over_id", sa.Uuid(), nullable=False),
        sa.Column("package", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hand_over_id"], ["hand_over.id"], name="fk_received_hand_over_hand_over_id_hand_over"
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_received_hand_over_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_received_hand_over"),
        sa.UniqueConstraint("hand_over_id", name="uq_received_hand_over_hand_over_id"),
    )
    op.create_index("ix_received_hand_over_referral_id", "received_hand_over", ["referral_id"])
    op.add_column("referral", sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_referral_listed", table_name="referral")
    op.create_index("ix_referral_listed", "referral", [*_LISTED, "handed_over_at", "id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_referral_listed", table_name="referral")
    op.create_index("ix_referral_listed", "referral", [*_LISTED, "id"])
    op.drop_column("referral", "handed_over_at")
    op.drop_table("received_hand_over")
    op.drop_table("hand_over")
