"""Unlawful absence at the folkeskole: days by quarter, what the law asks for from which share on, and what the head teacher decided.

A track apart from concern: nothing here reads or touches a referral. The workflow sums up in the morning and prepares; a person
decides. Each pupil has a chain of their own in the audit log, by the row's id.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import calendar, clock, here, reference
from referrals.access import SYSTEM, Actor
from referrals.errors import AlreadyMoved, Incomplete, NoSuchReferral, NotAllowed
from referrals.keeping import audit, register
from referrals.languages import local_date
from referrals.models import AbsenceAside, AbsenceCount, AbsenceStep, AbsentPupil, Unit, What
from referrals.people import organisation
from referrals.rules import rulebook
from referrals.rules.absence_rules import AbsenceRule
from referrals.sealing import key_ring
from referrals.statutory.absence_keepers import is_kept_by, may_keep, units_of
from referrals.vocabulary import AbsenceStepKind, Counterpart, Direction, DocumentKind, Registered

#: what the deciding person writes: to whom a warning goes and what the school offers; when parents were told of a report, what the
#: school has done and how the family sees it; why nothing is sent; or where another system keeps the decision, and since when
SAID: Final = ("to_whom", "offer", "told_on", "done", "views", "why_not", "kept_in", "decided_on")
#: whom each paper goes to
_GOES_TO: Final = {
    AbsenceStepKind.WARNING: Counterpart.GUARDIAN,
    AbsenceStepKind.REPORT: Counterpart.AUTHORITY,
}


@dataclass(frozen=True)
class Entry:
    """All unlawful absence of one pupil in one quarter, as a person or a file gives it."""

    name: str
    birth_date: date
    class_name: str
    days: float


@dataclass(frozen=True)
class Sum:
    """Where one pupil stands in a quarter: what was entered, and what this morning's sum holds of it."""

    pupil: AbsentPupil
    entered: float
    #: None where everything was entered today
    this_morning: float | None
    school_days: int
    steps: list[AbsenceStep]

    @property
    def percent(self) -> float | None:
        """This morning's share of the quarter's school days, never rounded up."""
        return share(self.this_morning, of=self.school_days) if self.this_morning is not None else None


# ----------------------------------------------------------------------------------------------------- quarters
def quarter_of(day: date) -> date:
    """The first day of the quarter that `day` lies in."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def last_day(quarter_on: date) -> date:
    """The last day of the quarter."""
    return quarter_of(quarter_on + timedelta(days=95)) - timedelta(days=1)


def quarters(today: date) -> tuple[date, date]:
    """The quarters about which something can be entered: this one, and the one before."""
    this = quarter_of(today)
    return this, quarter_of(this - timedelta(days=1))


def school_days(session: Session, quarter_on: date) -> int:
    """How many school days the whole quarter has by the municipality's calendar."""
    return calendar.school_days_between(quarter_on, last_day(quarter_on), closed=calendar.closed_days(session))


def has_closed_days(session: Session, quarter_on: date) -> bool:
    """Whether any closed day is entered for the quarter: without one, shares come out too low."""
    return school_days(session, quarter_on) < calendar.school_days_between(
        quarter_on, last_day(quarter_on), closed=calendar.Closed()
    )


def share(days: float, *, of: int) -> float:
    """`days` in percent of the quarter, cut after one decimal, so that 9.96 never reads as 10."""
    return days * 1000 // of / 10 if of else 0.0


def rules(session: Session) -> tuple[AbsenceRule, ...]:
    """What the rule pack in force asks for; nothing where the country knows none."""
    return rulebook.load(organisation.municipality(session).rulepack_version).absence


# -------------------------------------------------------------------------------------------------------- reading
def sums(session: Session, unit: Unit, quarter_on: date, *, by: Actor) -> list[Sum]:
    """Everybody of the school with absence in the quarter whose absence `by` keeps, by class and name."""
    today, of = here.today(session), school_days(session, quarter_on)
    zone = here.time_zone(session)
    rows = select(AbsentPupil).where(
        AbsentPupil.unit_id == unit.id, AbsentPupil.counts.any(AbsenceCount.quarter_on == quarter_on),
        is_kept_by(session, by),
    )  # fmt: skip
    pupils = session.scalars(rows.options(selectinload(AbsentPupil.counts), selectinload(AbsentPupil.steps)))
    found = [_sum(pupil, quarter_on, before=today, of=of, zone=zone) for pupil in pupils]
    return sorted(found, key=lambda one: (one.pupil.class_name or "", one.pupil.name or "", one.pupil.number))


