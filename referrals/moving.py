"""The mechanism of every door through which a stage changes: the table is asked, the row held still, and it moves only as it was seen.

The doors themselves are `referrals/history.py`, for a child's referral, and `referrals/development/cases.py`, for work without persons.
Each has its own table of moves, its own people and its own rows that stay, and nothing here leads from one to the other.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from referrals import clock
from referrals.errors import WrongStage
from referrals.models import DevelopmentCase, Referral
from referrals.stages import ENDED, Move, P, State, V

_Row = TypeVar("_Row", Referral, DevelopmentCase)

#: what of a row a move may change
_MOVING: Final = ("version", "stage", "status", "is_open", "stage_since", "target_on")


def require_from(move: Move[V, P], state: State) -> None:
    """Let pass what is possible in `state`. Raises WrongStage."""
    if state not in move.frm:
        raise WrongStage(move.verb, state.stage, state.status)


def require_to(move: Move[V, P], state: State, target: State) -> None:
    """Let pass what leads from `state` to `target`, or stays where it is. Raises WrongStage."""
    if target != state and target not in move.to:
        raise WrongStage(move.verb, target.stage, target.status)


def newest_version(session: Session, row: _Row) -> int:
    """The version it has by now, with nobody else able to change it until this transaction ends.

    Otherwise two who decide in the same moment would both write their rows, and the second would stumble over a number
    that is taken instead of hearing who was first. SQLite lets one writer in at a time anyway.
    """
    return session.scalars(_version_of(type(row)), {"row": row.id}).one()


@cache
def _version_of(kind: type[Referral] | type[DevelopmentCase]) -> Select[int]:
    """Made once: every decision asks it twice."""
    return select(kind.version).where(kind.id == bindparam("row")).with_for_update(key_share=True)


def read_anew(session: Session, row: _Row) -> None:
    """Read again what a move may have changed."""
    session.refresh(row, _MOVING)


def compare_and_set(
    session: Session, row: _Row, *, expected: int, to: State, own_target: Collection[State] = ()
) -> bool:
    """Move it to `to` if it is still at version `expected`; whether it was. In states of `own_target` another target counts than before."""
    kind = type(row)
    values: dict[str, Any] = {"version": kind.version + 1}
    if to != row.state:
        values |= {"stage": to.stage, "status": to.status, "is_open": to not in ENDED}
        if to in own_target:
            values |= {"target_on": None}  # the workflow sets the new one; until then none is better than the old one
    if to.stage != row.stage:
        values |= {"stage_since": clock.now(), "target_on": None}
    changed = session.scalars(
        update(kind)
        .where(kind.id == row.id, kind.version == expected)
        .values(**values)
        .returning(kind.id)
        .execution_options(synchronize_session=False)
    )
    if changed.one_or_none() is None:
        return False
    read_anew(session, row)
    return True
