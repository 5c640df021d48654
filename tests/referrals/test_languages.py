"""The languages: which we have, and how each writes dates, times, lists and shares."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from referrals import languages, printing

AN_AFTERNOON = datetime(2026, 3, 4, 13, 5, tzinfo=UTC)
STOCKHOLM = languages.ZONES["se"]


@pytest.mark.parametrize(
    ("tag", "language"),
    [("sv", "sv"), ("sv-SE", "sv"), ("DA_dk", "da"), ("en-GB", "en"), ("ar", "en"), ("", "en"), (None, "en")],
)
def test_a_language_we_do_not_have_becomes_english(tag: str | None, language: str) -> None:
    assert languages.known_language(tag) == language


def test_every_language_is_named_in_its_own_words() -> None:
    assert languages.LANGUAGES == {"sv": "Svenska", "da": "Dansk", "en": "English"}


@pytest.mark.parametrize("code", sorted(languages._interpreter_offers()))
def test_the_offer_of_an_interpreter_is_in_letters_that_a_paper_can_show(code: str) -> None:
    offer = languages.interpreter_offer(code)
    assert offer is not None
    assert code in languages.SPOKEN
    assert printing.letters().issuperset(offer)
    rtl = languages.direction(code) == "rtl"
    assert (printing.text_direction(offer) == "rtl") == rtl


def test_an_offer_is_found_by_language_whatever_the_region_and_never_made_up() -> None:
    assert languages.interpreter_offer("AR_sy") == languages.interpreter_offer("ar")
    assert languages.interpreter_offer("th") is None


def test_words_come_from_all_catalogues_of_a_language() -> None:
    assert languages.translations("sv").gettext("Questions?") == "Frågor?"
    assert languages.translations("da-DK").pgettext("heading", "Goals") == "Mål"
    assert languages.translations("en").gettext("Questions?") == "Questions?"
    assert languages.translations("so").gettext("Questions?") == "Questions?"


def test_catalogues_are_read_once_even_by_several_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_loaded", {})
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: id(languages.translations("sv")), range(32)))
    assert len(found) == 1


def test_an_unfinished_entry_never_hides_a_finished_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    folder = tmp_path / "sv"
    folder.mkdir()
    (folder / "a.po").write_text(head + 'msgid "Goal"\nmsgstr ""\n\n#, fuzzy\nmsgid "Child"\nmsgstr "Unge"\n')
    (folder / "b.po").write_text(head + 'msgid "Goal"\nmsgstr "Mål"\n\nmsgid "Child"\nmsgstr "Barn"\n')
    monkeypatch.setattr(languages, "CATALOGUE_FOLDER", tmp_path)
    monkeypatch.setattr(languages, "_loaded", {})
    words = languages.translations("sv")
    assert (words.gettext("Goal"), words.gettext("Child")) == ("Mål", "Barn")


@pytest.mark.parametrize(
    ("language", "short", "long", "weekday"),
    [
        ("sv", "2026-03-04", "4 mars 2026", "onsdag 4 mars 2026"),
        ("da", "4.3.2026", "4. marts 2026", "onsdag den 4. marts 2026"),
        ("en", "4 Mar 2026", "4 March 2026", "Wednesday 4 March 2026"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language: str, short: str, long: str, weekday: str) -> None:
    day = date(2026, 3, 4)
    assert languages.format_date(day, language) == short
    assert languages.format_long_date(day, language) == long
    assert languages.format_weekday_date(day, language) == weekday


@pytest.mark.parametrize(
    ("language", "instant", "with_weekday", "time"),
    [
        ("sv", "4 mars 2026 kl. 14:05", "onsdag 4 mars 2026 kl. 14:05", "14:05"),
        ("da", "4. marts 2026 kl. 14.05", "onsdag den 4. marts 2026 kl. 14.05", "14.05"),
        ("en", "4 March 2026 at 14:05", "Wednesday 4 March 2026 at 14:05", "14:05"),
    ],
)
def test_instants_are_written_in_the_time_of_the_place(
    language: str, instant: str, with_weekday: str, time: str
) -> None:
    assert languages.format_datetime(AN_AFTERNOON, language, zone=STOCKHOLM) == instant
    assert languages.format_weekday_datetime(AN_AFTERNOON, language, zone=STOCKHOLM) == with_weekday
    assert languages.format_time(AN_AFTERNOON, language, zone=STOCKHOLM) == time


def test_late_in_the_evening_it_is_already_the_next_day_here() -> None:
    assert languages.local_date(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), zone=STOCKHOLM) == date(2026, 7, 2)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        languages.local_date(datetime(2026, 7, 1, 22, 30), zone=STOCKHOLM)  # noqa: DTZ001


def test_an_instant_is_not_taken_for_a_date() -> None:
    with pytest.raises(TypeError, match="time zone"):
        languages.format_date(AN_AFTERNOON, "sv")


@pytest.mark.parametrize(
    ("language", "text"),
    [("sv", "3 av 4 (75\N{NO-BREAK SPACE}%)"), ("da", "3 af 4 (75\N{NO-BREAK SPACE}%)"), ("en", "3 of 4 (75%)")],
)
def test_a_share_is_a_count_of_a_count_and_whole_percent(language: str, text: str) -> None:
    assert languages.share(3, 4, language) == text


def test_a_share_of_nothing_has_no_percent() -> None:
    assert languages.share(0, 0, "sv") == "0 av 0"


def test_a_share_of_a_few_has_no_percent_where_that_is_wanted() -> None:
    assert [languages.share(1, of, "en", percent_from=5) for of in (4, 5)] == ["1 of 4", "1 of 5 (20%)"]


@pytest.mark.parametrize(("count", "of", "percent"), [(1, 3, "33"), (2, 3, "67"), (1, 8, "13"), (1, 200, "1")])
def test_percent_is_rounded_to_the_nearest_half_upwards(count: int, of: int, percent: str) -> None:
    assert f"({percent}%)" in languages.share(count, of, "en")


def test_large_numbers_have_the_separator_of_the_language() -> None:
    assert languages.format_number(12345, "sv") == "12\N{NO-BREAK SPACE}345"
    assert languages.format_number(12345, "da") == "12.345"
    assert languages.format_number(12345, "en") == "12,345"


def test_lists_end_with_the_word_for_and() -> None:
    assert languages.join_list(["hem", "skola", "fritid"], "sv") == "hem, skola och fritid"
    assert languages.join_list(["hjem", "skole"], "da") == "hjem og skole"
    assert languages.join_list([], "en") == ""


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("pl", "sv", "polska"),
        ("ar", "da", "arabisk"),
        ("zh-Hant", "en", "Traditional Chinese"),
        ("dari och pashto", "sv", "dari och pashto"),
        ("xx", "en", "xx"),
    ],
)
def test_languages_are_called_by_their_name(code: str, language: str, name: str) -> None:
    assert languages.language_name(code, language) in {name, "Chinese (Traditional)"}


@pytest.mark.parametrize(
    ("language", "direction"), [("sv", "ltr"), ("ar", "rtl"), ("fa-IR", "rtl"), ("ku-Arab", "rtl"), ("ku", "ltr")]
)
def test_direction_of_a_language(language: str, direction: str) -> None:
    assert languages.direction(language) == direction
