"""Let staff ask their team about a worry without saying who it is about, and keep the team's advice."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Bring the table in: it has no column for a child."""
    op.create_table(
        "consultation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("advised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("advised_by_id", sa.Uuid(), nullable=True),
        sa.Column("advises_referral", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("advice", sa.LargeBinary(), nullable=True),
        sa.Column("next_steps", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_consultation_unit_id_unit"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["account.id"], name="fk_consultation_asked_by_id_account"),
        sa.ForeignKeyConstraint(["advised_by_id"], ["account.id"], name="fk_consultation_advised_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_consultation"),
        sa.UniqueConstraint("number", name="uq_consultation_number"),
    )
    op.create_index("ix_consultation_unit_id", "consultation", ["unit_id"])
    op.create_index("ix_consultation_asked_by_id", "consultation", ["asked_by_id"])


def downgrade() -> None:
    """Take the table out again, and with it what was asked and advised."""
    op.drop_table("consultation")
