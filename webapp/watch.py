"""How far long work of the command line is, for whoever looks at a terminal, and where somebody waits for it elsewhere too."""

import re
import sys
from types import TracebackType
from typing import Self

import click

_LINE = re.compile(r".+: \d+ %")


def tells_how_far(line: str) -> bool:
    """Whether a line is one of those that a `Watch` writes where there is no terminal."""
    return _LINE.fullmatch(line) is not None


class Watch:
    """One line on the terminal that grows while work goes on, and goes from part to part.

    In a pipe or a log it says nothing, so that what runs every night writes no mail; with `in_lines` a line for each tenth, and each part.
    """

    def __init__(self, *, in_lines: bool = False) -> None:
        self._in_lines = in_lines and not sys.stderr.isatty()
        self._said = ("", -1)
        self._bar = click.progressbar(
            length=0, file=sys.stderr, hidden=not sys.stderr.isatty(), show_eta=False, show_percent=True, show_pos=True
        )

    def __enter__(self) -> Self:
        """Begin to watch."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        """Leave the line as it is, and the next one free."""
        if self._bar.length:
            self._bar.render_finish()

    def tell(self, part: str, done: int, of: int) -> None:
        """Show that of this part of the work so much is done."""
        if self._in_lines and of:
            self._write_line(part, done * 10 // of)
        bar = self._bar
        if part != bar.label:
            bar.label, bar.pos, bar.finished = part, 0, False
        bar.length = of
        bar.update(done - bar.pos)

    def _write_line(self, part: str, tenths: int) -> None:
        if (part, tenths) != self._said:
            self._said = (part, tenths)
            click.echo(f"{part}: {tenths * 10} %", err=True)
