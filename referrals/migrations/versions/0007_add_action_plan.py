"""Add the action plan with its goals and actions."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Bring the tables in."""
    _create_action_plan()
    _create_goal()
    _create_planned_action()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("planned_action")
    op.drop_table("goal")
    op.drop_table("action_plan")


def _create_action_plan() -> None:
    op.create_table(
        "action_plan",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("follow_up_by_id", sa.Uuid(), nullable=True),
        sa.Column("evaluation_on", sa.Date(), nullable=True),
        sa.Column("evaluation_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("background", sa.LargeBinary(), nullable=True),
        sa.Column("child_voice", sa.LargeBinary(), nullable=True),
        sa.Column("guardians_view", sa.LargeBinary(), nullable=True),
        sa.Column("if_worse", sa.LargeBinary(), nullable=True),
        sa.Column("comments", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["account.id"], name="fk_action_plan_approved_by_id_account"),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_action_plan_author_id_account"),
        sa.ForeignKeyConstraint(["evaluation_by_id"], ["account.id"], name="fk_action_plan_evaluation_by_id_account"),
        sa.ForeignKeyConstraint(["follow_up_by_id"], ["account.id"], name="fk_action_plan_follow_up_by_id_account"),
        sa.ForeignKeyConstraint(["lead_id"], ["account.id"], name="fk_action_plan_lead_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_action_plan_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_action_plan"),
        sa.UniqueConstraint("referral_id", "version", name="uq_action_plan_referral_id_version"),
    )
    op.create_index("ix_action_plan_referral_id", "action_plan", ["referral_id"], unique=False)


def _create_goal() -> None:
    op.create_table(
        "goal",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=40), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("baseline", sa.LargeBinary(), nullable=True),
        sa.Column("target", sa.LargeBinary(), nullable=True),
        sa.Column("plain", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["action_plan.id"], name="fk_goal_plan_id_action_plan"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_goal_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_goal"),
    )
    op.create_index("ix_goal_plan_id", "goal", ["plan_id"], unique=False)
    op.create_index("ix_goal_referral_id", "goal", ["referral_id"], unique=False)


def _create_planned_action() -> None:
    op.create_table(
        "planned_action",
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("arena", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("times_a_week", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_by_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("how", sa.LargeBinary(), nullable=True),
        sa.Column("owner_name", sa.LargeBinary(), nullable=True),
        sa.Column("status_reason", sa.LargeBinary(), nullable=True),
        sa.Column("handed_to", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name="fk_planned_action_goal_id_goal"),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name="fk_planned_action_owner_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_planned_action_referral_id_referral"),
        sa.ForeignKeyConstraint(["status_by_id"], ["account.id"], name="fk_planned_action_status_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_planned_action"),
    )
    op.create_index("ix_planned_action_goal_id", "planned_action", ["goal_id"], unique=False)
    op.create_index("ix_planned_action_mine", "planned_action", ["owner_id", "status", "to_on"], unique=False)
    op.create_index("ix_planned_action_referral_id", "planned_action", ["referral_id"], unique=False)
