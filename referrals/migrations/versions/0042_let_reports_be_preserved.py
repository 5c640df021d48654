"""Let protection reports be handed to the archive before they go: what becomes of one, its copy, and the number it is held under."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """What was proposed before was to be destroyed."""
    op.add_column("protection_disposal", sa.Column("fate", sa.String(), nullable=False, server_default="dispose"))
    op.add_column("protection_disposal", sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("protection_disposal", sa.Column("archive_number", sa.String(), nullable=True))
    op.add_column("protection_disposal", sa.Column("wrapped_key", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("protection_disposal") as table:
        table.alter_column("fate", server_default=None)


def downgrade() -> None:
    """Take it out again; what the archive holds it holds."""
    with op.batch_alter_table("protection_disposal") as table:
        for column in ("wrapped_key", "archive_number", "exported_at", "fate"):
            table.drop_column(column)
