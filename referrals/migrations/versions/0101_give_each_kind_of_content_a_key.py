"""Let each kind of content of a referral have a key of its own, so that it goes from older copies of the data too."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"


def upgrade() -> None:
    """Referrals from before have none until they have ended: the night gives them theirs."""
    op.create_table(
        "content_key",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_content_key_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_content_key"),
        sa.UniqueConstraint("referral_id", "kind", name="uq_content_key_referral_id_kind"),
    )


def downgrade() -> None:
    """Take the keys out: what was sealed with them opens in a copy from before only."""
    op.drop_table("content_key")
