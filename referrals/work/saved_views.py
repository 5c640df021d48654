"""The views of board and list that a person keeps: their own, seen by nobody else, and a handful."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.models import SavedView

#: more would be a list to search in
MOST: Final = 12


def of(session: Session, by: Actor) -> list[dict[str, str]]:
    """The filters of each view that this person keeps, the oldest first."""
    kept = select(SavedView.filters).where(SavedView.account_id == by.account_id)
    return [dict(parse_qsl(filters)) for filters in session.scalars(kept.order_by(SavedView.saved_at, SavedView.id))]


def keep(session: Session, by: Actor, filters: Mapping[str, str]) -> bool:
    """Keep a view; one that is kept already stays where it is. False where this person keeps as many as there may be."""
    written = _written(filters)
    mine = SavedView.account_id == by.account_id
    if session.scalars(select(SavedView.id).where(mine, SavedView.filters == written)).first() is not None:
        return True
    if (session.scalar(select(func.count()).select_from(SavedView).where(mine)) or 0) >= MOST:
        return False
    session.add(SavedView(account_id=by.account_id, filters=written, saved_at=clock.machine_now()))
    return True


def forget(session: Session, by: Actor, filters: Mapping[str, str]) -> None:
    """Keep it no longer. Again changes nothing."""
    session.execute(
        delete(SavedView).where(SavedView.account_id == by.account_id, SavedView.filters == _written(filters))
    )


def _written(filters: Mapping[str, str]) -> str:
    return urlencode(sorted(filters.items()))
