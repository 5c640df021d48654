"""Let development work go through the stages of a referral, and number its history; what is there is put where it stands."""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"

KEPT_ANYWAY = "0107 takes what the version before writes, of which no row has a number, out of the index"
_HAS_ACTIONS = "EXISTS (SELECT 1 FROM development_action WHERE development_action.case_id = development_case.id)"
_HAS_BEGUN = (
    "strengths IS NOT NULL OR difficulties IS NOT NULL OR causes IS NOT NULL"
    " OR EXISTS (SELECT 1 FROM development_result WHERE development_result.case_id = development_case.id)"
    " OR EXISTS (SELECT 1 FROM development_term WHERE development_term.case_id = development_case.id)"
    " OR EXISTS (SELECT 1 FROM development_milestone WHERE development_milestone.case_id = development_case.id)"
)
#: where it stands, told by what was written in it, the furthest first
_STANDS = (
    ("closed_at IS NOT NULL", "closure", "closed"),
    (_HAS_ACTIONS, "action_plan", "active"),
    ("priorities IS NOT NULL AND goals IS NOT NULL", "action_plan", "draft"),
    (_HAS_BEGUN, "assessment", "draft"),
)
_MOVES = (
    "open_triage", "take_up", "end_at_triage", "conclude_analysis", "decide_priorities", "agree_plan", "open_follow_up",
    "record_follow_up", "step_back",
)  # fmt: skip
_CASE = sa.table("development_case", sa.column("stage", sa.String()), sa.column("status", sa.String()))
_EVENT = sa.table("development_event", sa.column("act", sa.String()))
_STAGED = ("from_stage", "from_status", "to_stage", "to_status")


def upgrade() -> None:
    """Rows of its history from before say no stage."""
    long_ago = "1970-01-01 00:00:00+00:00"
    text, moment = sa.String(length=40), sa.DateTime(timezone=True)
    op.add_column("development_case", sa.Column("stage", text, nullable=False, server_default="triage"))
    op.add_column("development_case", sa.Column("status", text, nullable=False, server_default="waiting"))
    op.add_column("development_case", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("development_case", sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("development_case", sa.Column("target_on", sa.Date(), nullable=True))
    op.add_column("development_case", sa.Column("stage_since", moment, nullable=False, server_default=long_ago))
    with op.batch_alter_table("development_event") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("from_stage", text, nullable=True))
        table.add_column(sa.Column("from_status", text, nullable=True))
        table.add_column(sa.Column("to_stage", text, nullable=True))
        table.add_column(sa.Column("to_status", text, nullable=True))
        table.alter_column("by_id", existing_type=sa.Uuid(), nullable=True)
    op.execute(
        "UPDATE development_event SET number = (SELECT count(*) FROM development_event AS other"
        " WHERE other.case_id = development_event.case_id AND (other.at < development_event.at"
        " OR (other.at = development_event.at AND other.id <= development_event.id)))"
    )
    op.execute(
        "UPDATE development_case SET stage_since = coalesce(closed_at, opened_at), is_open = (closed_at IS NULL),"
        " version = (SELECT count(*) FROM development_event WHERE development_event.case_id = development_case.id)"
    )
    for where, stage, status in reversed(_STANDS):
        op.execute(_CASE.update().where(sa.text(where)).values(stage=stage, status=status))
    op.create_index("ix_development_event_number", "development_event", ["case_id", "number"], unique=True)


def downgrade() -> None:
    """Forget the stages, and that it was moved through them."""
    op.execute(_EVENT.delete().where(_EVENT.c.act.in_(_MOVES)))
    op.drop_index("ix_development_event_number", table_name="development_event")
    with op.batch_alter_table("development_event") as table:
        table.alter_column("by_id", existing_type=sa.Uuid(), nullable=False)
        for name in (*_STAGED, "words", "number"):
            table.drop_column(name)
    for name in ("stage_since", "target_on", "is_open", "version", "status", "stage"):
        op.drop_column("development_case", name)
