"""Let a learning seminar be planned with lessons of the catalogue, for its agenda on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    """None is planned yet."""
    op.create_table(
        "seminar",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("planned_by_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("questions", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["planned_by_id"], ["account.id"], name="fk_seminar_planned_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_seminar"),
    )
    op.create_table(
        "seminar_lesson",
        sa.Column("seminar_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name="fk_seminar_lesson_seminar_id_seminar"),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name="fk_seminar_lesson_lesson_id_lesson", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_seminar_lesson"),
        sa.UniqueConstraint("seminar_id", "lesson_id", name="uq_seminar_lesson_seminar_id_lesson_id"),
    )
    op.create_index("ix_seminar_lesson_lesson_id", "seminar_lesson", ["lesson_id"])


def downgrade() -> None:
    """Take the seminars out again."""
    op.drop_table("seminar_lesson")
    op.drop_table("seminar")
