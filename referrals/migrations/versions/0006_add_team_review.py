"""Add the team"s meetings and their decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the tables in."""
    _create_team_meeting()
    _create_meeting_decision()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("meeting_decision")
    op.drop_table("team_meeting")


def _create_team_meeting() -> None:
    op.create_table(
        "team_meeting",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("called_by_id", sa.Uuid(), nullable=False),
        sa.Column("called", sa.JSON(), nullable=False),
        sa.Column("guardians_invited", sa.JSON(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes_by_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("next_meeting_on", sa.Date(), nullable=True),
        sa.Column("agenda", sa.LargeBinary(), nullable=True),
        sa.Column("attendance", sa.LargeBinary(), nullable=True),
        sa.Column("situation", sa.LargeBinary(), nullable=True),
        sa.Column("strengths", sa.LargeBinary(), nullable=True),
        sa.Column("child_words", sa.LargeBinary(), nullable=True),
        sa.Column("guardians_words", sa.LargeBinary(), nullable=True),
        sa.Column("questions", sa.LargeBinary(), nullable=True),
        sa.Column("ratings", sa.LargeBinary(), nullable=True),
        sa.Column("dissent", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["account.id"], name="fk_team_meeting_approved_by_id_account"),
        sa.ForeignKeyConstraint(["called_by_id"], ["account.id"], name="fk_team_meeting_called_by_id_account"),
        sa.ForeignKeyConstraint(["minutes_by_id"], ["account.id"], name="fk_team_meeting_minutes_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_team_meeting_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_team_meeting"),
        sa.UniqueConstraint("referral_id", "number", name="uq_team_meeting_referral_id_number"),
    )
    op.create_index("ix_team_meeting_referral_id", "team_meeting", ["referral_id"], unique=False)


def _create_meeting_decision() -> None:
    op.create_table(
        "meeting_decision",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("responsible", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["team_meeting.id"], name="fk_meeting_decision_meeting_id_team_meeting"
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_meeting_decision_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_decision"),
    )
    op.create_index("ix_meeting_decision_meeting_id", "meeting_decision", ["meeting_id"], unique=False)
    op.create_index("ix_meeting_decision_referral_id", "meeting_decision", ["referral_id"], unique=False)
