"""Add the parts of the assessment."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the tables in."""
    _create_assessment_part()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("assessment_part")


def _create_assessment_part() -> None:
    op.create_table(
        "assessment_part",
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compartment", sa.String(length=40), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("arenas", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.Column("protective_factors", sa.LargeBinary(), nullable=True),
        sa.Column("risk_factors", sa.LargeBinary(), nullable=True),
        sa.Column("child_voice", sa.LargeBinary(), nullable=True),
        sa.Column("conclusion", sa.LargeBinary(), nullable=True),
        sa.Column("sources", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name="fk_assessment_part_asked_by_id_account"),
        sa.ForeignKeyConstraint(["assessor_id"], ["account.id"], name="fk_assessment_part_assessor_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_assessment_part_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_assessment_part"),
    )
    op.create_index("ix_assessment_part_mine", "assessment_part", ["assessor_id", "status", "due_on"], unique=False)
    op.create_index("ix_assessment_part_referral_id", "assessment_part", ["referral_id"], unique=False)
