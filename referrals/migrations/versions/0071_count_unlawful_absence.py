"""Count unlawful absence at the folkeskole by quarter, and keep what is sent about it, apart from every referral."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    """Bring the tables in."""
    op.create_table(
        "absent_pupil",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("pupil_index", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("class_name", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_absent_pupil_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_absent_pupil"),
        sa.UniqueConstraint("number", name="uq_absent_pupil_number"),
        sa.UniqueConstraint("pupil_index", name="uq_absent_pupil_pupil_index"),
    )
    op.create_index("ix_absent_pupil_unit_id", "absent_pupil", ["unit_id"])
    op.create_table(
        "absence_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["pupil_id"], ["absent_pupil.id"], name="fk_absence_count_pupil_id_absent_pupil"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["account.id"], name="fk_absence_count_entered_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_absence_count"),
    )
    op.create_index("ix_absence_count_pupil_id", "absence_count", ["pupil_id"])
    op.create_index("ix_absence_count_quarter_on", "absence_count", ["quarter_on"])
    op.create_table(
        "absence_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pupil_id", sa.Uuid(), nullable=False),
        sa.Column("quarter_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("school_days", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("is_sent", sa.Boolean(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("checksum", sa.String(), nullable=True),
        sa.Column("paper", sa.LargeBinary(), nullable=True),
        sa.Column("days", sa.LargeBinary(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["pupil_id"], ["absent_pupil.id"], name="fk_absence_step_pupil_id_absent_pupil"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name="fk_absence_step_decided_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_absence_step"),
        sa.UniqueConstraint(
            "pupil_id", "quarter_on", "kind", "turn", name="uq_absence_step_pupil_id_quarter_on_kind_turn"
        ),
    )
    op.create_index("ix_absence_step_pupil_id", "absence_step", ["pupil_id"])


def downgrade() -> None:
    """Take the tables out again, and with them what was counted and sent."""
    for table in ("absence_step", "absence_count", "absent_pupil"):
        op.drop_table(table)
