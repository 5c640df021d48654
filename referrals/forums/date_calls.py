"""Which calls are about a date of the team as a whole: who sits in it gets one mail and one entry of the calendar for all of them.

A mail that would tell such a person of one meeting is written down with the date it belongs to, and not sent by itself: what is told
of the date is decided in `date_letters`. Whoever is called beyond the team, or to a time or place of its own, gets their own mail.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here, team_review
from referrals.config import current
from referrals.errors import AgendaRefused
from referrals.forums import call_mail, dates, seats
from referrals.languages import local_date
from referrals.models import Account, AgendaItem, DateCall, History, Mail, Referral, TeamDate, TeamMeeting, TeamSeat
from referrals.vocabulary import AgendaProblem, MailKind

#: mail to colleagues that calls to a meeting, and that takes the call back
CALL: Final = MailKind.MEETING_SCHEDULED
TAKES_BACK: Final = frozenset({MailKind.MEETING_CALLED_OFF, MailKind.CALL_TAKEN_BACK})
OF_MEETINGS: Final = TAKES_BACK | {CALL}


def date_told_of(session: Session, row: History, kind: MailKind, *, account_id: uuid.UUID) -> uuid.UUID | None:
    """The date that `account_id` is told of instead of getting a mail of this kind after `row`; None where they get one."""
    if kind in TAKES_BACK:
        newest = newest_call(session, row.referral, account_id, before=row.number)
        return newest.date_id if newest else None
    meeting = team_review.called_meeting(session, row.referral, after=row) if kind is CALL else None
    if meeting is None or _has_own_entry(session, meeting, account_id, before=row.number):
        return None
    date, account = date_of(session, meeting), session.get_one(Account, account_id)
    if date is None:
        return None
    told = session.get(DateCall, DateCall.key(date.id, f"account:{account_id}"))
    if told is not None and told.is_called:
        return date.id
    if not is_in_time(date, told, hold=timedelta(minutes=current().hold_minutes)):
        return None
    return date.id if is_at_table(date, account, held=seats.seats_of(session, date.forum)) else None


def says_nothing_new(session: Session, row: History, *, account_id: uuid.UUID, date_id: uuid.UUID) -> bool:
    """Whether the call before `row` said the same time and place to `account_id`, as part of the same date, and nothing took it back."""
    newest = newest_call(session, row.referral, account_id, before=row.number, kinds=OF_MEETINGS)
    if newest is None or newest.kind != CALL or newest.date_id != date_id:
        return False
    told, tells = (team_review.called_then(session, row.referral, after=one) for one in (newest.history, row))
    return team_review.where_and_when(told) == team_review.where_and_when(tells)


def newest_call(
    session: Session, referral: Referral, account_id: uuid.UUID, *, before: int | None = None,
    kinds: Collection[MailKind] = (CALL,),
) -> Mail | None:  # fmt: skip
    """The newest mail that calls somebody to a meeting about `referral`, or was the newest `before` a row: sent or not."""
    calls = select(Mail).join(History, History.id == Mail.history_id).where(
        Mail.referral_id == referral.id, Mail.kind.in_(kinds), Mail.recipient == f"account:{account_id}"
    )  # fmt: skip
    if before is not None:
        calls = calls.where(History.number < before)
    return session.scalars(calls.order_by(History.number.desc()).limit(1)).one_or_none()


def date_of(session: Session, meeting: TeamMeeting) -> TeamDate | None:
    """The date on whose agenda a meeting is, at its time and place; None where it has one of its own."""
    found = _dates_about(session, meeting.referral, meeting.starts_at)
    return next((one for one in found if holds(one, meeting, {meeting.referral_id})), None)


def require_ends_with_date(
    session: Session, referral: Referral, *, starts_at: datetime, minutes: int, place: str, before: TeamMeeting | None
) -> None:
    """Raises AgendaRefused where the team would meet beyond the end of a date with the referral on its agenda, on that day and there.

    Also where it would begin after that end, as a line of an agenda that has become too long does. Once a date is over, what else is
    planned for that day is no part of it. A meeting that stands so already, as `before`, stays: somebody else is called to it.
    """
    call = starts_at, minutes, place
    if before is not None and (before.starts_at, before.minutes, before.place) == call:
        return
    zone = here.time_zone(session)
    ends = [
        date.starts_at + timedelta(minutes=date.minutes)
        for date in _dates_about(session, referral, starts_at)
        if can_be_part(date, referral, place)
        and local_date(date.starts_at, zone=zone) == local_date(starts_at, zone=zone)
    ]
    if ends and clock.now() < max(ends) < starts_at + timedelta(minutes=minutes):
        raise AgendaRefused(AgendaProblem.ENDS_AFTER)


def holds(date: TeamDate, meeting: TeamMeeting, on_agenda: Collection[uuid.UUID]) -> bool:
    """Whether a meeting is part of a date with these referrals on its agenda."""
    ends_at, referral = meeting.starts_at + timedelta(minutes=meeting.minutes), meeting.referral
    is_then = date.starts_at <= meeting.starts_at and ends_at <= date.starts_at + timedelta(minutes=date.minutes)
    return is_then and referral.id in on_agenda and can_be_part(date, referral, meeting.place)


def can_be_part(date: TeamDate, referral: Referral, place: str | None) -> bool:
    """Whether a meeting about a referral at `place` can be part of a date: the same team's, in the room it meets in then.

    Where an identity is protected it never is: its own mail says less, and only those on the list get it.
    """
    return referral.forum_id == date.forum_id and referral.protected_since is None and place == date.place


def is_in_time(date: TeamDate, told: DateCall | None, *, hold: timedelta = timedelta()) -> bool:
    """Whether somebody can be told of a date as a whole: `hold` before it begins at the latest, unless that waits since before.

    Of one that runs they are called to the meetings that are still to come.
    """
    waits = told is not None and told.wanted_since is not None and told.wanted_since < date.starts_at
    return waits or date.starts_at > clock.now() + hold


def is_at_table(date: TeamDate, account: Account, *, held: Sequence[TeamSeat]) -> bool:
    """Whether somebody comes to the date as a whole: who sits in the team then or stands in, and who keeps its dates.

    `held` are the team's seats. As long as none are given, whoever has one of the team's professions sits there.
    """
    if not held and account.profession in date.forum.quorum:
        return True
    sits = any(one.account.id == account.id for one in seats.sitting(held, date.starts_at))
    return sits or dates.may_keep(date.forum, account.actor())


def _dates_about(session: Session, referral: Referral, at: datetime) -> list[TeamDate]:
    """The dates with a referral on their agenda that have begun at the instant `at`, the first one first."""
    on_agenda = select(TeamDate).join(AgendaItem).where(AgendaItem.referral_id == referral.id, TeamDate.starts_at <= at)
    return list(session.scalars(on_agenda.order_by(TeamDate.starts_at, TeamDate.id)))


def _has_own_entry(session: Session, meeting: TeamMeeting, account_id: uuid.UUID, *, before: int) -> bool:
    """Whether mail before the row numbered `before` called somebody to just this meeting, or may still: its entry stays when it is moved.

    Moving it between two entries would be two mails for what is one change.
    """
    calls = select(Mail).join(History, History.id == Mail.history_id).where(
        Mail.referral_id == meeting.referral_id, Mail.kind == CALL, Mail.recipient == f"account:{account_id}",
        Mail.date_id.is_(None), History.number < before,
    )  # fmt: skip
    mails = [one for one in session.scalars(calls.order_by(History.number)) if call_mail.may_have_told(session, one)]
    return any(team_review.called_meeting(session, one.referral, after=one.history) is meeting for one in mails)
