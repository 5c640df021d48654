"""Tell a team around one child from one that advises a school, and keep what a team's meetings may decide."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    """What was a team for a school could agree on plans: it stays able to, as a team around one child."""
    op.add_column("forum", sa.Column("outcomes", sa.JSON(), nullable=True))
    op.execute("UPDATE forum SET level = 'child' WHERE level = 'school'")


def downgrade() -> None:
    """Teams around one child are teams for a school again."""
    op.execute("UPDATE forum SET level = 'school' WHERE level = 'child'")
    op.drop_column("forum", "outcomes")
