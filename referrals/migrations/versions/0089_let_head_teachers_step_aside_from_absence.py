"""Let a head teacher step aside from the absence of a pupil they are too close to."""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"


def upgrade() -> None:
    """Nobody has stepped aside yet."""
    op.create_table(
        "absence_aside",
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["pupil_id"], ["absent_pupil.id"], name="fk_absence_aside_pupil_id_absent_pupil"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_absence_aside_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_absence_aside"),
        sa.UniqueConstraint("pupil_id", "account_id", name="uq_absence_aside_pupil_id_account_id"),
    )
    op.create_index("ix_absence_aside_pupil_id", "absence_aside", ["pupil_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("absence_aside")
