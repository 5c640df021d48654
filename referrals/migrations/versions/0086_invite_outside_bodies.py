"""Invite an outside body to one referral, until a day."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"


def upgrade() -> None:
    """Nobody is invited yet."""
    op.create_table(
        "invitation",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_invitation_account_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_invitation_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("referral_id", "account_id", name="uq_invitation_referral_id_account_id"),
    )
    op.create_index("ix_invitation_account_id", "invitation", ["account_id"])
    op.create_index("ix_invitation_referral_id", "invitation", ["referral_id"])


def downgrade() -> None:
    """Forget them: whoever was invited sees nothing any more."""
    op.drop_table("invitation")
