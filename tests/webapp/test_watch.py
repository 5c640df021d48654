"""How far long work is: a line that grows on a terminal, lines where somebody waits elsewhere, and otherwise nothing."""

import sys

import pytest

from webapp.watch import Watch, tells_how_far


def said(capsys: pytest.CaptureFixture[str], **how: bool) -> str:
    capsys.readouterr()
    with Watch(**how) as watch:
        for part in ("autumn", "spring"):
            for done in range(0, 366, 5):
                watch.tell(part, done, 365)
        watch.tell("nothing to do", 0, 0)
    return capsys.readouterr().err


def test_where_there_is_no_terminal_each_tenth_of_each_part_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, in_lines=True).splitlines()
    assert lines == [f"{part}: {tenth} %" for part in ("autumn", "spring") for tenth in range(0, 101, 10)]
    assert all(map(tells_how_far, lines))
    assert not tells_how_far("3 added, 0 changed")


def test_what_runs_every_night_says_nothing_there_and_a_terminal_gets_no_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(capsys) == ""
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True)
    on_terminal = said(capsys, in_lines=True)
    assert "%" in on_terminal
    assert "autumn: 10 %" not in on_terminal
