"""Let a seat in a team have somebody who stands in as a rule, whenever who holds it is away."""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"


def upgrade() -> None:
    """Nobody stands in as a rule until somebody is named. SQLite learns the key in one statement: no table is written anew."""
    name = "fk_team_seat_stand_in_id_account"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE team_seat ADD COLUMN stand_in_id CHAR(32) CONSTRAINT {name} REFERENCES account (id)")
    else:
        op.add_column("team_seat", sa.Column("stand_in_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(name, "team_seat", "account", ["stand_in_id"], ["id"])


def downgrade() -> None:
    """Forget who was named."""
    op.drop_column("team_seat", "stand_in_id")
