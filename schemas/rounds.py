"""The forms of consultation rounds: the days of a round, its slots, and the learning questions of a team."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from marshmallow import ValidationError, validates_schema

from referrals.rounds.slots import DAYS_BEFORE
from referrals.vocabulary import Helped, QualityTheme
from schemas.fields import (
    CHOOSE_ONE,
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

#: a round is some days of a term
_MOST_DAYS: Final = timedelta(days=60)
_LENGTH = N_("Say how many minutes a slot takes, between 10 and 480.")
_COUNT = N_("Say how many slots there are one after the other, between 1 and 20.")
_PAUSE = N_("Say how many minutes of pause there are between them, between 0 and 240.")


class RoundForm(FormSchema):
    """What a round is called, until when teams enrol, and its first and last day."""

    name = ShortText(needed=FILL_IN)
    enrols_until = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    first_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    last_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    answered = WordList()

    @validates_schema
    def _fits(self, data: Mapping[str, Any], **_options: Any) -> None:
        if data["last_on"] < data["first_on"]:
            raise ValidationError(N_("The last day comes before the first."), "last_on")
        if data["last_on"] - data["first_on"] > _MOST_DAYS:
            raise ValidationError(N_("A round takes two months at most. Check the days."), "last_on")
        if data["enrols_until"] > data["first_on"] - timedelta(days=DAYS_BEFORE):
            raise ValidationError(
                N_("Questions are due a week before the slot: enrolment must end a week before the first day."),
                "enrols_until",
            )


class SlotsForm(FormSchema):
    """Slots one after the other on one day."""

    day = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    starts_time = TimeField(needed=N_("Give a time."))
    minutes = CountField(
        least=10, most=480, load_default=60, error_messages={"invalid": _LENGTH, "out_of_range": _LENGTH}
    )
    count = CountField(least=1, most=20, load_default=1, error_messages={"invalid": _COUNT, "out_of_range": _COUNT})
    pause = CountField(most=240, load_default=0, error_messages={"invalid": _PAUSE, "out_of_range": _PAUSE})
    place = ShortText(needed=FILL_IN)
    answered = WordList()


class GiveSlotForm(FormSchema):
    """Which team gets a slot; none leaves it free."""

    team = IdField()


class ConsultantForm(FormSchema):
    """Who is invited to a round from outside, until when, and with which slots."""

    account = IdField(needed=CHOOSE_ONE)
    last_on = DateField(needed=GIVE_DATE, is_ahead=True, years_ahead=2)
    slots = IdList()


class FollowForm(FormSchema):
    """How a team goes on with a question, and what came of it."""

    next_step = LongText(needed=FILL_IN)
    outcome = TermField(Helped)
    result = LongText()
    answered = WordList()


class SummaryForm(FormSchema):
    """How a team goes on, in its head teacher's words."""

    summary = LongText(needed=FILL_IN)
    answered = WordList()


class EvaluationForm(FormSchema):
    """How much a round helped, from 1 to 5, and what else somebody wants to say."""

    rating = CountField(
        least=1, most=5, needed=CHOOSE_ONE, error_messages={"invalid": CHOOSE_ONE, "out_of_range": CHOOSE_ONE}
    )
    comment = LongText()
    answered = WordList()


class EnrolForm(FormSchema):
    """Which team enrols."""

    forum = IdField(needed=CHOOSE_ONE)


class LearningQuestionForm(FormSchema):
    """What a team wants help to see in its own work."""

    theme = TermField(QualityTheme, needed=CHOOSE_ONE)
    question = LongText(needed=FILL_IN)
    background = LongText()
    tried = LongText()
    help_wanted = LongText()
    answered = WordList()
