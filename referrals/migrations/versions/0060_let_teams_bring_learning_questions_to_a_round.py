"""Let a municipality hold consultation rounds: teams enrol, get a slot with a consultant, and send in their learning questions."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    """Bring the tables in: none has a column for a person the work is about."""
    op.add_column("municipality", sa.Column("holds_rounds", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "consultation_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrols_until", sa.Date(), nullable=False),
        sa.Column("enrolment_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by_id"], ["account.id"], name="fk_consultation_round_opened_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_consultation_round"),
    )
    op.create_table(
        "round_enrolment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("enrolled_by_id", sa.Uuid(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["consultation_round.id"], name="fk_round_enrolment_round_id_consultation_round"
        ),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_round_enrolment_forum_id_forum"),
        sa.ForeignKeyConstraint(["enrolled_by_id"], ["account.id"], name="fk_round_enrolment_enrolled_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_round_enrolment"),
        sa.UniqueConstraint("round_id", "forum_id", name="uq_round_enrolment_round_id_forum_id"),
    )
    op.create_index("ix_round_enrolment_forum_id", "round_enrolment", ["forum_id"])
    _bring_consultants_in()
    _bring_in_what_teams_get_and_send()


def _bring_consultants_in() -> None:
    op.create_table(
        "round_consultant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["consultation_round.id"], name="fk_round_consultant_round_id_consultation_round"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_round_consultant_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_round_consultant"),
        sa.UniqueConstraint("round_id", "account_id", name="uq_round_consultant_round_id_account_id"),
    )
    op.create_index("ix_round_consultant_account_id", "round_consultant", ["account_id"])


def _bring_in_what_teams_get_and_send() -> None:
    op.create_table(
        "round_slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("consultant_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["consultation_round.id"], name="fk_round_slot_round_id_consultation_round"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["round_enrolment.id"],
            name="fk_round_slot_enrolment_id_round_enrolment",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id"],
            ["round_consultant.id"],
            name="fk_round_slot_consultant_id_round_consultant",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_round_slot"),
        sa.UniqueConstraint("enrolment_id", name="uq_round_slot_enrolment_id"),
    )
    op.create_index("ix_round_slot_round_id", "round_slot", ["round_id"])
    op.create_table(
        "learning_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("background", sa.LargeBinary(), nullable=True),
        sa.Column("tried", sa.LargeBinary(), nullable=True),
        sa.Column("help_wanted", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["round_enrolment.id"], name="fk_learning_question_enrolment_id_round_enrolment"
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["account.id"], name="fk_learning_question_sent_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_learning_question"),
    )
    op.create_index("ix_learning_question_enrolment_id", "learning_question", ["enrolment_id"])


def downgrade() -> None:
    """Take the tables out again, and with them what teams asked."""
    for table in ("learning_question", "round_slot", "round_consultant", "round_enrolment", "consultation_round"):
        op.drop_table(table)
    op.drop_column("municipality", "holds_rounds")
