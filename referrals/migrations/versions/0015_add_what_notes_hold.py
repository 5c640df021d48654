"""Add what kinds of information notes hold and whom they are about, so that consent can be asked for each by itself.

Notes from before hold nothing here: they count as holding every kind. Which guardian a part or goal is about was not
asked before, and stays unknown.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_WITH_NOTES = ("team_meeting", "follow_up", "action_plan")
_ABOUT_SOMEBODY = ("assessment_part", "goal")


def upgrade() -> None:
    """Bring the columns in."""
    for table in _WITH_NOTES:
        op.add_column(table, sa.Column("classification", sa.JSON(), nullable=False, server_default="{}"))
    for table in _ABOUT_SOMEBODY:
        op.add_column(table, sa.Column("about_guardian_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take the columns out again."""
    for table in _WITH_NOTES:
        op.drop_column(table, "classification")
    for table in _ABOUT_SOMEBODY:
        op.drop_column(table, "about_guardian_id")
