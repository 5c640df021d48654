"""Let a team refer to a service outside, and record what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"

_MOMENTS = ("sent_id", "answered_id", "ended_id")


def upgrade() -> None:
    """Nothing was referred yet."""
    op.create_table(
        "service_referral",
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("consent_ids", sa.JSON(), nullable=False),
        sa.Column("sent_id", sa.Uuid(), nullable=False),
        sa.Column("answered_id", sa.Uuid(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("ended_id", sa.Uuid(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("service", "question", "package")),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], ["history.id"], name=f"fk_service_referral_{name}_history")
            for name in _MOMENTS
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_service_referral_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_service_referral"),
        *(sa.UniqueConstraint(name, name=f"uq_service_referral_{name}") for name in _MOMENTS),
    )
    op.create_index("ix_service_referral_referral_id", "service_referral", ["referral_id"])
    op.create_index("ix_service_referral_state", "service_referral", ["state"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("service_referral")
