"""Begin with the municipality, its people and their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the tables in."""
    _create_account()
    _create_closed_day()
    _create_forum()
    _create_municipality()
    _create_kept_form()
    _create_organisation_change()
    _create_unit()
    _create_web_session()
    _create_role_assignment()


def downgrade() -> None:
    """Take the tables out again."""
    op.drop_table("role_assignment")
    op.drop_table("web_session")
    op.drop_table("unit")
    op.drop_table("organisation_change")
    op.drop_table("kept_form")
    op.drop_table("municipality")
    op.drop_table("forum")
    op.drop_table("closed_day")
    op.drop_table("account")


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("profession", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
    )


def _create_closed_day() -> None:
    op.create_table(
        "closed_day",
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_closed_day"),
        sa.UniqueConstraint("first_on", "last_on", name="uq_closed_day_first_on_last_on"),
    )


def _create_forum() -> None:
    op.create_table(
        "forum",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("quorum", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forum"),
        sa.UniqueConstraint("slug", name="uq_forum_slug"),
    )


def _create_municipality() -> None:
    op.create_table(
        "municipality",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(length=40), nullable=False),
        sa.Column("rulepack_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_municipality"),
    )


def _create_kept_form() -> None:
    op.create_table(
        "kept_form",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_kept_form_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_kept_form"),
    )
    op.create_index("ix_kept_form_account_id", "kept_form", ["account_id"], unique=False)


def _create_organisation_change() -> None:
    op.create_table(
        "organisation_change",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_organisation_change_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_change"),
    )
    op.create_index("ix_organisation_change_at", "organisation_change", ["at"], unique=False)


def _create_unit() -> None:
    op.create_table(
        "unit",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("school_form", sa.String(length=40), nullable=False),
        sa.Column("forum_id", sa.Uuid(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["forum_id"], ["forum.id"], name="fk_unit_forum_id_forum"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("slug", name="uq_unit_slug"),
    )
    op.create_index("ix_unit_forum_id", "unit", ["forum_id"], unique=False)


def _create_web_session() -> None:
    op.create_table(
        "web_session",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_web_session_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_web_session"),
        sa.UniqueConstraint("token_digest", name="uq_web_session_token_digest"),
    )
    op.create_index("ix_web_session_account_id", "web_session", ["account_id"], unique=False)


def _create_role_assignment() -> None:
    op.create_table(
        "role_assignment",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_role_assignment_account_id_account", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_role_assignment_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_role_assignment"),
        sa.UniqueConstraint("account_id", "role", "unit_id", name="uq_role_assignment_account_id_role_unit_id"),
    )
    op.create_index("ix_role_assignment_account_id", "role_assignment", ["account_id"], unique=False)
    op.create_index("ix_role_assignment_unit_id", "role_assignment", ["unit_id"], unique=False)
