"""Let a municipality choose team by team whether everybody may read the names of those who sit in it, or their professions only."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Professions only, until it is chosen otherwise."""
    op.add_column("forum", sa.Column("shows_names", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget the choice: no page shows names then."""
    op.drop_column("forum", "shows_names")
