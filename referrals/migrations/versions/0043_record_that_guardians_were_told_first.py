"""Record when the guardians were told before a statutory decision about absence."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Of earlier decisions it is not known."""
    op.add_column("statutory_decision", sa.Column("guardians_told_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Forget it again."""
    op.drop_column("statutory_decision", "guardians_told_on")
