"""The agenda of a team's date: referrals line up, and its coordinators put them on it, in an order and with minutes each."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, joinedload

from referrals import clock, here
from referrals.access import Actor, View, may_view, parties_for
from referrals.errors import AgendaRefused, NotAllowed
from referrals.forums import dates
from referrals.keeping import audit
from referrals.languages import local_date
from referrals.models import AgendaItem, Referral, TeamDate, TeamMeeting, What
from referrals.stages import PARTS_RECEIVED, PARTS_REQUESTED, SCHEDULED, TO_SCHEDULE, Party, Verb
from referrals.vocabulary import AgendaAct, AgendaProblem

#: where a referral stands that a date can be kept for, those that are ready first: parts may still come in before the day
LINES_UP: Final = (TO_SCHEDULE, SCHEDULED, PARTS_RECEIVED, PARTS_REQUESTED)
#: how the access log names what is done here, which leaves no history
PUT_ON: Final = "put_on_agenda"
ARRANGED: Final = "arrange_agenda"
TAKEN_OFF: Final = "take_off_agenda"


@dataclass(frozen=True)
class Slot:
    """One referral on a date, with the time that is left for it by those before it."""

    item: AgendaItem
    starts_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When the next one begins."""
        return self.starts_at + timedelta(minutes=self.item.minutes)

    @property
    def is_within(self) -> bool:
        """Whether it ends with its date at the latest. A meeting beyond would be no part of what is told of the date."""
        return self.ends_at <= self.item.date.starts_at + timedelta(minutes=self.item.date.minutes)


def slots(session: Session, date: TeamDate) -> list[Slot]:
    """The agenda of a date in its order: one clock runs through it from the date's beginning."""
    return list(_running(date, _items(session, date)))


def slot_of(session: Session, referral: Referral) -> Slot | None:
    """The time kept for a referral on the next date it is on; None where it is on none to come at which it was not met about already."""
    coming = select(TeamDate).join(AgendaItem).where(AgendaItem.referral_id == referral.id)
    coming = coming.where(TeamDate.starts_at >= clock.now()).order_by(TeamDate.starts_at)
    on_them = (slot for date in session.scalars(coming) for slot in slots(session, date))
    return next(
        (one for one in on_them if one.item.referral_id == referral.id and not was_met_about(session, one)), None
    )


def was_met_about(session: Session, slot: Slot) -> bool:
    """Whether minutes tell of a meeting about its referral at its date; they may be written before the hour."""
    date, referral_id = slot.item.date, slot.item.referral_id
    met = select(TeamMeeting.id).where(
        TeamMeeting.referral_id == referral_id, TeamMeeting.held_at.is_not(None), TeamMeeting.starts_at >= date.starts_at,
        TeamMeeting.starts_at < date.starts_at + timedelta(minutes=date.minutes),
    )  # fmt: skip
    return bool(session.scalar(select(met.exists())))


def may_see(referral: Referral, by: Actor) -> bool:
    """Whether somebody may know which referral this is; for everybody else it is another one."""
    return may_view(View.REFERRAL, by, referral.facts())


def may_arrange(referral: Referral, date: TeamDate, by: Actor) -> bool:
    """Whether somebody puts this referral on dates of this team: who keeps them, and calls the team about it."""
    is_here = referral.kept_outside_at is None and dates.may_keep(date.forum, by)
    return is_here and bool(parties_for(Verb.SCHEDULE_MEETING, by, referral.facts()))


def is_over(session: Session, date: TeamDate) -> bool:
    """Whether the day of the date has passed."""
    return local_date(date.starts_at, zone=here.time_zone(session)) < here.today(session)


def lined_up(session: Session, date: TeamDate, *, by: Actor) -> list[Referral]:
    """The team's referrals that can be put on `date` by `by` and are on no date to come that has not met about them: ready ones first."""
    met = select(TeamMeeting.id).where(
        TeamMeeting.referral_id == AgendaItem.referral_id, TeamMeeting.held_at.is_not(None),
        TeamMeeting.starts_at >= TeamDate.starts_at,
    )  # fmt: skip
    taken = (
        select(AgendaItem.referral_id)
        .join(TeamDate, TeamDate.id == AgendaItem.date_id)
        .where(((TeamDate.starts_at >= clock.now()) & ~met.exists()) | (TeamDate.id == date.id))
    )
    rows = (
        select(Referral)
        .where(
            Referral.forum_id == date.forum_id,
            Referral.is_open,
            Referral.stage.in_({state.stage for state in LINES_UP}),
            Referral.id.not_in(taken),
        )
        .order_by(Referral.target_on.is_(None), Referral.target_on, Referral.opened_at, Referral.id)
        .options(joinedload(Referral.unit))
    )
    able = [one for one in session.scalars(rows) if one.state in LINES_UP and may_arrange(one, date, by)]
    return sorted(able, key=lambda one: LINES_UP.index(one.state))


def find_item(session: Session, date: TeamDate, item_id: uuid.UUID, *, by: Actor) -> AgendaItem:
    """One line of the agenda, for somebody who arranges it. Raises NotAllowed, and AgendaRefused where it is not on this date any more."""
    dates.require_keeper(date.forum, by)
    found = session.get(AgendaItem, item_id)
    if found is None or found.date_id != date.id:
        raise AgendaRefused(AgendaProblem.REARRANGED)
    if not may_arrange(found.referral, date, by):
        raise NotAllowed("agenda item")
    return found


