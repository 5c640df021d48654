"""Let a meeting hold with whom an interpreter is booked, in which language and for which time; sealed, since a language says who somebody is."""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"


def upgrade() -> None:
    """Nothing is booked as far as anybody noted."""
    op.add_column("team_meeting", sa.Column("interpreters", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("team_meeting", "interpreters")
