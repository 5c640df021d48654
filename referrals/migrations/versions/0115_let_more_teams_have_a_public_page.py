"""Let a team that takes in no concerns be told of to families too, where those who keep it want that."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"


def upgrade() -> None:
    """No such team has a page until somebody wants it."""
    op.add_column("forum", sa.Column("has_public_page", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget which teams had one."""
    op.drop_column("forum", "has_public_page")