def put_on(session: Session, date: TeamDate, referral_id: uuid.UUID, *, minutes: int, by: Actor) -> AgendaItem:
    """Put a referral last on the agenda. Raises NotAllowed, and AgendaRefused where it does not line up or the day has passed."""
    dates.require_keeper(date.forum, by)
    if by.account_id is None:
        raise NotAllowed("agenda")
    require_as_seen(session, date, None)
    require_to_come(session, date)
    referral = next((one for one in lined_up(session, date, by=by) if one.id == referral_id), None)
    if referral is None:
        raise AgendaRefused(AgendaProblem.NOT_LINED_UP)
    made = AgendaItem(
        referral=referral, date=date, position=last_place(session, date) + 1, minutes=minutes, put_by_id=by.account_id,
        put_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    note(session, made, PUT_ON, by=by)
    return made


def as_it_stands(session: Session, date: TeamDate) -> str:
    """A short word for the agenda's lines, order and minutes, and from when and where: other once one was changed, and sent along by the forms."""
    lines = select(AgendaItem.id, AgendaItem.minutes).where(AgendaItem.date_id == date.id)
    rows = session.execute(lines.order_by(AgendaItem.position, AgendaItem.put_at))
    stands = date.starts_at.timestamp(), date.place, [(str(row.id), row.minutes) for row in rows]
    return sha256(repr(stands).encode()).hexdigest()[:16]


def arrange(
    session: Session, item: AgendaItem, act: AgendaAct, *, minutes: int, by: Actor, seen: str | None = None
) -> None:
    """Give a line of the agenda its minutes, and let it change places with the one before or after it, or come off.

    Raises AgendaRefused once the day has passed, and where the agenda was changed since it stood as `seen`. Whoever found it with
    `find_item` may.
    """
    require_to_come(session, item.date)
    require_as_seen(session, item.date, seen)
    if act is AgendaAct.OFF:
        note(session, item, TAKEN_OFF, by=by)
        session.delete(item)
    else:
        item.minutes = minutes
        if act is not AgendaAct.KEEP:
            _change_places(session, item, -1 if act is AgendaAct.EARLIER else 1)
        note(session, item, ARRANGED, by=by)
    session.flush()


def last_place(session: Session, date: TeamDate) -> int:
    """The place of the last line of a date's agenda; 0 where there is none."""
    return session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.date_id == date.id)) or 0


def require_to_come(session: Session, date: TeamDate) -> None:
    """Raises AgendaRefused once the day of the date has passed."""
    if is_over(session, date):
        raise AgendaRefused(AgendaProblem.PASSED)


def require_room(on_agenda: Iterable[Slot], minutes: int) -> None:
    """Raises AgendaRefused where an agenda takes more than `minutes`.

    A meeting beyond its date would be no part of what is told of that, and stand in everybody's calendar beside it.
    """
    if sum(slot.item.minutes for slot in on_agenda) > minutes:
        raise AgendaRefused(AgendaProblem.TOO_LONG)


def require_as_seen(session: Session, date: TeamDate, seen: str | None) -> None:
    """Raises AgendaRefused where the agenda stands otherwise by now; nobody arranges it before this transaction ends.

    So everything that changes an agenda begins here, also where it does not matter how the agenda was seen. Also where the date is gone.
    """
    try:
        session.refresh(date, with_for_update={"key_share": True})
    except InvalidRequestError:
        raise AgendaRefused(AgendaProblem.REARRANGED) from None
    if seen is not None and seen != as_it_stands(session, date):
        raise AgendaRefused(AgendaProblem.REARRANGED)


def require_there(session: Session, item: AgendaItem, date_id: uuid.UUID) -> None:
    """Raises AgendaRefused where a line is not on this date any more, once everybody else who arranges waits."""
    try:
        session.refresh(item)
    except InvalidRequestError:
        raise AgendaRefused(AgendaProblem.REARRANGED) from None
    if item.date_id != date_id:
        raise AgendaRefused(AgendaProblem.REARRANGED)


def note(session: Session, item: AgendaItem, subject: str, *, by: Actor) -> None:
    """Leave what was done with a line of the agenda in the log of its referral."""
    audit.append(
        session, What.DID, by=by, chain=item.referral_id, party=Party.COORDINATOR, subject=subject, object_id=item.date_id
    )  # fmt: skip


def _running(date: TeamDate, items: list[AgendaItem]) -> Iterator[Slot]:
    at = date.starts_at
    for item in items:
        slot = Slot(item, at)
        yield slot
        at = slot.ends_at


def _items(session: Session, date: TeamDate) -> list[AgendaItem]:
    rows = select(AgendaItem).where(AgendaItem.date_id == date.id).order_by(AgendaItem.position, AgendaItem.put_at)
    return list(session.scalars(rows.options(joinedload(AgendaItem.referral).joinedload(Referral.unit))))


def _change_places(session: Session, item: AgendaItem, step: int) -> None:
    """Also with a referral that whoever arranges may not know: of that one nothing is told, only when it is due."""
    items = _items(session, item.date)
    there = items.index(item) + step
    if 0 <= there < len(items):
        item.position, items[there].position = items[there].position, item.position
