"""Let a team meeting be called off, so that whoever was called hears of it and no entry stays in a calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    """Bring the column in: nobody has called off a meeting yet."""
    op.add_column("team_meeting", sa.Column("called_off_in", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it out again, and with it which meetings were called off."""
    op.drop_column("team_meeting", "called_off_in")
