"""Let everybody choose how often they are reminded, and remember which mail reminded whom."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Whoever has chosen nothing is reminded on each school day on which something is due."""
    op.add_column("account", sa.Column("reminders", sa.String(), nullable=False, server_default="daily"))
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_reminder_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("account_id", "day", name="uq_reminder_account_id_day"),
        sa.UniqueConstraint("message_id", name="uq_reminder_message_id"),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("reminder")
    op.drop_column("account", "reminders")
