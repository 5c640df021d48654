"""Add who has read what a reporter added, and when. What was added before counts as read once something was done after it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_READ_BY_DOING = """
UPDATE concern_addition SET read_at = (
    SELECT min(history.at) FROM history
    WHERE history.referral_id = concern_addition.referral_id
    AND history.verb <> 'add_to_concern' AND history.at > concern_addition.at
)
"""


def upgrade() -> None:
    """Bring the columns in."""
    op.add_column("concern_addition", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("concern_addition") as table:
        table.add_column(sa.Column("read_by_id", sa.Uuid(), nullable=True))
        table.create_foreign_key("fk_concern_addition_read_by_id_account", "account", ["read_by_id"], ["id"])
    op.execute(_READ_BY_DOING)


def downgrade() -> None:
    """Take the columns out again."""
    with op.batch_alter_table("concern_addition") as table:
        table.drop_constraint("fk_concern_addition_read_by_id_account", type_="foreignkey")
        table.drop_column("read_by_id")
        table.drop_column("read_at")
