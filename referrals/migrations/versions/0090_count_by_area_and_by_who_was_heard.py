"""Say in which area a unit lies and whether guardians answered at a follow-up, so that patterns are counted without opening what is sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"


def upgrade() -> None:
    """No unit lies in an area until somebody says so; of earlier follow-ups nobody is counted as heard."""
    op.add_column("unit", sa.Column("area", sa.String(), server_default="", nullable=False))
    op.add_column("follow_up", sa.Column("guardians_heard", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Forget both."""
    op.drop_column("follow_up", "guardians_heard")
    op.drop_column("unit", "area")
