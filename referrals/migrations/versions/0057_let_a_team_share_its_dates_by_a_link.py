"""Count the links by which a team's dates can be read by a calendar program: only the newest opens them."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """No team has one yet."""
    op.add_column("forum", sa.Column("links_made", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget them; none opens anything any more."""
    op.drop_column("forum", "links_made")
