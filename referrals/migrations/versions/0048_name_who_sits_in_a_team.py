"""Name who sits in a team, and who stands in while somebody is away."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Nobody is named yet: the team's page says so."""
    op.create_table(
        "team_seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_team_seat_forum_id_forum"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_team_seat_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_team_seat"),
        sa.UniqueConstraint("forum_id", "account_id", name="uq_team_seat_forum_id_account_id"),
    )
    op.create_index("ix_team_seat_account_id", "team_seat", ["account_id"])
    op.create_table(
        "seat_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("stand_in_id", sa.Uuid(), nullable=True),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["team_seat.id"], name="fk_seat_absence_seat_id_team_seat", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["stand_in_id"], ["account.id"], name="fk_seat_absence_stand_in_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_seat_absence"),
    )
    op.create_index("ix_seat_absence_seat_id", "seat_absence", ["seat_id"])
    op.create_index("ix_seat_absence_stand_in_id", "seat_absence", ["stand_in_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("seat_absence")
    op.drop_table("team_seat")
