"""The day by which a stage should be done: a local target on the municipality's school-day calendar, never a legal deadline."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import calendar, here
from referrals.models import AssessmentPart, History, Municipality, Referral, TeamMeeting
from referrals.plans import plan_versions
from referrals.rules import rulebook
from referrals.rules.rulebook import Counting, Target
from referrals.stages import (
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    RETURNED,
    SCHEDULED,
    SUBMITTED,
    TO_SCHEDULE,
    WITH_HEAD_TEACHER,
    Stage,
    State,
    Status,
)
from referrals.vocabulary import DeadlineSource, PartStatus

#: which target of the rule pack counts in which state; states under one key share one count, which never begins again in between
TARGET_BY_STATE: dict[State, str] = {
    SUBMITTED: "triage",
    IN_TRIAGE: "triage",
    WITH_HEAD_TEACHER: "triage",
    RETURNED: "completion",
    IN_CONSENT: "consent",
    PARTS_REQUESTED: "assessment",
    PARTS_RECEIVED: "assessment",
    TO_SCHEDULE: "meeting",
    SCHEDULED: "meeting",
    MEETING_HELD: "minutes",
    PLAN_DRAFT: "plan",
    PLAN_RETURNED: "plan",
    PLAN_FOR_APPROVAL: "plan",
    PLAN_ACTIVE: "follow_up",
    FOLLOW_UP_DUE: "follow_up",
    CLOSURE_PROPOSED: "closure",
}
#: what waits under these pauses the count it came out of, once it leads back there: each begins with a stated reason
_PAUSES: Final = frozenset({"completion", "closure"})
#: the plan is due so many days after the meeting, however soon the minutes were approved
_COUNTS_ON_FROM: Final = {"plan": "minutes"}


class Moved(NamedTuple):
    """A row of the history, as far as a count of days asks for it."""

    at: datetime
    to_stage: Stage
    to_status: Status


@dataclass
class _Count:
    """What a target counts from: the row that began it, and the pauses in between as the days they began and ended, newest first."""

    began: Moved
    pauses: list[tuple[date, date]] = field(default_factory=list)


class Basis:
    """What a count of days rests on: what it needs to know of the municipality, each read when first wanted and once, and of a referral."""

    def __init__(self, session: Session, *, closed: calendar.Closed | None = None) -> None:
        """For one question, asked in this session; with other `closed` days than there are now, where it is what they gave."""
        self.session = session
        self._closed = closed

    @cached_property
    def municipality(self) -> Municipality | None:
        """The municipality itself; None before one is set up."""
        return here.municipality(self.session)

    @cached_property
    def closed(self) -> calendar.Closed:
        """The days on which its schools are closed."""
        return calendar.closed_days(self.session) if self._closed is None else self._closed

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where its clocks go."""
        return ZoneInfo(self.municipality.timezone if self.municipality else "UTC")

    def target(self, rulepack: str, key: str) -> Target:
        """The target `key`: its own, otherwise the rule pack's."""
        own = own_target(self.municipality, key) if self.municipality else None
        return own or rulebook.load(rulepack).targets[key]

    def default_day(self, rulepack: str, key: str, *, since: date) -> date:
        """The day that target gives when counted from `since`."""
        target = self.target(rulepack, key)
        if target.counting is Counting.SCHOOL_DAYS:
            return calendar.add_school_days(since, target.days, closed=self.closed)
        return calendar.add_calendar_days(since, target.days, closed=self.closed)

    def day(self, at: datetime) -> date:
        """The calendar day it is here at that instant."""
        return at.astimezone(self.zone).date()

    def moves(self, referral: Referral) -> Iterable[Moved]:
        """What its history says of when it moved and where to, the newest row first."""
        rows = select(History.at, History.to_stage, History.to_status).where(History.referral_id == referral.id)
        return (Moved(*row) for row in self.session.execute(rows.order_by(History.number.desc())))

    def met_at(self, referral: Referral) -> datetime | None:
        """When its newest meeting that was held began."""
        held = select(TeamMeeting.starts_at).where(
            TeamMeeting.referral_id == referral.id, TeamMeeting.held_at.is_not(None)
        )
        return self.session.scalars(held.order_by(TeamMeeting.number.desc()).limit(1)).one_or_none()

    def last_wanted_by(self, referral: Referral, status: PartStatus) -> tuple[date, DeadlineSource] | None:
        """The last day by which one of its parts in `status` was asked for, and its source; None where there is none."""
        last = self.session.execute(
            select(AssessmentPart.due_on, AssessmentPart.due_source)
            .where(AssessmentPart.referral_id == referral.id, AssessmentPart.status == status)
            .order_by(AssessmentPart.due_on.desc())
            .limit(1)
        ).one_or_none()
        return (last.due_on, last.due_source or DeadlineSource.SET) if last else None


def set_target(session: Session, referral: Referral) -> None:
    """Write the day by which what `referral` waits for should be done; none once it has ended. It makes no new version.

    Where people have set a day themselves (parts asked for, a follow-up), that day counts. A meeting's day does not: it is
    called to be held by the target, and one that is called for later is late.
    """
    key = TARGET_BY_STATE.get(referral.state)
    day, source = target_day(Basis(session), referral, key) if key else (None, None)
    if referral.target_on != day:
        referral.target_on = day
    referral.target_source = source
    session.flush()


def source_of_day(session: Session, referral: Referral, key: str, *, day: date, since: date) -> DeadlineSource:
    """Where `day` comes from where somebody could write another than the target `key` gives, counted from `since`."""
    basis = Basis(session)
    is_target = day == basis.default_day(referral.rulepack, key, since=since)
    return basis.target(referral.rulepack, key).source if is_target else DeadlineSource.SET


