"""Let a stage of development work keep what the work said until its papers are issued, so that a late one says nothing that came later."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"


def upgrade() -> None:
    """The papers of what happened before are made from what the work says by then."""
    op.add_column("development_event", sa.Column("stood", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Forget what it said, as it was before."""
    op.drop_column("development_event", "stood")
