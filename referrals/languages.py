"""The languages people read: their catalogues of words, and how each writes dates, times, lists and shares."""

import io
import threading
import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time
from babel.dates import get_datetime_format
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from referrals import config

#: Code of each complete language and its own name, in the order of the language switch.
LANGUAGES: Final[dict[str, str]] = {"sv": "Svenska", "da": "Dansk", "en": "English"}

#: The language the words in the code are written in; the last resort for a language we do not have.
SOURCE_LANGUAGE: Final = "en"

CATALOGUE_FOLDER: Final = Path(__file__).parent / "translations"

#: Time zone of each country we serve.
ZONES: Final[dict[str, str]] = {"se": "Europe/Stockholm", "dk": "Europe/Copenhagen"}

_LOCALES: Final = {"sv": "sv_SE", "da": "da_DK", "en": "en_GB"}
_DATES: Final = {
    "short": {"sv": "y-MM-dd", "da": "d.M.y", "en": "d MMM y"},
    "long": {"sv": "d MMMM y", "da": "d. MMMM y", "en": "d MMMM y"},
    "weekday": {"sv": "EEEE d MMMM y", "da": "EEEE 'den' d. MMMM y", "en": "EEEE d MMMM y"},
    "month": {"sv": "LLLL y", "da": "LLLL y", "en": "LLLL y"},
    "day": {"sv": "EEE d", "da": "EEE 'd.' d.", "en": "EEE d"},
}
_TIME: Final = {"sv": "HH:mm", "da": "HH.mm", "en": "HH:mm"}
_DATE_AND_TIME: Final = {"sv": "{date} kl. {time}", "da": "{date} kl. {time}", "en": "{date} at {time}"}
#: a guardian language writes its dates as the Unicode locale data say, and hours as clocks here show them
_ITS_OWN: Final = {
    "short": "medium",
    "long": "long",
    "weekday": "full",
    "month": "LLLL y",
    "day": "EEE d",
    "time": "HH:mm",
}

#: Languages that families here read, beside our own, by code: what a guardian's language is chosen from. A paper comes in it
#: where the municipality has a catalogue for it.
SPOKEN: Final = (
    "am", "ar", "bg", "bs", "ckb", "de", "el", "es", "et", "fa", "fi", "fo", "fr", "hr", "hu", "is", "it", "kl", "ku", "lt",
    "lv", "mk", "my", "nb", "nl", "pl", "ps", "pt", "ro", "ru", "se", "so", "sq", "sr", "sw", "ta", "th", "ti",
    "tr", "uk", "ur", "vi", "yi", "zh",
)  # fmt: skip

#: Languages written from right to left that guardians here read; names and quotes can be in them.
_RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

_lock = threading.Lock()
_loaded: dict[str, NullTranslations] = {}


def known_language(tag: str | None) -> str:
    """The language we have words in that a tag such as "sv", "sv-SE" or "SV_se" means; English if none."""
    code = (tag or "").replace("_", "-").split("-")[0].lower()
    return code if is_written(code) else SOURCE_LANGUAGE


def is_written(code: str) -> bool:
    """Whether there is a catalogue of words in this language: one of ours, or one that the municipality added."""
    return code in LANGUAGES or code in guardian_languages()


def guardian_languages() -> dict[str, str]:
    """Code and own name of each language that the municipality added a catalogue for; read at the first use."""
    return _added(guardian_catalogue_folder())


def guardian_catalogue_folder() -> Path:
    """Where the catalogues that a municipality added lie, one file for each language: `ar.po`."""
    return config.current().data / "languages"


@cache
def _added(folder: Path) -> dict[str, str]:
    return {path.stem: language_name(path.stem, path.stem) for path in sorted(folder.glob("*.po"))}


def direction(language: str) -> str:
    """The direction a language is written in, as HTML says it: "ltr" or "rtl"."""
    parts = language.replace("_", "-").lower().split("-")
    return "rtl" if parts[0] in _RIGHT_TO_LEFT or "arab" in parts[1:] else "ltr"


