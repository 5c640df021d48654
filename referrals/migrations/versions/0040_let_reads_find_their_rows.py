"""Let a board, a list and a home read their own rows only, however many referrals have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

_ADDED = {
    "ix_referral_listed": ("referral", ["unit_id", "is_open", "opened_at", "held_since", "protected_since", "id"]),
    "ix_referral_revisit": ("referral", ["unit_id", "revisit_on"]),
    "ix_membership_standing": ("membership", ["account_id", "standing", "referral_id"]),
    "ix_concern_addition_unread": ("concern_addition", ["kind", "read_at"]),
}
#: few rows have these at all
_PARTIAL = {"ix_referral_held": ("referral", "held_since"), "ix_step_failed": ("step", "failed_at")}


def upgrade() -> None:
    """Add the indexes; what the new one about standing says, the one by account alone said too."""
    for name, (table, columns) in _ADDED.items():
        op.create_index(name, table, columns, unique=False)
    for name, (table, column) in _PARTIAL.items():
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, table, [column], unique=False, sqlite_where=some, postgresql_where=some)
    op.drop_index("ix_membership_account", table_name="membership")


def downgrade() -> None:
    """Take them out again."""
    op.create_index("ix_membership_account", "membership", ["account_id"], unique=False)
    for name, (table, _columns) in {**_ADDED, **_PARTIAL}.items():
        op.drop_index(name, table_name=table)
