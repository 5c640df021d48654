"""Add the guardian's own page: codes on paper, open browsers, bound e-identification, answers to invitations, own words."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Bring the tables in."""
    op.add_column(
        "municipal_attempt", sa.Column("is_guardian", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _codes_and_browsers()
    _answers_and_words()


def _codes_and_browsers() -> None:
    op.create_table(
        "guardian_code",
        sa.Column("code_index", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_guardian_code_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_guardian_code_referral_id_referral"),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name="fk_guardian_code_made_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian_code"),
        sa.UniqueConstraint("code_index", name="uq_guardian_code_code_index"),
    )
    op.create_index("ix_guardian_code_guardian_id", "guardian_code", ["guardian_id"], unique=False)
    op.create_index("ix_guardian_code_referral_id", "guardian_code", ["referral_id"], unique=False)
    op.create_table(
        "guardian_session",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_strong", sa.Boolean(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_guardian_session_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_guardian_session_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian_session"),
        sa.UniqueConstraint("token_digest", name="uq_guardian_session_token_digest"),
    )
    op.create_index("ix_guardian_session_guardian_id", "guardian_session", ["guardian_id"], unique=False)
    op.create_index("ix_guardian_session_referral_id", "guardian_session", ["referral_id"], unique=False)
    op.create_table(
        "guardian_identity",
        sa.Column("subject_index", sa.String(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_guardian_identity_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_guardian_identity_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian_identity"),
    )
    op.create_index("ix_guardian_identity_guardian_id", "guardian_identity", ["guardian_id"], unique=False)
    op.create_index("ix_guardian_identity_referral_id", "guardian_identity", ["referral_id"], unique=False)
    op.create_index("ix_guardian_identity_subject_index", "guardian_identity", ["subject_index"], unique=False)


def _answers_and_words() -> None:
    op.create_table(
        "meeting_answer",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("support_person", sa.LargeBinary(), nullable=True),
        sa.Column("interpreter", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_meeting_answer_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_meeting_answer_referral_id_referral"),
        sa.ForeignKeyConstraint(["meeting_id"], ["team_meeting.id"], name="fk_meeting_answer_meeting_id_team_meeting"),
        sa.ForeignKeyConstraint(["read_by_id"], ["account.id"], name="fk_meeting_answer_read_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_answer"),
        sa.UniqueConstraint("guardian_id", "number", name="uq_meeting_answer_guardian_id_number"),
    )
    op.create_index("ix_meeting_answer_guardian_id", "meeting_answer", ["guardian_id"], unique=False)
    op.create_index("ix_meeting_answer_referral_id", "meeting_answer", ["referral_id"], unique=False)
    op.create_index("ix_meeting_answer_meeting_id", "meeting_answer", ["meeting_id"], unique=False)
    op.create_table(
        "guardian_words",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_guardian_words_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_guardian_words_referral_id_referral"),
        sa.ForeignKeyConstraint(["read_by_id"], ["account.id"], name="fk_guardian_words_read_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian_words"),
        sa.UniqueConstraint("guardian_id", "number", name="uq_guardian_words_guardian_id_number"),
    )
    op.create_index("ix_guardian_words_guardian_id", "guardian_words", ["guardian_id"], unique=False)
    op.create_index("ix_guardian_words_referral_id", "guardian_words", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take the tables out again."""
    for name in ("guardian_words", "meeting_answer", "guardian_identity", "guardian_session", "guardian_code"):
        op.drop_table(name)
    op.drop_column("municipal_attempt", "is_guardian")
