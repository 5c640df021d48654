"""The kinds of fields all forms are made of, with messages in plain words that the page translates when it shows them."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import Enum
from typing import Any, ClassVar, TypeVar

from marshmallow import EXCLUDE, Schema, ValidationError, types
from marshmallow import fields as kinds
from marshmallow.validate import Email

from referrals import clock, identity_patterns
from referrals.vocabulary import N_

__all__ = [
    "N_", "CountField", "DateField", "EmailText", "FormSchema", "IdField", "IdList", "LongText", "PhoneText", "ShortText", "TermField",
    "TermList", "Tick", "TimeField", "WordList", "YesNo",
]  # fmt: skip

#: characters, as a reader counts them
SHORT_LIMIT = 200
LONG_LIMIT = 20_000

FILL_IN = N_("Fill this in.")
CHOOSE_ONE = N_("Choose one of the answers.")
CHOOSE_SOME = N_("Choose at least one.")
GIVE_DATE = N_("Give a date.")
SAY_YES_OR_NO = N_("Answer yes or no.")

_TERM = TypeVar("_TERM", bound=Enum)
#: signs that turn what stands after them around, on a page or paper too; those that join letters stay
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ISO_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_NORDIC_DAY = re.compile(r"(\d{1,2})[./\- ]+(\d{1,2})[./\- ]+(\d{4})")


class FormSchema(Schema):
    """A form: fields it does not know are left aside, and blank ones count as not there."""

    class Meta:
        unknown = EXCLUDE

    @classmethod
    def fields_by_name(cls) -> dict[str, kinds.Field[Any]]:
        """The fields of the form, by the names they are sent under."""
        return {field.data_key or name: field for name, field in cls._declared_fields.items()}


def _words(**messages: str) -> types.ErrorMessages:
    """Sentences by the marshmallow key they answer."""
    return dict(messages)


def _options(needed: str | None, options: dict[str, Any], default: Any = None) -> dict[str, Any]:
    """The options of a field that is required, with the sentence `needed` where it is missing, or otherwise `default`."""
    if needed is not None:
        options["error_messages"] = {"required": needed, "null": needed, **options.get("error_messages", {})}
        options["required"] = True
    elif not options.get("required") and "load_default" not in options:
        options["load_default"] = default
    return options


class ShortText(kinds.String):
    """One line of text. `needed` is the sentence where it is missing; without it the field may be left out and gives None."""

    limit: ClassVar[int] = SHORT_LIMIT
    default_error_messages = _words(
        required=FILL_IN,
        null=FILL_IN,
        invalid=N_("This could not be read. Write it again."),
        too_long=N_("This is too long. Use at most 200 characters."),
    )

    def __init__(self, *, needed: str | None = None, **options: Any) -> None:
        super().__init__(**_options(needed, options))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        typed = super()._deserialize(value, attr, data, **kwargs)
        text = _TURNING.sub("", typed)
        if typed and not text:
            raise self.make_error("required")
        if len(text) > self.limit:
            raise self.make_error("too_long")
        return text


class PersonName(ShortText):
    """What somebody is called, and no identity number: one that looks like it is refused, whatever its check digit says."""

    default_error_messages = _words(is_number=N_("Write a name here, and no identity number."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if identity_patterns.NUMBER.search(identity_patterns.Plain.of(text).text):
            raise self.make_error("is_number")
        return text


class LongText(ShortText):
    """Text over several lines."""

    limit: ClassVar[int] = LONG_LIMIT
    default_error_messages = _words(
        too_long=N_("This is too long. Shorten it to at most 20,000 characters, about eight pages.")
    )


class PhoneText(ShortText):
    """A telephone number as people write it; anything with a few digits will do."""

    default_error_messages = _words(no_phone=N_("Write a telephone number with digits, such as 0000-12 34 56."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"[+()\d][-+()\d .,/]*(?:[^\W\d]+\.? ?\d+)?", text) or sum(c.isdigit() for c in text) < 3:
            raise self.make_error("no_phone")
        return text


class EmailText(ShortText):
    """An e-mail address."""

    default_error_messages = _words(no_email=N_("Write an e-mail address such as name@example.org."))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return Email()(text)
        except ValidationError:
            raise self.make_error("no_email") from None


class DateField(kinds.Field[date]):
    """A day, as the browser sends it or typed as people here write it.

    Sensible is `years_back` to `years_ahead` years around today; `is_past` takes no day after today, `is_ahead` none before.
    """

    default_error_messages = _words(
        required=GIVE_DATE,
        null=GIVE_DATE,
        invalid=N_("Write the date as day, month and year, such as 24.11.2026 or 2026-11-24."),
        no_such_day=N_("There is no such day. Check day and month."),
        too_far=N_("Check the year: this day is too far away."),
        ahead=N_("This day has not come yet. Choose today or an earlier day."),
        past=N_("This day has passed. Choose today or a later day."),
    )

    def __init__(
        self,
        *,
        needed: str | None = None,
        is_past: bool = False,
        is_ahead: bool = False,
        years_back: int = 30,
        years_ahead: int = 10,
        **options: Any,
    ) -> None:
        super().__init__(**_options(needed, options))
        self._is_past, self._is_ahead = is_past, is_ahead
        self._back, self._ahead = timedelta(days=366 * years_back), timedelta(days=366 * years_ahead)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        day = self._read(str(value).strip())
        # Around midnight the machine's day in UTC and the day here differ: one day is let through on either side.
        today, slack = clock.now().date(), timedelta(days=1)
        if not today - self._back <= day <= today + self._ahead:
            raise self.make_error("too_far")
        if self._is_past and day > today + slack:
            raise self.make_error("ahead")
        if self._is_ahead and day < today - slack:
            raise self.make_error("past")
        return day

    def _read(self, text: str) -> date:
        if found := _ISO_DAY.fullmatch(text):
            year, month, day = found.groups()
        elif found := _NORDIC_DAY.fullmatch(text):
            day, month, year = found.groups()
        else:
            raise self.make_error("invalid")
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            raise self.make_error("no_such_day") from None


class TimeField(kinds.Field[time]):
    """A time of day such as 14:05, 14.05 or 1405."""

    default_error_messages = _words(
        required=N_("Give a time."),
        null=N_("Give a time."),
        invalid=N_("Write the time as hours and minutes, such as 14:05."),
    )

    def __init__(self, *, needed: str | None = None, **options: Any) -> None:
        super().__init__(**_options(needed, options))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> time:
        found = re.fullmatch(r"([01]?\d|2[0-3])[:.]?([0-5]\d)(?::\d\d)?", str(value).strip())
        if not found:
            raise self.make_error("invalid")
        return time(int(found[1]), int(found[2]))


class CountField(kinds.Field[int]):
    """A whole number from `least` to `most`."""

    default_error_messages = _words(
        required=N_("Give a number."),
        null=N_("Give a number."),
        invalid=N_("Write a whole number with digits."),
        out_of_range=N_("This number is outside what is possible here."),
    )

    def __init__(self, *, needed: str | None = None, least: int = 0, most: int = 10_000, **options: Any) -> None:
        super().__init__(**_options(needed, options))
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        text = str(value).strip()
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise self.make_error("invalid")
        if not self._least <= int(text) <= self._most:
            raise self.make_error("out_of_range")
        return int(text)


class IdField(kinds.UUID):
    """The id of a row somebody chose from a list."""

    default_error_messages = _words(
        required=CHOOSE_ONE, null=CHOOSE_ONE, invalid=CHOOSE_ONE, invalid_utf8=CHOOSE_ONE, invalid_uuid=CHOOSE_ONE
    )

    def __init__(self, *, needed: str | None = None, **options: Any) -> None:
        super().__init__(**_options(needed, options))


class TermField(kinds.Enum[_TERM]):
    """One word of a controlled list, by its value. Nothing is ever chosen beforehand."""

    default_error_messages = _words(required=CHOOSE_ONE, null=CHOOSE_ONE, unknown=CHOOSE_ONE)

    def __init__(self, terms: type[_TERM], *, needed: str | None = None, **options: Any) -> None:
        super().__init__(terms, by_value=True, **_options(needed, options))


class YesNo(kinds.Field[bool]):
    """A question answered by yes or no, never by leaving it: unanswered gives None, or the sentence `needed`."""

    default_error_messages = _words(required=SAY_YES_OR_NO, null=SAY_YES_OR_NO, invalid=SAY_YES_OR_NO)

    def __init__(self, *, needed: str | None = None, **options: Any) -> None:
        super().__init__(**_options(needed, options))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if str(value).strip().lower() not in ("yes", "no"):
            raise self.make_error("invalid")
        return str(value).strip().lower() == "yes"


class Tick(kinds.Field[bool]):
    """A box that is ticked or not; not ticked is an answer too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"load_default": False, **options})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        return str(value).strip().lower() in ("yes", "on", "true", "1")


