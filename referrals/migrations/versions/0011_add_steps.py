"""Add the work that history starts, and signs of life."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the tables in."""
    _create_heartbeat()
    _create_step()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("step")
    op.drop_table("heartbeat")


def _create_heartbeat() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_heartbeat"),
        sa.UniqueConstraint("holder", name="uq_heartbeat_holder"),
    )


def _create_step() -> None:
    op.create_table(
        "step",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flow_run_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_with", sa.String(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_step_history_id_history"),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_step_mail_id_mail"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_step_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_step"),
        sa.UniqueConstraint("mail_id", name="uq_step_mail_id"),
    )
    op.create_index("ix_step_history_id", "step", ["history_id"], unique=False)
    op.create_index("ix_step_referral_id", "step", ["referral_id"], unique=False)
    op.create_index("ix_step_waiting", "step", ["finished_at", "failed_at", "lease_until"], unique=False)
