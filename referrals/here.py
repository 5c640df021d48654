"""The municipality of this instance, which nearly every question needs for its days."""

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.models import Municipality

_KNOWN: Final = "municipality"


def municipality(session: Session) -> Municipality | None:
    """The municipality, asked for once in each session; None where none is set up yet."""
    known: Municipality | None = session.info.get(_KNOWN)
    if known is None or known not in session:  # closed meanwhile, it has let go of every row
        known = session.info[_KNOWN] = session.scalars(select(Municipality).limit(1)).one_or_none()
    return known


def time_zone(session: Session) -> str:
    """The name of its time zone; UTC where none is set up yet."""
    found = municipality(session)
    return found.timezone if found else "UTC"


def today(session: Session) -> date:
    """The calendar day it is there."""
    return clock.today(time_zone(session))
