"""Say of a meeting's decision whether somebody outside the team has to act: a specialist, a network, the next forum, the head teacher.

Decisions from before say nothing of it, as those of the team's own people do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Bring the column in."""
    op.add_column("meeting_decision", sa.Column("kind", sa.String(), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("meeting_decision", "kind")
