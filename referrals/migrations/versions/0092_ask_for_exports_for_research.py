"""Let researchers ask for exports, and the management approve them."""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"


def upgrade() -> None:
    """None is asked for yet."""
    op.create_table(
        "research_export",
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_term", sa.String(), nullable=False),
        sa.Column("last_term", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.LargeBinary(), nullable=True),
        sa.Column("pseudonym_key", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name="fk_research_export_asked_by_id_account"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name="fk_research_export_decided_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_research_export"),
    )


def downgrade() -> None:
    """Take the exports out again."""
    op.drop_table("research_export")
