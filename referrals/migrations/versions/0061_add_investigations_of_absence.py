"""Add investigations of absence, and that the absence was reported to the organiser of the school."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """Nothing was investigated here yet."""
    op.create_table(
        "absence_investigation",
        sa.Column("begun_id", sa.Uuid(), nullable=False),
        sa.Column("reported_id", sa.Uuid(), nullable=True),
        sa.Column("concluded_id", sa.Uuid(), nullable=True),
        sa.Column("carried_out_by_id", sa.Uuid(), nullable=False),
        sa.Column("pattern", sa.String(length=40), nullable=False),
        sa.Column("absence", sa.String(length=40), nullable=False),
        sa.Column("guardians_told_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("support_too", sa.String(length=40), nullable=True),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=True)
            for name in (
                "known", "reported_to", "causes", "pupils_view", "guardians_view", "health_team_view", "measures",
            )
        ),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], ["history.id"], name=f"fk_absence_investigation_{name}_history")
            for name in ("begun_id", "reported_id", "concluded_id")
        ),
        sa.ForeignKeyConstraint(
            ["carried_out_by_id"], ["account.id"], name="fk_absence_investigation_carried_out_by_id_account"
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_absence_investigation_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_absence_investigation"),
        *(
            sa.UniqueConstraint(name, name=f"uq_absence_investigation_{name}")
            for name in ("begun_id", "reported_id", "concluded_id")
        ),
    )  # fmt: skip
    op.create_index("ix_absence_investigation_referral_id", "absence_investigation", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("absence_investigation")
