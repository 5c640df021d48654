"""Add follow-ups of plans, goals and actions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the tables in."""
    _create_follow_up()
    _create_goal_follow_up()
    _create_action_follow_up()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("action_follow_up")
    op.drop_table("goal_follow_up")
    op.drop_table("follow_up")


def _create_follow_up() -> None:
    op.create_table(
        "follow_up",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("child_declined", sa.Boolean(), nullable=False),
        sa.Column("next_follow_up_on", sa.Date(), nullable=True),
        sa.Column("child_view", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_views", sa.LargeBinary(), nullable=True),
        sa.Column("learned", sa.LargeBinary(), nullable=True),
        sa.Column("decision_reason", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_follow_up_by_id_account"),
        sa.ForeignKeyConstraint(["plan_id"], ["action_plan.id"], name="fk_follow_up_plan_id_action_plan"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_follow_up_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up"),
        sa.UniqueConstraint("referral_id", "number", name="uq_follow_up_referral_id_number"),
    )
    op.create_index("ix_follow_up_plan_id", "follow_up", ["plan_id"], unique=False)
    op.create_index("ix_follow_up_referral_id", "follow_up", ["referral_id"], unique=False)


def _create_goal_follow_up() -> None:
    op.create_table(
        "goal_follow_up",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name="fk_goal_follow_up_follow_up_id_follow_up"),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name="fk_goal_follow_up_goal_id_goal"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_goal_follow_up_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_goal_follow_up"),
        sa.UniqueConstraint("follow_up_id", "goal_id", name="uq_goal_follow_up_follow_up_id_goal_id"),
    )
    op.create_index("ix_goal_follow_up_follow_up_id", "goal_follow_up", ["follow_up_id"], unique=False)
    op.create_index("ix_goal_follow_up_referral_id", "goal_follow_up", ["referral_id"], unique=False)


def _create_action_follow_up() -> None:
    op.create_table(
        "action_follow_up",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("times_planned", sa.Integer(), nullable=False),
        sa.Column("times_done", sa.Integer(), nullable=False),
        sa.Column("loss_cause", sa.String(length=40), nullable=False),
        sa.Column("helped", sa.String(length=40), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["planned_action.id"], name="fk_action_follow_up_action_id_planned_action"
        ),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name="fk_action_follow_up_follow_up_id_follow_up"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_action_follow_up_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_action_follow_up"),
        sa.UniqueConstraint("follow_up_id", "action_id", name="uq_action_follow_up_follow_up_id_action_id"),
    )
    op.create_index("ix_action_follow_up_follow_up_id", "action_follow_up", ["follow_up_id"], unique=False)
    op.create_index("ix_action_follow_up_referral_id", "action_follow_up", ["referral_id"], unique=False)
