"""Let a head teacher say how the team goes on after a round, and everybody who took part evaluate it without their name."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    """Bring the columns and tables in: nothing leads from an answer to who gave it."""
    op.add_column("round_enrolment", sa.Column("summary", sa.LargeBinary(), nullable=True))
    op.add_column("round_enrolment", sa.Column("summarised_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "round_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["consultation_round.id"], name="fk_round_answer_round_id_consultation_round"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_round_answer"),
    )
    op.create_index("ix_round_answer_round_id", "round_answer", ["round_id"])
    op.create_table(
        "round_answered",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["consultation_round.id"], name="fk_round_answered_round_id_consultation_round"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_round_answered_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_round_answered"),
        sa.UniqueConstraint("round_id", "account_id", name="uq_round_answered_round_id_account_id"),
    )


def downgrade() -> None:
    """Take them out again, and with them what was summed up and answered."""
    op.drop_table("round_answered")
    op.drop_table("round_answer")
    op.drop_column("round_enrolment", "summarised_at")
    op.drop_column("round_enrolment", "summary")
