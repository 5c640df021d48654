"""Add the referral and its history, to which nothing is ever done again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the tables in."""
    _create_referral()
    _create_history()
    _create_membership()
    _forbid_rewriting_history()


def downgrade() -> None:
    """Take the tables out again."""
    _allow_rewriting_history()
    op.drop_table("membership")
    op.drop_table("history")
    op.drop_table("referral")


def _create_referral() -> None:
    op.create_table(
        "referral",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("revisit_on", sa.Date(), nullable=True),
        sa.Column("skips_assessment", sa.Boolean(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("school_year", sa.String(length=40), nullable=True),
        sa.Column("rulepack", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("child_name_index", sa.String(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("has_protected_identity", sa.Boolean(), nullable=False),
        sa.Column("child_name", sa.LargeBinary(), nullable=True),
        sa.Column("child_birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("child_group", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name="fk_referral_owner_id_account"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_referral_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        sa.UniqueConstraint("number", name="uq_referral_number"),
    )
    op.create_index(
        "ix_referral_board", "referral", ["unit_id", "is_open", "stage", "status", "target_on"], unique=False
    )
    op.create_index("ix_referral_child_name_index", "referral", ["child_name_index"], unique=False)
    op.create_index("ix_referral_newest", "referral", ["unit_id", "opened_at"], unique=False)
    op.create_index("ix_referral_owner", "referral", ["owner_id", "is_open", "target_on"], unique=False)
    op.create_index("ix_referral_revisit_on", "referral", ["revisit_on"], unique=False)


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("from_stage", sa.String(length=40), nullable=True),
        sa.Column("from_status", sa.String(length=40), nullable=True),
        sa.Column("to_stage", sa.String(length=40), nullable=False),
        sa.Column("to_status", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_party", sa.String(length=40), nullable=False),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_history_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_history_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        sa.UniqueConstraint("referral_id", "number", name="uq_history_referral_id_number"),
    )
    op.create_index("ix_history_referral_id", "history", ["referral_id"], unique=False)
    op.create_index("ix_history_written_at", "history", ["written_at"], unique=False)


def _create_membership() -> None:
    op.create_table(
        "membership",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_membership_account_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_membership_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
        sa.UniqueConstraint("referral_id", "account_id", name="uq_membership_referral_id_account_id"),
    )
    op.create_index("ix_membership_account", "membership", ["account_id"], unique=False)
    op.create_index("ix_membership_referral_id", "membership", ["referral_id"], unique=False)


def _forbid_rewriting_history() -> None:
    # The application never does it; this keeps a slip of the hand at a database prompt from doing it either.
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER history_stays_{change.lower()} BEFORE {change} ON history "
                "BEGIN SELECT RAISE(ABORT, 'history is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'history is only ever added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE ON history FOR EACH ROW EXECUTE FUNCTION history_stays()"
    )


def _allow_rewriting_history() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER history_stays_update")
        op.execute("DROP TRIGGER history_stays_delete")
        return
    op.execute("DROP TRIGGER history_stays ON history")
    op.execute("DROP FUNCTION history_stays()")
