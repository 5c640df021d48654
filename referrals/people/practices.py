"""Which practices the municipality has switched on. Where one is off nothing new of it begins; what is there can be read, and is carried to its end."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.models import (
    Consultation,
    ConsultationRound,
    DevelopmentCase,
    Lesson,
    ResearchExport,
    Seminar,
    TermFigures,
    UpwardQuestion,
)
from referrals.models.base import Identified
from referrals.people import organisation
from referrals.vocabulary import Practice

#: what there is once a practice was used
_LEAVES: Final[dict[Practice, tuple[type[Identified], ...]]] = {
    Practice.CONSULTATION: (Consultation,),
    Practice.UPWARD: (UpwardQuestion,),
    Practice.DEVELOPMENT: (DevelopmentCase,),
    Practice.ROUNDS: (ConsultationRound,),
    Practice.LEARNING: (Lesson, Seminar),
    Practice.PATTERNS: (TermFigures,),
    Practice.RESEARCH: (ResearchExport,),
}


def is_on(session: Session, practice: Practice) -> bool:
    """Whether something new of it can begin."""
    here = organisation.municipality(session)
    return here.holds_rounds if practice is Practice.ROUNDS else practice.value not in here.switched_off


def require(session: Session, practice: Practice, verb: str) -> None:
    """Raises NotAllowed where it is switched off."""
    if not is_on(session, practice):
        raise NotAllowed(verb)


def has_any(session: Session, practice: Practice) -> bool:
    """Whether there is anything of it that somebody could read."""
    return any(session.scalar(select(one.id).limit(1)) is not None for one in _LEAVES[practice])


def switch(session: Session, wanted: Collection[Practice], *, by: Actor) -> int:
    """Let these be on and the others off; how many changes that was. Raises NotAllowed for anybody but an administrator."""
    off = [one.value for one in Practice if one not in wanted and one is not Practice.ROUNDS]
    here = organisation.municipality(session)
    return organisation.change(session, here, by=by, switched_off=off, holds_rounds=Practice.ROUNDS in wanted)
