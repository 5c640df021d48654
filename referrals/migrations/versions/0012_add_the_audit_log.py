"""Add the audit log, to which nothing is ever done again, and the row that says how long each of its chains is."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Bring the tables in."""
    op.create_table(
        "audit_event",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_party", sa.String(length=40), nullable=True),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.String(), nullable=True),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", "number", name="pk_audit_event"),
    )
    op.create_table(
        "audit_head",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", name="pk_audit_head"),
    )
    _forbid_rewriting()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("audit_head")
    op.drop_table("audit_event")  # its triggers go with it
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_stays()")


def _forbid_rewriting() -> None:
    # Whoever owns the database can take these away again: that is what the keyed chain is for.
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_stays_{change.lower()} BEFORE {change} ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is only ever added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_stays()"
    )
    op.execute(
        "CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )
