"""What can happen to development work, and what may follow what: the stages of a referral's, without consent, since nobody is in it.

The states are those of `referrals/stages.py`, but for the analysis, which is written by whoever keeps the work and not in parts.
"""

from enum import StrEnum
from typing import Final, TypeAlias

from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_TRIAGE,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    SUBMITTED,
    TO_SCHEDULE,
    Move,
    Stage,
    State,
    Status,
)
from referrals.vocabulary import DevelopmentAct, DevelopmentPaperKind

IN_ANALYSIS: Final = State(Stage.ASSESSMENT, Status.DRAFT)
#: the team's own decision about what comes first; no meeting has to be called for it
TO_PRIORITISE: Final = TO_SCHEDULE
WORKING: Final = (IN_ANALYSIS, TO_PRIORITISE, PLAN_DRAFT, PLAN_ACTIVE, FOLLOW_UP_DUE, CLOSURE_PROPOSED)
OPEN: Final = (SUBMITTED, IN_TRIAGE, *WORKING)
STATES: Final = (*OPEN, CLOSED)


#: where somebody has to decide; in between, what is written takes the term it needs
ASKS: Final = frozenset({SUBMITTED, IN_TRIAGE, FOLLOW_UP_DUE, CLOSURE_PROPOSED})


class Mover(StrEnum):
    """In what capacity somebody acts on development work."""

    #: the management, coordinators and head teachers of its teams, and who leads it
    KEEPER = "keeper"
    #: of the committee: what politics does, and never where it stands
    ELECTED = "elected"
    SYSTEM = "system"


OfWork: TypeAlias = Move[DevelopmentAct, Mover]


def _move(act: DevelopmentAct, by: str, frm: tuple[State, ...], *to: State) -> OfWork:
    movers = {"K": Mover.KEEPER, "E": Mover.ELECTED, "S": Mover.SYSTEM}
    return Move(act, frozenset(movers[letter] for letter in by), frozenset(frm), to)


_A = DevelopmentAct
#: who: K whoever keeps it, E elected members of their own level, S the workflow
MOVES: Final[tuple[OfWork, ...]] = (
    #     what happens              who   from                                  to
    _move(_A.OPEN,                  "K",  (),                                   SUBMITTED),
    _move(_A.OPEN_TRIAGE,           "S",  (SUBMITTED,),                         IN_TRIAGE),
    _move(_A.TAKE_UP,               "K",  (SUBMITTED, IN_TRIAGE),               IN_ANALYSIS),
    _move(_A.END_AT_TRIAGE,         "K",  (SUBMITTED, IN_TRIAGE),               CLOSED),
    _move(_A.CONCLUDE_ANALYSIS,     "K",  (IN_ANALYSIS,),                       TO_PRIORITISE),
    _move(_A.DECIDE_PRIORITIES,     "K",  (TO_PRIORITISE,),                     PLAN_DRAFT),
    _move(_A.AGREE_PLAN,            "K",  (PLAN_DRAFT,),                        PLAN_ACTIVE),
    _move(_A.OPEN_FOLLOW_UP,        "KS", (PLAN_ACTIVE,),                       FOLLOW_UP_DUE),
    _move(_A.RECORD_FOLLOW_UP,      "K",  (FOLLOW_UP_DUE,),                     PLAN_ACTIVE, PLAN_DRAFT, CLOSURE_PROPOSED),
    _move(_A.STEP_BACK,             "K",  (TO_PRIORITISE, PLAN_DRAFT, PLAN_ACTIVE, CLOSURE_PROPOSED), IN_ANALYSIS, TO_PRIORITISE, PLAN_DRAFT, PLAN_ACTIVE),
    _move(_A.CLOSE,                 "K",  WORKING,                              CLOSED),
    _move(_A.CORRECT,               "K",  OPEN),
    _move(_A.SET_TERMS,             "K",  OPEN),
    _move(_A.SET_MILESTONE,         "K",  OPEN),
    _move(_A.REACH_MILESTONE,       "K",  OPEN),
    _move(_A.TAKE_BACK_REACHED,     "K",  OPEN),
    _move(_A.DROP_MILESTONE,        "K",  OPEN),
    _move(_A.HAND_OVER,             "K",  OPEN),
    _move(_A.WRITE_ANALYSIS,        "K",  OPEN),
    _move(_A.ADD_RESULT,            "K",  OPEN),
    _move(_A.DROP_RESULT,           "K",  OPEN),
    _move(_A.PLAN_ACTION,           "KE", OPEN),
    _move(_A.END_ACTION,            "KE", OPEN),
    _move(_A.TAKE_BACK_DONE,        "KE", OPEN),
    _move(_A.DROP_ACTION,           "KE", OPEN),
    _move(_A.WRITE_REPORT,          "K",  OPEN),
)  # fmt: skip

MOVE_BY_ACT: Final[dict[DevelopmentAct, OfWork]] = {move.verb: move for move in MOVES}

#: which paper follows which decision
PAPER_AFTER: Final[dict[DevelopmentAct, DevelopmentPaperKind]] = {
    _A.OPEN: DevelopmentPaperKind.BEGINNING,
    _A.TAKE_UP: DevelopmentPaperKind.DECISION,
    _A.END_AT_TRIAGE: DevelopmentPaperKind.DECISION,
    _A.CONCLUDE_ANALYSIS: DevelopmentPaperKind.ANALYSIS,
    _A.DECIDE_PRIORITIES: DevelopmentPaperKind.PRIORITIES,
    _A.AGREE_PLAN: DevelopmentPaperKind.PLAN,
    _A.RECORD_FOLLOW_UP: DevelopmentPaperKind.FOLLOW_UP,
    _A.CLOSE: DevelopmentPaperKind.REPORT,
}

#: where taking it back one stage leads
BACK: Final[dict[State, State]] = {
    TO_PRIORITISE: IN_ANALYSIS, PLAN_DRAFT: TO_PRIORITISE, PLAN_ACTIVE: PLAN_DRAFT, CLOSURE_PROPOSED: PLAN_ACTIVE,
}  # fmt: skip


def acts_from(state: State) -> tuple[DevelopmentAct, ...]:
    """What leads on from `state`, in the order of the table."""
    return tuple(move.verb for move in MOVES if state in move.frm and move.to)
