"""Keep the figures of a term once they were counted, and the quality report of a school year once it was issued."""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"


def upgrade() -> None:
    """The worker counts each term that is over at its next sweep."""
    op.create_table(
        "term_figures",
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_term_figures"),
        sa.UniqueConstraint("term", name="uq_term_figures_term"),
    )
    op.create_table(
        "quality_report",
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quality_report"),
        sa.UniqueConstraint("begins", name="uq_quality_report_begins"),
    )


def downgrade() -> None:
    """Forget both; terms are counted anew each time again."""
    op.drop_table("quality_report")
    op.drop_table("term_figures")