def counted(session: Session, *, today: date) -> list[uuid.UUID]:
    """Of whom something is entered for this quarter or the last: whose days a morning sums up. Nobody where no law asks for it."""
    if not rules(session):
        return []
    rows = select(AbsentPupil.id).where(AbsentPupil.counts.any(AbsenceCount.quarter_on.in_(quarters(today))))
    return list(session.scalars(rows.order_by(AbsentPupil.id)))


def waiting_for(session: Session, actor: Actor) -> list[AbsenceStep]:
    """The steps that wait for `actor` to decide, the most pressing first."""
    rows = select(AbsenceStep).where(
        AbsenceStep.decided_at.is_(None), AbsenceStep.pupil.has(is_kept_by(session, actor))
    )
    return list(session.scalars(rows.order_by(AbsenceStep.due_on, AbsenceStep.prepared_at, AbsenceStep.id)))


def step_of(pupil: AbsentPupil, step_id: object) -> AbsenceStep | None:
    """The pupil's step with this id, if it is theirs."""
    return next((step for step in pupil.steps if step.id == step_id), None)


def rule_of(session: Session, step: AbsenceStep) -> AbsenceRule:
    """The rule that asks for the step."""
    return next(rule for rule in rules(session) if rule.kind is step.kind)


def sum_read(step: AbsenceStep) -> str:
    """The sum that a page of the step shows, for its forms to send along: nobody decides about another than they read."""
    return f"{step.days} {step.school_days}"


# ---------------------------------------------------------------------------------------------------------- verbs
def enter(session: Session, unit: Unit, *, by: Actor, quarter_on: date, entries: Iterable[Entry]) -> int:
    """Record so many days for each, all of the quarter together; how many were new or different. The same again changes nothing.

    A pupil without absence is not kept; none is a correction for whoever is there. Whoever `by` has stepped aside from is left to
    others. Raises NotAllowed, and Incomplete with "quarter" for another quarter than this one and the last, with "days" for more
    days than the quarter has.
    """
    entries = list(entries)
    if by.account_id is None or unit not in units_of(session, by):
        raise NotAllowed("enter_absence")
    _require_possible(session, quarter_on, [entry.days for entry in entries])
    _come_after(session, unit.id)
    mine = _left_by(session, unit, entries, by=by)
    return sum(_enter(session, unit, entry, quarter_on=quarter_on, by=by) for entry in mine)


def correct(session: Session, pupil: AbsentPupil, *, by: Actor, quarter_on: date, days: float) -> int:
    """Put the days of one pupil right: as `enter`, also for whoever stands in at another school."""
    read_anew(session, pupil)
    if not may_keep(session, pupil, by):
        raise NotAllowed("enter_absence")
    _require_possible(session, quarter_on, [days])
    is_new = (newest(pupil, quarter_on) or 0) != days
    return int(is_new and _record(session, pupil, quarter_on, days=days, by=by))


def left_to_others(session: Session, unit: Unit, *, by: Actor, entries: Sequence[Entry]) -> int:
    """How many of `entries` are about pupils from whom `by` has stepped aside."""
    return len(entries) - len(_left_by(session, unit, entries, by=by))


def prepare(session: Session, pupil: AbsentPupil, *, today: date) -> int:
    """Sum up what was entered before today and prepare what is due; how many steps are new. Twice a day changes nothing.

    What nobody has decided yet follows the sum, and falls away where a correction took it below. What it was decided not to
    send is due anew once the sum has grown: the reason was about fewer days.
    """
    read_anew(session, pupil)
    made, zone, closed = 0, here.time_zone(session), calendar.closed_days(session)
    for quarter_on in quarters(today):
        summed = _sum(pupil, quarter_on, before=today, of=school_days(session, quarter_on), zone=zone)
        for rule in rules(session):
            due_on = calendar.add_school_days(today, rule.school_days, closed=closed)
            made += _follow(session, summed, rule, quarter_on=quarter_on, due_on=due_on)
    session.flush()
    return made


