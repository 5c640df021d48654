"""Follow up, evaluate and end programmes of special support."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    """No programme was looked at again here yet, and none has ended."""
    op.create_table(
        "support_review",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("history_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.Column("views", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["support_programme.id"], name="fk_support_review_programme_id_support_programme"
        ),
        sa.ForeignKeyConstraint(["history_id"], ["history.id"], name="fk_support_review_history_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_support_review_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_support_review"),
        sa.UniqueConstraint("history_id", name="uq_support_review_history_id"),
    )
    op.create_index("ix_support_review_referral_id", "support_review", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("support_review")
