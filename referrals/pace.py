"""How often something may be tried in a stretch of time. Counted in the database, so that several web processes count together."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from referrals.clock import machine_now
from referrals.errors import TooManyTries
from referrals.models import Pace
from referrals.sealing import key_ring

#: rows of stretches that are over so long are deleted
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """So many tries of one kind (`most`) in a stretch of time that begins with the first (`within`)."""

    purpose: str
    most: int
    within: timedelta


def take(session: Session, limit: Limit, whose: str) -> None:
    """Count one try. Raises TooManyTries when it is one too many; `whose` is kept as a keyed digest only.

    One statement, so that tries at the same moment in several processes are each counted.
    """
    now = machine_now()
    begins_anew = Pace.since <= now - limit.within
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counting = insert(Pace).values(key=_key(limit, whose), since=now, tries=1)
    counted = counting.on_conflict_do_update(
        index_elements=[Pace.key],
        set_={
            "tries": case((begins_anew, 1), else_=Pace.tries + 1),
            "since": case((begins_anew, now), else_=Pace.since),
        },
    ).returning(Pace.tries, Pace.since)
    tries, since = session.execute(counted).one()
    if tries == 1:
        session.execute(delete(Pace).where(Pace.since < now - _KEPT))
    if tries > limit.most:
        raise TooManyTries(max(1, int((since + limit.within - now).total_seconds())))


def forget(session: Session, limit: Limit, whose: str) -> None:
    """It went well: start counting afresh."""
    session.execute(delete(Pace).where(Pace.key == _key(limit, whose)))


def _key(limit: Limit, whose: str) -> str:
    return key_ring().blind_index(f"pace {limit.purpose}", whose)