class _ChoiceList(kinds.List[Any]):
    """Several answers to one question, each once, in the order given."""

    default_error_messages = _words(required=CHOOSE_SOME, null=CHOOSE_SOME, invalid=CHOOSE_SOME)

    def __init__(self, choice: kinds.Field[Any], *, needed: str | None = None, **options: Any) -> None:
        super().__init__(choice, **_options(needed, options, default=list))

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        answers = value if isinstance(value, list) else [value]
        return list(dict.fromkeys(super()._deserialize(answers, attr, data, **kwargs)))


class TermList(_ChoiceList):
    """Several words of a controlled list, by their values; none ticked gives an empty list, or the sentence `needed`."""

    def __init__(self, terms: type[Enum], *, needed: str | None = None, **options: Any) -> None:
        super().__init__(TermField(terms, required=True), needed=needed, **options)


class WordList(_ChoiceList):
    """Several words of somebody's own text that they ticked."""

    def __init__(self, *, needed: str | None = None, **options: Any) -> None:
        super().__init__(ShortText(required=True), needed=needed, **options)


class IdList(_ChoiceList):
    """Several rows chosen from a list, by their ids."""

    def __init__(self, *, needed: str | None = None, **options: Any) -> None:
        super().__init__(IdField(required=True), needed=needed, **options)
