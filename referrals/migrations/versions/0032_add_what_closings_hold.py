"""Add to closings what kinds of information their notes hold and whom they are about, as other notes say it already.

The paper of a closing goes to each guardian: what is about the other one can be left out of it only where that is known.
Closings from before hold nothing here: their notes count as holding every kind, about the child.
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Bring the column in."""
    op.add_column("closure", sa.Column("classification", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("closure", "classification")
