"""Say of somebody's own link for calendar programs that it is closed, which a count below nought stood for."""

import sqlalchemy as sa
from alembic import op

revision = "0118"
down_revision = "0117"


def upgrade() -> None:
    """The count is one again; a link that was closed stays so."""
    op.add_column("account", sa.Column("is_link_closed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE account SET is_link_closed = true, links_made = -links_made WHERE links_made < 0")


def downgrade() -> None:
    """A version before knows a closed link by its count."""
    op.execute("UPDATE account SET links_made = -links_made WHERE is_link_closed")
    op.drop_column("account", "is_link_closed")
