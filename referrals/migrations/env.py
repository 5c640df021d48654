"""What Alembic runs: one connection to the database it was given, and our tables as the measure."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlalchemy.types import TypeDecorator, TypeEngine

from referrals import db
from referrals.models import Base


def _plain_type(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    # A migration keeps what the column was, whatever our own types become later.
    if kind != "type":
        return False
    if isinstance(item, TypeDecorator):
        item = item.impl_instance
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, sa.DateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _differs(_context: Any, _column: Any, _theirs: Any, ours: TypeEngine[Any], *_: Any) -> bool | None:
    # Enums are kept as text, and SQLite forgets what a time or an id was: comparing those says nothing.
    return False if isinstance(ours, (TypeDecorator, sa.Enum, sa.DateTime, sa.Uuid)) else None


with db.engine_for(context.config.attributes["address"]).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=_plain_type,
        compare_type=_differs,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        on_version_apply=context.config.attributes.get("made", ()),
    )
    with context.begin_transaction():
        context.run_migrations()
