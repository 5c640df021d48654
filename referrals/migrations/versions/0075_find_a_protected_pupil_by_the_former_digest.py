"""Keep the digest of a name that gave way to a number, so that a file that still has the name brings it back to nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"


def upgrade() -> None:
    """Bring the column in."""
    op.add_column("absent_pupil", sa.Column("former_index", sa.String(), nullable=True))
    op.create_index("ix_absent_pupil_former_index", "absent_pupil", ["former_index"], unique=True)


def downgrade() -> None:
    """Take the column out again."""
    op.drop_index("ix_absent_pupil_former_index", "absent_pupil")
    op.drop_column("absent_pupil", "former_index")
