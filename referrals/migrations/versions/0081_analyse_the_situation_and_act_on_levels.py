"""Let development work have its situation analysis with counts by group, and actions on the levels of governance."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    """Nothing is analysed or planned yet."""
    op.add_column("development_case", sa.Column("strengths", sa.LargeBinary(), nullable=True))
    op.add_column("development_case", sa.Column("difficulties", sa.LargeBinary(), nullable=True))
    op.add_column("development_case", sa.Column("childrens_views", sa.LargeBinary(), nullable=True))
    op.add_column("development_case", sa.Column("causes", sa.LargeBinary(), nullable=True))
    op.add_column("development_case", sa.Column("priorities", sa.LargeBinary(), nullable=True))
    op.add_column("development_case", sa.Column("goals", sa.LargeBinary(), nullable=True))
    op.add_column("development_case", sa.Column("following_up", sa.LargeBinary(), nullable=True))
    op.create_table(
        "development_result",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("groups", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_result_case_id_development_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_development_result"),
    )
    op.create_index("ix_development_result_case_id", "development_result", ["case_id"])
    op.create_table(
        "development_action",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("responsible", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_action_case_id_development_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_development_action"),
    )
    op.create_index("ix_development_action_case_id", "development_action", ["case_id"])


def downgrade() -> None:
    """Take analysis and actions out again."""
    op.drop_table("development_action")
    op.drop_table("development_result")
    op.drop_column("development_case", "strengths")
    op.drop_column("development_case", "difficulties")
    op.drop_column("development_case", "childrens_views")
    op.drop_column("development_case", "causes")
    op.drop_column("development_case", "priorities")
    op.drop_column("development_case", "goals")
    op.drop_column("development_case", "following_up")
