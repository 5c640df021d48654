"""Let who decides an investigation open a part behind a wall, on a ground of the rule pack and for a purpose."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Bring the table in. Nobody had opened anything before."""
    op.create_table(
        "part_opening",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("purpose", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_part_opening_by_id_account"),
        sa.ForeignKeyConstraint(["part_id"], ["assessment_part.id"], name="fk_part_opening_part_id_assessment_part"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_part_opening_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_part_opening"),
    )
    op.create_index("ix_part_opening_part_id", "part_opening", ["part_id"], unique=False)
    op.create_index("ix_part_opening_referral_id", "part_opening", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take it out again."""
    op.drop_table("part_opening")
