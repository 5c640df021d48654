"""Keep the digest of a protected child's name, so that no other referral about the same child is found by that name."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"


def upgrade() -> None:
    """Bring the column in."""
    op.add_column("referral", sa.Column("hidden_name_index", sa.String(), nullable=True))
    op.create_index("ix_referral_hidden_name_index", "referral", ["hidden_name_index"])


def downgrade() -> None:
    """Take the column out again."""
    op.drop_index("ix_referral_hidden_name_index", "referral")
    op.drop_column("referral", "hidden_name_index")
