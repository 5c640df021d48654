"""Let a referral be offered to one of the teams of a unit, and not only to the one that takes in its concerns."""

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0097"


def upgrade() -> None:
    """What was offered until now was offered to the team that takes in the unit's concerns: that is what an empty one says."""
    name = "fk_hand_over_to_forum_id_forum"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE hand_over ADD COLUMN to_forum_id CHAR(32) CONSTRAINT {name} REFERENCES forum (id)")
    else:
        op.add_column("hand_over", sa.Column("to_forum_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(name, "hand_over", "forum", ["to_forum_id"], ["id"])


def downgrade() -> None:
    """Forget to which team."""
    op.drop_column("hand_over", "to_forum_id")
