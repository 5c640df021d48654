"""Keep beside each target day, and beside the day a part is wanted by, where it comes from."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    """Of days that were set before nothing is said until the next one is."""
    op.add_column("referral", sa.Column("target_source", sa.String(length=40), nullable=True))
    op.add_column("assessment_part", sa.Column("due_source", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Forget it; the days stay."""
    op.drop_column("assessment_part", "due_source")
    op.drop_column("referral", "target_source")
