"""Add programmes of special support, decisions that there is none, and the day on which each was told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

_SEALED = (
    "needs", "measures", "forms", "special_reasons", "follow_up_by", "evaluation_by", "participation", "reasons", "delegation",
)  # fmt: skip


def upgrade() -> None:
    """None was decided here yet."""
    op.create_table(
        "support_programme",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("begun_id", sa.Uuid(), nullable=False),
        sa.Column("decided_id", sa.Uuid(), nullable=True),
        sa.Column("investigation_id", sa.Uuid(), nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("evaluation_on", sa.Date(), nullable=True),
        sa.Column("distance_until", sa.Date(), nullable=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in _SEALED),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["begun_id"], ["history.id"], name="fk_support_programme_begun_id_history"),
        sa.ForeignKeyConstraint(["decided_id"], ["history.id"], name="fk_support_programme_decided_id_history"),
        sa.ForeignKeyConstraint(
            ["investigation_id"],
            ["support_investigation.id"],
            name="fk_support_programme_investigation_id_support_investigation",
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_support_programme_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_support_programme"),
        sa.UniqueConstraint("begun_id", name="uq_support_programme_begun_id"),
        sa.UniqueConstraint("decided_id", name="uq_support_programme_decided_id"),
    )
    op.create_index("ix_support_programme_referral_id", "support_programme", ["referral_id"])
    op.create_table(
        "support_told",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["support_programme.id"], name="fk_support_told_programme_id_support_programme"
        ),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_support_told_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_support_told_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_support_told_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_support_told"),
        sa.UniqueConstraint("history_id", name="uq_support_told_history_id"),
        sa.UniqueConstraint("programme_id", "guardian_id", name="uq_support_told_programme_id_guardian_id"),
    )
    op.create_index("ix_support_told_referral_id", "support_told", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("support_told")
    op.drop_table("support_programme")
