"""Keep what stood about a guardian before it was corrected, and how a team was called before its meeting was moved."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Bring the tables in."""
    op.create_table(
        "guardian_version",
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=False),
        sa.Column("custody", sa.String(length=40), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("protected_level", sa.String(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.LargeBinary(), nullable=True),
        sa.Column("interpreter", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        *_of_referral("guardian_version", "guardian"),
    )
    op.create_index("ix_guardian_version_guardian_id", "guardian_version", ["guardian_id"], unique=False)
    op.create_index("ix_guardian_version_referral_id", "guardian_version", ["referral_id"], unique=False)
    op.create_table(
        "meeting_version",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("called", sa.JSON(), nullable=False),
        sa.Column("guardians_invited", sa.JSON(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("agenda", sa.LargeBinary(), nullable=True),
        *_of_referral("meeting_version", "team_meeting", "meeting_id"),
    )
    op.create_index("ix_meeting_version_meeting_id", "meeting_version", ["meeting_id"], unique=False)
    op.create_index("ix_meeting_version_referral_id", "meeting_version", ["referral_id"], unique=False)


def downgrade() -> None:
    """Take the tables out again, and with them what stood there before."""
    op.drop_table("meeting_version")
    op.drop_table("guardian_version")


def _of_referral(table: str, of: str, by: str = "guardian_id") -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint([by], [f"{of}.id"], name=f"fk_{table}_{by}_{of}"),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["history.id"], name=f"fk_{table}_replaced_by_id_history"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=f"fk_{table}_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]
