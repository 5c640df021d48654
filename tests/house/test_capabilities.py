"""What a municipality can do: every capability has a line, and the tests a line names are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
#: said not to come now, below the table
NOT_NOW = {"C14", "C28", "C30"}


def lines() -> dict[str, list[str]]:
    """The cells of each line, by its capability."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| C")]
    return {row[0]: row[1:] for row in rows}


def test_every_capability_has_its_line() -> None:
    assert set(lines()) == {f"C{number:02}" for number in range(1, 39)} - NOT_NOW


@pytest.mark.parametrize("capability", lines())
def test_what_is_done_names_the_tests_that_show_it_and_they_are_there(capability: str) -> None:
    _what, how_far, *rest = lines()[capability]
    evidence = rest[-1] if rest else ""
    files = re.findall(r"`(tests/[\w/.]+)`", evidence)
    assert how_far in ("done", "in part", "not begun")
    assert bool(files) == (how_far != "not begun")
    for file in files:
        assert "def test_" in (ROOT / file).read_text(encoding="utf-8")
    # in brackets behind a file: the very tests of its evidence, of which every line that is begun has one
    assert bool(re.search(r"\(`test_", evidence)) == bool(files)
    for file, names in re.findall(r"`(tests/[\w/.]+)` \(([^)]*)\)", evidence):
        there = (ROOT / file).read_text(encoding="utf-8")
        for name in re.findall(r"`(test_\w+)`", names):
            assert f"def {name}(" in there, f"{file} has no {name}"
