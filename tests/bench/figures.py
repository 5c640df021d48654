"""A figure: what was measured how often, and what is wanted of it; and how figures are shown and kept."""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a figure: that its `of` (median or p95) is at most, or at least, `limit`."""

    of: str
    limit: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{self.of} {'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Figure:
    """One line of the table. A figure that was taken once has n = 1, and its p95 is what was measured."""

    name: str
    unit: str
    n: int
    median: float
    p95: float
    wanted: Wanted | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether it is as wanted; None where nothing is wanted."""
        if self.wanted is None:
            return None
        value = self.median if self.wanted.of == "median" else self.p95
        return value >= self.wanted.limit if self.wanted.at_least else value <= self.wanted.limit


_quick = False


def be_quick() -> None:
    """Measure less often from here on, so that everything takes ten minutes."""
    global _quick  # noqa: PLW0603 - one switch for the whole program
    _quick = True


def as_many_as(often: int, quickly: int) -> int:
    """How often to measure."""
    return quickly if _quick else often


def figure(name: str, unit: str, values: Sequence[float], *, wanted: Wanted | None = None) -> Figure:
    """The figure of what was measured, in the order in which it was."""
    return Figure(name, unit, len(values), statistics.median(values), p95(values), wanted)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed, as one that was measured."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def milliseconds(act: Callable[[], object], *, times: int, warm: int = 3) -> list[float]:
    """How long `act` took each of `times`, in milliseconds, after it was done `warm` times unmeasured."""
    for _ in range(warm):
        act()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say on standard error what takes a while, and how long it took."""
    print(f"  {what} …", end="", file=sys.stderr, flush=True)
    began = time.perf_counter()
    yield
    print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def show(figures: Iterable[Figure]) -> None:
    """Print figures as lines of one table."""
    for one in figures:
        verdict = {None: "", True: f"{one.wanted}", False: f"{one.wanted}  MISSED"}[one.is_met]
        print(
            f"{one.name:58} {one.n:6} {_short(one.median)} {_short(one.p95)} {one.unit:6} {verdict}".rstrip(),
            flush=True,
        )


def heading() -> None:
    """Print the head of the table."""
    print(f"{'':58} {'n':>6} {'median':>10} {'p95':>10}")


def keep(figures: Iterable[Figure], file: Path) -> None:
    """Write figures and the machine they were measured on as JSON."""
    machine = {
        "processors": os.cpu_count(), "load_1_min": os.getloadavg()[0], "python": platform.python_version(), "system": platform.system(),
    }  # fmt: skip
    rows = [asdict(one) | {"is_met": one.is_met} for one in figures]
    file.write_text(
        json.dumps({"machine": machine, "figures": rows}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _short(value: float) -> str:
    return f"{value:10.0f}" if value >= 1000 else f"{value:10.1f}" if value >= 10 else f"{value:10.2f}"
