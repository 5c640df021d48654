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

    A guardian is recorded anew with each child: the same name and telephone, or e-mail address, are taken for the same person;
    the address not where two first names differ, as of a couple that shares it.
    """
    theirs = [one for other in _others(session, meeting, by) for one in _invited(session, other)]
    return [one for one in _invited(session, meeting) if any(_are_one(one, other) for other in theirs)]


def interpreters_booked_twice(session: Session, meeting: TeamMeeting, *, by: Actor) -> list[str]:
    """With whom an interpreter of one language is booked for `meeting` and for another one meanwhile: perhaps the same, perhaps
    two of one agency.
    """
    elsewhere = {
        (language, name.casefold())
        for other in _others(session, meeting, by)
        for language, name in interpreters.booked(other).items()
    }
    here = interpreters.booked(meeting).items()
    return sorted({name for language, name in here if (language, name.casefold()) in elsewhere})


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


def _are_one(one: Guardian, other: Guardian) -> bool:
    """Whether two recorded guardians are taken for one person: a telephone a family may share, and a couple an address."""
    mine, theirs = _names(one), _names(other)
    if mine and mine == theirs and _number(one) and _number(one) == _number(other):
        return True
    is_shared = bool(one.email) and (one.email or "").casefold() == (other.email or "").casefold()
    return is_shared and (not mine or not theirs or mine[0] == theirs[0])


def _names(guardian: Guardian) -> list[str]:
    return (guardian.name or "").casefold().split()


def _number(guardian: Guardian) -> str:
    """The digits of their telephone; nothing where they are too few."""
    number = "".join(sign for sign in guardian.phone or "" if sign.isdigit())
    return number if len(number) >= _DIGITS else ""
