"""Which language a page is in, and texts, dates and times in that language."""

from collections.abc import Iterable
from datetime import date, datetime

from flask import Flask, g, request
from flask import session as cookie

from referrals import languages
from referrals.papers import agenda_points, charts
from webapp.people import account, municipality

#: Which language this browser asked for with the switch on the page.
CHOICE = "language"


def language() -> str:
    """The code of this page's language: the one chosen on the page, else the account's, else the browser's, else the municipality's."""
    if "language" not in g:
        g.language = _find_language()
    found: str = g.language
    return found


def languages_here() -> dict[str, str]:
    """The languages of this page by code, each by its own name: a guardian's page knows those the municipality added too."""
    added = languages.guardian_languages() if request.blueprint == "guardian" else {}
    return languages.LANGUAGES | added


def named_here(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Each language code with its name in the page's language, as a form offers it: somebody chooses for somebody else."""
    return in_order((code, languages.language_name(code, language())) for code in codes)


def in_order(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Languages as they are chosen from: the municipality's own first, then all by the names shown."""
    here = municipality()
    own = here.language if here else None
    return sorted(named, key=lambda each: (each[0] != own, each[1].casefold()))


def choose_language(code: str) -> None:
    """Use the language `code` from now on in this browser; unknown codes change nothing."""
    if languages.is_written(code):
        cookie[CHOICE] = code
        g.language = code


def gettext(message: str, **values: object) -> str:
    """`message` in the page's language, with its values put in."""
    text = languages.translations(language()).gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """`one` or `many` in the page's language, as `number` asks, with its values put in."""
    text = languages.translations(language()).ngettext(one, many, number)
    return text % {"num": number, **values}


def zone() -> str:
    """The time zone pages show times in."""
    here = municipality()
    return here.timezone if here else "Europe/Stockholm"


def short_date(day: date) -> str:
    """A date for tables; an instant counts by the municipality's clock."""
    return languages.format_date(_day(day), language())


def long_date(day: date) -> str:
    """A date for sentences; an instant counts by the municipality's clock."""
    return languages.format_long_date(_day(day), language())


def weekday_date(day: date) -> str:
    """A date with its weekday, for a day somebody is to come."""
    return languages.format_weekday_date(_day(day), language())


def time_of_day(at: datetime) -> str:
    """The time of day of an instant."""
    return languages.format_time(at, language(), zone=zone())


def date_and_time(at: datetime) -> str:
    """Date and time of an instant."""
    return languages.format_datetime(at, language(), zone=zone())


def add_to(app: Flask) -> None:
    """Let templates speak the page's language."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # comes with the i18n extension
        gettext=lambda text: languages.translations(language()).gettext(text),
        ngettext=lambda one, many, number: languages.translations(language()).ngettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.filters.update(
        date=short_date,
        long_date=long_date,
        weekday_date=weekday_date,
        month=lambda day: languages.format_month(day, language()),
        day_of_month=lambda day: languages.format_day_of_month(day, language()),
        time=time_of_day,
        datetime=date_and_time,
        number=lambda number: languages.format_number(number, language()),
        chart=lambda points, title: charts.draw(points, title=title, language=language()),
        percent=lambda percent: languages.format_percent_points(percent, language()),
        # for words that come from Python: labels of the controlled lists, messages of forms
        words=lambda text: languages.translations(language()).gettext(str(text)),
        usual_point=lambda point: agenda_points.usual_point(point, language()),
        mid_sentence=languages.mid_sentence,
        iso=lambda moment: moment.isoformat(),
    )


def _find_language() -> str:
    chosen = cookie.get(CHOICE)
    if chosen in languages_here():
        return str(chosen)
    if somebody := account():
        return languages.known_language(somebody.language)
    wanted = request.accept_languages.best_match(list(languages_here()))
    here = municipality()
    return wanted or languages.known_language(here.language if here else None)


def _day(day: date) -> date:
    return languages.local_date(day, zone=zone()) if isinstance(day, datetime) else day
