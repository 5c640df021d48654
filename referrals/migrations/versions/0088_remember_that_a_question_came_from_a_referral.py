"""Remember that a question upward came from a referral, so that it opens to nobody else once nothing leads there any more."""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"


def upgrade() -> None:
    """Bring the column in, true where a referral is known."""
    op.add_column(
        "upward_question", sa.Column("came_from_referral", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    question, origin = (
        sa.table("upward_question", sa.column("id"), sa.column("came_from_referral")),
        sa.table("upward_origin", sa.column("question_id")),
    )
    op.execute(
        question.update().where(question.c.id.in_(sa.select(origin.c.question_id))).values(came_from_referral=sa.true())
    )


def downgrade() -> None:
    """Take the column out again."""
    op.drop_column("upward_question", "came_from_referral")
