"""Add papers with their bytes, and mail."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the tables in."""
    _create_document()
    _create_mail()
    _create_document_content()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("document_content")
    op.drop_table("mail")
    op.drop_table("document")


def _create_document() -> None:
    op.create_table(
        "document",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_document_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_document_referral_id_referral"),
        sa.ForeignKeyConstraint(["stopped_by_id"], ["account.id"], name="fk_document_stopped_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint(
            "referral_id", "kind", "version", "recipient", name="uq_document_referral_id_kind_version_recipient"
        ),
    )
    op.create_index("ix_document_referral_id", "document", ["referral_id"], unique=False)


def _create_mail() -> None:
    op.create_table(
        "mail",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_mail_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_mail_referral_id_referral"),
        sa.ForeignKeyConstraint(["stopped_by_id"], ["account.id"], name="fk_mail_stopped_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.UniqueConstraint("history_id", "kind", "recipient", name="uq_mail_history_id_kind_recipient"),
        sa.UniqueConstraint("message_id", name="uq_mail_message_id"),
    )
    op.create_index("ix_mail_referral_id", "mail", ["referral_id"], unique=False)


def _create_document_content() -> None:
    op.create_table(
        "document_content",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_content_document_id_document"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_document_content_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_document_content"),
        sa.UniqueConstraint("document_id", name="uq_document_content_document_id"),
    )
    op.create_index("ix_document_content_referral_id", "document_content", ["referral_id"], unique=False)
