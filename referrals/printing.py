"""The machine that makes paper: a kind of document and its plain values go in, accessible PDF bytes come out.

WeasyPrint is imported here and nowhere else, and only when the first page is printed. It is not safe in several
threads and leaks with every new font configuration, so one lock guards one configuration and two ready stylesheets.
Whatever holds it must come to an end: what follows a step has its own time for that, all else is `in_time`.
"""

import atexit
import hashlib
import logging
import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from referrals import languages, vocabulary
from referrals.papers import agenda_points, bars, charts, tagging

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

ROOT: Final = Path(__file__).resolve().parents[1]
TEMPLATE_FOLDER: Final = ROOT / "templates"
STYLESHEET: Final = TEMPLATE_FOLDER / "layouts" / "document.css"

#: Static fonts, made at set-up: a variable font costs a quarter of a second a paper, these a fourteenth.
FONT_FOLDER: Final = ROOT / "webapp" / "static" / "fonts" / "paper"

#: Family, weight and file of each font a paper may use. All are embedded; nothing of the machine's own is.
FONTS: Final = (
    ("Inter", 400, "inter-400.ttf"),
    ("Inter", 700, "inter-700.ttf"),
    ("Trivsel Arabic", 400, "trivsel-arabic-400.ttf"),
    ("Trivsel Arabic", 700, "trivsel-arabic-700.ttf"),
)

#: Control characters but line and tab, halves of a pair, and marks that turn the direction of a line against its letters and could
#: make a paper say what was never written.
_NEVER_PRINTED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

#: a print that lasts longer does not come to an end by itself: a paper takes a second. Half of what a step is given: what
#: keeps the steps of a process waiting is not held against them
LONGEST: Final = timedelta(minutes=5)
#: the exit status of a process that ends because a print does not; with 3 and 4 gunicorn would start no other
STUCK: Final = 5

_lock = threading.RLock()


class FontsMissing(RuntimeError):
    """The fonts that papers are set in have not been made; the set-up makes them."""


class ForeignAsset(ValueError):
    """A paper asked for something that is not one of its own files. Nothing is fetched from anywhere else."""


@dataclass(frozen=True)
class Printer:
    """What every paper is printed with. WeasyPrint is not safe with it in several threads: `print_pdf` sees to that."""

    fonts: "FontConfiguration"
    stylesheets: list["CSS"]
    fetcher: "URLFetcher"


def document_html(kind: str, context: Mapping[str, Any], *, language: str, preview: bool = False) -> str:
    """The page of one kind of document as HTML, in a language we have words in.

    `context` is what `schemas.documents.document_context` made (or a sample of the same shape): strings, numbers,
    lists and dicts only, dates and instants in ISO form. A preview says so across every page.
    Raises jinja2.TemplateNotFound for an unknown kind.
    """
    code = languages.known_language(language)
    template = _environment(code).get_template(f"documents/{kind}/document.html")
    return template.render(context, kind=kind, language=code, preview=preview)


def extract_html(context: Mapping[str, Any], *, language: str, name: str = "extract") -> str:
    """The page of an extract, as HTML in one of our languages: made for one reader, and no document that is issued.

    `name` is its template; without one it is for somebody who asked to read the file.
    """
    code = languages.known_language(language)
    template = _environment(code).get_template(f"extracts/{name}.html")
    return template.render(context, kind="extract", language=code, preview=False)


def print_pdf(html: str) -> bytes:
    """Print a page as tagged PDF (`pdf/ua-1`). The same page gives the same bytes, whenever and wherever it is printed.

    Raises FontsMissing before the set-up has made the fonts.
    """
    with _lock:
        made = printer()
        from weasyprint import HTML

        # A picture beside a template is named from here: an address of this machine would change the bytes.
        page = HTML(string=html, base_url=f"{(TEMPLATE_FOLDER / 'documents').as_uri()}/", url_fetcher=made.fetcher)
        pdf = page.write_pdf(
            stylesheets=made.stylesheets,
            font_config=made.fonts,
            finisher=tagging.finish,
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(html.encode()).hexdigest()[:32].encode("ascii"),
        )
    return bytes(pdf)


def print_in_time(html: str) -> bytes:
    """Print a page outside of any step, as `print_pdf` does; after LONGEST this process ends, and is started again."""
    with in_time():
        return print_pdf(html)


@contextmanager
def in_time() -> Iterator[None]:
    """The printer for oneself, once it is free, to print outside of any step; after LONGEST this process ends, and is started again.

    No thread can be ended in any other way, and one that hangs in the printer keeps every other paper of the process waiting.
    """
    with _lock:
        watch = threading.Timer(LONGEST.total_seconds(), _end_process)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()


@lru_cache(maxsize=1)
def letters() -> frozenset[str]:
    """Every sign that papers can be printed with. Raises FontsMissing before the set-up has made the fonts."""
    from fontTools.ttLib import TTFont

    return frozenset(chr(code) for path in _font_files() for code in TTFont(path).getBestCmap())


