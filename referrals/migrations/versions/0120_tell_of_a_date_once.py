"""Keep what somebody was last told about a date of their team: then one mail and one entry of the calendar do for all it is about."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0119"


def upgrade() -> None:
    """What was written before is about one meeting each, and changes or takes out the entry of just that."""
    op.create_table(
        "date_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("date_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=True),
        sa.Column("wanted_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("is_called", sa.Boolean(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_with", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_date_call"),
        sa.UniqueConstraint("date_id", "recipient", name="uq_date_call_date_id_recipient"),
        sa.UniqueConstraint("message_id", name="uq_date_call_message_id"),
    )
    op.add_column("mail", sa.Column("date_id", sa.Uuid(), nullable=True))
    op.create_index("ix_mail_date_id", "mail", ["date_id"])


def downgrade() -> None:
    """Forget what was told of dates. What is still to be told of one would wait for ever, since nothing sends it: it rests."""
    op.execute(
        "UPDATE mail SET stopped_at = written_at WHERE date_id IS NOT NULL AND sent_at IS NULL AND stopped_at IS NULL"
    )
    op.drop_index("ix_mail_date_id", "mail")
    op.drop_column("mail", "date_id")
    op.drop_table("date_call")
