"""The secret links by which calendar programs read when teams meet: dates and places only, and nothing that is talked about.

One leads to the dates of a team, the other to those of all the teams in which somebody works, as long as they do, and to those
dates on which they stand in for somebody.
"""

import hmac

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from referrals.actors import Actor
from referrals.errors import NotAllowed
from referrals.forums import dates
from referrals.models import Account, Forum, SeatAbsence, TeamDate, TeamSeat
from referrals.people import organisation
from referrals.sealing import key_ring


def secret_of(owner: Forum | Account) -> str | None:
    """What the newest link to the dates of a team, or of somebody's teams, has in it; None where none was made, or it was closed.

    It is written down nowhere. A count below nought is a closed link too: of a version before, which ran on during the upgrade.
    """
    if owner.links_made <= 0 or _is_closed(owner):
        return None
    purpose = "team dates" if isinstance(owner, Forum) else "dates of own teams"
    return key_ring().blind_index(purpose, f"{owner.id} {owner.links_made}")


def opens(owner: Forum | Account, secret: str) -> bool:
    """Whether `secret` is that of the newest link; nobody's who no longer works here is."""
    newest = secret_of(owner) if isinstance(owner, Forum) or owner.is_active else None
    return newest is not None and hmac.compare_digest(newest.encode(), secret.encode())


def dates_of(session: Session, owner: Forum | Account) -> ColumnElement[bool]:
    """The dates a link leads to: for somebody's own those of the teams in which they work just now, and those on which they stand in."""
    if isinstance(owner, Forum):
        return TeamDate.forum_id == owner.id
    own = [one.id for one in dates.forums_of(session, owner.actor(), for_good=True)]
    stands_in = select(SeatAbsence.id).join(SeatAbsence.seat).where(
        SeatAbsence.stand_in_id == owner.id, TeamSeat.forum_id == TeamDate.forum_id,
        SeatAbsence.begins_at <= TeamDate.starts_at, SeatAbsence.ends_at > TeamDate.starts_at,
    )  # fmt: skip
    return or_(TeamDate.forum_id.in_(own), stands_in.exists())


def make_link(session: Session, forum: Forum, *, by: Actor) -> None:
    """Make a link to a team's dates, and let the one before open nothing any more. Raises NotAllowed."""
    dates.require_keeper(forum, by)
    _make(session, forum, by=by)


def make_own_link(session: Session, *, by: Actor) -> None:
    """The same to the dates of all the teams in which `by` works. Raises NotAllowed for whoever is no member of staff."""
    _make(session, _own(session, by), by=by)


def close_own_link(session: Session, *, by: Actor) -> None:
    """Let the own link of `by` open nothing any more, without another one. Again changes nothing. Raises NotAllowed as `make_own_link` does."""
    owner = _own(session, by)
    if owner.links_made > 0 and not owner.is_link_closed:
        owner.is_link_closed = True
        _note(session, owner, "is_link_closed", before=False, after=True, by=by)


def _own(session: Session, by: Actor) -> Account:
    if by.account_id is None:
        raise NotAllowed("own dates")
    return session.get_one(Account, by.account_id)


def _is_closed(owner: Forum | Account) -> bool:
    return isinstance(owner, Account) and owner.is_link_closed


def _make(session: Session, owner: Forum | Account, *, by: Actor) -> None:
    """Another one each time: none comes back that was there before."""
    before, owner.links_made = owner.links_made, abs(owner.links_made) + 1
    if isinstance(owner, Account) and owner.is_link_closed:
        owner.is_link_closed = False
        _note(session, owner, "is_link_closed", before=True, after=False, by=by)
    _note(session, owner, "links_made", before=before, after=owner.links_made, by=by)


def _note(session: Session, owner: Forum | Account, what: str, *, before: object, after: object, by: Actor) -> None:
    organisation.note(session, owner, what=what, before=before, after=after, by_id=by.account_id)
    session.flush()
