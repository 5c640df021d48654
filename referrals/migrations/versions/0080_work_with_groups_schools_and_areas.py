"""Let teams and the management work with a group, a school or an area over terms, about nobody by name, and close it with a report."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"


def upgrade() -> None:
    """None is begun yet. Nothing leads from it to a child or a referral."""
    op.create_table(
        "development_case",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=True),
        sa.Column("background", sa.LargeBinary(), nullable=True),
        sa.Column("aim", sa.LargeBinary(), nullable=True),
        sa.Column("lessons_learnt", sa.LargeBinary(), nullable=True),
        sa.Column("good_examples", sa.LargeBinary(), nullable=True),
        sa.Column("reflections", sa.LargeBinary(), nullable=True),
        sa.Column("future_plans", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by_id"], ["account.id"], name="fk_development_case_opened_by_id_account"),
        sa.ForeignKeyConstraint(["closed_by_id"], ["account.id"], name="fk_development_case_closed_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_development_case"),
    )
    op.create_table(
        "development_unit",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_unit_case_id_development_case"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_development_unit_unit_id_unit"),
        sa.PrimaryKeyConstraint("case_id", "unit_id", name="pk_development_unit"),
    )
    op.create_index("ix_development_unit_unit_id", "development_unit", ["unit_id"])
    _add_terms_and_history()


def _add_terms_and_history() -> None:
    op.create_table(
        "development_term",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_term_case_id_development_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_development_term"),
        sa.UniqueConstraint("case_id", "term", name="uq_development_term_case_id_term"),
    )
    op.create_table(
        "development_milestone",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_milestone_case_id_development_case"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_development_milestone"),
    )
    op.create_index("ix_development_milestone_case_id", "development_milestone", ["case_id"])
    op.create_table(
        "development_event",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_event_case_id_development_case"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_development_event_by_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_development_event"),
    )
    op.create_index("ix_development_event_case_id", "development_event", ["case_id"])


def downgrade() -> None:
    """Take development work out again."""
    for table in (
        "development_event",
        "development_milestone",
        "development_term",
        "development_unit",
        "development_case",
    ):
        op.drop_table(table)
