"""The only place that knows what time it is: aware UTC instants, shiftable as a whole outside production."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

_shift_file: Path | None = None
_own_shift: timedelta | None = None


def use_shift_file(path: Path | None) -> None:
    """Let `now` follow the seconds written in `path`, so that all parts of one instance share a date.

    Production never calls this; without a file the machine's own clock counts.
    """
    global _shift_file, _own_shift
    _shift_file, _own_shift = path, None


def use_own_shift() -> None:
    """Let `now` follow a date of this process alone, until a shift file is used again: whoever ends the process leaves no trace of it.

    For work that moves the date a thousand times: a file would be read and written as often.
    """
    global _own_shift  # noqa: PLW0603 - as above
    _own_shift = timedelta()


def machine_now() -> datetime:
    """The machine's own instant, aware and in UTC. Leases and session limits go by this, never by the shown date."""
    return datetime.now(UTC)


def now() -> datetime:
    """The instant that counts for people: target dates, papers, history. Aware, in UTC."""
    return machine_now() + shift()


def shown(at: datetime) -> datetime:
    """An instant of the machine's clock as people read it, whose date may stand elsewhere: for what goes by the machine and is shown."""
    return at + shift()


def today(zone: str) -> date:
    """The calendar day it is for people in the time zone `zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


def shift() -> timedelta:
    """How far `now` stands from the machine's clock."""
    if _own_shift is not None:
        return _own_shift
    if _shift_file is None:
        return timedelta()
    try:
        return timedelta(seconds=float(_shift_file.read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()


def set_now(wanted: datetime) -> None:
    """Make `now` answer `wanted` (aware) for every part that shares the shift file, and run on from there.

    Raises RuntimeError where no shift file is in use, as in production.
    """
    global _own_shift  # noqa: PLW0603 - as above
    if _own_shift is not None:
        _own_shift = wanted - machine_now()
        return
    if _shift_file is None:
        raise RuntimeError("the date can only be set where a shift file is in use")
    seconds = (wanted - machine_now()).total_seconds()
    beside = _shift_file.with_suffix(f".{os.getpid()}")
    beside.write_text(f"{seconds:.6f}", encoding="ascii")
    beside.replace(_shift_file)
