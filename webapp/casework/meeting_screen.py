"""The meeting on a screen that all in the room see: behind a curtain, without what one of them may not know, and whose turn it is."""

from dataclasses import dataclass

from flask import url_for

from referrals.meetings import meeting_room
from referrals.meetings.meeting_room import CommonGround
from referrals.models import Referral, TeamMeeting
from referrals.notes import MEETING_TEXTS
from referrals.vocabulary import About, Domain
from webapp import people, screens, transactions
from webapp.forms import Form


@dataclass(frozen=True)
class Screen:
    """What the screen shows beside the form of the minutes."""

    #: whether nothing is shown until somebody says so
    is_drawn: bool
    #: None behind the curtain
    common: CommonGround | None
    #: the names of the fields that are shown after a click only
    closed: frozenset[str]
    #: which of how many on this day
    place: int
    count: int
    #: the addresses of the referral's own screen, of the one before and of the next one
    opens: str
    before: str | None
    after: str | None


def address(referral: Referral, how: str = screens.CURTAIN) -> str:
    """Where the referral's screen is; behind the curtain unless told otherwise."""
    return url_for("casework.minutes", number=referral.number, screen=how)


def shown(meeting: TeamMeeting, form: Form) -> Screen:
    """The screen of `meeting` with what stands in `form`."""
    session, referral = transactions.session(), meeting.referral
    is_drawn = screens.is_curtain()
    day = meeting_room.meetings_beside(session, meeting, by=people.actor())
    place = day.index(meeting)
    return Screen(
        is_drawn=is_drawn,
        common=None if is_drawn else meeting_room.common_ground(session, referral, meeting),
        closed=_closed(form) | meeting_room.notes_kept_from_somebody(session, referral, meeting),
        place=place + 1,
        count=len(day),
        opens=address(referral, screens.OPEN),
        before=address(day[place - 1].referral) if place else None,
        after=address(day[place + 1].referral) if place + 1 < len(day) else None,
    )


def _closed(form: Form) -> frozenset[str]:
    """The notes that are said to be about somebody else than the child."""
    own = {name: f"own-{name}-about" for name in MEETING_TEXTS}
    own |= {f"ratings-{domain}": f"ratings-{domain}-own-about" for domain in Domain}
    own |= {f"decisions-{row}": f"decisions-{row}-own-about" for row in form.rows("decisions")}
    whole = form.value("whole-about")
    return frozenset(name for name, about in own.items() if (form.value(about) or whole) not in ("", About.CHILD.value))
