"""Counts side by side as bars: our own SVG, black on the page's colour. One of two terms is filled and the other hollow, so it needs no colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from referrals import languages

_WIDTH: Final = 620
#: from where the bars begin, so that zero is a place and not the edge
_LEFT: Final = 4
#: kept free for the number at a bar's end
_RIGHT: Final = 60
_LINE_HEIGHT, _BAR, _STEP, _GAP = 18, 12, 16, 8

_FRAME: Final = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
    'font-family="Inter" font-size="12" fill="currentColor"><title>{}</title>{}</svg>'
)
_FILLED: Final = Markup('<rect x="{}" y="{}" width="{}" height="{}"></rect>')
_HOLLOW: Final = Markup(
    '<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="currentColor" stroke-width="1.5"></rect>'
)
_TEXT: Final = Markup('<text x="{}" y="{}">{}</text>')


@dataclass(frozen=True)
class Bars:
    """One thing and its numbers, the first drawn filled and the others hollow; None where a number is not shown."""

    label: str
    values: tuple[float | None, ...]


def draw(rows: Sequence[Bars], *, names: Sequence[str], title: str, language: str) -> Markup:
    """The bars as SVG. `names` says what the filled and the hollow ones are; `title` in words what they show."""
    most = max((value for row in rows for value in row.values if value is not None), default=0) or 1
    drawn, y = [], _GAP
    for number, name in enumerate(names):
        drawn += [_bar(number, y, 24), _TEXT.format(_LEFT + 32, y + _BAR - 2, name)]
        y += _STEP
    for row in rows:
        y += _GAP + _LINE_HEIGHT
        drawn.append(_TEXT.format(_LEFT, y - 5, row.label))
        for number, value in enumerate(row.values):
            width = 0.0 if value is None else round((_WIDTH - _LEFT - _RIGHT) * value / most, 1)
            if value is not None:
                drawn.append(_bar(number, y, width))
            said = "–" if value is None else languages.format_number(value, language)
            drawn.append(_TEXT.format(_LEFT + width + 6, y + _BAR - 2, said))
            y += _STEP
    return _FRAME.format(_WIDTH, y + _GAP, _WIDTH, y + _GAP, title, Markup("").join(drawn))


def _bar(number: int, y: float, width: float) -> Markup:
    return (_HOLLOW if number else _FILLED).format(_LEFT, y, width, _BAR)
