"""The forms with which a team's dates are set, with which it is named who sits in it, and with which it is asked and advises."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, post_load, validates_schema

from referrals.vocabulary import AgendaAct, MeetingOutcome, Profession, TeamLevel
from schemas.fields import (
    CHOOSE_ONE,
    FILL_IN,
    GIVE_DATE,
    N_,
    CountField,
    DateField,
    FormSchema,
    IdField,
    LongText,
    PhoneText,
    ShortText,
    TermField,
    TermList,
    Tick,
    TimeField,
    WordList,
)

CHOOSE_TEAM = N_("Choose a team in which somebody sits.")
_ENDS_FIRST = N_("The last day comes before the first.")
_LENGTH = N_("Say how many minutes the meeting takes, between 10 and 480.")
_KEPT = N_("Say how many minutes are kept for it, between 5 and 240.")
_WEEKS = N_("Say after how many weeks the team meets again, between 1 and 26.")


class SeriesForm(FormSchema):
    """Dates at the same hour every so many weeks; a single date has no last day."""

    first_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    last_on = DateField(is_ahead=True, years_ahead=2)
    every_weeks = CountField(
        least=1, most=26, load_default=1, error_messages={"invalid": _WEEKS, "out_of_range": _WEEKS}
    )
    starts_time = TimeField(needed=N_("Give a time."))
    minutes = CountField(
        least=10, most=480, load_default=60, error_messages={"invalid": _LENGTH, "out_of_range": _LENGTH}
    )
    place = ShortText(needed=FILL_IN)

    @validates_schema
    def _is_a_stretch(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["last_on"] and data["last_on"] < data["first_on"]:
            raise ValidationError(_ENDS_FIRST, "last_on")

    @post_load
    def _end(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return data | {"last_on": data["last_on"] or data["first_on"]}


class TakeSeriesForm(FormSchema):
    """Which dates that are alike are taken away, as they were shown: `date_series.shown`."""

    series = ShortText(needed=CHOOSE_ONE)


class QuestionForm(FormSchema):
    """What staff ask a team about nobody by name, in which unit, which team where it has several, and which words of it are words only."""

    unit_id = IdField(needed=CHOOSE_ONE)
    forum_id = IdField()
    question = LongText(needed=FILL_IN)
    answered = WordList()


class AdviceForm(FormSchema):
    """What the team advises, and which words of it are words only."""

    advice = LongText(needed=FILL_IN)
    next_steps = LongText(needed=FILL_IN)
    advises_referral = Tick()
    answered = WordList()


class AskUpwardForm(FormSchema):
    """What a team asks a team above about nobody by name, whether that may know who asks, and which words are words only."""

    from_forum = IdField(needed=CHOOSE_ONE)
    to_forum = IdField(needed=CHOOSE_ONE)
    question = LongText(needed=FILL_IN)
    names_team = Tick()
    answered = WordList()


class UpwardAnswerForm(FormSchema):
    """What the team above answers, and which words of it are words only."""

    answer = LongText(needed=FILL_IN)
    answered = WordList()


class PlanQuestionForm(FormSchema):
    """On which date a team talks about a question; on none where it is left empty."""

    date = IdField()


class WithdrawDateForm(FormSchema):
    """Why a team does not meet on a date after all, with what was called for it."""

    off_reason = LongText(needed=N_("Write why the team does not meet."))


class SeatForm(FormSchema):
    """Who gets a seat in the team."""

    account = IdField(needed=CHOOSE_ONE)


class CoordinatesForm(FormSchema):
    """Whether who holds a seat coordinates the team."""

    coordinates = Tick()


class AwayForm(FormSchema):
    """The days on which somebody is away, both included, and who stands in, if anybody does."""

    away_from = DateField(needed=GIVE_DATE, years_back=1, years_ahead=2)
    away_until = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    stand_in = IdField()

    @validates_schema
    def _is_a_stretch(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["away_until"] < data["away_from"]:
            raise ValidationError(_ENDS_FIRST, "away_until")


class StandInForm(FormSchema):
    """Who stands in as a rule, if anybody does."""

    always = IdField()


class UnitContactForm(FormSchema):
    """Whom one can call at one of the team's units."""

    unit_id = IdField(needed=CHOOSE_ONE)
    contact = ShortText(load_default="")
    phone = PhoneText(load_default="")


class AboutForm(FormSchema):
    """What is said of a team by those who keep it, and whom one can call at each unit. Contacts come by the unit's id."""

    mandate = LongText(load_default="")
    place = ShortText(load_default="")
    quorum = TermList(Profession)
    shows_names = Tick()
    rates_by_colour = Tick()
    has_public_page = Tick()
    contact = ShortText(load_default="")
    phone = PhoneText(load_default="")
    units = fields.List(fields.Nested(UnitContactForm), load_default=list)

    @post_load
    def _by_unit(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        units = data.pop("units")
        return data | {"contacts": {one["unit_id"]: (one["contact"], one["phone"]) for one in units}}


class MandateForm(AboutForm):
    """The same from whoever says what the team may decide too."""

    level = TermField(TeamLevel, needed=CHOOSE_ONE)
    outcomes = TermList(MeetingOutcome)


class AgendaForm(FormSchema):
    """Which referral is put on a date, and for how long."""

    referral = IdField(needed=CHOOSE_ONE)
    minutes = CountField(least=5, most=240, load_default=30, error_messages={"invalid": _KEPT, "out_of_range": _KEPT})


class CallToDateForm(FormSchema):
    """Whether the team is called to all that is ready although the schools are closed on that day."""

    on_closed_day = Tick()


class AgendaItemForm(FormSchema):
    """What is done with a referral on a date, and how many minutes it has."""

    item_minutes = CountField(least=5, most=240, needed=_KEPT, error_messages={"invalid": _KEPT, "out_of_range": _KEPT})
    act = TermField(AgendaAct, load_default=AgendaAct.KEEP)


class MoveItemForm(FormSchema):
    """To which date a referral is moved, and why; named apart from moving the whole date, which stands on the same page."""

    item_to = IdField(needed=CHOOSE_ONE)
    item_reason = LongText()


class MoveDateForm(FormSchema):
    """When and where the team meets instead and why, and whether meetings follow its agenda. The result has one aware instant, `starts_at`."""

    moved_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    moved_time = TimeField(needed=N_("Give a time."))
    moved_minutes = CountField(
        least=10, most=480, load_default=60, error_messages={"invalid": _LENGTH, "out_of_range": _LENGTH}
    )
    moved_place = ShortText(needed=FILL_IN)
    reason = LongText()
    follow = Tick()

    def __init__(self, *, zone: str, **options: Any) -> None:
        super().__init__(**options)
        self._zone = ZoneInfo(zone)

    @post_load
    def _make_instant(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return {
            "starts_at": datetime.combine(data["moved_on"], data["moved_time"], self._zone),
            "minutes": data["moved_minutes"],
            "place": data["moved_place"],
            "reason": data["reason"],
            "follow": data["follow"],
        }