def default_day(session: Session, rulepack: str, key: str, *, since: date) -> date:
    """The day the target `key` gives when counted from `since`: the municipality's own, otherwise the rule pack's."""
    return Basis(session).default_day(rulepack, key, since=since)


def default_source(session: Session, rulepack: str, key: str) -> DeadlineSource:
    """Where the day comes from that `default_day` gives."""
    return Basis(session).target(rulepack, key).source


def source_of(session: Session, referral: Referral) -> DeadlineSource | None:
    """Where the target day comes from that `referral` has; None where it has none."""
    key = TARGET_BY_STATE.get(referral.state)
    if key is None or referral.target_on is None:
        return None
    day, source = target_day(Basis(session), referral, key)
    return source if referral.target_on == day else DeadlineSource.EARLIER


def counted_since(session: Session, referral: Referral) -> date:
    """The day from which the target counts under which `referral` stands; that of its stage where none does."""
    return _since(Basis(session), referral, TARGET_BY_STATE.get(referral.state, ""))


def follow_up_day(session: Session, referral: Referral) -> date | None:
    """The day of the next follow-up of the plan in force, if there is one."""
    plan = plan_versions.plan_in_force(session, referral)
    return plan_versions.next_follow_up_on(session, plan) if plan else None


def meeting_days(session: Session, referrals: Iterable[Referral]) -> dict[uuid.UUID, date]:
    """The days of the meetings that the team is called to, for those of `referrals` that wait for one, by their ids."""
    waiting = {one.id for one in referrals if one.state == SCHEDULED}
    if not waiting:
        return {}
    called = select(TeamMeeting.referral_id, TeamMeeting.starts_at).where(TeamMeeting.referral_id.in_(waiting))
    basis = Basis(session)
    # the newest comes last
    return {one: basis.day(at) for one, at in session.execute(called.order_by(TeamMeeting.number))}


def local_day(session: Session, at_row: History) -> date:
    """The calendar day it was in the municipality when the thing in `at_row` happened."""
    return Basis(session).day(at_row.at)


def own_target(here: Municipality, key: str) -> Target | None:
    """The target `key` that the municipality set for itself; None where the rule pack's holds."""
    written = here.targets.get(key)
    return Target.read(written, unless_said=DeadlineSource.LOCAL) if written else None


def target_day(basis: Basis, referral: Referral, key: str) -> tuple[date, DeadlineSource]:
    """The day by which what it waits for should be done, and where it comes from."""
    if by_people := _day_set_by_people(basis, referral):
        return by_people
    since = _since(basis, referral, key)
    return basis.default_day(referral.rulepack, key, since=since), basis.target(referral.rulepack, key).source


def _day_set_by_people(basis: Basis, referral: Referral) -> tuple[date, DeadlineSource] | None:
    """The day that people wrote, and where it comes from: a part may be wanted by the very day that the target gives."""
    state = referral.state
    if state == PARTS_REQUESTED:
        return basis.last_wanted_by(referral, PartStatus.REQUESTED)
    if state == PARTS_RECEIVED and (last := basis.last_wanted_by(referral, PartStatus.RECEIVED)):
        # A part that was asked for late had its own days: that it has come in makes nothing late.
        usual = basis.default_day(referral.rulepack, "assessment", since=_since(basis, referral, "assessment"))
        return last if last[0] > usual else None
    if state in {PLAN_ACTIVE, FOLLOW_UP_DUE} and (day := follow_up_day(basis.session, referral)):
        return day, DeadlineSource.SET
    return None


def _since(basis: Basis, referral: Referral, key: str) -> date:
    """The day from which the days of `key` count, moved on by what it was paused: so many of its days were not used meanwhile."""
    count = _count(basis, referral, key)
    if count is None:
        return referral.stage_since.date()
    since = _first_day(basis, referral, count.began)
    for paused_on, resumed_on in reversed(count.pauses):
        # What was late already when it was paused stays late.
        if basis.default_day(referral.rulepack, key, since=since) >= paused_on:
            since = _moved_on(basis, referral, key, since=since, over=(paused_on, resumed_on))
    return since


def _count(basis: Basis, referral: Referral, key: str) -> _Count | None:
    """Back from now in unbroken line to the first move into a state that `key` counts in; None where nothing leads here."""
    counted = {key, _COUNTS_ON_FROM.get(key, key)}
    count: _Count | None = None
    paused: Moved | None = None
    for row in basis.moves(referral):
        its_key = TARGET_BY_STATE.get(State(row.to_stage, row.to_status))
        if its_key in counted:
            if count is None:
                count = _Count(row)
            elif paused is not None:
                count.pauses.append((basis.day(paused.at), basis.day(count.began.at)))
            count.began, paused = row, None
        elif its_key in _PAUSES and count is not None and key not in _PAUSES:
            paused = row
        else:
            break
    return count


def _first_day(basis: Basis, referral: Referral, began: Moved) -> date:
    """The day of `began`; where it saved minutes, the day of the meeting they are of."""
    day = basis.day(began.at)
    if State(began.to_stage, began.to_status) != MEETING_HELD:
        return day
    met_at = basis.met_at(referral)
    return min(day, basis.day(met_at)) if met_at else day


def _moved_on(basis: Basis, referral: Referral, key: str, *, since: date, over: tuple[date, date]) -> date:
    """`since` moved on by the days after the first of `over` up to its last, in the days that `key` counts."""
    paused_on, resumed_on = over
    if basis.target(referral.rulepack, key).counting is Counting.CALENDAR_DAYS:
        return since + (resumed_on - paused_on)
    days = calendar.school_days_between(paused_on + timedelta(days=1), resumed_on, closed=basis.closed)
    return calendar.add_school_days(since, days, closed=basis.closed) if days else since
