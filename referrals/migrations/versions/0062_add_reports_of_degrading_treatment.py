"""Add reports of degrading treatment, with each step on their way to the organiser, and the investigations of them."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    """Nothing was reported here yet."""
    steps = ("passed_on_id", "begun_id", "concluded_id")
    op.create_table(
        "degrading_report",
        sa.Column("history_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("received_id", *steps)),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("passed_on_on", sa.Date(), nullable=True),
        sa.Column("carried_out_by_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=True)
            for name in (
                "happened", "circumstances", "done_at_once", "passed_on_to", "findings", "views", "measures",
            )
        ),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], ["history.id"], name=f"fk_degrading_report_{name}_history")
            for name in ("history_id", "received_id", *steps)
        ),
        sa.ForeignKeyConstraint(
            ["carried_out_by_id"], ["account.id"], name="fk_degrading_report_carried_out_by_id_account"
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_degrading_report_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_degrading_report"),
        *(
            sa.UniqueConstraint(name, name=f"uq_degrading_report_{name}")
            for name in ("history_id", *steps)
        ),
    )  # fmt: skip
    op.create_index("ix_degrading_report_referral_id", "degrading_report", ["referral_id"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("degrading_report")
