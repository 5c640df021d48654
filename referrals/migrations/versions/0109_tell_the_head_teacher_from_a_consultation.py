"""Let whoever asks for advice about nobody by name tell the head teacher that there may be degrading treatment to talk about."""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"


def upgrade() -> None:
    """There are none yet."""
    op.create_table(
        "degrading_notice",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_degrading_notice_unit_id_unit"),
        sa.ForeignKeyConstraint(["given_by_id"], ["account.id"], name="fk_degrading_notice_given_by_id_account"),
        sa.ForeignKeyConstraint(["heard_by_id"], ["account.id"], name="fk_degrading_notice_heard_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_degrading_notice"),
        sa.UniqueConstraint("number", name="uq_degrading_notice_number"),
    )
    op.create_index("ix_degrading_notice_unit_id", "degrading_notice", ["unit_id"])
    op.create_index("ix_degrading_notice_given_by_id", "degrading_notice", ["given_by_id"])


def downgrade() -> None:
    """Forget them; the head teacher is told in person alone again."""
    op.drop_table("degrading_notice")