def fetch_own_file(url: str) -> "URLFetcherResponse":
    """Open one of the fonts, or an asset beside the document templates, for WeasyPrint.

    Raises ForeignAsset for any other address: the net, and files elsewhere on the machine.
    """
    from weasyprint.urls import URLFetcherResponse

    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    ours = any(path.is_relative_to(folder.resolve()) for folder in (FONT_FOLDER, TEMPLATE_FOLDER / "documents"))
    if parts.scheme != "file" or parts.netloc or not ours or not path.is_file():
        raise ForeignAsset("papers are made of their own files only")
    return URLFetcherResponse(path.as_uri(), path.read_bytes())


def _end_process() -> None:
    logging.getLogger(__name__).error("a paper does not come to an end; ending the process")
    logging.shutdown()
    os._exit(STUCK)


def _font_files() -> list[Path]:
    missing = [name for _, _, name in FONTS if not (FONT_FOLDER / name).is_file()]
    if missing:
        raise FontsMissing(f"the fonts {', '.join(missing)} are missing: run the set-up (./dev setup)")
    return [FONT_FOLDER / name for _, _, name in FONTS]


@lru_cache(maxsize=1)
def printer() -> Printer:
    """The one printer of this process. Raises FontsMissing before the set-up has made the fonts."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    class OwnFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        """WeasyPrint's way out to files and net, narrowed to our own files."""

        def fetch(self, url: str, headers: Any = None) -> "URLFetcherResponse":
            """Open `url` if it is ours."""
            return fetch_own_file(url)

    faces = "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{path.as_uri()}") }}\n'
        for (family, weight, _), path in zip(FONTS, _font_files(), strict=True)
    )
    fonts, fetcher = FontConfiguration(), OwnFiles()
    sheets = [
        CSS(string=text, font_config=fonts, url_fetcher=fetcher)
        for text in (faces, STYLESHEET.read_text(encoding="utf-8"))
    ]
    # Let go of the fonts while the interpreter still stands: at its very end they can no longer be freed in order.
    atexit.register(printer.cache_clear)
    return Printer(fonts, sheets, fetcher)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = languages.translations(language)
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["term"] = lambda value, name: _term(value, name, words.gettext)
    environment.globals["share"] = partial(languages.share, language=language)
    environment.filters.update(
        short_date=lambda value: languages.format_date(_day(value), language),
        long_date=lambda value: languages.format_long_date(_day(value), language),
        weekday_date=lambda value: languages.format_weekday_date(_day(value), language),
        month=lambda value: languages.format_month(_day(value), language),
        day_of_month=lambda value: languages.format_day_of_month(_day(value), language),
        long_instant=lambda value, zone: languages.format_datetime(_instant(value), language, zone=zone),
        weekday_instant=lambda value, zone: languages.format_weekday_datetime(_instant(value), language, zone=zone),
        time_of_day=lambda value, zone: languages.format_time(_instant(value), language, zone=zone),
        local_date=lambda value, zone: languages.local_date(_instant(value), zone=zone),
        number=lambda value: languages.format_number(value, language),
        percent=lambda percent: languages.format_percent_points(percent, language),
        chart=lambda points, title: charts.draw(charts.points_of(points), title=title, language=language),
        bars=lambda rows, names, title: bars.draw(
            [bars.Bars(**row) for row in rows], names=names, title=title, language=language
        ),
        and_list=lambda values: languages.join_list([str(value) for value in values], language),
        language_name=lambda code: languages.language_name(code, language),
        usual_point=lambda point: agenda_points.usual_point(point, language),
        own_name=lambda code: _own_name(code, language),
        interpreter_offer=languages.interpreter_offer,
        writing_direction=languages.direction,
        typed_date=lambda text: typed_date(text, language),
        sentence=lambda text: text[:1].upper() + text[1:],
        mid_sentence=languages.mid_sentence,
        paragraphs=paragraphs,
        direction=text_direction,
    )
    return environment


def printable(value: Any) -> Any:
    """A value as it may stand on paper: no control characters, no marks that turn a line around; None is nothing."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _NEVER_PRINTED.sub("", value)


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a text somebody typed: one per line that is not empty."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def typed_date(text: str, language: str) -> str:
    """A date somebody typed, in the language's form where it is one: 12 april 2016; else as it was typed."""
    try:
        return languages.format_long_date(date.fromisoformat(text), language)
    except ValueError:
        return text


def _own_name(code: str, language: str) -> str:
    """What a language calls itself; what the paper calls it where its letters are in none of our fonts."""
    name = languages.language_name(code, code)
    return name if letters().issuperset(name) else languages.language_name(code, language)


def text_direction(text: str | None) -> str:
    """The direction of a text by its first letter that has one: "rtl" for Arabic or Hebrew script, else "ltr"."""
    for sign in text or "":
        direction = unicodedata.bidirectional(sign)
        if direction in ("L", "R", "AL"):
            return "ltr" if direction == "L" else "rtl"
    return "ltr"


def _term(value: str, name: str, translate: Callable[[str], str]) -> str:
    """The label of a word of the controlled list `name`; what is not on the list was typed and stands as it is."""
    try:
        return translate(getattr(vocabulary, name)(value).label)
    except ValueError:
        return value


def _day(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _instant(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
