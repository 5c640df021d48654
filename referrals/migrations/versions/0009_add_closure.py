"""Add closures and what came of each goal."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the tables in."""
    _create_closure()
    _create_goal_outcome()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("goal_outcome")
    op.drop_table("closure")


def _create_closure() -> None:
    op.create_table(
        "closure",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.Column("if_needed_again", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_closure_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_closure_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_closure"),
        sa.UniqueConstraint("referral_id", "number", name="uq_closure_referral_id_number"),
    )
    op.create_index("ix_closure_referral_id", "closure", ["referral_id"], unique=False)


def _create_goal_outcome() -> None:
    op.create_table(
        "goal_outcome",
        sa.Column("closure_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["closure_id"], ["closure.id"], name="fk_goal_outcome_closure_id_closure"),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name="fk_goal_outcome_goal_id_goal"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_goal_outcome_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_goal_outcome"),
        sa.UniqueConstraint("closure_id", "goal_id", name="uq_goal_outcome_closure_id_goal_id"),
    )
    op.create_index("ix_goal_outcome_closure_id", "goal_outcome", ["closure_id"], unique=False)
    op.create_index("ix_goal_outcome_referral_id", "goal_outcome", ["referral_id"], unique=False)
