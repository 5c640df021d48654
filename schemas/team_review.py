"""Forms of the team meeting: calling the team, and its minutes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, post_load, validates, validates_schema

from referrals import clock
from referrals.notes import MEETING_TEXTS
from referrals.vocabulary import Attendance, CalledReply, Colour, DecisionKind, Domain, MeetingOutcome, Profession
from schemas.fields import (
    CHOOSE_ONE,
    N_,
    CountField,
    DateField,
    FormSchema,
    IdField,
    IdList,
    LongText,
    ShortText,
    TermField,
    TermList,
    Tick,
    TimeField,
)
from schemas.notes import ClassificationForm, each_by_itself

__all__ = [
    "CallAnswerForm",
    "CallingOffForm",
    "ColourChoiceForm",
    "ColoursForm",
    "InterpreterForm",
    "MeetingForm",
    "MinutesForm",
    "StandInForm",
]

CHOOSE_COLOUR = N_("Choose a colour for at least one area.")
GIVE_DAY = N_("Give the day of the meeting.")
DAY_HAS_PASSED = N_("This day has passed. Choose today or a later day.")
GIVE_TIME = N_("Give the time the meeting begins.")
TIME_HAS_PASSED = N_("This time has passed. Choose a later one.")
GIVE_PLACE = N_("Say where the team meets.")
SAY_WHY_OFF = N_("Write why the meeting is called off.")
GIVE_LENGTH = N_("Say how many minutes the meeting takes, between 10 and 480.")
CALL_SOMEBODY = N_("Choose whom to call to the meeting.")
GIVE_LANGUAGE = N_("Write the language.")
GIVE_NAME = N_("Write the name.")
SAY_HOW_THEY_TOOK_PART = N_("Say how this person took part, or that they were absent.")
SAY_WHO_WAS_THERE = N_("Write who was there.")
WRITE_DECISION = N_("Write what was decided.")
SAY_RESPONSIBLE = N_("Write who answers for it.")
SAY_BY_WHEN = N_("Give the day by which it is done.")
BEFORE_MEETING = N_("This day comes before the meeting. Give the day of the meeting or a later one.")

_LENGTH = {"invalid": GIVE_LENGTH, "out_of_range": GIVE_LENGTH}


class MeetingForm(FormSchema):
    """When and where the team meets, who is called and invited, and what it talks about.

    `zone` is the time zone in which day and time are meant; the result has one aware instant, `starts_at`. Nobody is called
    to a day or an hour that has passed; a meeting `is_moved` to when the team did meet.
    """

    starts_on = DateField(needed=GIVE_DAY, years_back=1, years_ahead=1)
    starts_time = TimeField(needed=GIVE_TIME)
    minutes = CountField(least=10, most=480, load_default=60, error_messages=_LENGTH)
    place = ShortText(needed=GIVE_PLACE)
    called = IdList(needed=CALL_SOMEBODY)
    without = TermList(Profession)
    on_closed_day = Tick()
    guardians = IdList()
    agenda = LongText()
    reason = LongText()

    def __init__(self, *, zone: str, is_moved: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._zone, self._is_moved = ZoneInfo(zone), is_moved

    @validates("starts_on")
    def _refuse_passed_day(self, day: date, **_: Any) -> None:
        if not self._is_moved and day < clock.today(self._zone.key):
            raise ValidationError(DAY_HAS_PASSED)

    @validates_schema
    def _refuse_passed_hour(self, data: Mapping[str, Any], **_: Any) -> None:
        if not self._is_moved and self._begins(data) < clock.now():
            raise ValidationError(TIME_HAS_PASSED, "starts_time")

    def _begins(self, data: Mapping[str, Any]) -> datetime:
        return datetime.combine(data["starts_on"], data["starts_time"], self._zone)

    @post_load
    def _make_instant(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        starts_at = self._begins(data)
        del data["starts_on"], data["starts_time"]
        points = [point.strip(" -–•*\t") for point in (data["agenda"] or "").splitlines()]
        return data | {"starts_at": starts_at, "agenda": [point for point in points if point]}


class CallAnswerForm(FormSchema):
    """What somebody answers who is called to a meeting."""

    reply = TermField(CalledReply, needed=CHOOSE_ONE)


class StandInForm(FormSchema):
    """Who comes to a meeting instead of somebody who is called."""

    stand_in = IdField(needed=CHOOSE_ONE)


class ToldForm(FormSchema):
    """Of which decision a guardian was told."""

    decided = IdField()


class InterpreterForm(FormSchema):
    """With whom an interpreter is booked, in which language; empty where none is any more."""

    language = ShortText(needed=GIVE_LANGUAGE)
    booked_with = ShortText(load_default="")


class CallingOffForm(FormSchema):
    """Why a meeting is called off."""

    reason = LongText(needed=SAY_WHY_OFF)


class AttendeeForm(FormSchema):
    """Somebody who was called or came, and how they took part."""

    name = ShortText(needed=GIVE_NAME)
    function = ShortText(load_default="")
    attendance = TermField(Attendance, needed=SAY_HOW_THEY_TOOK_PART)


class RatingForm(FormSchema):
    """How the team sees one domain, from 1 to 5; it need not be rated."""

    rating = CountField(least=1, most=5)
    note = LongText()
    own = fields.Nested(ClassificationForm)


class RatingsForm(FormSchema):
    """The ratings, by domain."""

    health = fields.Nested(RatingForm)
    safety = fields.Nested(RatingForm)
    learning = fields.Nested(RatingForm)

    @post_load
    def _by_domain(self, data: dict[str, Any], **_: Any) -> dict[Domain, Any]:
        return {Domain(name): rating for name, rating in data.items()}


class TogetherForm(FormSchema):
    """What the team agreed on by colour; a domain need not be rated."""

    health = TermField(Colour)
    safety = TermField(Colour)
    learning = TermField(Colour)

    @post_load
    def _by_domain(self, data: dict[str, Any], **_: Any) -> dict[Domain, Colour]:
        return {Domain(name): colour for name, colour in data.items() if colour}


class ColoursForm(TogetherForm):
    """The colours somebody sees alone; all domains cannot be left out."""

    @validates_schema
    def _says_something(self, data: Mapping[str, Any], **_: Any) -> None:
        if not any(data.values()):
            raise ValidationError(CHOOSE_COLOUR, "health")


class ColourChoiceForm(FormSchema):
    """Whether one guardian wants the colours on papers."""

    guardian = IdField(needed=CHOOSE_ONE)
    is_wanted = Tick()


class DecisionForm(FormSchema):
    """One decision, with who answers for it and by when."""

    text = LongText(needed=WRITE_DECISION)
    responsible = ShortText(needed=SAY_RESPONSIBLE)
    due_on = DateField(needed=SAY_BY_WHEN, years_back=1, years_ahead=3)
    kind = TermField(DecisionKind)
    own = fields.Nested(ClassificationForm)


class MinutesForm(FormSchema):
    """What was said, rated and decided at a meeting that was held on `met_on`: nothing is to be done before that day."""

    attendance = fields.List(fields.Nested(AttendeeForm), required=True, error_messages={"required": SAY_WHO_WAS_THERE})
    situation = LongText()
    strengths = LongText()
    child_words = LongText()
    guardians_words = LongText()
    questions = LongText()
    ratings = fields.Nested(RatingsForm, load_default=dict)
    #: what the team agreed on by colour, where it rates so
    colours = fields.Nested(TogetherForm, load_default=dict)
    decisions = fields.List(fields.Nested(DecisionForm), load_default=list)
    dissent = LongText()
    outcome = TermField(MeetingOutcome)
    next_meeting_on = DateField(years_back=1, years_ahead=3)
    whole = fields.Nested(ClassificationForm)
    own = fields.Nested(each_by_itself(*MEETING_TEXTS))

    def __init__(self, *, met_on: date, **options: Any) -> None:
        super().__init__(**options)
        self._met_on = met_on

    @validates_schema
    def _refuse_days_before(self, data: dict[str, Any], **_: Any) -> None:
        too_early = {"due_on": [BEFORE_MEETING]}
        rows = {row: too_early for row, one in enumerate(data["decisions"]) if one["due_on"] < self._met_on}
        problems: dict[str, Any] = {"decisions": rows} if rows else {}
        if data["next_meeting_on"] and data["next_meeting_on"] < self._met_on:
            problems["next_meeting_on"] = [BEFORE_MEETING]
        if problems:
            raise ValidationError(problems)
