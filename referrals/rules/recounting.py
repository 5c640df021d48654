"""Days that run while closed days or targets change (docs/decisions/0021).

What the calendar gave follows the calendar. What a target gave that is another one now keeps its day, and says so.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, not_, or_, select, update
from sqlalchemy.orm import Session, load_only, selectinload

from referrals import calendar, here
from referrals.calendar import Closed
from referrals.development import targets as development_targets
from referrals.models import AssessmentPart, DevelopmentCase, History, Municipality, Referral, TeamMeeting
from referrals.rules import targets
from referrals.rules.targets import TARGET_BY_STATE, Basis, Moved
from referrals.stages import FOLLOW_UP_DUE, PARTS_REQUESTED, PLAN_ACTIVE, State
from referrals.vocabulary import DeadlineSource, PartStatus

#: of a day that people wrote, or that is older than the target it was counted by: no calendar gave what it is now
_KEPT: Final = (DeadlineSource.SET, DeadlineSource.EARLIER)


def _stands_in(state: State) -> ColumnElement[bool]:
    return and_(Referral.stage == state.stage, Referral.status == state.status)


#: among the parts that are out, one of which people wrote the day can come before one that was counted
_HAS_PARTS_OUT: Final = _stands_in(PARTS_REQUESTED)
#: of a day that is older than the column, any can be counted but that of a follow-up: each plan would have to be asked for it
_UNSAID: Final = and_(Referral.target_source.is_(None), not_(or_(*map(_stands_in, (PLAN_ACTIVE, FOLLOW_UP_DUE)))))
#: what moves through stages
_MOVING: Final[tuple[type[Referral] | type[DevelopmentCase], ...]] = (Referral, DevelopmentCase)
#: which columns hold a day and, unless it is always a target's, where it comes from
_DAYS: Final[dict[type[Referral] | type[AssessmentPart] | type[DevelopmentCase], tuple[str, ...]]] = {
    Referral: ("target_on", "target_source"),
    AssessmentPart: ("due_on", "due_source"),
    DevelopmentCase: ("target_on",),
}


@dataclass(frozen=True)
class _Now:
    """The day of a row and where it comes from, as they are to be."""

    row: Referral | AssessmentPart | DevelopmentCase
    day: date | None
    source: DeadlineSource | None = None


def hold(session: Session) -> None:
    """Let nobody else change the calendar, or move what runs, before this transaction ends.

    In one order, referrals before their parts and all before the log, as whoever decides about one takes them: no two wait for each
    other.
    """
    session.scalars(select(Municipality.id).with_for_update(key_share=True)).all()
    for kind in _MOVING:
        session.scalars(select(kind.id).where(kind.is_open).order_by(kind.id).with_for_update(key_share=True)).all()


@contextmanager
def following_closed_days(session: Session) -> Iterator[None]:
    """Let closed days change within: what was counted by them is counted anew, from where it began and with its pauses.

    It makes no version and writes to nobody. A referral that moves on in the same moment keeps the day its move gives it.
    """
    hold(session)
    before = calendar.closed_days(session)
    yield
    session.flush()
    after = calendar.closed_days(session)
    if changed := set(before.stretches) ^ set(after.stretches):
        # Days are counted forwards: none that comes before the first of these hangs upon them.
        _follow(session, before, after, since=min(first for first, _last in changed))


def name_sources(session: Session) -> None:
    """Let each day say, once a target has changed, where it comes from: that it was counted before, where it is another one now."""
    hold(session)
    basis, of_parts = Basis(session), []
    for part, rulepack in _parts_out(session, AssessmentPart.due_source != DeadlineSource.SET):
        is_counted = part.due_on == _day_of(part, rulepack, basis)
        source = basis.target(rulepack, "assessment").source if is_counted else DeadlineSource.EARLIER
        of_parts.append(_Now(part, part.due_on, source))
    _write(session, AssessmentPart, of_parts)
    running = _Running(session, or_(_UNSAID, Referral.target_source != DeadlineSource.SET, _HAS_PARTS_OUT))
    now, named = _OfMany(session, running), []
    for one in running.referrals:
        day, source = now.target_of(one)
        named.append(_Now(one, one.target_on, source if one.target_on == day else DeadlineSource.EARLIER))
    _write(session, Referral, named)


def _follow(session: Session, before: Closed, after: Closed, *, since: date) -> None:
    counted = or_(_UNSAID, Referral.target_source.not_in(_KEPT), _HAS_PARTS_OUT)
    running = _Running(session, Referral.target_on >= since, counted)
    was, now = _OfMany(session, running, closed=before), Basis(session, closed=after)
    in_step = [one for one in running.referrals if was.target_of(one)[0] == one.target_on]
    out = _parts_out(session, AssessmentPart.due_on >= since, AssessmentPart.due_source.not_in(_KEPT))
    moved = [
        (part, _day_of(part, rulepack, now)) for part, rulepack in out if part.due_on == _day_of(part, rulepack, was)
    ]
    _write(session, AssessmentPart, [_Now(part, day, part.due_source) for part, day in moved])
    anew = _OfMany(session, running, closed=after)  # it reads the parts as they are by now
    _write(session, Referral, [_Now(one, *anew.target_of(one)) for one in in_step])
    zone = here.time_zone(session)
    of_work = [
        _Now(case, development_targets.target_day(case, closed=after, zone=zone)) for case in _development_work(session)
    ]
    _write(session, DevelopmentCase, of_work)


class _Running:
    """Open referrals that have a target, with what their counts rest on, read at once for all of them."""

    def __init__(self, session: Session, *conditions: ColumnElement[bool]) -> None:
        which = Referral.is_open, Referral.target_on.is_not(None), *conditions
        self.ids = select(Referral.id).where(*which)
        few = load_only(
            Referral.stage, Referral.status, Referral.stage_since, Referral.target_on, Referral.target_source,
            Referral.rulepack,
        )  # fmt: skip
        self.referrals = session.scalars(select(Referral).where(*which).order_by(Referral.id).options(few)).all()
        moves = select(History.referral_id, History.at, History.to_stage, History.to_status)
        moves = moves.where(History.referral_id.in_(self.ids)).order_by(History.referral_id, History.number.desc())
        self.moves: defaultdict[uuid.UUID, list[Moved]] = defaultdict(list)
        for referral_id, at, to_stage, to_status in session.execute(moves):
            self.moves[referral_id].append(Moved(at, to_stage, to_status))
        met = select(TeamMeeting.referral_id, TeamMeeting.starts_at).where(TeamMeeting.held_at.is_not(None))
        met = met.where(TeamMeeting.referral_id.in_(self.ids)).order_by(TeamMeeting.number)  # the newest comes last
        self.met_at: dict[uuid.UUID, datetime] = dict(session.execute(met).all())


class _OfMany(Basis):
    """What a count rests on, for many referrals: their parts as they are when this is made."""

    def __init__(self, session: Session, running: _Running, *, closed: Closed | None = None) -> None:
        super().__init__(session, closed=closed)
        self._running = running
        parts = select(
            AssessmentPart.referral_id, AssessmentPart.status, AssessmentPart.due_on, AssessmentPart.due_source
        )
        parts = parts.where(AssessmentPart.referral_id.in_(running.ids)).order_by(AssessmentPart.due_on)
        self._last = {(one.referral_id, one.status): one for one in session.execute(parts)}  # the last comes last

    def moves(self, referral: Referral) -> Iterable[Moved]:
        """As its rows were read with those of the others."""
        return self._running.moves[referral.id]

    def met_at(self, referral: Referral) -> datetime | None:
        """As it was read with those of the others."""
        return self._running.met_at.get(referral.id)

    def last_wanted_by(self, referral: Referral, status: PartStatus) -> tuple[date, DeadlineSource] | None:
        """As they were read with those of the others."""
        last = self._last.get((referral.id, status))
        return (last.due_on, last.due_source or DeadlineSource.SET) if last else None

    def target_of(self, referral: Referral) -> tuple[date, DeadlineSource]:
        """The day by which what it waits for should be done, and where it comes from."""
        return targets.target_day(self, referral, TARGET_BY_STATE[referral.state])


def _parts_out(session: Session, *conditions: ColumnElement[bool]) -> Sequence[tuple[AssessmentPart, str]]:
    """Parts of open referrals that nobody has handed in, and by which rule pack each is counted."""
    few = load_only(AssessmentPart.asked_at, AssessmentPart.due_on, AssessmentPart.due_source, AssessmentPart.status)
    out = select(AssessmentPart, Referral.rulepack).join(AssessmentPart.referral).options(few)
    asked = Referral.is_open, AssessmentPart.status == PartStatus.REQUESTED
    return session.execute(out.where(*asked, *conditions).order_by(AssessmentPart.id)).all()


def _development_work(session: Session) -> Sequence[DevelopmentCase]:
    """What runs and has a day, with its moves; whatever has just moved on is given one by that."""
    few = load_only(
        DevelopmentCase.stage, DevelopmentCase.status, DevelopmentCase.stage_since, DevelopmentCase.target_on
    )
    running = select(DevelopmentCase).where(DevelopmentCase.is_open, DevelopmentCase.target_on.is_not(None))
    return session.scalars(
        running.order_by(DevelopmentCase.id).options(few, selectinload(DevelopmentCase.events))
    ).all()


def _day_of(part: AssessmentPart, rulepack: str, basis: Basis) -> date:
    """The day by which `part` would be wanted if it was asked for as the target says."""
    return basis.default_day(rulepack, "assessment", since=basis.day(part.asked_at))


def _write(
    session: Session, kind: type[Referral] | type[AssessmentPart] | type[DevelopmentCase], days: Iterable[_Now]
) -> None:
    """Write the days that change, each where it still stands as it was read: what moved on meanwhile has another one by now."""
    columns = _DAYS[kind]
    to_be = [(one.row, dict(zip(columns, (one.day, one.source), strict=False))) for one in days]
    changed = [
        (row, values) for row, values in to_be if any(getattr(row, name) != value for name, value in values.items())
    ]
    if not changed:
        return
    table, day = cast("Table", kind.__table__), columns[0]
    as_read = [
        table.c.id == bindparam("row_id"), table.c.status == bindparam("old_status"), table.c[day] == bindparam("old_day")
    ]  # fmt: skip
    session.connection().execute(
        update(table).where(*as_read).values({name: bindparam(f"new_{name}") for name in columns}),
        [
            {"row_id": row.id, "old_status": row.status, "old_day": getattr(row, day)}
            | {f"new_{name}": value for name, value in values.items()}
            for row, values in changed
        ],
    )
    for row, _values in changed:
        session.expire(row, columns)
