"""Add what a guardian is not to read: withheld by a decision, or said by the child in confidence.

What is withheld stays so when the plan is written on: a goal says which one it goes on with.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Bring the table in, and let a goal say which one it goes on with."""
    op.add_column("goal", sa.Column("begun_as", sa.Uuid(), nullable=True))
    op.create_table(
        "withholding",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("settled_reason", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_withholding_by_id_account"),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_withholding_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_withholding_referral_id_referral"),
        sa.ForeignKeyConstraint(["settled_by_id"], ["account.id"], name="fk_withholding_settled_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_withholding"),
    )
    op.create_index("ix_withholding_referral_id", "withholding", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take both out again."""
    op.drop_column("goal", "begun_as")
    op.drop_table("withholding")
