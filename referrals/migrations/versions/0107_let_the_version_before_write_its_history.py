"""Hold the numbers of development work's history apart only where a row has one: the version before numbers none, and writes beside the new one."""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"

KEPT_ANYWAY = "what the version before writes has no number, so the index says nothing of it"
_IS_NUMBERED = sa.text("number > 0")


def upgrade() -> None:
    """Its index of before took one such row in each work and refused the next."""
    op.drop_index("ix_development_event_number", table_name="development_event")
    op.create_index(
        "ix_development_event_number", "development_event", ["case_id", "number"], unique=True,
        sqlite_where=_IS_NUMBERED, postgresql_where=_IS_NUMBERED,
    )  # fmt: skip


def downgrade() -> None:
    """Tell apart what has no number, below all that have one."""
    op.execute(
        "UPDATE development_event SET number = -(SELECT count(*) FROM development_event AS other"
        " WHERE other.case_id = development_event.case_id AND (other.at < development_event.at"
        " OR (other.at = development_event.at AND other.id <= development_event.id))) WHERE number = 0"
    )
    op.drop_index("ix_development_event_number", table_name="development_event")
    op.create_index("ix_development_event_number", "development_event", ["case_id", "number"], unique=True)
