"""The printer: same page, same bytes; its own files and nothing else."""

import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from jinja2 import TemplateNotFound
from markupsafe import Markup

from referrals import languages, printing
from referrals.vocabulary import DocumentKind
from schemas.documents import document_context
from tests.documents.reading import page_of
from tests.documents.sources import rich_source

PAGE = '<html lang="sv"><head><title>Prov</title></head><body><h1>Prov</h1><p>Räksmörgås</p></body></html>'


def test_printing_twice_gives_the_same_bytes() -> None:
    page = page_of(DocumentKind.ACTION_PLAN, "sv")
    assert printing.print_pdf(page) == printing.print_pdf(page)


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    page = page_of(DocumentKind.MINUTES, "da")
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    program = (
        "import pathlib, sys; from referrals import printing; folder = pathlib.Path(sys.argv[1]);"
        "(folder / 'page.pdf').write_bytes(printing.print_pdf((folder / 'page.html').read_text(encoding='utf-8')))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(printing.ROOT)}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env=environment, timeout=120)
    assert (tmp_path / "page.pdf").read_bytes() == printing.print_pdf(page)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_no_paper_asks_for_features_of_a_font(kind: DocumentKind) -> None:
    """WeasyPrint never gives back what it takes for them, such as `font-kerning`: 0.14 MB with each action plan, in a worker that runs for months."""
    printer = printing.printer()
    printer.fonts.font_features.clear()
    printing.print_pdf(page_of(kind, "sv"))
    assert not printer.fonts.font_features


def test_several_threads_take_turns() -> None:
    with ThreadPoolExecutor(4) as pool:
        papers = list(pool.map(printing.print_pdf, [PAGE] * 8))
    assert len(set(papers)) == 1


def test_outside_a_step_the_same_page_comes_out_and_nothing_watches_it_any_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timer = Mock()
    monkeypatch.setattr(threading, "Timer", timer)
    assert printing.print_in_time(PAGE) == printing.print_pdf(PAGE)
    assert [call[0] for call in timer.return_value.method_calls] == ["start", "cancel"]


def test_outside_a_step_a_print_that_does_not_come_to_an_end_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ended, statuses = threading.Event(), list[int]()

    def end(status: int) -> None:
        statuses.append(status)
        ended.set()

    monkeypatch.setattr(printing, "LONGEST", timedelta())
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(printing, "print_pdf", lambda _html: bytes(ended.wait(10)))
    printing.print_in_time(PAGE)
    assert statuses == [printing.STUCK]


def test_papers_fetch_their_own_fonts() -> None:
    font = printing.FONT_FOLDER / printing.FONTS[0][2]
    assert printing.fetch_own_file(font.as_uri()).read() == font.read_bytes()


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/picture.png",
        "https://example.com/picture.png",
        "file:///etc/hostname",
        "data:image/png;base64,AAAA",
        "file://elsewhere/etc/hostname",
        (printing.FONT_FOLDER / ".." / ".." / ".." / "pyproject.toml").as_uri(),
        (printing.FONT_FOLDER / "no-such-font.ttf").as_uri(),
    ],
)
def test_papers_fetch_nothing_from_anywhere_else(address: str) -> None:
    with pytest.raises(printing.ForeignAsset):
        printing.fetch_own_file(address)


def test_a_page_that_asks_for_a_foreign_picture_is_printed_without_it() -> None:
    asking = PAGE.replace("<p>", '<img src="file:///etc/hostname" alt="hidden"><p>')
    assert b"%PDF" in printing.print_pdf(asking)[:8]


def test_missing_fonts_are_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(printing, "FONT_FOLDER", tmp_path)
    printing.printer.cache_clear()
    try:
        with pytest.raises(printing.FontsMissing, match=r"inter-400\.ttf"):
            printing.print_pdf(PAGE)
    finally:
        printing.printer.cache_clear()


def test_unknown_kind_of_paper_is_refused() -> None:
    with pytest.raises(TemplateNotFound):
        printing.document_html("summons", {}, language="sv")


def test_text_on_paper_is_clean_of_marks_nobody_can_see() -> None:
    assert printing.printable("Ma\x00ja \u202eajaM\u202c\ud800\n") == "Maja ajaM\n"
    assert printing.printable(Markup("<b>\x00</b>")) == Markup("<b>\x00</b>")
    assert printing.printable(None) == ""
    assert printing.printable(3) == 3


def test_each_line_somebody_typed_is_a_paragraph() -> None:
    assert printing.paragraphs(" Ett. \r\n\r\n Två.\n") == ["Ett.", "Två."]
    assert printing.paragraphs(None) == []


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Maja", "ltr"),
        ("«مايا»", "rtl"),
        ("12 Maja مايا", "ltr"),
        ("שלום", "rtl"),
        ("", "ltr"),
        (None, "ltr"),
        ("12", "ltr"),
    ],
)
def test_direction_follows_the_first_letter(text: str | None, direction: str) -> None:
    assert printing.text_direction(text) == direction


def test_labels_inside_a_line_begin_small_unless_they_are_abbreviations() -> None:
    assert languages.mid_sentence("Coordinator") == "coordinator"
    assert languages.mid_sentence("PPR-psykolog") == "PPR-psykolog"


def test_a_typed_date_is_written_out_and_other_words_stand() -> None:
    assert printing.typed_date("2016-04-12", "sv") == "12 april 2016"
    assert printing.typed_date("våren 2016", "sv") == "våren 2016"


def test_a_word_of_no_list_stands_as_it_was_typed_with_a_capital_as_the_others() -> None:
    context = document_context("minutes", rich_source(DocumentKind.MINUTES))
    context["attendance"][0]["function"] = "mormor"
    assert "<td>Mormor</td>" in printing.document_html("minutes", context, language="da")


def test_long_texts_and_long_words_are_printed() -> None:
    page = page_of(DocumentKind.REFERRAL, "sv").replace(
        "Vi såg det först i våras.", "Ä" * 400 + " " + "lång text " * 2000
    )
    assert len(printing.print_pdf(page)) > 10_000
