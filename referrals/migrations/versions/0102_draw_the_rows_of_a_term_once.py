"""Keep the rows that exports for research give out of a term, drawn once for all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"


def upgrade() -> None:
    """The rows of a term are drawn for the next export of it that is approved."""
    op.create_table(
        "research_term",
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_research_term"),
        sa.UniqueConstraint("term", name="uq_research_term_term"),
    )


def downgrade() -> None:
    """Forget them; each export gives out rows of its own again."""
    op.drop_table("research_term")
