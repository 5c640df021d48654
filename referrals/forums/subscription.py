"""The secret links by which calendar programs read when teams meet: dates and places only, and nothing that is talked about.

One leads to the dates of a team, the other to those of all the teams in which somebody works, as long as they do.
"""

import hmac
from collections.abc import Sequence

from sqlalchemy.orm import Session

from referrals.actors import Actor
from referrals.errors import NotAllowed
from referrals.forums import dates
from referrals.models import Account, Forum
from referrals.people import organisation
from referrals.sealing import key_ring


def secret_of(owner: Forum | Account) -> str | None:
    """What the newest link to the dates of a team, or of somebody's teams, has in it; None where none was made.

    It is written down nowhere.
    """
    if not owner.links_made:
        return None
    purpose = "team dates" if isinstance(owner, Forum) else "dates of own teams"
    return key_ring().blind_index(purpose, f"{owner.id} {owner.links_made}")


def opens(owner: Forum | Account, secret: str) -> bool:
    """Whether `secret` is that of the newest link; nobody's who no longer works here is."""
    newest = secret_of(owner) if isinstance(owner, Forum) or owner.is_active else None
    return newest is not None and hmac.compare_digest(newest.encode(), secret.encode())


def teams_of(session: Session, owner: Forum | Account) -> Sequence[Forum]:
    """The teams whose dates a link leads to: for somebody's own those in which they work just now."""
    return [owner] if isinstance(owner, Forum) else dates.forums_of(session, owner.actor())


def make_link(session: Session, forum: Forum, *, by: Actor) -> None:
    """Make a link to a team's dates, and let the one before open nothing any more. Raises NotAllowed."""
    dates.require_keeper(forum, by)
    _make(session, forum, by=by)


def make_own_link(session: Session, *, by: Actor) -> None:
    """The same to the dates of all the teams in which `by` works. Raises NotAllowed for whoever is no member of staff."""
    if by.account_id is None:
        raise NotAllowed("own dates")
    _make(session, session.get_one(Account, by.account_id), by=by)


def _make(session: Session, owner: Forum | Account, *, by: Actor) -> None:
    owner.links_made += 1
    organisation.note(
        session, owner, what="links_made", before=owner.links_made - 1, after=owner.links_made, by_id=by.account_id
    )
    session.flush()
