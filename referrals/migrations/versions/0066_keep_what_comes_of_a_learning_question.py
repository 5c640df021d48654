"""Keep what comes of a learning question, and the papers of a round."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    """Bring the tables and columns in."""
    op.add_column("learning_question", sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("learning_question", sa.Column("result_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("learning_question", sa.Column("outcome", sa.String(length=40), nullable=True))
    op.add_column("learning_question", sa.Column("next_step", sa.LargeBinary(), nullable=True))
    op.add_column("learning_question", sa.Column("result", sa.LargeBinary(), nullable=True))
    _bring_papers_in()


def _bring_papers_in() -> None:
    op.create_table(
        "round_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("made_from", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["consultation_round.id"], name="fk_round_paper_round_id_consultation_round"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["round_enrolment.id"], name="fk_round_paper_enrolment_id_round_enrolment"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_round_paper"),
        sa.UniqueConstraint("round_id", "enrolment_id", "version", name="uq_round_paper_round_id_enrolment_id_version"),
    )


def downgrade() -> None:
    """Take them out again, and with them what came of the questions."""
    op.drop_table("round_paper")
    for column in ("result", "next_step", "outcome", "result_at", "agreed_at"):
        op.drop_column("learning_question", column)
