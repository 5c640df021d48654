"""Say for which part of the municipality a team meets, and what it may decide in the municipality's own words."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """A team is one for a school or preschool until it is said otherwise."""
    op.add_column("forum", sa.Column("level", sa.String(length=40), nullable=False, server_default="school"))
    op.add_column("forum", sa.Column("mandate", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget both."""
    op.drop_column("forum", "mandate")
    op.drop_column("forum", "level")
