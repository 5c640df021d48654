"""The program behind `./dev bench`: measures what is named, or everything, prints a table, and keeps it as JSON if wanted."""

import argparse
import os
import sys
from pathlib import Path

# Nothing of this machine's own instance is touched: each benchmark makes a folder of its own and says so to what it starts.
for _name in [name for name in os.environ if name.startswith(("TRIVSEL_", "PREFECT_"))]:
    del os.environ[_name]

from tests.bench import cost, first_year, pages, papers, prefects_rows, profiled, running, stock, throughput  # noqa: E402
from tests.bench.figures import Figure, be_quick, heading, keep, show  # noqa: E402

#: what can be measured, in this order
BENCHMARKS = {
    "pages": pages.measure,
    "pages-postgresql": pages.measure_on_postgres,
    "papers": papers.measure,
    "steps": running.measure_steps,
    "steps-postgresql": running.measure_steps_on_postgres,
    "steps-grown": running.measure_steps_grown,
    "profile": profiled.measure,
    "stock": stock.measure,
    "throughput": throughput.measure,
    "throughput-postgresql": throughput.measure_on_postgres,
    "throughput-grown": throughput.measure_grown,
    "intake": running.measure_intake,
    "intake-grown": running.measure_intake_grown,
    "cost": cost.measure,
    "cost-prefect": prefects_rows.measure,
    "year": first_year.measure,
}


def main() -> None:
    """Measure. The exit status says only whether it could be measured: a missed target is a line in the table."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(BENCHMARKS)} (default: all)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures in a file as well")
    parser.add_argument("--quick", action="store_true", help="measure less often")
    given = parser.parse_args()
    if given.quick:
        be_quick()
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"nothing is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    found: list[Figure] = []
    heading()
    for name in given.names or BENCHMARKS:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        for one in BENCHMARKS[name]():
            show([one])
            found.append(one)
            if given.json:
                keep(found, given.json)  # each as soon as it is there: what comes later may fail


if __name__ == "__main__":
    main()
