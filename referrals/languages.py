"""The languages people read: their catalogues of words, and how each writes dates, times, lists and shares."""

import io
import threading
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_time as babel_time
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

#: Code of each complete language and its own name, in the order of the language switch.
LANGUAGES: Final[dict[str, str]] = {"sv": "Svenska", "da": "Dansk", "en": "English"}

#: The language the words in the code are written in; the last resort for a language we do not have.
SOURCE_LANGUAGE: Final = "en"

CATALOGUE_FOLDER: Final = Path(__file__).parent / "translations"

#: Time zone of each country we serve.
ZONES: Final[dict[str, str]] = {"se": "Europe/Stockholm", "dk": "Europe/Copenhagen"}

_LOCALES: Final = {"sv": "sv_SE", "da": "da_DK", "en": "en_GB"}
_SHORT_DATE: Final = {"sv": "y-MM-dd", "da": "d.M.y", "en": "d MMM y"}
_LONG_DATE: Final = {"sv": "d MMMM y", "da": "d. MMMM y", "en": "d MMMM y"}
_WEEKDAY_DATE: Final = {"sv": "EEEE d MMMM y", "da": "EEEE 'den' d. MMMM y", "en": "EEEE d MMMM y"}
_TIME: Final = {"sv": "HH:mm", "da": "HH.mm", "en": "HH:mm"}
_DATE_AND_TIME: Final = {"sv": "{date} kl. {time}", "da": "{date} kl. {time}", "en": "{date} at {time}"}
_SHARE: Final = {"sv": "{count} av {of}", "da": "{count} af {of}", "en": "{count} of {of}"}
_PERCENT: Final = {"sv": "{percent}\N{NO-BREAK SPACE}%", "da": "{percent}\N{NO-BREAK SPACE}%", "en": "{percent}%"}

#: Languages written from right to left that guardians here read; names and quotes can be in them.
_RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

_lock = threading.Lock()
_loaded: dict[str, NullTranslations] = {}


def known_language(tag: str | None) -> str:
    """The language of ours that a tag such as "sv", "sv-SE" or "SV_se" means; English if none."""
    code = (tag or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else SOURCE_LANGUAGE


def direction(language: str) -> str:
    """The direction a language is written in, as HTML says it: "ltr" or "rtl"."""
    parts = language.replace("_", "-").lower().split("-")
    return "rtl" if parts[0] in _RIGHT_TO_LEFT or "arab" in parts[1:] else "ltr"


def language_name(code: str, language: str) -> str:
    """What a language is called in ours: arabiska, arabisk, Arabic. A name somebody typed stands as it is."""
    try:
        named = Locale.parse(code.replace("-", "_")).get_display_name(_LOCALES[known_language(language)])
    except (UnknownLocaleError, ValueError):
        return code
    return str(named or code)


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
    return sorted((CATALOGUE_FOLDER / language).glob("*.po"))


def _read_catalogues(code: str) -> NullTranslations:
    merged = Catalog(locale=_LOCALES[code])
    for path in catalogue_files(code):
        with path.open("rb") as source:
            for message in read_po(source, locale=_LOCALES[code]):
                # An empty or doubtful entry must not hide the finished one of another room.
                if message.id and message.string and not message.fuzzy:
                    merged[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(fp=compiled)


def format_date(day: date, language: str) -> str:
    """A date in its short form, for tables: 2026-03-04, 4.3.2026, 4 Mar 2026."""
    return _date(day, language, _SHORT_DATE)


def format_long_date(day: date, language: str) -> str:
    """A date for running text: 4 mars 2026, 4. marts 2026, 4 March 2026."""
    return _date(day, language, _LONG_DATE)


def format_weekday_date(day: date, language: str) -> str:
    """A date with its weekday, for a day somebody is to come: onsdag 4 mars 2026."""
    return _date(day, language, _WEEKDAY_DATE)


def format_time(at: datetime, language: str, *, zone: str) -> str:
    """The time of day of an aware instant in the named time zone: 14:05, 14.05."""
    code = known_language(language)
    return str(babel_time(at, _TIME[code], tzinfo=ZoneInfo(zone), locale=_LOCALES[code]))


def format_datetime(at: datetime, language: str, *, zone: str) -> str:
    """An aware instant as date and time in the named time zone: 4 mars 2026 kl. 14:05."""
    return _date_and_time(at, language, _LONG_DATE, zone=zone)


def format_weekday_datetime(at: datetime, language: str, *, zone: str) -> str:
    """An aware instant as weekday, date and time: onsdag den 4. marts 2026 kl. 14.05."""
    return _date_and_time(at, language, _WEEKDAY_DATE, zone=zone)


def local_date(at: datetime, *, zone: str) -> date:
    """The date that an aware instant falls on in the named time zone."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone before it can fall on a date")
    return at.astimezone(ZoneInfo(zone)).date()


def format_number(number: int, language: str) -> str:
    """A whole number with the language's own separators: 10 000, 10.000, 10,000."""
    return str(format_decimal(number, locale=_LOCALES[known_language(language)]))


def share(count: int, of: int, language: str) -> str:
    """A share as count of count and whole percent: 3 av 4 (75 %); without percent when `of` is 0."""
    code = known_language(language)
    counts = _SHARE[code].format(count=format_number(count, code), of=format_number(of, code))
    if of <= 0:
        return counts
    percent = (200 * count + of) // (2 * of)
    return f"{counts} ({_PERCENT[code].format(percent=percent)})"


def join_list(items: Sequence[str], language: str) -> str:
    """Several things in one sentence: hem, skola och fritid."""
    return str(format_list(list(items), locale=_LOCALES[known_language(language)])) if items else ""


def _date(day: date, language: str, patterns: dict[str, str]) -> str:
    if isinstance(day, datetime):
        raise TypeError("an instant is not a date: use local_date() with a time zone first")
    code = known_language(language)
    return str(babel_date(day, patterns[code], locale=_LOCALES[code]))


def _date_and_time(at: datetime, language: str, patterns: dict[str, str], *, zone: str) -> str:
    return _DATE_AND_TIME[known_language(language)].format(
        date=_date(local_date(at, zone=zone), language, patterns), time=format_time(at, language, zone=zone)
    )
