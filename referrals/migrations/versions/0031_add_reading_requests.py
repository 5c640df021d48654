"""Keep requests to read the file, who goes through it, and what was decided of each piece."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Bring the tables in."""
    op.create_table(
        "reading_request",
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("asked_how", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extract_id", sa.Uuid(), nullable=True),
        sa.Column("asker_name", sa.LargeBinary(), nullable=True),
        sa.Column("wish", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_reading_request_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["account.id"], name="fk_reading_request_recorded_by_id_account"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["account.id"], name="fk_reading_request_reviewer_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_reading_request_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_reading_request"),
    )
    op.create_index("ix_reading_request_referral_id", "reading_request", ["referral_id"], unique=False)
    op.create_index("ix_reading_request_reviewer_id", "reading_request", ["reviewer_id"], unique=False)
    op.create_table(
        "reading_answer",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.String(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["reading_request.id"], name="fk_reading_answer_request_id_reading_request"
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_reading_answer_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_reading_answer"),
        sa.UniqueConstraint("request_id", "piece", name="uq_reading_answer_request_id_piece"),
    )
    op.create_index("ix_reading_answer_referral_id", "reading_answer", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take the tables out again, and with them what was decided."""
    op.drop_table("reading_answer")
    op.drop_table("reading_request")
