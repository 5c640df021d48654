"""One mail a person with all that is due: on the mornings of school days, daily or once a week as they chose themselves."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from referrals import calendar, clock, languages, notifications
from referrals.access import Actor, Role
from referrals.calendar import Closed
from referrals.config import current
from referrals.mailer import Letter, new_message_id
from referrals.models import Account, Reminder, RoleAssignment
from referrals.people import organisation
from referrals.reminders import errands, waiting
from referrals.reminders.words import BY_KIND, OTHERS_DO, TO_DO
from referrals.vocabulary import N_, Rhythm
from referrals.work.waiting_items import Waiting, WaitingItem

#: nobody is written to before this hour of the municipality's clock, or on a day without school
EARLIEST: Final = time(6, 30)
#: how long after a try that failed the next one begins
PAUSE: Final = timedelta(minutes=5)
#: more lines than this are a list to look at, and no mail
MOST_LINES: Final = 30
_WEEK: Final = timedelta(days=6)
_KEPT: Final = timedelta(days=30)


class _Due(NamedTuple):
    """What is said of all that is due, each with the way to it: the reader's own, and apart from it what others let lie."""

    own: list[tuple[str, str]]
    others: list[tuple[str, str]]


def is_time(session: Session) -> bool:
    """Whether it is a school day, and no longer night."""
    today, hour = _here(session)
    return hour >= EARLIEST and today not in calendar.closed_days(session)


def is_finished(session: Session) -> bool:
    """Whether today's mails have gone: all that were tried did, and it was time for them."""
    today = _here(session)[0]
    under_way = Reminder.day == today, Reminder.sent_at.is_(None), Reminder.returned_at.is_(None)
    return is_time(session) and session.scalars(select(Reminder.id).where(*under_way).limit(1)).one_or_none() is None


def to_remind(session: Session) -> list[uuid.UUID]:
    """The accounts that may be written to now and were not today; empty at night and on days without school.

    Those that were tried come last: one whose mail is a trouble each time keeps nobody behind it waiting for ever.
    """
    if not is_time(session):
        return []
    today, closed = _here(session)[0], calendar.closed_days(session)
    rhythms = [Rhythm.DAILY, Rhythm.WEEKLY] if _begins_the_week(today, closed) else [Rhythm.DAILY]
    is_done = or_(Reminder.sent_at.is_not(None), Reminder.returned_at.is_not(None), Reminder.tried_at > _too_soon())
    done = select(Reminder.account_id).where(Reminder.day == today, is_done)
    wanted = select(Account.id).where(Account.is_active, Account.reminders.in_(rhythms), Account.id.not_in(done))
    tried = (Reminder.account_id == Account.id) & (Reminder.day == today)
    in_turn = Reminder.tried_at.is_not(None), Reminder.tried_at, Account.email
    return list(session.scalars(wanted.outerjoin(Reminder, tried).order_by(*in_turn)))


def write(session: Session, account_id: uuid.UUID) -> Letter | None:
    """Today's mail to one account, written down as tried so that it goes once; None where nothing is due for them."""
    account = session.get_one(Account, account_id)
    today, _hour = _here(session)
    due = _due(session, account, today)
    mine = Reminder.account_id == account_id
    row = session.scalars(select(Reminder).where(mine, Reminder.day == today)).one_or_none()
    if not any(due):
        if row is not None:
            session.delete(row)  # it could not be sent, and is done meanwhile
        return None
    session.execute(delete(Reminder).where(mine, Reminder.day < today - _KEPT))
    if row is None:
        row = Reminder(account_id=account_id, day=today, message_id=new_message_id())
        session.add(row)
    row.tried_at = clock.machine_now()
    session.flush()
    return _letter(account, due, message_id=row.message_id)


def note_sent(session: Session, message_id: str) -> None:
    """Write that a mail went."""
    session.scalars(select(Reminder).where(Reminder.message_id == message_id)).one().sent_at = clock.machine_now()


def note_returned(session: Session, message_id: str) -> bool:
    """Write that a mail came back; whether `message_id` is one of ours and this is news."""
    row = session.scalars(select(Reminder).where(Reminder.message_id == message_id)).one_or_none()
    if row is None or row.returned_at is not None:
        return False
    row.returned_at = clock.now()  # people read it
    return True


def begin_anew(session: Session, account_id: uuid.UUID) -> None:
    """Forget which mails to an account came back: it has another address now. What could not be sent today is tried again."""
    session.execute(update(Reminder).where(Reminder.account_id == account_id).values(returned_at=None))


def came_back(session: Session, account_id: uuid.UUID) -> datetime | None:
    """When the newest mail to an account came back; None where it did not."""
    newest = select(Reminder.returned_at).where(Reminder.account_id == account_id).order_by(Reminder.day.desc())
    return session.scalars(newest.limit(1)).first()


