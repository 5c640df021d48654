"""Let a team rate by colour: two people each for themselves, then together, and on papers only as the guardians choose."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """Bring in what a team is asked for, the ratings and the guardians' choice."""
    op.add_column("forum", sa.Column("rates_by_colour", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "colour_rating",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("colours", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_colour_rating_referral_id_referral"),
        sa.ForeignKeyConstraint(["meeting_id"], ["team_meeting.id"], name="fk_colour_rating_meeting_id_team_meeting"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_colour_rating_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_colour_rating"),
        sa.UniqueConstraint("meeting_id", "place", name="uq_colour_rating_meeting_id_place"),
    )
    op.create_index("ix_colour_rating_referral_id", "colour_rating", ["referral_id"])
    op.create_index("ix_colour_rating_meeting_id", "colour_rating", ["meeting_id"])
    op.create_table(
        "colour_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_colour_choice_referral_id_referral"),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name="fk_colour_choice_guardian_id_guardian"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_colour_choice_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_colour_choice"),
    )
    op.create_index("ix_colour_choice_referral_id", "colour_choice", ["referral_id"])
    op.create_index("ix_colour_choice_guardian_id", "colour_choice", ["guardian_id"])


def downgrade() -> None:
    """Take all of it out again."""
    op.drop_table("colour_choice")
    op.drop_table("colour_rating")
    op.drop_column("forum", "rates_by_colour")
