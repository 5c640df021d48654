"""The catalogue of good practice: the published lessons, found by theme, age and words, for the staff of the municipality."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import CONTRIBUTES_AS, MATRIX, Actor, Role
from referrals.actors import WITH_UNIT
from referrals.models import Lesson
from referrals.vocabulary import AgeGroup, LessonTheme
from referrals.vocabulary.knowing import Capacity, Cell, Information

#: what somebody is by a role that belongs to no unit
_CAPACITIES = {Role.MANAGEMENT: Capacity.MANAGEMENT, Role.RESEARCHER: Capacity.RESEARCHER}


@dataclass(frozen=True)
class Wanted:
    """What the catalogue is narrowed to."""

    theme: LessonTheme | None = None
    #: lessons for these ages, and those that hold for all
    ages: AgeGroup | None = None
    #: each of these words stands somewhere in the lesson
    words: str = ""


def may_read(actor: Actor) -> bool:
    """Whether they read what names nobody: staff by profession with a role in a unit, management and research by their role."""
    capacities = {_CAPACITIES.get(role) for role, _unit in actor.roles}
    if actor.profession is not None and any(role in WITH_UNIT for role, _unit in actor.roles):
        capacities.add(CONTRIBUTES_AS.get(actor.profession))
    row = MATRIX[Information.DEIDENTIFIED]
    return any(each is not None and row.get(each) is Cell.READ for each in capacities)


def published(session: Session, wanted: Wanted | None = None) -> list[Lesson]:
    """The published lessons that `wanted` leaves, the newest first. For whoever may read the catalogue."""
    wanted = wanted or Wanted()
    rows = select(Lesson).where(Lesson.published_at.is_not(None), Lesson.withdrawn_at.is_(None))
    if wanted.theme is not None:
        rows = rows.where(Lesson.theme == wanted.theme)
    if wanted.ages is not None:
        rows = rows.where(Lesson.ages.in_({wanted.ages, AgeGroup.ALL}))
    found = session.scalars(rows.order_by(Lesson.published_at.desc(), Lesson.id))
    words = wanted.words.casefold().split()
    return [lesson for lesson in found if not words or _holds(lesson, words)]


def _holds(lesson: Lesson, words: Collection[str]) -> bool:
    """Whether each of `words` stands in it, as a word or a part of one, however it is capitalised."""
    texts = (lesson.title, lesson.tried, lesson.outcome, lesson.for_others)
    said = "\n".join(text or "" for text in texts).casefold()
    return all(word in said for word in words)
