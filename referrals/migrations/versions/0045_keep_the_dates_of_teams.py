"""Keep the dates on which teams meet, set ahead for the year."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """No team has any yet."""
    op.create_table(
        "team_date",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_team_date_forum_id_forum"),
        sa.PrimaryKeyConstraint("id", name="pk_team_date"),
        sa.UniqueConstraint("forum_id", "starts_at", name="uq_team_date_forum_id_starts_at"),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("team_date")
