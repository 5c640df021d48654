"""The agenda of a team's date as a paper for one of its members: an extract of what they may see just then.

It is no document of any referral: it decides nothing, changes until the day and differs for each reader. So it is made when it
is asked for and kept nowhere; that somebody took it along stands in the log of each referral named on it. What a referral lacks,
and who is kept out of it, stays on the page.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from referrals import clock, printing, team_review
from referrals.access import Actor, View, may_view
from referrals.forums import agenda, seats, upward
from referrals.forums.agenda import Slot
from referrals.models import Referral, TeamDate, TeamMeeting
from referrals.people import organisation


def named(session: Session, date: TeamDate, *, by: Actor) -> list[Referral]:
    """The referrals that the paper names for `by`."""
    return [slot.item.referral for slot in agenda.slots(session, date) if agenda.may_see(slot.item.referral, by)]


def paper(session: Session, date: TeamDate, *, by: Actor, language: str) -> bytes:
    """The agenda as `by` may see it, as a PDF in one of our languages. For whoever works in the team."""
    here, forum = organisation.municipality(session), date.forum
    held = seats.seats_of(session, forum)
    context = {
        "municipality": here.name, "unit": None, "forum": forum.name, "reference": forum.name, "version": None, "recipient": None,
        "issued_at": None, "zone": here.timezone, "as_of": clock.now(), "starts_at": date.starts_at, "minutes": date.minutes,
        "place": date.place, "table": [one.account.name for one in seats.sitting(held, date.starts_at)],
        "lines": [_line(session, slot, by) for slot in agenda.slots(session, date)],
        "asked": [one.question for one in upward.on_date(session, date, by)],
    }  # fmt: skip
    return printing.print_in_time(printing.extract_html(context, language=language, name="agenda"))


def _line(session: Session, slot: Slot, by: Actor) -> dict[str, Any]:
    referral = slot.item.referral
    line: dict[str, Any] = {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "number": None, "called": None}
    if not agenda.may_see(referral, by):
        return line
    meeting = team_review.current_meeting(session, referral)
    reads_when = meeting is not None and meeting.is_to_hold and may_view(View.MINUTES, by, referral.facts())
    reads_points = meeting is not None and may_view(View.MINUTES_IN_FULL, by, referral.facts())
    return line | {
        "number": referral.number,
        "topics": referral.topics,
        # Which school the child attends can be the secret itself where an identity is protected.
        "unit": None if referral.protected_since is not None else referral.unit.name,
        "called": _otherwise(meeting, slot) if meeting and reads_when else None,
        "points": (meeting.agenda or []) if meeting and reads_points else [],
    }


def _otherwise(meeting: TeamMeeting, slot: Slot) -> tuple[datetime, datetime] | None:
    """From when to when the team is called; None where that is the time the agenda has."""
    called = meeting.starts_at, meeting.starts_at + timedelta(minutes=meeting.minutes)
    return called if called != (slot.starts_at, slot.ends_at) else None
