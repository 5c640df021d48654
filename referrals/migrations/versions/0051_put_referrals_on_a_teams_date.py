"""Let referrals be put on a team's date, in an order and with minutes each."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """No date has an agenda yet: each referral that is ready lines up."""
    op.create_table(
        "agenda_item",
        sa.Column("date_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("put_by_id", sa.Uuid(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["date_id"], ["team_date.id"], name="fk_agenda_item_date_id_team_date", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["put_by_id"], ["account.id"], name="fk_agenda_item_put_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_agenda_item_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_agenda_item"),
        sa.UniqueConstraint("date_id", "referral_id", name="uq_agenda_item_date_id_referral_id"),
    )
    op.create_index("ix_agenda_item_referral_id", "agenda_item", ["referral_id"])


def downgrade() -> None:
    """Forget what was on which date."""
    op.drop_table("agenda_item")
