"""Let the units of a municipality begin one by one."""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"


def upgrade() -> None:
    """Every unit there is takes part, as before."""
    op.add_column("unit", sa.Column("takes_part", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Let all take part."""
    op.drop_column("unit", "takes_part")
