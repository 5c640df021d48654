"""Let those who are called to a meeting answer, and let a coordinator note what was answered by telephone."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    """Bring the table and the column in: the answers there are were given on guardians' own pages."""
    op.create_table(
        "called_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_called_answer_referral_id_referral"),
        sa.ForeignKeyConstraint(["meeting_id"], ["team_meeting.id"], name="fk_called_answer_meeting_id_team_meeting"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_called_answer_account_id_account"),
        sa.ForeignKeyConstraint(["noted_by_id"], ["account.id"], name="fk_called_answer_noted_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_called_answer"),
        sa.UniqueConstraint("meeting_id", "account_id", "number", name="uq_called_answer_meeting_id_account_id_number"),
    )
    op.create_index("ix_called_answer_referral_id", "called_answer", ["referral_id"])
    op.create_index("ix_called_answer_meeting_id", "called_answer", ["meeting_id"])
    with op.batch_alter_table("meeting_answer") as table:
        table.add_column(sa.Column("noted_by_id", sa.Uuid(), nullable=True))
        table.create_foreign_key("fk_meeting_answer_noted_by_id_account", "account", ["noted_by_id"], ["id"])


def downgrade() -> None:
    """Take them out again, and with them what was answered by those called, and who noted what."""
    with op.batch_alter_table("meeting_answer") as table:
        table.drop_constraint("fk_meeting_answer_noted_by_id_account", type_="foreignkey")
        table.drop_column("noted_by_id")
    op.drop_table("called_answer")
