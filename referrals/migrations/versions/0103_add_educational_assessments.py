"""Add educational-psychological assessments of Danish schools: asked of the service, and received."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"


def upgrade() -> None:
    """None was asked for here yet."""
    op.create_table(
        "educational_assessment",
        sa.Column("begun_id", sa.Uuid(), nullable=False),
        sa.Column("concluded_id", sa.Uuid(), nullable=True),
        sa.Column("carried_out_by_id", sa.Uuid(), nullable=False),
        sa.Column("wish", sa.String(length=40), nullable=False),
        sa.Column("consulted_on", sa.Date(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("need", sa.String(length=40), nullable=True),
        sa.Column("reasons", sa.LargeBinary(), nullable=True),
        sa.Column("tried", sa.LargeBinary(), nullable=True),
        sa.Column("strengths", sa.LargeBinary(), nullable=True),
        sa.Column("views", sa.LargeBinary(), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("basis", sa.LargeBinary(), nullable=True),
        sa.Column("resources", sa.LargeBinary(), nullable=True),
        sa.Column("difficulties", sa.LargeBinary(), nullable=True),
        sa.Column("perspectives", sa.LargeBinary(), nullable=True),
        sa.Column("judgement", sa.LargeBinary(), nullable=True),
        sa.Column("proposals", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["begun_id"], ["history.id"], name="fk_educational_assessment_begun_id_history"),
        sa.ForeignKeyConstraint(
            ["concluded_id"], ["history.id"], name="fk_educational_assessment_concluded_id_history"
        ),
        sa.ForeignKeyConstraint(
            ["carried_out_by_id"], ["account.id"], name="fk_educational_assessment_carried_out_by_id_account"
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name="fk_educational_assessment_referral_id_referral"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_educational_assessment"),
        sa.UniqueConstraint("begun_id", name="uq_educational_assessment_begun_id"),
        sa.UniqueConstraint("concluded_id", name="uq_educational_assessment_concluded_id"),
    )
    op.create_index("ix_educational_assessment_referral_id", "educational_assessment", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("educational_assessment")
