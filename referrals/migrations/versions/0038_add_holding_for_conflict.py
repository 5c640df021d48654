"""Let a concern wait while nobody has decided yet whom a conflict of interest in the reporter's own words means."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Bring the instant in. Concerns that came in before were read already: none of them waits."""
    op.add_column("referral", sa.Column("held_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it out again."""
    op.drop_column("referral", "held_since")
