"""What else is planned for a guardian or an interpreter while a meeting is: told only of referrals whose guardians somebody may know."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import Actor, View, may_view
from referrals.forums import clashes
from referrals.meetings import interpreters
from referrals.models import Guardian, TeamMeeting

#: with fewer digits a number is an extension, and says nobody's
_DIGITS = 7


def guardians_invited_twice(session: Session, meeting: TeamMeeting, *, by: Actor) -> list[Guardian]:
    """Who is invited to `meeting` and to another one meanwhile, such as about a sister or brother, in the order they were recorded.

    A guardian is recorded anew with each child: the same e-mail address, or name and telephone, are taken for the same person.
    """
    theirs = [one for other in _others(session, meeting, by) for one in _invited(session, other)]
    known = {key for one in theirs for key in _known_by(one)}
    return [one for one in _invited(session, meeting) if _known_by(one) & known]


def interpreters_booked_twice(session: Session, meeting: TeamMeeting, *, by: Actor) -> list[str]:
    """With whom an interpreter is booked for `meeting` and for another one meanwhile: perhaps the same, perhaps two of one agency."""
    elsewhere = {
        name.casefold() for other in _others(session, meeting, by) for name in interpreters.booked(other).values()
    }
    return sorted({name for name in interpreters.booked(meeting).values() if name.casefold() in elsewhere})


def _others(session: Session, meeting: TeamMeeting, by: Actor) -> list[TeamMeeting]:
    rows = clashes.meetings_meanwhile(
        session, starts_at=meeting.starts_at, minutes=meeting.minutes, but=meeting.referral
    )
    return [
        one
        for one in rows
        if one.is_to_hold
        and one.referral.kept_outside_at is None
        and may_view(View.GUARDIANS, by, one.referral.facts())
    ]


def _invited(session: Session, meeting: TeamMeeting) -> list[Guardian]:
    """Those of the meeting's child who are invited to it."""
    rows = select(Guardian).where(Guardian.referral_id == meeting.referral_id)
    known = session.scalars(rows.order_by(Guardian.recorded_at, Guardian.id))
    return [one for one in known if str(one.id) in meeting.guardians_invited]


def _known_by(guardian: Guardian) -> set[str]:
    """What tells that two recorded guardians are one person: an address is one's own, a telephone a family may share."""
    name = " ".join((guardian.name or "").casefold().split())
    number = "".join(sign for sign in guardian.phone or "" if sign.isdigit())
    by_name = f"{name} {number}" if name and len(number) >= _DIGITS else ""
    return {word for word in ((guardian.email or "").casefold(), by_name) if word}
