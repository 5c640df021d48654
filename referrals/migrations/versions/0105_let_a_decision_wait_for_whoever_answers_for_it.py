"""Let what a meeting decided wait for the account of whoever answers for it, until it is said to be done."""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"


def upgrade() -> None:
    """What was decided until now names somebody in words only, and waits on no list."""
    answers, done = "fk_meeting_decision_responsible_id_account", "fk_meeting_decision_done_id_history"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"ALTER TABLE meeting_decision ADD COLUMN responsible_id CHAR(32) CONSTRAINT {answers} REFERENCES account (id)"
        )
        op.execute(
            f"ALTER TABLE meeting_decision ADD COLUMN done_id CHAR(32) CONSTRAINT {done} REFERENCES history (id)"
        )
    else:
        op.add_column("meeting_decision", sa.Column("responsible_id", sa.Uuid(), nullable=True))
        op.add_column("meeting_decision", sa.Column("done_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(answers, "meeting_decision", "account", ["responsible_id"], ["id"])
        op.create_foreign_key(done, "meeting_decision", "history", ["done_id"], ["id"])
    op.create_index("ix_meeting_decision_responsible_id", "meeting_decision", ["responsible_id"])


def downgrade() -> None:
    """Forget who was meant and what was done."""
    op.drop_index("ix_meeting_decision_responsible_id", "meeting_decision")
    op.drop_column("meeting_decision", "done_id")
    op.drop_column("meeting_decision", "responsible_id")
