"""Add what is decided after an educational-psychological assessment, and when each guardian got the decision."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"


def upgrade() -> None:
    """Nothing was decided here yet."""
    op.create_table(
        "educational_decision",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["educational_assessment.id"],
            name="fk_educational_decision_assessment_id_educational_assessment",
        ),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_educational_decision_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_educational_decision_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_educational_decision"),
        sa.UniqueConstraint("assessment_id", name="uq_educational_decision_assessment_id"),
        sa.UniqueConstraint("history_id", name="uq_educational_decision_history_id"),
    )
    op.create_index("ix_educational_decision_referral_id", "educational_decision", ["referral_id"])
    op.create_table(
        "educational_told",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["educational_decision.id"], name="fk_educational_told_decision_id_educational_decision"
        ),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_educational_told_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_educational_told_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_educational_told_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_educational_told"),
        sa.UniqueConstraint("decision_id", "guardian_id", name="uq_educational_told_decision_id_guardian_id"),
        sa.UniqueConstraint("history_id", name="uq_educational_told_history_id"),
    )
    op.create_index("ix_educational_told_referral_id", "educational_told", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("educational_told")
    op.drop_table("educational_decision")
