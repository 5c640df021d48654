"""Let a team send a question upward, about nobody by name, and get an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"

_LEADS_TO = {"from_forum_id": "forum", "to_forum_id": "forum", "asked_by_id": "account", "answered_by_id": "account"}
_INDEXED = ("from_forum_id", "to_forum_id", "asked_by_id", "date_id")


def upgrade() -> None:
    """Nothing was asked yet."""
    op.create_table(
        "upward_question",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("from_forum_id", sa.Uuid(), nullable=False),
        sa.Column("to_forum_id", sa.Uuid(), nullable=False),
        sa.Column("names_team", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_upward_question_{name}_{table}")
            for name, table in _LEADS_TO.items()
        ),
        sa.ForeignKeyConstraint(
            ["date_id"], ["team_date.id"], name="fk_upward_question_date_id_team_date", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_upward_question"),
        sa.UniqueConstraint("number", name="uq_upward_question_number"),
    )
    for name in _INDEXED:
        op.create_index(f"ix_upward_question_{name}", "upward_question", [name])
    op.create_table(
        "upward_origin",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["upward_question.id"],
            name="fk_upward_origin_question_id_upward_question",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_upward_origin_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_upward_origin"),
        sa.UniqueConstraint("question_id", name="uq_upward_origin_question_id"),
    )
    op.create_index("ix_upward_origin_referral_id", "upward_origin", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("upward_origin")
    op.drop_table("upward_question")
