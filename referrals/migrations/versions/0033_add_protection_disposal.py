"""Let protection reports go by a rule of the municipality and two people's decision, and be held; what went leaves a receipt."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Bring the tables in."""
    op.create_table(
        "protection_hold",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["protection_report.id"], name="fk_protection_hold_report_id_protection_report"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_protection_hold_by_id_account"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["account.id"], name="fk_protection_hold_lifted_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_protection_hold"),
    )
    op.create_index("ix_protection_hold_report_id", "protection_hold", ["report_id"], unique=False)
    op.create_table(
        "protection_disposal",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["account.id"], name="fk_protection_disposal_sender_id_account"),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["account.id"], name="fk_protection_disposal_proposed_by_id_account"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name="fk_protection_disposal_decided_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_protection_disposal"),
    )
    op.create_index("ix_protection_disposal_report_id", "protection_disposal", ["report_id"], unique=False)


def downgrade() -> None:
    """Take the tables out again; what has gone stays gone."""
    op.drop_table("protection_disposal")
    op.drop_table("protection_hold")
