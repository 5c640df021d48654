"""Let automatic work follow development work too, and keep the papers its stages leave; no step leads from it to a child."""

import sqlalchemy as sa
from alembic import op

revision = "0097"
down_revision = "0096"

KEPT_ANYWAY = (
    "what the version before writes has a referral and a row of its history, and nothing in columns it does not know"
)

_FOLLOWS_ONE = (
    "(referral_id IS NOT NULL AND history_id IS NOT NULL AND development_id IS NULL AND event_id IS NULL)"
    " OR (referral_id IS NULL AND history_id IS NULL AND development_id IS NOT NULL AND event_id IS NOT NULL)"
)
_NEW = (("development_id", "development_case"), ("event_id", "development_event"))
_STEP = sa.table("step", sa.column("development_id", sa.Uuid()))


def upgrade() -> None:
    """What is there follows a referral; what was begun before leaves no paper afterwards."""
    with op.batch_alter_table("step") as table:
        table.add_column(sa.Column("development_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("event_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            "fk_step_development_id_development_case", "development_case", ["development_id"], ["id"]
        )
        table.create_foreign_key("fk_step_event_id_development_event", "development_event", ["event_id"], ["id"])
        table.create_index("ix_step_development_id", ["development_id"])
        table.create_index("ix_step_event_id", ["event_id"])
        table.alter_column("referral_id", existing_type=sa.Uuid(), nullable=True)
        table.alter_column("history_id", existing_type=sa.Uuid(), nullable=True)
        table.create_check_constraint("ck_step_follows_one", _FOLLOWS_ONE)
    op.create_table(
        "development_paper",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("case_id", "event_id")),
        *(sa.Column(name, sa.String(length=40), nullable=False) for name in ("kind", "audience")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("language", "checksum")),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["development_case.id"], name="fk_development_paper_case_id_development_case"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["development_event.id"], name="fk_development_paper_event_id_development_event"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_development_paper"),
        sa.UniqueConstraint("event_id", "kind", "audience", name="uq_development_paper_event_id_kind_audience"),
    )
    op.create_index("ix_development_paper_case_id", "development_paper", ["case_id"])


def downgrade() -> None:
    """Forget the papers, and what was left to do about development work."""
    op.drop_table("development_paper")
    op.execute(_STEP.delete().where(_STEP.c.development_id.is_not(None)))
    with op.batch_alter_table("step") as table:
        table.drop_constraint("ck_step_follows_one", type_="check")
        for name in ("referral_id", "history_id"):
            table.alter_column(name, existing_type=sa.Uuid(), nullable=False)
        for name, other in _NEW:
            table.drop_index(f"ix_step_{name}")
            table.drop_constraint(f"fk_step_{name}_{other}", type_="foreignkey")
            table.drop_column(name)
