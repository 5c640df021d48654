"""What time it is, and how a demonstration's date is moved for all parts at once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from referrals import clock


@pytest.fixture
def shift_file(tmp_path: Path) -> Iterator[Path]:
    clock.use_shift_file(tmp_path / "shift")
    yield tmp_path / "shift"
    clock.use_shift_file(None)


def test_without_a_shift_the_machines_clock_counts(shift_file: Path) -> None:
    assert clock.shift() == timedelta()
    assert abs(clock.now() - clock.machine_now()) < timedelta(seconds=5)


def test_a_date_that_is_set_counts_for_every_part_and_runs_on(shift_file: Path) -> None:
    clock.set_now(datetime(2027, 3, 1, 12, tzinfo=UTC))
    rounding = timedelta(milliseconds=1)
    assert -rounding <= clock.now() - datetime(2027, 3, 1, 12, tzinfo=UTC) < timedelta(minutes=1)
    assert shift_file.exists()
    assert abs(clock.shown(clock.machine_now()) - clock.now()) < timedelta(seconds=5)


def test_leases_do_not_follow_the_shifted_date(shift_file: Path) -> None:
    clock.set_now(datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert clock.machine_now().year != 2027 or clock.shift() < timedelta(days=1)


def test_production_cannot_set_the_date() -> None:
    clock.use_shift_file(None)
    with pytest.raises(RuntimeError):
        clock.set_now(datetime(2027, 3, 1, tzinfo=UTC))


def test_the_day_is_the_day_where_people_are(shift_file: Path) -> None:
    clock.set_now(datetime(2027, 6, 30, 22, 30, tzinfo=UTC))
    assert clock.today("Europe/Stockholm") == date(2027, 7, 1)


def test_a_date_of_this_process_alone_leaves_that_of_all_parts_where_it_was(shift_file: Path) -> None:
    clock.set_now(datetime(2027, 3, 1, 12, tzinfo=UTC))
    shared = shift_file.read_text()
    clock.use_own_shift()
    assert abs(clock.now() - clock.machine_now()) < timedelta(seconds=5)
    clock.set_now(datetime(2025, 8, 18, 8, tzinfo=UTC))
    assert clock.now().date() == date(2025, 8, 18)
    assert shift_file.read_text() == shared
    clock.use_shift_file(shift_file)
    assert clock.now().date() == date(2027, 3, 1)
