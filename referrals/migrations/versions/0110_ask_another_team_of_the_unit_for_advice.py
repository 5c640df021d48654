"""Let an anonymous consultation be asked of one of the teams of a unit, and not only of the one that takes in its concerns."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"


def upgrade() -> None:
    """What was asked until now was asked of the team that takes in the unit's concerns: that is what an empty one says."""
    name = "fk_consultation_beside_id_forum"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE consultation ADD COLUMN beside_id CHAR(32) CONSTRAINT {name} REFERENCES forum (id)")
    else:
        op.add_column("consultation", sa.Column("beside_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(name, "consultation", "forum", ["beside_id"], ["id"])


def downgrade() -> None:
    """Forget which team was asked."""
    op.drop_column("consultation", "beside_id")
