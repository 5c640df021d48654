"""The actions of development work on the levels of governance: what is done by schools, by the administration and by politics.

Each level sees its own part in words, and of the others how far they have come in numbers. The management sees all of it.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import cases
from referrals.errors import NotAllowed, TakenAway
from referrals.models import DevelopmentAction, DevelopmentCase
from referrals.patterns.school_terms import SchoolTerm
from referrals.rounds import people
from referrals.vocabulary import DevelopmentAct, GovernanceLevel


@dataclass(frozen=True)
class Part:
    """What somebody sees of one level: how far it has come, and its actions where it is theirs."""

    level: GovernanceLevel
    count: int
    done: int
    #: empty where another level's words are not theirs to read
    actions: tuple[DevelopmentAction, ...]


def reads_level(actor: Actor, level: GovernanceLevel) -> bool:
    """Whether somebody who reads the work reads the actions of this level in words: the schools their own, the management all."""
    return level is GovernanceLevel.UNIT or people.may_lead(actor)


def parts(found: DevelopmentCase, actor: Actor) -> list[Part]:
    """What somebody who reads the work sees of each level that has actions."""
    return parts_for(found, reads_all=people.may_lead(actor))


def parts_for(found: DevelopmentCase, *, reads_all: bool) -> list[Part]:
    """The same, for whoever reads every level in words, or the schools' only."""
    seen = []
    for level in GovernanceLevel:
        its = tuple(one for one in sorted(found.actions, key=_order) if one.level is level)
        if its:
            done = sum(one.done_at is not None for one in its)
            seen.append(Part(level, len(its), done, its if reads_all or level is GovernanceLevel.UNIT else ()))
    return seen


def levels_to_write(session: Session, found: DevelopmentCase, actor: Actor) -> list[GovernanceLevel]:
    """The levels on which somebody plans actions: who keeps the work its schools', the management any."""
    if not cases.may_keep(session, found, actor):
        return []
    return [level for level in GovernanceLevel if reads_level(actor, level)]


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
    answered: Collection[str] = (),
) -> DevelopmentAction:
    """Say what is done on a level, which function answers for it and in which term it is done. Raises NotAllowed, NamesSomebody, DevelopmentRefused."""
    cases.require_keeper(session, found, DevelopmentAct.PLAN_ACTION, by=by)
    if not reads_level(by, level):
        raise NotAllowed(DevelopmentAct.PLAN_ACTION.value)
    was_answered = cases.require_nobody(session, [words, responsible], by=by, answered=answered)
    made = DevelopmentAction(case=found, level=level, term=term.code, words=words, responsible=responsible)
    session.add(made)
    session.flush()
    cases.leave(session, found, DevelopmentAct.PLAN_ACTION, by=by, was_answered=was_answered)
    return made


def end_action(
    session: Session, found: DevelopmentCase, action_id: uuid.UUID, *, by: Actor, is_done: bool = True
) -> None:
    """Say that it is done, or is not after all; where that was said already, again changes nothing. Raises NotAllowed, TakenAway."""
    act = DevelopmentAct.END_ACTION if is_done else DevelopmentAct.TAKE_BACK_DONE
    cases.require_keeper(session, found, act, by=by)
    action = _action(found, action_id, by)
    if (action.done_at is not None) == is_done:
        return
    action.done_at = clock.now() if is_done else None
    session.flush()
    cases.leave(session, found, act, by=by)


def drop_action(session: Session, found: DevelopmentCase, action_id: uuid.UUID, *, by: Actor) -> None:
    """Take away one that is not done; nothing of its words stays. Raises NotAllowed, TakenAway, AlreadyMoved."""
    cases.require_keeper(session, found, DevelopmentAct.DROP_ACTION, by=by)
    action = _action(found, action_id, by)
    if action.done_at is not None:
        cases.raise_already_moved(found, DevelopmentAct.END_ACTION)
    found.actions.remove(action)
    session.flush()
    cases.leave(session, found, DevelopmentAct.DROP_ACTION, by=by)


# -------------------------------------------------------------------------------------------------------- inside
def _action(found: DevelopmentCase, action_id: uuid.UUID, actor: Actor) -> DevelopmentAction:
    """One action of this work whose words are theirs to read; another level's is as if it were not there."""
    action = next((one for one in found.actions if one.id == action_id and reads_level(actor, one.level)), None)
    if action is None:
        raise TakenAway
    return action


def _order(action: DevelopmentAction) -> tuple[SchoolTerm, uuid.UUID]:
    return SchoolTerm.read(action.term) or SchoolTerm(0, is_autumn=False), action.id
