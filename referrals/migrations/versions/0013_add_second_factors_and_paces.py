"""Add second factors, one-time links, known devices, the municipality's sign-in, and paces that all processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

#: tables in the order in which they come; they go the other way round
_TABLES = (
    "pace",
    "known_device",
    "second_factor",
    "recovery_code",
    "reset_link",
    "municipal_attempt",
    "municipal_identity",
)
#: what a session knows of itself from now on, and that it did not before
_OF_SESSION = (
    ("browser", sa.String(), ""),
    ("is_municipal", sa.Boolean(), sa.false()),
    ("is_strong", sa.Boolean(), sa.false()),
    ("awaits_code", sa.Boolean(), sa.false()),
)


def upgrade() -> None:
    """Bring the tables in."""
    for name, kind, before in _OF_SESSION:
        op.add_column("web_session", sa.Column(name, kind, nullable=False, server_default=before))
    _create_pace()
    _create_known_device()
    _create_second_factor()
    _create_recovery_code()
    _create_reset_link()
    _create_municipal_attempt()
    _create_municipal_identity()


def downgrade() -> None:
    """Take the tables out again."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    for name, _kind, _before in reversed(_OF_SESSION):
        op.drop_column("web_session", name)


def _create_pace() -> None:
    op.create_table(
        "pace",
        sa.Column("key", sa.String(), nullable=False),
        _instant("since"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_pace"),
    )
    op.create_index("ix_pace_since", "pace", ["since"], unique=False)


def _create_known_device() -> None:
    op.create_table(
        "known_device",
        sa.Column("token_digest", sa.String(), nullable=False),
        _instant("seen_at"),
        *_of_account("known_device"),
        sa.UniqueConstraint("account_id", "token_digest", name="uq_known_device_account_id_token_digest"),
    )


def _create_second_factor() -> None:
    op.create_table(
        "second_factor",
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        _instant("made_at"),
        _instant("confirmed_at", nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        *_of_account("second_factor"),
        sa.UniqueConstraint("account_id", name="uq_second_factor_account_id"),
    )


def _create_recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("code_index", sa.String(), nullable=False),
        _instant("used_at", nullable=True),
        *_of_account("recovery_code"),
        sa.UniqueConstraint("code_index", name="uq_recovery_code_code_index"),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"], unique=False)


def _create_reset_link() -> None:
    op.create_table(
        "reset_link",
        sa.Column("token_digest", sa.String(), nullable=False),
        _instant("expires_at"),
        _instant("used_at", nullable=True),
        *_of_account("reset_link"),
        sa.UniqueConstraint("token_digest", name="uq_reset_link_token_digest"),
    )
    op.create_index("ix_reset_link_account_id", "reset_link", ["account_id"], unique=False)


def _create_municipal_attempt() -> None:
    op.create_table(
        "municipal_attempt",
        sa.Column("state_digest", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("next_page", sa.String(), nullable=False),
        _instant("began_at"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_municipal_attempt"),
        sa.UniqueConstraint("state_digest", name="uq_municipal_attempt_state_digest"),
    )


def _create_municipal_identity() -> None:
    op.create_table(
        "municipal_identity",
        sa.Column("subject_index", sa.String(), nullable=False),
        _instant("linked_at"),
        *_of_account("municipal_identity"),
        sa.UniqueConstraint("account_id", name="uq_municipal_identity_account_id"),
        sa.UniqueConstraint("subject_index", name="uq_municipal_identity_subject_index"),
    )


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_account(table: str) -> tuple["sa.schema.SchemaItem", ...]:
    return (
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=f"fk_{table}_account_id_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
