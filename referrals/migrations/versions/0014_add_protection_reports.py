"""Add protection reports, sealed apart from every referral, and the municipality's setting for them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring the tables in."""
    op.add_column("municipality", sa.Column("protection", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "protection_report",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["receiver_id"], ["account.id"], name="fk_protection_report_receiver_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_protection_report_referral_id_referral"),
        sa.ForeignKeyConstraint(["sender_id"], ["account.id"], name="fk_protection_report_sender_id_account"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_protection_report_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_protection_report"),
        sa.UniqueConstraint("number", name="uq_protection_report_number"),
    )
    op.create_index("ix_protection_report_sender_id", "protection_report", ["sender_id"], unique=False)
    op.create_index("ix_protection_report_referral_id", "protection_report", ["referral_id"], unique=False)
    op.create_table(
        "protection_paper",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["protection_report.id"], name="fk_protection_paper_report_id_protection_report"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_protection_paper"),
        sa.UniqueConstraint("report_id", name="uq_protection_paper_report_id"),
    )


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("protection_paper")
    op.drop_table("protection_report")
    op.drop_column("municipality", "protection")
