"""Give a referral the team that works on it, so that a school can have more teams than the one that takes in its concerns."""

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"

_LISTED = ["unit_id", "is_open", "opened_at", "held_since", "protected_since", "handed_over_at"]
_OF_ITS_UNIT = "UPDATE referral SET forum_id = (SELECT unit.forum_id FROM unit WHERE unit.id = referral.unit_id)"


def upgrade() -> None:
    """Until now each has the team of its unit; the index of the list holds the new column too."""
    name = "fk_referral_forum_id_forum"
    if op.get_bind().dialect.name == "sqlite":
        # The table that nearly all others point at is not copied for one column.
        op.execute(f"ALTER TABLE referral ADD COLUMN forum_id CHAR(32) CONSTRAINT {name} REFERENCES forum (id)")
    else:
        op.add_column("referral", sa.Column("forum_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(name, "referral", "forum", ["forum_id"], ["id"])
    op.execute(_OF_ITS_UNIT)
    op.drop_index("ix_referral_listed", table_name="referral")
    op.create_index("ix_referral_listed", "referral", [*_LISTED, "forum_id", "id"])
    op.create_index("ix_referral_team", "referral", ["forum_id", "is_open", "stage"])


def downgrade() -> None:
    """Forget it: a referral's team is its unit's again."""
    op.drop_index("ix_referral_team", table_name="referral")
    op.drop_index("ix_referral_listed", table_name="referral")
    op.create_index("ix_referral_listed", "referral", [*_LISTED, "id"])
    op.drop_column("referral", "forum_id")
