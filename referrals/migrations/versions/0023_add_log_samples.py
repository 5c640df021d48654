"""Add the weekly samples of the access log, so that somebody looks at who has looked."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Bring the tables in."""
    op.create_table(
        "log_sample",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["account.id"], name="fk_log_sample_done_by_id_account"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_log_sample_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_log_sample"),
        sa.UniqueConstraint("unit_id", "week_on", name="uq_log_sample_unit_id_week_on"),
    )
    op.create_table(
        "log_sample_visit",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["account.id"], name="fk_log_sample_visit_answered_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_log_sample_visit_referral_id_referral"),
        sa.ForeignKeyConstraint(["sample_id"], ["log_sample.id"], name="fk_log_sample_visit_sample_id_log_sample"),
        sa.PrimaryKeyConstraint("id", name="pk_log_sample_visit"),
        sa.UniqueConstraint(
            "sample_id", "referral_id", "event_number", name="uq_log_sample_visit_sample_id_referral_id_event_number"
        ),
    )
    op.create_index("ix_log_sample_visit_sample_id", "log_sample_visit", ["sample_id"], unique=False)
    op.create_index("ix_log_sample_visit_referral_id", "log_sample_visit", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("log_sample_visit")
    op.drop_table("log_sample")
