"""Development work: begun about a group, a school or an area, by whoever keeps its team or by the management, about nobody by name.

Each text passes the check for identities before it is kept anywhere, and none may hold the number of a referral: no column and no
word leads from it to a child. Each has a chain of its own in the audit log, and a history that everybody reads who reads it.
This is the door through which its stage changes, as `referrals/history.py` is a referral's.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import date
from typing import Final, NoReturn

from sqlalchemy import delete, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, selectinload

from referrals import clock, here, identity_check, moving, reference
from referrals.access import Actor, Role
from referrals.calendar import closed_days
from referrals.development import targets
from referrals.development.moves import ASKS, MOVE_BY_ACT, PAPER_AFTER, Mover
from referrals.errors import AlreadyMoved, DevelopmentClosed, DevelopmentRefused, NotAllowed, TakenAway
from referrals.forums import dates
from referrals.forums.consultations import ANSWERED
from referrals.keeping import audit
from referrals.models import DevelopmentCase, DevelopmentEvent, DevelopmentPaper, Forum, Step, StepKind, Unit, What
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import practices
from referrals.rounds import people
from referrals.stages import SUBMITTED, State
from referrals.vocabulary import (
    DevelopmentAct,
    DevelopmentKind,
    DevelopmentProblem,
    DevelopmentState,
    LessonTheme,
    Practice,
)

#: what is done to it while it only begins; what somebody has written or promised since is thrown away by nobody
_BEGINNING: Final = frozenset({
    DevelopmentAct.OPEN, DevelopmentAct.OPEN_TRIAGE, DevelopmentAct.CORRECT, DevelopmentAct.SET_TERMS, DevelopmentAct.SET_MILESTONE, DevelopmentAct.DROP_MILESTONE,
})  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What it is about."""

    title: str
    background: str
    aim: str


# ------------------------------------------------------------------------------------------------------- who may
def units_to_choose(session: Session, actor: Actor) -> list[Unit]:
    """The units about which somebody can begin work, by name: the management all that take part, who keeps a team those of the team; none where it is switched off."""
    if not practices.is_on(session, Practice.DEVELOPMENT):
        return []
    if people.may_lead(actor):
        return list(session.scalars(select(Unit).where(Unit.takes_part).order_by(Unit.name)))
    kept = [forum for forum in people.teams_of(session, actor) if dates.may_keep(forum, actor)]
    return sorted((unit for forum in kept for unit in forum.units if unit.takes_part), key=lambda unit: unit.name)


def may_read(session: Session, found: DevelopmentCase, actor: Actor) -> bool:
    """The management, and whoever is in a team of the units it is about."""
    if people.may_lead(actor):
        return True
    return any(people.is_in_team(session, forum, actor) for forum in {unit.forum for unit in found.units})


def is_elected(actor: Actor) -> bool:
    """Whether they sit in the elected committee."""
    return any(role is Role.ELECTED_MEMBER for role, _unit in actor.roles)


def is_for_elected(found: DevelopmentCase, actor: Actor) -> bool:
    """Whether they carry the political part of it as elected members: of nothing that is about a single group."""
    return is_elected(actor) and found.kind is not DevelopmentKind.GROUP


def may_keep(session: Session, found: DevelopmentCase, actor: Actor) -> bool:
    """Whether they write in it until it is closed: the management, coordinators and head teachers of its teams, and who leads it."""
    return found.closed_at is None and _is_keeper(session, found, actor)


def may_discard(session: Session, found: DevelopmentCase, actor: Actor) -> bool:
    """Whether they throw it away: who keeps it, as long as nothing but its beginning is there."""
    is_beginning = not (found.terms or found.milestones) and {event.act for event in found.events} <= _BEGINNING
    return is_beginning and may_keep(session, found, actor)


def known_to(session: Session, actor: Actor, *, theme: LessonTheme | None = None) -> list[DevelopmentCase]:
    """What somebody may read, the newest first; narrowed to a theme where one is given."""
    return [found for found in every(session, theme=theme) if may_read(session, found, actor)]


def every(session: Session, *, theme: LessonTheme | None = None) -> list[DevelopmentCase]:
    """All of it, whoever may read it, the newest first; narrowed to a theme where one is given."""
    rows = select(DevelopmentCase).order_by(DevelopmentCase.opened_at.desc(), DevelopmentCase.id)
    with_units = selectinload(DevelopmentCase.units).selectinload(Unit.forum).selectinload(Forum.units)
    found = session.scalars(rows.options(with_units, selectinload(DevelopmentCase.terms)))
    return [one for one in found if theme is None or theme.value in one.themes]


def waiting_for(session: Session, actor: Actor) -> list[DevelopmentCase]:
    """Those that ask something of `actor` who keeps them: to take up, to follow up or to close, and what is past its day.

    The management is asked about its own and about areas only: a school's work waits for the school's team.
    """
    today, closed = here.today(session), closed_days(session)
    open_ones = select(DevelopmentCase).where(DevelopmentCase.is_open)
    return [
        found
        for found in session.scalars(open_ones.order_by(DevelopmentCase.opened_at, DevelopmentCase.id))
        if (found.state in ASKS or targets.is_late(found, today, closed=closed)) and _is_asked(session, found, actor)
    ]


