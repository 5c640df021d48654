"""Let people who work with a referral keep notes of their own about it, sealed with its key."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Bring the table in."""
    op.create_table(
        "working_note",
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_working_note_author_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_working_note_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_working_note"),
        sa.UniqueConstraint("referral_id", "author_id", name="uq_working_note_referral_id_author_id"),
    )
    op.create_index("ix_working_note_referral_id", "working_note", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take the table out again, and with it what was noted."""
    op.drop_table("working_note")