def language_name(code: str, language: str) -> str:
    """What a language is called in another: arabiska, arabisk, Arabic. A name somebody typed stands as it is."""
    try:
        named = Locale.parse(code.replace("-", "_")).get_display_name(_LOCALES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return code
    return str(named or code)


def plain_name(typed: str) -> str:
    """A language's name without what two people write differently who mean the same: capitals and blanks."""
    return " ".join(typed.casefold().split())


def mid_sentence(text: str) -> str:
    """A label as it stands inside a line: with a small first letter, unless it begins with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def interpreter_offer(code: str) -> str | None:
    """The offer of an interpreter in the family's own language; None where we are certain of no sentence in it."""
    return _interpreter_offers().get(code.replace("_", "-").split("-")[0].lower())


@cache
def _interpreter_offers() -> dict[str, str]:
    offers: dict[str, str] = tomllib.loads((CATALOGUE_FOLDER / "interpreter_offers.toml").read_text(encoding="utf-8"))
    return offers


def translations(language: str) -> NullTranslations:
    """All catalogues of a language as one gettext object; an unknown language gives English.

    The `.po` files are read at the first use and kept. Safe to call from several threads.
    """
    code = known_language(language)
    with _lock:
        if code not in _loaded:
            _loaded[code] = _read_catalogues(code)
        return _loaded[code]


def catalogue_files(language: str) -> list[Path]:
    """The `.po` files of a language, in the order in which they are merged."""
    if language in LANGUAGES:
        return sorted((CATALOGUE_FOLDER / language).glob("*.po"))
    return [guardian_catalogue_folder() / f"{language}.po"]


def _read_catalogues(code: str) -> NullTranslations:
    merged = Catalog(locale=_locale(code))
    for path in catalogue_files(code):
        with path.open("rb") as source:
            for message in read_po(source, locale=_locale(code)):
                # An empty or doubtful entry must not hide the finished one of another room.
                if message.id and message.string and not message.fuzzy:
                    merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(fp=compiled)


def format_date(day: date, language: str) -> str:
    """A date in its short form, for tables: 2026-03-04, 4.3.2026, 4 Mar 2026."""
    return _date(day, language, "short")


def format_long_date(day: date, language: str) -> str:
    """A date for running text: 4 mars 2026, 4. marts 2026, 4 March 2026."""
    return _date(day, language, "long")


def format_weekday_date(day: date, language: str) -> str:
    """A date with its weekday, for a day somebody is to come: onsdag 4 mars 2026."""
    return _date(day, language, "weekday")


def format_month(day: date, language: str) -> str:
    """The month of a day, as the heading of a calendar: Mars 2026."""
    return _date(day, language, "month").capitalize()


def format_day_of_month(day: date, language: str) -> str:
    """A day under its month's heading: ons 4, ons. d. 4., Wed 4."""
    return _date(day, language, "day")


def format_time(at: datetime, language: str, *, zone: str) -> str:
    """The time of day of an aware instant in the named time zone: 14:05, 14.05."""
    code = known_language(language)
    written = _TIME.get(code, _ITS_OWN["time"])
    return str(babel_time(at, written, tzinfo=ZoneInfo(zone), locale=_locale(code)))


def format_datetime(at: datetime, language: str, *, zone: str) -> str:
    """An aware instant as date and time in the named time zone: 4 mars 2026 kl. 14:05."""
    return _date_and_time(at, language, "long", zone=zone)


def format_weekday_datetime(at: datetime, language: str, *, zone: str) -> str:
    """An aware instant as weekday, date and time: onsdag den 4. marts 2026 kl. 14.05."""
    return _date_and_time(at, language, "weekday", zone=zone)


def local_date(at: datetime, *, zone: str) -> date:
    """The date that an aware instant falls on in the named time zone."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone before it can fall on a date")
    return at.astimezone(ZoneInfo(zone)).date()


def format_number(number: float, language: str) -> str:
    """A number with the language's own separators: 10 000, 10.000, 10,000, and 4,5 or 4.5."""
    return str(format_decimal(number, locale=_locale(known_language(language))))


def share(count: int, of: int, language: str, *, percent_from: int = 1) -> str:
    """A share as count of count and whole percent: 3 av 4 (75 %); without percent of fewer than `percent_from`."""
    code = known_language(language)
    counts = (
        translations(code)
        .gettext("{count} of {of}")
        .format(count=format_number(count, code), of=format_number(of, code))
    )
    if of < percent_from:
        return counts
    percent = (200 * count + of) // (2 * of)
    return f"{counts} ({format_percent(percent / 100, locale=_locale(code))})"


def format_percent_points(percent: float, language: str) -> str:
    """So many percent, as they stand: 9,7 %, 9.7%."""
    exact, locale = Decimal(str(percent)) / 100, _locale(known_language(language))
    return str(format_percent(exact, locale=locale, decimal_quantization=False))


def join_list(items: Sequence[str], language: str) -> str:
    """Several things in one sentence: hem, skola och fritid."""
    return str(format_list(list(items), locale=_locale(known_language(language)))) if items else ""


def _locale(code: str) -> str:
    return _LOCALES.get(code, code)


def _date(day: date, language: str, form: str) -> str:
    if isinstance(day, datetime):
        raise TypeError("an instant is not a date: use local_date() with a time zone first")
    code = known_language(language)
    return str(babel_date(day, _DATES[form].get(code, _ITS_OWN[form]), locale=_locale(code)))


def _date_and_time(at: datetime, language: str, form: str, *, zone: str) -> str:
    code = known_language(language)
    day, hour = _date(local_date(at, zone=zone), code, form), format_time(at, code, zone=zone)
    if code in _DATE_AND_TIME:
        return _DATE_AND_TIME[code].format(date=day, time=hour)
    return str(get_datetime_format("medium", locale=_locale(code))).format(hour, day)
