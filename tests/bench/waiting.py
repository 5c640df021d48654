"""What benchmarks ask a running instance again and again: its database, and the settings of its parts."""

import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from referrals import db
from referrals.models import Step
from tests.journeys.instance import children

MILLISECOND: Final = timedelta(milliseconds=1)


def wait_for(is_so: Callable[[], bool], *, within: float = 60.0) -> None:
    """Look every 20 ms until it is so; raises RuntimeError after `within` seconds."""
    deadline = time.monotonic() + within
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {within:.0f} seconds in vain")
        time.sleep(0.02)


def count_finished(address: str) -> int:
    """How many steps are done."""
    with db.reading(address) as session:
        return session.scalar(select(func.count()).select_from(Step).where(Step.finished_at.is_not(None))) or 0


def count_waiting(address: str) -> int:
    """How many steps wait or are under way."""
    with db.reading(address) as session:
        open_steps = select(func.count()).select_from(Step).where(Step.finished_at.is_(None), Step.failed_at.is_(None))
        return session.scalar(open_steps) or 0


def processor_seconds(process: int) -> float:
    """What a process and all below it have had of the processors."""
    after_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    own = (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(child) for child in children(process))


def proportional_memory(process: int) -> float:
    """Megabytes of a process and all below it; what several share is counted once between them."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return (int(found[1]) / 1024 if found else 0.0) + sum(proportional_memory(child) for child in children(process))


def settings_of(process: int) -> dict[str, str]:
    """The environment a process was started with, for another one that is to do the same."""
    named = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
    return dict(one.split("=", 1) for one in named if "=" in one)
