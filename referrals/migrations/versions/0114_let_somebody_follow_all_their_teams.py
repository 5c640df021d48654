"""Count how often somebody has made a link to the dates of all their teams: each one closes the link before it."""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"


def upgrade() -> None:
    """Nobody has one until they make it."""
    op.add_column("account", sa.Column("links_made", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Without the count no link of this kind opens anything."""
    op.drop_column("account", "links_made")
