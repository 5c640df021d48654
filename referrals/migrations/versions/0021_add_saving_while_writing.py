"""Add to kept forms whether they were saved while somebody was writing, so that they wait until that person sends them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Bring the column in."""
    op.add_column("kept_form", sa.Column("is_writing", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it out again, with what was saved: nothing would show it any more."""
    op.execute(sa.text("DELETE FROM kept_form WHERE is_writing"))
    op.drop_column("kept_form", "is_writing")
