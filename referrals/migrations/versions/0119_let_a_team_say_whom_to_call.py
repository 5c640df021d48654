"""Let a team that takes in no concerns say itself whom one can call: a function and a number."""

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"


def upgrade() -> None:
    """Nobody is named until those who keep the team say so."""
    op.add_column("forum", sa.Column("contact", sa.String(), nullable=False, server_default=""))
    op.add_column("forum", sa.Column("phone", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget whom one could call."""
    op.drop_column("forum", "phone")
    op.drop_column("forum", "contact")
