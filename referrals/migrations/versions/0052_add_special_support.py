"""Add reports that a pupil may need special support, and the investigations that answer them."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Nothing was reported here yet."""
    op.create_table(
        "support_investigation",
        sa.Column("begun_id", sa.Uuid(), nullable=False),
        sa.Column("concluded_id", sa.Uuid(), nullable=True),
        sa.Column("carried_out_by_id", sa.Uuid(), nullable=False),
        sa.Column("health_team", sa.String(length=40), nullable=True),
        sa.Column("need", sa.String(length=40), nullable=True),
        sa.Column("why_not_asked", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.Column("views", sa.LargeBinary(), nullable=True),
        sa.Column("judgement", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["begun_id"], ["history.id"], name="fk_support_investigation_begun_id_history"),
        sa.ForeignKeyConstraint(["concluded_id"], ["history.id"], name="fk_support_investigation_concluded_id_history"),
        sa.ForeignKeyConstraint(
            ["carried_out_by_id"], ["account.id"], name="fk_support_investigation_carried_out_by_id_account"
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_support_investigation_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_support_investigation"),
        sa.UniqueConstraint("begun_id", name="uq_support_investigation_begun_id"),
        sa.UniqueConstraint("concluded_id", name="uq_support_investigation_concluded_id"),
    )
    op.create_index("ix_support_investigation_referral_id", "support_investigation", ["referral_id"])
    op.create_table(
        "support_report",
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("investigation_id", sa.Uuid(), nullable=True),
        sa.Column("observed", sa.LargeBinary(), nullable=True),
        sa.Column("tried", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_support_report_history_id_history"),
        sa.ForeignKeyConstraint(
            ["investigation_id"],
            ["support_investigation.id"],
            name="fk_support_report_investigation_id_support_investigation",
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_support_report_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_support_report"),
        sa.UniqueConstraint("history_id", name="uq_support_report_history_id"),
    )
    op.create_index("ix_support_report_referral_id", "support_report", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("support_report")
    op.drop_table("support_investigation")
