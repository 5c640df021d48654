"""Let a seminar say how many came from each unit."""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"


def upgrade() -> None:
    """Nothing is counted yet."""
    op.create_table(
        "seminar_attendance",
        sa.Column("seminar_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name="fk_seminar_attendance_seminar_id_seminar"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_seminar_attendance_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_seminar_attendance"),
        sa.UniqueConstraint("seminar_id", "unit_id", name="uq_seminar_attendance_seminar_id_unit_id"),
    )


def downgrade() -> None:
    """Take the counts out again."""
    op.drop_table("seminar_attendance")
