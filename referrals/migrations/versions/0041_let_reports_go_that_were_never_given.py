"""Let protection reports go that were never given: since when the sender is asked, and a receipt that nobody proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Nobody was asked before; what went before was proposed by somebody."""
    op.add_column("protection_report", sa.Column("asked_on", sa.Date(), nullable=True))
    with op.batch_alter_table("protection_disposal") as table:
        table.alter_column("proposed_by_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    """Receipts that nobody proposed then count as their sender's own proposal."""
    op.execute("UPDATE protection_disposal SET proposed_by_id = sender_id WHERE proposed_by_id IS NULL")
    with op.batch_alter_table("protection_disposal") as table:
        table.alter_column("proposed_by_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("protection_report", "asked_on")
