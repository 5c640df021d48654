"""Count the tries at printing papers that follow the clock, so that one the printer never gives back is given up in the end."""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"


def upgrade() -> None:
    """Nothing is in the printer."""
    op.create_table(
        "print_attempt",
        sa.Column("paper", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_print_attempt"),
        sa.UniqueConstraint("paper", "key", name="uq_print_attempt_paper_key"),
    )


def downgrade() -> None:
    """Forget what was tried."""
    op.drop_table("print_attempt")
