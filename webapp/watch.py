"""How far long work of the command line is, for whoever looks at a terminal."""

import sys
from types import TracebackType
from typing import Self

import click


class Watch:
    """One line on the terminal that grows while work goes on, and goes from part to part; in a pipe or a log it says nothing."""

    def __init__(self) -> None:
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
        bar = self._bar
        if part != bar.label:
            bar.label, bar.pos, bar.finished = part, 0, False
        bar.length = of
        bar.update(done - bar.pos)
