"""Keep what an export for research gives out, from its approval until its last day is over."""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0098"


def upgrade() -> None:
    """The packages of exports that are approved already are made at the worker's next sweep."""
    op.create_table(
        "research_package",
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["research_export.id"], name="fk_research_package_export_id_research_export"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_research_package"),
        sa.UniqueConstraint("export_id", name="uq_research_package_export_id"),
    )


def downgrade() -> None:
    """Forget them; an export is made anew each time it is fetched again."""
    op.drop_table("research_package")
