"""What else is planned for a guardian or an interpreter while a meeting is: told only of referrals whose guardians somebody may know."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from referrals.access import Actor, View, may_view
from referrals.forums import clashes
from referrals.languages import plain_name
from referrals.meetings import interpreters
from referrals.models import Guardian, Referral, TeamMeeting

#: with fewer digits a number is an extension, and says nobody's
_DIGITS = 7


def known_meetings(session: Session, *, starts_at: datetime, minutes: int, by: Actor) -> list[TeamMeeting]:
    """The meetings that are to be held at that time, about children of whose guardians `by` may know."""
    of_referral = joinedload(TeamMeeting.referral)
    whole = (
        of_referral.joinedload(Referral.unit),
        of_referral.selectinload(Referral.memberships),
        of_referral.selectinload(Referral.access_list),
        of_referral.selectinload(Referral.content_keys),
    )
    return [
        one
        for one in clashes.meetings_meanwhile(session, starts_at=starts_at, minutes=minutes, whole=whole)
        if one.is_to_hold
        and one.referral.kept_outside_at is None
        and may_view(View.GUARDIANS, by, one.referral.facts())
    ]


def guardians_invited_twice(session: Session, meeting: TeamMeeting, others: Sequence[TeamMeeting]) -> list[Guardian]:
    """Who is invited to `meeting` and to one of `others`, such as about a sister or brother, in the order they were recorded."""
    here = [one for one in guardians_of(session, [meeting.referral_id]) if str(one.id) in meeting.guardians_invited]
    return invited_elsewhere(session, here, others)


def invited_elsewhere(session: Session, guardians: Sequence[Guardian], others: Sequence[TeamMeeting]) -> list[Guardian]:
    """Those of `guardians` who are invited to one of the meetings `others` about another child, in their order.

    A guardian is recorded anew with each child: the same name and telephone, or e-mail address, are taken for the same person;
    the address not where two first names differ, as of a couple that shares it.
    """
    invited = {key for one in others for key in one.guardians_invited}
    theirs = [one for one in guardians_of(session, [other.referral_id for other in others]) if str(one.id) in invited]
    return [
        one
        for one in guardians
        if any(one.referral_id != other.referral_id and _are_one(one, other) for other in theirs)
    ]


def interpreters_booked_twice(meeting: TeamMeeting, others: Sequence[TeamMeeting]) -> list[str]:
    """With whom an interpreter of one language is booked for `meeting` and for one of `others`: perhaps the same, perhaps
    two of one agency.
    """
    elsewhere = {
        (language, name.casefold())
        for other in others
        if other.referral_id != meeting.referral_id
        for language, name in interpreters.booked(other).items()
    }
    here = interpreters.booked(meeting).items()
    return sorted({name for language, name in here if (language, name.casefold()) in elsewhere})


def interpreters_elsewhere(guardians: Sequence[Guardian], others: Sequence[TeamMeeting]) -> list[tuple[Guardian, str]]:
    """Those of `guardians` for whose language an interpreter is booked for one of `others` about another child, each with whom: once."""
    taken = [(other.referral_id, interpreters.booked(other)) for other in others]
    found = [
        (guardian, booked[language])
        for guardian in guardians
        if (language := plain_name(guardian.interpreter or ""))
        for referral_id, booked in taken
        if referral_id != guardian.referral_id and language in booked
    ]
    return list(dict.fromkeys(found))


def guardians_of(session: Session, referral_ids: Collection[uuid.UUID]) -> list[Guardian]:
    """The guardians of the children these referrals are about, in the order in which they were recorded."""
    rows = select(Guardian).where(Guardian.referral_id.in_(referral_ids))
    return list(session.scalars(rows.order_by(Guardian.recorded_at, Guardian.id)))


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
