"""Add guardians, what they were told and what they consented to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the tables in."""
    _create_guardian()
    _create_consent()
    _create_information_notice()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("information_notice")
    op.drop_table("consent")
    op.drop_table("guardian")


def _create_guardian() -> None:
    op.create_table(
        "guardian",
        sa.Column("custody", sa.String(length=40), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("interpreter", sa.String(), nullable=False),
        sa.Column("has_protected_identity", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_guardian_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian"),
    )
    op.create_index("ix_guardian_referral_id", "guardian", ["referral_id"], unique=False)


def _create_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_consent_by_id_account"),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_consent_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_consent_referral_id_referral"),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["account.id"], name="fk_consent_withdrawn_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_guardian_id", "consent", ["guardian_id"], unique=False)
    op.create_index("ix_consent_referral_id", "consent", ["referral_id"], unique=False)


def _create_information_notice() -> None:
    op.create_table(
        "information_notice",
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("told_by", sa.LargeBinary(), nullable=True),
        sa.Column("told_what", sa.LargeBinary(), nullable=True),
        sa.Column("why_not", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_information_notice_by_id_account"),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_information_notice_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_information_notice_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_information_notice"),
    )
    op.create_index("ix_information_notice_guardian_id", "information_notice", ["guardian_id"], unique=False)
    op.create_index("ix_information_notice_referral_id", "information_notice", ["referral_id"], unique=False)
