"""Add what reporters write: drafts, concerns and additions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the tables in."""
    _create_concern()
    _create_concern_addition()
    _create_draft()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("draft")
    op.drop_table("concern_addition")
    op.drop_table("concern")


def _create_concern() -> None:
    op.create_table(
        "concern",
        sa.Column("reporter_kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("protection", sa.String(length=40), nullable=False),
        sa.Column("guardians_know", sa.String(length=40), nullable=False),
        sa.Column("conflict", sa.String(length=40), nullable=False),
        sa.Column("conflict_functions", sa.JSON(), nullable=False),
        sa.Column("return_code_index", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reporter_name", sa.LargeBinary(), nullable=True),
        sa.Column("reporter_function", sa.LargeBinary(), nullable=True),
        sa.Column("reporter_phone", sa.LargeBinary(), nullable=True),
        sa.Column("reporter_email", sa.LargeBinary(), nullable=True),
        sa.Column("return_code", sa.LargeBinary(), nullable=True),
        sa.Column("observations", sa.LargeBinary(), nullable=True),
        sa.Column("observed_when", sa.LargeBinary(), nullable=True),
        sa.Column("observed_where", sa.LargeBinary(), nullable=True),
        sa.Column("duration", sa.LargeBinary(), nullable=True),
        sa.Column("strengths", sa.LargeBinary(), nullable=True),
        sa.Column("child_voice", sa.LargeBinary(), nullable=True),
        sa.Column("guardians_view", sa.LargeBinary(), nullable=True),
        sa.Column("guardians_know_reason", sa.LargeBinary(), nullable=True),
        sa.Column("tried", sa.LargeBinary(), nullable=True),
        sa.Column("tried_result", sa.LargeBinary(), nullable=True),
        sa.Column("wished_help", sa.LargeBinary(), nullable=True),
        sa.Column("urgency", sa.LargeBinary(), nullable=True),
        sa.Column("conflict_text", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_concern_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_concern"),
    )
    op.create_index("ix_concern_referral_id", "concern", ["referral_id"], unique=False)


def _create_concern_addition() -> None:
    op.create_table(
        "concern_addition",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_concern_addition_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_concern_addition"),
    )
    op.create_index("ix_concern_addition_referral_id", "concern_addition", ["referral_id"], unique=False)


def _create_draft() -> None:
    op.create_table(
        "draft",
        sa.Column("code_index", sa.String(), nullable=False),
        sa.Column("token_index", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_draft_account_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_draft_referral_id_referral"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_draft_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("code_index", name="uq_draft_code_index"),
        sa.UniqueConstraint("token_index", name="uq_draft_token_index"),
    )
    op.create_index("ix_draft_account_id", "draft", ["account_id"], unique=False)
    op.create_index("ix_draft_expires_on", "draft", ["expires_on"], unique=False)
