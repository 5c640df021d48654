"""Absence from a file: tables as school offices save them, each broken line named by itself, and what is no such table."""

from datetime import date

import pytest

from schemas import absence_file
from schemas.absence import GIVE_DAYS, DaysForm, WarningForm
from schemas.absence_file import TOO_FEW, TOO_MANY_DAYS, TWICE, Read
from schemas.closed_days_file import EMPTY, FileUnreadable
from schemas.fields import CHOOSE_ONE
from schemas.table_file import OPEN_QUOTE

HEADER = "Navn;Fødselsdato;Klasse;Dage"
EMIL = "Emil Ahrendt;02-03-2015;5.A;4,5"


def read(*lines, encoding="utf-8"):
    return absence_file.read("\r\n".join(lines).encode(encoding), most_days=37)


@pytest.mark.parametrize("lines", [
    (HEADER, EMIL), ("Fravær 3. kvartal 2026", HEADER, EMIL), ("", HEADER.upper(), "Emil Ahrendt;2015-03-02;5.A;4.5"), ("x,y,z,w", "Emil Ahrendt,2.3.2015,5.A,4.5"),
])  # fmt: skip
def test_a_line_is_a_pupil_and_what_stands_over_the_columns_is_none(lines):
    found = read(*lines)
    number = list(lines).index(lines[-1]) + 1
    assert (found.read, found.broken) == ([Read(number, "Emil Ahrendt", date(2015, 3, 2), "5.A", 4.5)], [])


def test_a_spreadsheets_own_letters_and_a_line_without_a_class_are_read():
    found = read("Søren Ålgård;2015-03-02;;7", encoding="cp1252")
    assert [(one.name, one.class_name, one.days) for one in found.read] == [("Søren Ålgård", "", 7.0)]


@pytest.mark.parametrize(("line", "why"), [
    (";02-03-2015;5.A;4", ("Write the pupil's name.",)),
    ("Ida Brask;;6.B;4", ("Give the pupil's birth date.",)),
    ("Ida Brask;31-02-2015;6.B;", ("There is no such day. Check day and month.", GIVE_DAYS)),
    ("Ida Brask;02-03-2014;6.B;4,2", ("Write whole or half days, such as 7 or 4.5.",)),
    ("Ida Brask;02-03-2014;6.B;67", ("No quarter has so many school days.",)),
    ("Ida Brask;02-03-2014;6.B;38", (TOO_MANY_DAYS,)),
    ("Ida Brask;4", (TOO_FEW,)), ('"Ida Brask;02-03-2014;6.B;4', (OPEN_QUOTE,)),
    ("EMIL  AHRENDT;02-03-2015;5.A;5", (TWICE,)), (EMIL, (TWICE,)),
])  # fmt: skip
def test_a_broken_line_is_named_with_all_that_is_wrong_and_the_others_are_read(line, why):
    found = read(HEADER, EMIL, line, "Liv Damm;2016-05-05;4.A;3")
    assert [one.number for one in found.read] == [2, 4]
    (broken,) = found.broken
    assert (broken.number, broken.why) == (3, why)
    stands = [line[1:]] if line.startswith('"') else line.split(";")
    assert broken.stands == " · ".join(filter(None, stands))


@pytest.mark.parametrize(("content", "why"), [
    (b"", EMPTY), (b"Away.", absence_file.NOT_READ), (b"Navn;Dage", absence_file.NOT_READ), (b"a;b\0", absence_file.NOT_READ),
    (b'1;2;3;4\n"' + b"x" * 140_000 + b'";', absence_file.NOT_READ), (b"x" * 1_000_001, absence_file.TOO_MUCH),
    (b"1;2;3;4\n" * 501, absence_file.TOO_MUCH),
])  # fmt: skip
def test_what_is_no_such_table_is_refused_with_a_sentence(content, why):
    with pytest.raises(FileUnreadable) as refused:
        absence_file.read(content, most_days=37)
    assert refused.value.args[0] == why


@pytest.mark.parametrize(("typed", "days"), [("7", 7.0), (" 4,5 ", 4.5), ("4.50", 4.5), ("0", 0.0), ("12,0", 12.0)])
def test_days_are_whole_or_half(typed, days):
    assert DaysForm().load({"quarter": "2026-07-01", "days": typed})["days"] == days


@pytest.mark.parametrize(("language", "problems"), [("da", {}), ("xx", {"language": [CHOOSE_ONE]})])
def test_a_letter_is_written_in_a_language_that_has_words_here(language, problems):
    sent = {"to_whom": "Dorte Ahrendt", "offer": "Et møde på mandag.", "language": language}
    assert WarningForm().validate(sent) == problems
