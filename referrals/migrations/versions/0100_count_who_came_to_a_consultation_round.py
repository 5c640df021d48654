"""Let a consultation round say how many came from each unit that was enrolled when it was held."""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0099"


def upgrade() -> None:
    """Nothing is counted yet."""
    op.create_table(
        "round_attendance",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["consultation_round.id"], name="fk_round_attendance_round_id_consultation_round"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_round_attendance_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_round_attendance"),
        sa.UniqueConstraint("round_id", "unit_id", name="uq_round_attendance_round_id_unit_id"),
    )


def downgrade() -> None:
    """Take the counts out again."""
    op.drop_table("round_attendance")