def _is_asked(session: Session, found: DevelopmentCase, actor: Actor) -> bool:
    is_own = found.opened_by_id == actor.account_id or found.kind is DevelopmentKind.AREA
    return may_keep(session, found, actor) and (is_own or not people.may_lead(actor))


def refuse_others(session: Session, found: DevelopmentCase, act: DevelopmentAct, *, by: Actor) -> None:
    """Let whoever writes in it pass, and elected members where the table of moves names them.

    Raises DevelopmentClosed for those who would if it were not closed, else NotAllowed.
    """
    movers = MOVE_BY_ACT[act].by
    if by.is_system and Mover.SYSTEM in movers:
        return
    is_theirs = Mover.ELECTED in movers and is_for_elected(found, by)
    if not is_theirs and not _is_keeper(session, found, by):
        raise NotAllowed(act.value)
    if found.closed_at is not None:
        raise DevelopmentClosed(act.value)


def _is_keeper(session: Session, found: DevelopmentCase, actor: Actor) -> bool:
    keeps_team = any(dates.may_keep(unit.forum, actor) for unit in found.units)
    is_theirs = may_read(session, found, actor) and (keeps_team or _leads(found, actor))
    return is_theirs or people.may_lead(actor)


def _leads(found: DevelopmentCase, actor: Actor) -> bool:
    """Whether they are its process leader at a unit now."""
    return any(one.until_at is None and one.account_id == actor.account_id for one in found.leaders)


# ------------------------------------------------------------------------------------------------------ how far
def state_of(found: DevelopmentCase, today: date) -> DevelopmentState:
    """How far it has come on `today`."""
    if found.closed_at is not None:
        return DevelopmentState.CLOSED
    now, codes = SchoolTerm.of(today), {one.term for one in found.terms}
    terms = sorted(term for term in map(SchoolTerm.read, codes) if term is not None)
    if not terms or now < terms[0]:
        return DevelopmentState.PLANNED
    return DevelopmentState.TERMS_OVER if now > terms[-1] else DevelopmentState.UNDER_WAY


def times(found: DevelopmentCase, act: DevelopmentAct) -> int:
    """How often this was done to it: the version of what the act writes, for its form to send along."""
    return sum(event.act is act for event in found.events)


# --------------------------------------------------------------------------------------------------------- verbs
def open_case(
    session: Session,
    *,
    by: Actor,
    kind: DevelopmentKind,
    unit_ids: Collection[uuid.UUID],
    themes: Sequence[LessonTheme],
    words: Words,
    answered: Collection[str] = (),
) -> DevelopmentCase:
    """Begin work about these units. Raises NotAllowed, NamesSomebody, DevelopmentRefused."""
    units = [unit for unit in units_to_choose(session, by) if unit.id in unit_ids]
    if by.account_id is None or not units or len(units) != len(set(unit_ids)):
        raise NotAllowed("open_case")
    if (kind is DevelopmentKind.AREA) != (len(units) > 1):
        is_area = kind is DevelopmentKind.AREA
        raise DevelopmentRefused(DevelopmentProblem.SEVERAL_UNITS if is_area else DevelopmentProblem.ONE_UNIT)
    _require_theme(themes)
    was_answered = require_nobody(session, astuple(words), by=by, answered=answered)
    made = DevelopmentCase(
        kind=kind, themes=[theme.value for theme in themes], opened_by_id=by.account_id, opened_at=clock.now(),
        units=units, stage=SUBMITTED.stage, status=SUBMITTED.status, stage_since=clock.now(), **asdict(words),
    )  # fmt: skip
    session.add(made)
    session.flush()
    leave(session, made, DevelopmentAct.OPEN, by=by, was_answered=was_answered)
    return made


def correct_case(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    themes: Sequence[LessonTheme],
    words: Words,
    answered: Collection[str] = (),
    seen: int | None = None,
) -> bool:
    """Let it say something else, or belong to other themes. Whether anything is new.

    Raises NotAllowed, AlreadyMoved, NamesSomebody, DevelopmentRefused.
    """
    require_keeper(session, found, DevelopmentAct.CORRECT, by=by, seen=seen)
    _require_theme(themes)
    was_answered = require_nobody(session, astuple(words), by=by, answered=answered)
    wanted = [theme.value for theme in themes]
    if (wanted, words) == (found.themes, Words(found.title or "", found.background or "", found.aim or "")):
        return False
    found.themes = wanted
    found.title, found.background, found.aim = astuple(words)
    session.flush()
    leave(session, found, DevelopmentAct.CORRECT, by=by, was_answered=was_answered)
    return True


def _require_theme(themes: Sequence[LessonTheme]) -> None:
    """What has no theme is found by nobody who looks for its like."""
    if not themes:
        raise DevelopmentRefused(DevelopmentProblem.NO_THEME)


