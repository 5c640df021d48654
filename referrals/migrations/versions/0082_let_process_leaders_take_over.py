"""Let development work have a process leader at each unit, one after the other."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"


def upgrade() -> None:
    """Nobody leads any yet."""
    op.create_table(
        "development_leader",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_leader_case_id_development_case"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_development_leader_unit_id_unit"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_development_leader_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_development_leader"),
    )
    op.create_index("ix_development_leader_case_id", "development_leader", ["case_id"])


def downgrade() -> None:
    """Take the process leaders out again."""
    op.drop_table("development_leader")
