"""Add files beside the concern, parts and follow-ups, and those that wait in a draft; their bytes are sealed and apart."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Bring the tables in."""
    op.create_table(
        "attachment",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("belongs_to", sa.String(length=40), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("follow_up_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_out_by_id", sa.Uuid(), nullable=True),
        sa.Column("sender_name", sa.LargeBinary(), nullable=True),
        sa.Column("taken_out_reason", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_attachment_by_id_account"),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name="fk_attachment_follow_up_id_follow_up"),
        sa.ForeignKeyConstraint(["part_id"], ["assessment_part.id"], name="fk_attachment_part_id_assessment_part"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_attachment_referral_id_referral"),
        sa.ForeignKeyConstraint(["taken_out_by_id"], ["account.id"], name="fk_attachment_taken_out_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("referral_id", "number", name="uq_attachment_referral_id_number"),
    )
    for column in ("part_id", "follow_up_id", "referral_id"):
        op.create_index(f"ix_attachment_{column}", "attachment", [column], unique=False)
    op.create_table(
        "attachment_content",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name="fk_attachment_content_attachment_id_attachment"
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_attachment_content_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment_content"),
        sa.UniqueConstraint("attachment_id", name="uq_attachment_content_attachment_id"),
    )
    op.create_index("ix_attachment_content_referral_id", "attachment_content", ["referral_id"], unique=False)
    op.create_table(
        "draft_file",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sender_name", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_file_draft_id_draft", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_file"),
    )
    op.create_index("ix_draft_file_draft_id", "draft_file", ["draft_id"], unique=False)


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("draft_file")
    op.drop_table("attachment_content")
    op.drop_table("attachment")
