"""Let mail to who sits in a team say which date of the team it is about, so that a date stands in their calendar once."""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"


def upgrade() -> None:
    """What was written before is about one meeting, and changes or takes out the entry of just that."""
    op.add_column("mail", sa.Column("date_id", sa.Uuid(), nullable=True))
    op.add_column("mail", sa.Column("date_starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mail", sa.Column("date_minutes", sa.Integer(), nullable=True))
    op.create_index("ix_mail_date_id", "mail", ["date_id"])


def downgrade() -> None:
    """Forget which dates they were about."""
    op.drop_index("ix_mail_date_id", "mail")
    op.drop_column("mail", "date_minutes")
    op.drop_column("mail", "date_starts_at")
    op.drop_column("mail", "date_id")
