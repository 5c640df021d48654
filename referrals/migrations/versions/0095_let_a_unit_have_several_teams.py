"""Let teams work for a unit beside the one that takes in its concerns, each with whoever coordinates it."""

import sqlalchemy as sa
from alembic import op

revision = "0095"
down_revision = "0094"


def upgrade() -> None:
    """No unit has a second team yet, and nobody coordinates one by their seat."""
    op.create_table(
        "forum_unit",
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_forum_unit_forum_id_forum"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_forum_unit_unit_id_unit"),
        sa.PrimaryKeyConstraint("forum_id", "unit_id", name="pk_forum_unit"),
    )
    op.create_index("ix_forum_unit_unit_id", "forum_unit", ["unit_id"])
    op.add_column("team_seat", sa.Column("coordinates", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Leave each unit its first team."""
    op.drop_column("team_seat", "coordinates")
    op.drop_table("forum_unit")