def send(session: Session, step: AbsenceStep, *, by: Actor, seen: str, said: Mapping[str, Any], language: str) -> None:
    """Decide that it is sent. Raises NotAllowed, AlreadyMoved, and Incomplete for what must come with it, with "overtaken" where
    this person had another sum before their eyes, or with "changed" where the days were entered anew since this morning: the
    next morning's sum decides then.
    """
    require_open(session, step, by=by, verb=f"send_{step.kind.value}")
    today = here.today(session)
    told_on = said.get("told_on")
    stated: dict[str, Any] = {"to_whom": said.get("to_whom"), "offer": said.get("offer")}
    if step.kind is AbsenceStepKind.REPORT:
        stated = {
            "told_on": told_on is not None and told_on <= today,
            "done": said.get("done"),
            "views": said.get("views"),
        }
    missing = [name for name, value in stated.items() if not value]
    if seen != sum_read(step):
        missing.append("overtaken")
    if newest(step.pupil, step.quarter_on) != step.days:
        missing.append("changed")
    if missing:
        raise Incomplete(*missing)
    step.said = {name: _plain(said[name]) for name in stated}
    step.language = language
    decide(session, step, by=by, deed="send", is_sent=True)
    register.enter(
        session, Registered.ABSENCE, step.id, referral=None, direction=Direction.ISSUED, counterpart=_GOES_TO[step.kind],
        paper=DocumentKind(step.kind.value), unit_id=step.pupil.unit_id,
    )  # fmt: skip


def leave_unsent(session: Session, step: AbsenceStep, *, by: Actor, seen: str, why_not: str) -> None:
    """Decide, with the reason, that it is not sent. Raises NotAllowed, AlreadyMoved, Incomplete, with "overtaken" as in `send`."""
    require_open(session, step, by=by, verb=f"leave_{step.kind.value}")
    if not why_not.strip():
        raise Incomplete("why_not")
    if seen != sum_read(step):
        raise Incomplete("overtaken")
    step.said = {"why_not": why_not.strip()}
    decide(session, step, by=by, deed="leave", is_sent=False)


def protect(session: Session, pupil: AbsentPupil, *, by: Actor, own_number: str) -> None:
    """Let the school's own number for the pupil stand in place of a name that is protected; the papers that are made stay as they are.

    A file that still has the name finds the pupil all the same, and does not bring it back. Raises NotAllowed, and Incomplete with
    "own_number" where another pupil stands under it.
    """
    read_anew(session, pupil)
    if not may_keep(session, pupil, by):
        raise NotAllowed("protect_absent_pupil")
    digest = _index(pupil.unit, own_number, pupil.birth_date)
    there = _found(session, digest)
    if there is pupil:
        return
    if there is not None:
        raise Incomplete("own_number")
    pupil.former_index = pupil.former_index or pupil.pupil_index
    pupil.name, pupil.pupil_index = own_number, digest
    session.flush()
    _log(session, pupil, "protect_absent_pupil", by=by)


def remove(session: Session, pupil: AbsentPupil, *, by: Actor) -> None:
    """Take a pupil away who was entered by mistake; nothing about them stays. Raises NotAllowed once something was decided about them."""
    read_anew(session, pupil)
    if not may_keep(session, pupil, by) or any(step.decided_at for step in pupil.steps):
        raise NotAllowed("remove_absent_pupil")
    _log(session, pupil, "remove_absent_pupil", by=by)
    session.delete(pupil)
    session.flush()


# --------------------------------------------------------------------------------------------------------- inside
def newest(pupil: AbsentPupil, quarter_on: date) -> float | None:
    """What was entered last for the quarter; None where nothing was."""
    return next((count.days for count in pupil.counts if count.quarter_on == quarter_on), None)


def _require_possible(session: Session, quarter_on: date, numbers: Iterable[float]) -> None:
    if quarter_on not in quarters(here.today(session)):
        raise Incomplete("quarter")
    most = school_days(session, quarter_on)
    if any(not 0 <= days <= most for days in numbers):
        raise Incomplete("days")


def _come_after(session: Session, unit_id: uuid.UUID) -> None:
    """Wait for whoever changes the school's absence in this moment. Whatever else leads to the school goes on meanwhile."""
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True))


def read_anew(session: Session, pupil: AbsentPupil) -> None:
    """Come after whoever was first, and see what they did. Raises NoSuchReferral where the pupil was taken away."""
    _come_after(session, pupil.unit_id)
    rows = select(AbsentPupil).where(AbsentPupil.id == pupil.id)
    rows = rows.options(selectinload(AbsentPupil.counts), selectinload(AbsentPupil.steps))
    if session.scalars(rows.execution_options(populate_existing=True)).one_or_none() is None:
        raise NoSuchReferral


def _index(unit: Unit, name: str, birth_date: date | str | None) -> str:
    return key_ring().blind_index("absent_pupil", f"{unit.id} {birth_date} {name}")


def _found(session: Session, digest: str) -> AbsentPupil | None:
    rows = select(AbsentPupil).where((AbsentPupil.pupil_index == digest) | (AbsentPupil.former_index == digest))
    return session.scalars(rows.execution_options(populate_existing=True)).one_or_none()