def unreached(session: Session, actor: Actor) -> list[tuple[Account, datetime]]:
    """Colleagues of the units that `actor` coordinates whose newest mail came back, and when that was: by name."""
    units = [unit for role, unit in actor.roles if role is Role.COORDINATOR and unit is not None]
    rows = select(Account, Reminder.returned_at).join(Reminder, Reminder.account_id == Account.id).where(
        Account.is_active, Account.id != actor.account_id, Account.roles.any(RoleAssignment.unit_id.in_(units)),
        Reminder.returned_at.is_not(None), _is_newest(),
    )  # fmt: skip
    return [(account, at) for account, at in session.execute(rows.order_by(Account.name)) if at]


def without_mail(session: Session) -> set[uuid.UUID]:
    """The accounts whose newest mail came back, in whatever role: for administrators, who put addresses right."""
    return set(session.scalars(select(Reminder.account_id).where(Reminder.returned_at.is_not(None), _is_newest())))


def _is_newest() -> ColumnElement[bool]:
    later = aliased(Reminder)
    return ~select(later.id).where(later.account_id == Reminder.account_id, later.day > Reminder.day).exists()


def _due(session: Session, account: Account, today: date) -> _Due:
    """What is due, as home tells it apart: requests to read a file first, whose month is the law's, then everything else."""
    until = today + _WEEK if account.reminders is Rhythm.WEEKLY else today
    actor, language = account.actor(), languages.known_language(account.language)
    first = errands.to_read(session, actor, until=until)
    everything = waiting.everything_for(session, actor, today=today)
    # that somebody else is at work asks nothing of anybody: it stands on home, and not in a mail each morning
    items = [item for item in everything if item.day <= until and item.kind is not Waiting.UNDER_WAY]
    rest = errands.everything_for(session, actor, today=today, until=until)
    own = [
        *((errands.said(one, today=today, language=language), one.way) for one in first),
        *((_said(item, today=today, language=language), _way_to(item)) for item in items if not item.is_others),
        *((errands.said(one, today=today, language=language), one.way) for one in rest),
    ]
    # here by whose task it is alone: that one of others' stands first would tell by mail that harm is feared
    apart = (item for item in items if item.is_others)
    return _Due(own, [(_said(item, today=today, language=language), _way_to(item)) for item in apart])


def _letter(account: Account, due: _Due, *, message_id: str) -> Letter:
    language = languages.known_language(account.language)
    base = current().base_url
    own = due.own[:MOST_LINES]
    others = due.others[: MOST_LINES - len(own)]
    values = {
        "own": [(said, base + way) for said, way in own],
        "others": [(said, base + way) for said, way in others],
        "own_count": len(due.own),
        "others_count": len(due.others),
        "more": len(due.own) + len(due.others) - len(own) - len(others),
        "link": f"{base}/account",
    }
    words = notifications.environment(language)
    return Letter(
        to=account.email,
        subject=words.get_template("emails/reminder/subject.txt").render(values).strip(),
        body=words.get_template("emails/reminder/body.txt").render(values),
        language=language,
        message_id=message_id,
        written_at=clock.now(),
    )


def _said(item: WaitingItem, *, today: date, language: str) -> str:
    """The number, what is to be done and by when; never what it is about."""
    translate = languages.translations(language).gettext
    task = BY_KIND.get(item.kind) or (OTHERS_DO.get(item.verb) if item.is_others else None)
    if item.due_on is None:
        when = N_("since %(date)s, and has taken twice as long as meant") if item.is_stalled else N_("since %(date)s")
        day = item.waits_since
    elif item.is_stalled:
        when, day = N_("late since %(date)s, and has taken twice as long as meant"), item.due_on
    elif item.due_on < today:
        when, day = N_("late since %(date)s"), item.due_on
    else:
        when, day = N_("by %(date)s"), item.due_on
    said = translate(when) % {"date": languages.format_date(day or today, language)}
    if item.due_on and item.source:
        said = f"{said}; {errands.source_said(item.source, language)}"
    if item.meets_on:
        meets_on = languages.format_date(item.meets_on, language)
        said = translate(N_("%(said)s; team meeting on %(date)s")) % {"said": said, "date": meets_on}
    return f"{item.number}: {translate(task or TO_DO[item.verb])} ({said})"


def _way_to(item: WaitingItem) -> str:
    return "/home" if item.is_all_they_see else f"/referrals/{item.number}"


def _begins_the_week(today: date, closed: Closed) -> bool:
    """Whether no school day of this week came before today."""
    return all(today - timedelta(days=back) in closed for back in range(1, today.weekday() + 1))


def _too_soon() -> datetime:
    return clock.machine_now() - PAUSE


def _here(session: Session) -> tuple[date, time]:
    """The day and the hour of the municipality."""
    now = clock.now().astimezone(ZoneInfo(organisation.municipality(session).timezone))
    return now.date(), now.time()
