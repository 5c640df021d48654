"""Where one step's time goes: a worker whose runs are profiled by the processor time of their thread.

The worker is a program of its own (`python -m tests.bench.profiled FILE`), which leaves in FILE what it saw when it is told to end.
"""

import cProfile
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Figure, as_many_as, figure
from tests.bench.running import embedded, step_latencies
from tests.bench.waiting import settings_of

#: the parts of a step, each with the functions whose time it is: their place, and their name
PARTS: Final = {
    "printing its two papers": [("referrals/printing.py", "print_pdf")],
    "reading what stands on them, and their HTML": [
        ("referrals/papers/paper_sources.py", "gather"), ("schemas/documents/writing.py", "paper_html"),
    ],
    "keeping them": [("referrals/documents.py", "issue")],
    "settling": [("flows/tasks/settling.py", "settle")],
}  # fmt: skip
#: of printing
WITHIN: Final = {
    "styles": [("weasyprint/css/__init__.py", "get_all_computed_styles")],
    "layout": [("weasyprint/layout/__init__.py", "layout_document")],
    "writing the PDF": [("weasyprint/document.py", "write_pdf")],
}
WHOLE: Final = ("flows/runs.py", "execute")
OURS: Final = ("flows/attempts.py", "carry_out")


def measure() -> Iterator[Figure]:
    """Shares of the processor time of the runs that carry concerns to triage, one after the other."""
    times = as_many_as(20, 6)
    with tempfile.TemporaryDirectory(prefix="trivsel-bench-") as place, embedded() as (instance, address):
        seen, settings = Path(place) / "seen", settings_of(instance.process_of("worker"))
        with instance.without("worker"), (Path(place) / "log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.profiled", str(seen)],
                env=settings, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                step_latencies(instance.url, address, times=times)
            finally:
                worker.terminate()
                worker.wait(60)
        yield from _shares(seen, times)


def _shares(seen: Path, times: int) -> Iterator[Figure]:
    stats = pstats.Stats(str(seen))
    whole = _time_of(stats, [WHOLE])
    known = 0.0
    for part, functions in PARTS.items():
        spent = _time_of(stats, functions)
        known += spent
        yield figure(f"of a step, {part}", "%", [100 * spent / whole])
        if part == next(iter(PARTS)):
            for name, inner in WITHIN.items():
                yield figure(f"of a step, of this: {name}", "%", [100 * _time_of(stats, inner) / whole])
    around = whole - _time_of(stats, [OURS])
    yield figure("of a step, Prefect's engine around it", "%", [100 * around / whole])
    yield figure("of a step, the rest (its task, lease, transactions)", "%", [100 * (whole - around - known) / whole])
    yield figure(
        f"processor time of a concern's run, profiled, mean of {times + 2}", "ms", [1000 * whole / (times + 2)]
    )


def _time_of(stats: pstats.Stats, functions: list[tuple[str, str]]) -> float:
    """Seconds spent in these functions and all they call. Raises LookupError where one was never called."""
    found = 0.0
    for place, name in functions:
        times = [row[3] for (file, _, called), row in stats.stats.items() if called == name and file.endswith(place)]  # type: ignore[attr-defined]
        if not times:
            raise LookupError(f"{name} of {place} was never called")
        found += sum(times)
    return found


def _work(file: Path) -> int:
    """Be a worker until told to end, and leave in `file` what its runs of referrals did."""
    from flows import runs, worker

    seen: list[cProfile.Profile] = []
    execute = runs.execute

    def profiled(flow: Any, run: Any) -> None:
        if flow.name != "advance-referral":
            execute(flow, run)
            return
        profile = cProfile.Profile(time.thread_time)
        seen.append(profile)
        profile.runcall(execute, flow, run)

    runs.execute = profiled
    status = worker.main()
    total = pstats.Stats(seen[0])
    for one in seen[1:]:
        total.add(one)
    total.dump_stats(file)
    return status


if __name__ == "__main__":
    sys.exit(_work(Path(sys.argv[1])))
