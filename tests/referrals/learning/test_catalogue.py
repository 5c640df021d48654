"""The catalogue of good practice: what is found in it, and by whom."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.learning import catalogue
from referrals.learning.catalogue import Wanted
from referrals.learning.lessons import Shelf
from referrals.models import Lesson
from referrals.vocabulary import AgeGroup, LessonTheme
from tests.lessons import WORDS, publish, send, write
from tests.people import Cast


@pytest.fixture
def shelved(session: Session, cast: Cast) -> dict[str, Lesson]:
    """Lessons by a name of ours, beside one that nobody has checked and one that nobody has sent."""
    send(session, cast)
    write(session, cast)
    return {
        name: publish(session, cast, replace(WORDS, title=title), Shelf(theme, ages))
        for name, title, theme, ages in (
            ("morning", "En lugn start på dagen", LessonTheme.ATTENDANCE, AgeGroup.AT_SCHOOL),
            ("hall", "Påklädning i hallen", LessonTheme.TRANSITION, AgeGroup.BEFORE_SCHOOL),
            ("talk", "Samtal om STARTEN", LessonTheme.ATTENDANCE, AgeGroup.ALL),
        )
    }


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), "talk hall morning"),
        (Wanted(theme=LessonTheme.ATTENDANCE), "talk morning"),
        (Wanted(ages=AgeGroup.BEFORE_SCHOOL), "talk hall"),
        (Wanted(ages=AgeGroup.AT_SCHOOL), "talk morning"),
        (Wanted(ages=AgeGroup.ALL), "talk"),
        (Wanted(theme=LessonTheme.TRANSITION, ages=AgeGroup.AT_SCHOOL), ""),
        (Wanted(words="start"), "talk morning"),
        (Wanted(words="  lugn DAGEN "), "morning"),
        (Wanted(words="samma tid"), "talk hall morning"),
        (Wanted(words="kanelbulle"), ""),
    ],
)
def test_a_published_lesson_is_found_by_theme_and_age_and_words(
    session: Session, shelved: dict[str, Lesson], wanted: Wanted, names: str
) -> None:
    """C29."""
    assert set(catalogue.published(session, wanted)) == {shelved[name] for name in names.split()}


def test_the_newest_lesson_stands_first(session: Session, shelved: dict[str, Lesson]) -> None:
    found = [lesson.published_at for lesson in catalogue.published(session)]
    assert found == sorted(found, reverse=True)


def test_the_staff_reads_the_catalogue_but_for_health_care_leisure_associations_elected_members_and_administrators(
    session: Session, cast: Cast
) -> None:
    people = [name for name in Cast.__dataclass_fields__ if hasattr(getattr(cast, name), "email")]
    left_out = {name for name in people if not catalogue.may_read(getattr(cast, name).actor())}
    assert left_out == {"health_worker", "leisure_worker", "volunteer", "elected", "administrator"}
    assert not catalogue.may_read(Actor())
    cast.teacher.roles.clear()
    session.flush()
    assert not catalogue.may_read(cast.teacher.actor())
