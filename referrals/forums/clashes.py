"""Two meetings for somebody at once: told by name and without the other meeting's number, which not everybody may know."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import Account, Referral, TeamMeeting

#: no meeting is planned to take longer
_LONGEST: Final = timedelta(minutes=480)


def at_once(
    session: Session, people: Iterable[Account], *, starts_at: datetime, minutes: int, but: Referral
) -> list[Account]:
    """Those of `people` who are called to another meeting than that about `but` at the same time, in their order."""
    ends_at = starts_at + timedelta(minutes=minutes)
    rows = select(TeamMeeting.starts_at, TeamMeeting.minutes, TeamMeeting.called).where(
        TeamMeeting.held_at.is_(None), TeamMeeting.referral_id != but.id,
        TeamMeeting.starts_at < ends_at, TeamMeeting.starts_at > starts_at - _LONGEST,
    )  # fmt: skip
    busy: set[str] = set()
    for begins, length, called in session.execute(rows):
        if begins + timedelta(minutes=length) > starts_at:
            busy.update(called)
    return [one for one in people if str(one.id) in busy]
