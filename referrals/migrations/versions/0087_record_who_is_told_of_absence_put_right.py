"""Record when whoever got a warning or a report about absence was told that its days were put right."""

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"


def upgrade() -> None:
    """Of earlier corrections it is not known: they stand on the head teacher's start page until it is."""
    op.add_column("absence_step", sa.Column("put_right_told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget it again."""
    op.drop_column("absence_step", "put_right_told_at")
