"""The forms of lessons: what one tells and where it is found, what the second person makes of it, and a seminar about some of them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import fields as kinds
from marshmallow import post_load

from referrals.vocabulary import AgeGroup, LessonTheme
from schemas.fields import (
    CHOOSE_ONE,
    CHOOSE_SOME,
    FILL_IN,
    GIVE_DATE,
    N_,
    CountField,
    DateField,
    FormSchema,
    IdField,
    IdList,
    LongText,
    ShortText,
    TermField,
    TimeField,
    WordList,
)


class LessonWordsForm(FormSchema):
    """What a lesson tells, and which words of it are words only."""

    title = ShortText(needed=FILL_IN)
    tried = LongText(needed=FILL_IN)
    outcome = LongText(needed=FILL_IN)
    for_others = LongText(needed=FILL_IN)
    answered = WordList()


class LessonForm(LessonWordsForm):
    """The same, and where it is found."""

    theme = TermField(LessonTheme, needed=CHOOSE_ONE)
    ages = TermField(AgeGroup, needed=CHOOSE_ONE)


class NewLessonForm(LessonForm):
    """The same, and what it was learnt from: asked, and kept nowhere."""

    learnt_from = ShortText(needed=CHOOSE_ONE)


class ReturnForm(FormSchema):
    """What must be different before somebody else can stand behind a lesson."""

    note = LongText(needed=FILL_IN)
    answered = WordList()


class SeminarForm(FormSchema):
    """When and where a seminar is, and what is talked about there. The result has one aware instant, `starts_at`."""

    name = ShortText(needed=FILL_IN)
    day = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    starts_time = TimeField(needed=N_("Give a time."))
    place = ShortText(needed=FILL_IN)
    questions = LongText()
    lesson_ids = IdList(needed=CHOOSE_SOME)
    answered = WordList()

    def __init__(self, *, zone: str, **options: Any) -> None:
        super().__init__(**options)
        self._zone = ZoneInfo(zone)

    @post_load
    def _make_instant(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        day, hour = data.pop("day"), data.pop("starts_time")
        return data | {"starts_at": datetime.combine(day, hour, self._zone)}


class CameForm(FormSchema):
    """How many came from one unit."""

    unit = IdField(needed=CHOOSE_ONE)
    count = CountField(most=1000)


class AttendanceForm(FormSchema):
    """How many came from each unit."""

    came = kinds.List(kinds.Nested(CameForm), load_default=list)
