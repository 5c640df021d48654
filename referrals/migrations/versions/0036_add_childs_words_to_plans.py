"""Let a plan say in plain words who helps the child and when everybody meets again: for the child's own version of it."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add the two texts; plans written before have neither."""
    op.add_column("action_plan", sa.Column("child_helpers", sa.LargeBinary(), nullable=True))
    op.add_column("action_plan", sa.Column("child_next", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take the two texts away."""
    # One by one and not in a batch, which would make the table anew and stumble over the goals that belong to its rows.
    op.drop_column("action_plan", "child_next")
    op.drop_column("action_plan", "child_helpers")
