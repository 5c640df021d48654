"""Let teams tell others what they learnt from a closed referral or a consultation round, about nobody by name."""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    """There is none yet. Nothing leads from a lesson to what it was learnt from."""
    op.create_table(
        "lesson",
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("ages", sa.String(length=40), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("tried", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("for_others", sa.LargeBinary(), nullable=True),
        sa.Column("as_sent", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_lesson_forum_id_forum"),
        sa.ForeignKeyConstraint(["written_by_id"], ["account.id"], name="fk_lesson_written_by_id_account"),
        sa.ForeignKeyConstraint(["checked_by_id"], ["account.id"], name="fk_lesson_checked_by_id_account"),
        sa.ForeignKeyConstraint(["withdrawn_by_id"], ["account.id"], name="fk_lesson_withdrawn_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_lesson"),
    )
    op.create_index("ix_lesson_forum_id", "lesson", ["forum_id"])
    op.create_index("ix_lesson_written_by_id", "lesson", ["written_by_id"])


def downgrade() -> None:
    """Take the lessons out again."""
    op.drop_table("lesson")
