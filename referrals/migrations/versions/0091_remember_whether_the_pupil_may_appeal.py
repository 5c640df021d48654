"""Remember of a decision about a programme whether the pupil was old enough to appeal."""

import sqlalchemy as sa
from alembic import op

revision = "0091"
down_revision = "0090"


def upgrade() -> None:
    """Of decisions made before, nothing is known here; who was told of them stands where it stood."""
    op.add_column("support_programme", sa.Column("pupil_appeals", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("support_programme", "pupil_appeals")