def discard_case(session: Session, found: DevelopmentCase, *, by: Actor) -> None:
    """Throw away what was begun by mistake; nothing of its words stays. Raises NotAllowed, TakenAway."""
    _hold_still(session, found)
    if not may_discard(session, found, by):
        raise NotAllowed("discard_case")
    audit.append(session, What.DID, by=by, chain=found.id, subject="discard_case")
    session.execute(delete(Step).where(Step.development_id == found.id))
    session.execute(delete(DevelopmentPaper).where(DevelopmentPaper.case_id == found.id))
    session.delete(found)
    session.flush()


# ------------------------------------------------------------------------------------------------ for its neighbours
def holds_number(text: str | None) -> bool:
    """Whether a text holds what looks like the number of a referral."""
    return bool(reference.written_in(text or ""))


def require_keeper(
    session: Session,
    found: DevelopmentCase,
    act: DevelopmentAct,
    *,
    by: Actor,
    seen: int | None = None,
    moved: int | None = None,
) -> None:
    """Let whoever keeps it pass, and everybody else who writes in it wait, where the table of moves lets them do it.

    `seen` is how often the act was done as they saw it; for what moves it on, `moved` is the version they saw. What belongs to
    it is to be looked for after this only: before, somebody else may still take it away. Raises NotAllowed, DevelopmentClosed,
    TakenAway, AlreadyMoved where somebody else has done the same since, or moved it on, and then WrongStage.
    """
    _hold_still(session, found)
    refuse_others(session, found, act, by=by)
    if seen is not None and seen != times(found, act):
        raise_already_moved(found, act)
    if moved is not None and (moved > found.version or any(_is_persons_move(event, moved) for event in found.events)):
        raise_already_moved(found, None)
    moving.require_from(MOVE_BY_ACT[act], found.state)


def raise_already_moved(found: DevelopmentCase, act: DevelopmentAct | None) -> NoReturn:
    """Refuse what somebody was first with, who did `act` last; without one, who moved it on last. Raises AlreadyMoved."""
    done = [event for event in found.events if (event.act is act if act else event.is_move) and event.by]
    # nobody did it: what was sent is no version there ever was
    newest = max(done or [event for event in found.events if event.by], key=lambda event: event.number)
    raise AlreadyMoved(newest.act.value, newest.by.name if newest.by else "", newest.at, by_id=newest.by_id)


def require_nobody(session: Session, texts: Iterable[str | None], *, by: Actor, answered: Collection[str]) -> bool:
    """Let texts pass that tell nobody's identity and name no referral; whether an answer of the writer was needed for that.

    Raises NamesSomebody, DevelopmentRefused.
    """
    written = list(texts)
    if any(holds_number(text) for text in written):
        raise DevelopmentRefused(DevelopmentProblem.REFERRAL_NUMBER)
    return identity_check.municipal_checker(session, by=by).require_nobody(written, answered=answered)


def leave(
    session: Session,
    found: DevelopmentCase,
    act: DevelopmentAct,
    *,
    by: Actor,
    to: State | None = None,
    words: str | None = None,
    was_answered: bool = False,
) -> DevelopmentEvent:
    """Move it to `to` where given, leave what was done in its history and its chain of the audit log, and the work it starts as a step.

    Raises WrongStage, and AlreadyMoved when somebody was first in the very same moment; nothing is changed then.
    """
    before, is_first = found.state, act is DevelopmentAct.OPEN
    moving.require_to(MOVE_BY_ACT[act], before, to or before)
    if not moving.compare_and_set(session, found, expected=found.version, to=to or before):
        raise_already_moved(found, None)
    event = DevelopmentEvent(
        case=found, number=found.version, at=clock.now(), by_id=by.account_id, act=act,
        from_stage=None if is_first else before.stage, from_status=None if is_first else before.status,
        to_stage=found.stage, to_status=found.status, words=words,
        stood=found.as_it_stands() if act in PAPER_AFTER else None,
    )  # fmt: skip
    session.add(event)
    session.flush()
    session.refresh(found, ["events"])
    if MOVE_BY_ACT[act].to:
        kind, now = StepKind.ADVANCE_DEVELOPMENT, clock.machine_now()
        session.add(Step(kind=kind, development_id=found.id, event_id=event.id, created_at=now))
        session.flush()
    audit.append(session, What.DID, by=by, chain=found.id, subject=act.value)
    if was_answered:
        audit.append(session, What.DID, by=by, chain=found.id, subject=ANSWERED)
    return event


# ------------------------------------------------------------------------------------------------------- inside
def _hold_still(session: Session, found: DevelopmentCase) -> None:
    """Let nobody else write in it until this transaction ends, and read it anew with all that belongs to it."""
    try:
        session.refresh(found, with_for_update=True)
    except InvalidRequestError:
        raise TakenAway from None


def _is_persons_move(event: DevelopmentEvent, since: int) -> bool:
    """Whether somebody moved it on after version `since`: the workflow carries it on and makes no page stale."""
    return event.number > since and event.is_move and event.by_id is not None
