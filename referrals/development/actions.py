"""What schools, the administration and politics each put first, want to reach and do in development work: priorities, goals and actions.

Each level sees its own part in words, and of the others how far they have come in numbers. The management sees all of it.
Elected members carry the political part: they see of the work what it is about and where, and nothing else that is written in it.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from itertools import product

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import cases
from referrals.errors import NotAllowed, TakenAway
from referrals.models import DevelopmentAction, DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.rounds import people
from referrals.vocabulary import DevelopmentAct, GovernanceLevel, LessonTheme, LevelledKind


@dataclass(frozen=True)
class Part:
    """What somebody sees of one level's priorities, goals or actions: how far they have come, and each where the level is theirs."""

    level: GovernanceLevel
    kind: LevelledKind
    count: int
    #: of goals how many are reached; of priorities none ever
    done: int
    #: empty where another level's words are not theirs to read
    actions: tuple[DevelopmentAction, ...]


def may_see(session: Session, found: DevelopmentCase, actor: Actor) -> bool:
    """Whether somebody sees how far each level has come: whoever reads the work, and elected members where it is about no single group."""
    return cases.is_for_elected(found, actor) or cases.may_read(session, found, actor)


def known_to(session: Session, actor: Actor, *, theme: LessonTheme | None = None) -> list[DevelopmentCase]:
    """The work of which somebody sees how far its levels have come, the newest first; narrowed to a theme where one is given."""
    return [found for found in cases.every(session, theme=theme) if may_see(session, found, actor)]


def levels_read(session: Session, found: DevelopmentCase, actor: Actor) -> frozenset[GovernanceLevel]:
    """The levels whose part somebody reads in words: the schools their own, elected members theirs, the management all."""
    if people.may_lead(actor):
        return frozenset(GovernanceLevel)
    political = {GovernanceLevel.POLITICAL} if cases.is_for_elected(found, actor) else set()
    return frozenset({GovernanceLevel.UNIT, *political} if cases.may_read(session, found, actor) else political)


def parts(session: Session, found: DevelopmentCase, actor: Actor) -> list[Part]:
    """What somebody sees of what is planned, level by level and kind by kind."""
    read = levels_read(session, found, actor)
    planned, seen = sorted(found.actions, key=_order), []
    for level, kind in product(GovernanceLevel, LevelledKind):
        its = tuple(one for one in planned if one.level is level and one.kind is kind)
        if its:
            done = sum(one.done_at is not None for one in its)
            seen.append(Part(level, kind, len(its), done, its if level in read else ()))
    return seen


def levels_to_write(session: Session, found: DevelopmentCase, actor: Actor) -> list[GovernanceLevel]:
    """The levels on which somebody plans: who keeps the work its schools', elected members theirs, the management any."""
    if found.closed_at is not None:
        return []
    read = levels_read(session, found, actor)
    if not cases.may_keep(session, found, actor):
        read &= {GovernanceLevel.POLITICAL}
    return [level for level in GovernanceLevel if level in read]


# --------------------------------------------------------------------------------------------------------- verbs
def plan_action(
    session: Session,
    found: DevelopmentCase,
    *,
    by: Actor,
    level: GovernanceLevel,
    words: str,
    responsible: str,
    term: SchoolTerm,
    kind: LevelledKind = LevelledKind.ACTION,
    answered: Collection[str] = (),
) -> DevelopmentAction:
    """Say what a level does, puts first or wants to reach, which function answers for it and in which term. Raises NotAllowed, NamesSomebody, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.PLAN_ACTION, by=by)
    if level not in levels_to_write(session, found, by):
        raise NotAllowed(DevelopmentAct.PLAN_ACTION.value)
    was_answered = cases.require_nobody(session, [words, responsible], by=by, answered=answered)
    made = DevelopmentAction(case=found, level=level, kind=kind, term=term.code, words=words, responsible=responsible)
    session.add(made)
    session.flush()
    cases.leave(session, found, DevelopmentAct.PLAN_ACTION, by=by, was_answered=was_answered)
    return made


def end_action(
    session: Session, found: DevelopmentCase, action_id: uuid.UUID, *, by: Actor, is_done: bool = True
) -> LevelledKind:
    """Say that an action is done or a goal reached, or is not after all, and return which; said again, it changes nothing.

    A priority is as if it were not there: it holds and is never done. Raises NotAllowed, TakenAway.
    """
    act = DevelopmentAct.END_ACTION if is_done else DevelopmentAct.TAKE_BACK_DONE
    cases.require_keeper(session, found, act, by=by)
    action = _action(session, found, action_id, by=by)
    if action.kind is LevelledKind.PRIORITY:
        raise TakenAway
    if (action.done_at is not None) != is_done:
        action.done_at = clock.now() if is_done else None
        session.flush()
        cases.leave(session, found, act, by=by)
    return action.kind


def drop_action(session: Session, found: DevelopmentCase, action_id: uuid.UUID, *, by: Actor) -> LevelledKind:
    """Take away what is neither done nor reached, and return what it was; nothing of its words stays. Raises NotAllowed, TakenAway, AlreadyMoved."""
    cases.require_keeper(session, found, DevelopmentAct.DROP_ACTION, by=by)
    action = _action(session, found, action_id, by=by)
    if action.done_at is not None:
        cases.raise_already_moved(found, DevelopmentAct.END_ACTION)
    kind = action.kind
    found.actions.remove(action)
    session.flush()
    cases.leave(session, found, DevelopmentAct.DROP_ACTION, by=by)
    return kind


# -------------------------------------------------------------------------------------------------------- inside
def _action(session: Session, found: DevelopmentCase, action_id: uuid.UUID, *, by: Actor) -> DevelopmentAction:
    """What is planned on a level that is theirs to write; another level's is as if it were not there."""
    levels = levels_to_write(session, found, by)
    action = next((one for one in found.actions if one.id == action_id and one.level in levels), None)
    if action is None:
        raise TakenAway
    return action


def _order(action: DevelopmentAction) -> tuple[SchoolTerm, uuid.UUID]:
    return SchoolTerm.read(action.term) or SchoolTerm(0, is_autumn=False), action.id
