"""Say with each step which edition of the work a worker must know, so that one of the version before leaves it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Steps that are there, and those a web of the version before still writes, any worker can do."""
    op.add_column("step", sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it again."""
    op.drop_column("step", "edition")
