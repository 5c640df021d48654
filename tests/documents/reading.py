"""How tests read a paper: as text with its headings, tables and quotations still visible, and as PDF."""

import os
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from referrals.printing import document_html, print_pdf
from referrals.vocabulary import DocumentKind
from schemas.documents import PaperSource, document_context
from tests.documents.sources import rich_source, sparse_source

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "documents"

#: with TRIVSEL_UPDATE_SNAPSHOTS=1 in the environment, snapshots and samples are written instead of compared
UPDATE = os.environ.get("TRIVSEL_UPDATE_SNAPSHOTS") == "1"

LANGUAGES = ("sv", "da", "en")
MARKS = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- ", "blockquote": "> "}
BLOCKS = {"h1", "h2", "h3", "p", "li", "tr", "table", "blockquote", "div", "section", "title"}


class _Reader(HTMLParser):
    """Turns the page of a paper into lines of text: `#` a heading, `|` between cells, `>` a quotation, `*` a header cell."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.line = ""
        self.quoted = False
        self.in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.in_body = True
            self.lines += [
                f"{name}: {value}" for name, value in attrs if name in {"data-footer", "data-preview"} and value
            ]
        if tag in BLOCKS:
            self.end_line()
        if tag == "blockquote":
            self.quoted = True
        if tag == "br":
            self.line += " / "
        if tag in {"td", "th"}:
            self.line += " | " if self.line.strip() else ""
            self.line += "*" if tag == "th" else ""
        self.line += MARKS.get(tag, "")
        if tag == "span" and ("class", "tick") in attrs:
            self.line += "[ ] "

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.end_line()
        if tag == "blockquote":
            self.quoted = False

    def handle_data(self, data: str) -> None:
        if self.in_body:
            self.line += " ".join(data.split()).join(
                (" " if data[:1].isspace() else "", " " if data[-1:].isspace() else "")
            )

    def end_line(self) -> None:
        text = " ".join(self.line.split())
        if text and text not in {">", "|"}:
            self.lines.append("> " + text.removeprefix("> ") if self.quoted else text)
        self.line = ""


def paper_text(html: str) -> str:
    """The text of a paper's page, a line for each heading, paragraph and row."""
    reader = _Reader()
    reader.feed(html)
    spaced = ["\n" + line if line.startswith(("# ", "## ")) else line for line in reader.lines]
    return "\n".join(spaced).strip() + "\n"


def source_for(kind: DocumentKind, language: str, *, rich: bool) -> PaperSource:
    """The invented family's paper, told in Danish for a Danish paper and in Swedish otherwise; or nearly nothing."""
    if rich:
        return rich_source(kind, "da" if language == "da" else "sv")
    if (
        kind in {DocumentKind.PROTECTION_REPORT, DocumentKind.CHILDS_PLAN} and language == "da"
    ):  # they speak as the country does
        danish = SimpleNamespace(name="Aalborg", country="dk", timezone="Europe/Copenhagen")
        return sparse_source(municipality=danish)
    return sparse_source()


def page_of(kind: DocumentKind, language: str, *, rich: bool = True, preview: bool = False) -> str:
    """One paper of the invented family as HTML."""
    context = document_context(kind, source_for(kind, language, rich=rich))
    return document_html(kind.value, context, language=language, preview=preview)


@cache
def pdf_of(kind: DocumentKind, language: str, rich: bool = True) -> bytes:
    """One paper of the invented family as PDF, printed once for all tests."""
    return print_pdf(page_of(kind, language, rich=rich))


def compare(path: Path, text: str) -> None:
    """Compare with the snapshot, or write it where the run is told to."""
    if UPDATE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing: run once with TRIVSEL_UPDATE_SNAPSHOTS=1 and read what it wrote"
    assert text == path.read_text(encoding="utf-8"), "the paper has changed: TRIVSEL_UPDATE_SNAPSHOTS=1 takes it over"


def shape(value: Any) -> Any:
    """The keys of a context, whatever it says."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return None
