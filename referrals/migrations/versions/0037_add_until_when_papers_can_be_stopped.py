"""Let a paper say until when it can be stopped: one that is made late can be stopped as long as any other."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

_DOCUMENT = sa.table(
    "document",
    sa.column("id", sa.Uuid()),
    sa.column("recipient", sa.String()),
    sa.column("issued_at", sa.DateTime(timezone=True)),
    sa.column("held_until", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Add the instant; papers issued before go on being held for ten minutes from their decision."""
    op.add_column("document", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    leaving = sa.select(_DOCUMENT.c.id, _DOCUMENT.c.issued_at).where(_DOCUMENT.c.recipient != "file")
    for identity, issued_at in connection.execute(leaving).all():
        held = issued_at + timedelta(minutes=10)
        connection.execute(sa.update(_DOCUMENT).where(_DOCUMENT.c.id == identity).values(held_until=held))


def downgrade() -> None:
    """Take the instant away."""
    # Not a batch, which on SQLite makes the table anew and would drop it from under the papers' content.
    op.drop_column("document", "held_until")
