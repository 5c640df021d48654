"""Let a guardian answer about consent on their own page: such an answer was recorded by nobody with an account."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Let answers stand without an account that recorded them."""
    with op.batch_alter_table("consent") as table:
        table.alter_column("by_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    """Ask for the account again; what guardians answered themselves is put down to whoever made their code."""
    made_by = (
        "SELECT guardian_code.made_by_id FROM guardian_code WHERE guardian_code.guardian_id = consent.guardian_id "
        "ORDER BY guardian_code.made_at DESC LIMIT 1"
    )
    op.execute(sa.text(f"UPDATE consent SET by_id = ({made_by}) WHERE by_id IS NULL"))  # noqa: S608 - our own words only
    with op.batch_alter_table("consent") as table:
        table.alter_column("by_id", existing_type=sa.Uuid(), nullable=False)