def _left_by(session: Session, unit: Unit, entries: Sequence[Entry], *, by: Actor) -> list[Entry]:
    """Those of `entries` that are about nobody from whom `by` has stepped aside."""
    aside = AbsentPupil.asides.any(AbsenceAside.account_id == by.account_id)
    rows = select(AbsentPupil.pupil_index, AbsentPupil.former_index).where(AbsentPupil.unit_id == unit.id, aside)
    too_close = {digest for digests in session.execute(rows) for digest in digests}
    return [one for one in entries if not too_close or _index(unit, one.name, one.birth_date) not in too_close]


def _enter(session: Session, unit: Unit, entry: Entry, *, quarter_on: date, by: Actor) -> bool:
    digest = _index(unit, entry.name, entry.birth_date)
    pupil = _found(session, digest)
    there = newest(pupil, quarter_on) if pupil else None
    if (there or 0) == entry.days:
        return False
    if pupil is None:
        pupil = AbsentPupil(number=f"F-{reference.new_code()}", unit=unit, pupil_index=digest)
        pupil.name, pupil.birth_date = entry.name, entry.birth_date.isoformat()
        session.add(pupil)
    pupil.class_name = entry.class_name or pupil.class_name
    return _record(session, pupil, quarter_on, days=entry.days, by=by)


def _record(session: Session, pupil: AbsentPupil, quarter_on: date, *, days: float, by: Actor) -> bool:
    count = AbsenceCount(pupil=pupil, quarter_on=quarter_on, entered_at=clock.now(), entered_by_id=by.account_id)
    count.days = days
    session.add(count)
    session.flush()
    session.expire(pupil, ["counts"])
    _log(session, pupil, "enter_absence", by=by)
    return True


def _sum(pupil: AbsentPupil, quarter_on: date, *, before: date, of: int, zone: str) -> Sum:
    mine = [count for count in pupil.counts if count.quarter_on == quarter_on]
    earlier = (count.days for count in mine if local_date(count.entered_at, zone=zone) < before)
    steps = [step for step in pupil.steps if step.quarter_on == quarter_on]
    kinds = list(AbsenceStepKind)
    steps.sort(key=lambda step: (kinds.index(step.kind), step.turn))
    return Sum(pupil, newest(pupil, quarter_on) or 0.0, next(earlier, None), of, steps)


def _follow(session: Session, summed: Sum, rule: AbsenceRule, *, quarter_on: date, due_on: date) -> bool:
    """Let the step follow the sum, unless it is decided; whether it is new."""
    turns = [each for each in summed.steps if each.kind is rule.kind]
    step, days = turns[-1] if turns else None, summed.this_morning
    if step is not None and step.decided_at is not None:
        if step.is_sent or (days or 0.0) <= (step.days or 0.0):
            return False
        step = None
    if days is None or not rule.is_reached(days, of=summed.school_days):
        if step is not None:
            _log(session, summed.pupil, f"drop_{rule.kind.value}", by=SYSTEM)
            summed.pupil.steps.remove(step)
        return False
    is_new = step is None
    if step is None:
        step = AbsenceStep(
            pupil=summed.pupil, quarter_on=quarter_on, kind=rule.kind, turn=len(turns) + 1, prepared_at=clock.now(),
            due_on=due_on, school_days=summed.school_days,
        )  # fmt: skip
        session.add(step)
        _log(session, summed.pupil, f"prepare_{rule.kind.value}", by=SYSTEM)
    if is_new or (step.days, step.school_days) != (days, summed.school_days):
        step.days, step.school_days = days, summed.school_days
    return is_new


def require_open(session: Session, step: AbsenceStep, *, by: Actor, verb: str) -> None:
    """Come after whoever was first. Raises NoSuchReferral for a step that fell away, NotAllowed, and AlreadyMoved for a decided one."""
    read_anew(session, step.pupil)
    if step not in step.pupil.steps:
        raise NoSuchReferral  # the morning's sum took it away
    if not may_keep(session, step.pupil, by):
        raise NotAllowed(verb)
    if step.decided_at is not None and step.decided_by is not None:
        raise AlreadyMoved(verb, step.decided_by.name, step.decided_at, by_id=step.decided_by_id)


def decide(session: Session, step: AbsenceStep, *, by: Actor, deed: str, is_sent: bool) -> None:
    """Let `by` have decided the step, and the log say with which deed."""
    step.is_sent, step.decided_at, step.decided_by_id = is_sent, clock.now(), by.account_id
    session.flush()
    session.refresh(step, ["decided_by"])
    _log(session, step.pupil, f"{deed}_{step.kind.value}", by=by)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _log(session: Session, pupil: AbsentPupil, verb: str, *, by: Actor) -> None:
    audit.append(session, What.DID, by=by, chain=pupil.id, subject=verb)
