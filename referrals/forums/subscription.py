"""The secret link by which a calendar program reads a team's dates: of dates and places only, and of nothing that is talked about."""

import hmac

from sqlalchemy.orm import Session

from referrals.actors import Actor
from referrals.forums import dates
from referrals.models import Forum
from referrals.people import organisation
from referrals.sealing import key_ring


def secret_of(forum: Forum) -> str | None:
    """What the newest link has in it, which is written down nowhere; None where none was made."""
    if not forum.links_made:
        return None
    return key_ring().blind_index("team dates", f"{forum.id} {forum.links_made}")


def opens(forum: Forum, secret: str) -> bool:
    """Whether `secret` is that of the newest link."""
    newest = secret_of(forum)
    return newest is not None and hmac.compare_digest(newest.encode(), secret.encode())


def make_link(session: Session, forum: Forum, *, by: Actor) -> None:
    """Make a link, and let the one before open nothing any more. Raises NotAllowed."""
    dates.require_keeper(forum, by)
    forum.links_made += 1
    organisation.note(
        session, forum, what="links_made", before=forum.links_made - 1, after=forum.links_made, by_id=by.account_id
    )
    session.flush()
