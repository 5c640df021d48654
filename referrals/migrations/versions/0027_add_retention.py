"""Add the municipality's rules for keeping content, disposals with their receipts, and legal holds."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Bring the tables in."""
    op.add_column("municipality", sa.Column("retention", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "disposal",
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_number", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name="fk_disposal_decided_by_id_account"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["account.id"], name="fk_disposal_proposed_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_disposal_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_disposal"),
    )
    op.create_index("ix_disposal_referral_id", "disposal", ["referral_id"])
    op.create_table(
        "legal_hold",
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_legal_hold_by_id_account"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["account.id"], name="fk_legal_hold_lifted_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_legal_hold_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
    )
    op.create_index("ix_legal_hold_referral_id", "legal_hold", ["referral_id"])


def downgrade() -> None:
    """Take them out again."""
    op.drop_table("legal_hold")
    op.drop_table("disposal")
    op.drop_column("municipality", "retention")
