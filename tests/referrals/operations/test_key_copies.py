"""The end of copied keys: those that are too old go with each new copy, and never anything else."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from referrals import sealing
from referrals.operations import key_copies, sealed_file
from referrals.operations.key_copies import DATA, KEYS, label
from referrals.sealing import KeyRing

NOW = datetime(2027, 3, 1, 2, 30, tzinfo=UTC)
DAYS = 30


@pytest.fixture(autouse=True)
def _today(ring_file: Path) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Shelf:
    """A folder in which copies lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "keys"
        self.folder.mkdir()
        self._public = sealed_file.make_keys(folder / "backup.pem")
        self.newest = self.put("newest", age=timedelta())

    def put(self, name: str, *, age: timedelta, holds: str = KEYS, said: str | None = None) -> Path:
        path = self.folder / name
        said = label(holds, NOW - age) if said is None else said
        with sealed_file.create(path, public=self._public, label=said) as sealed:
            sealed.write(b"anything")
        return path

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


OLD = timedelta(days=DAYS, seconds=1)


def test_older_copies_of_keys_go_and_are_named_the_oldest_first(shelf: Shelf) -> None:
    old = shelf.put("old", age=OLD)
    oldest = shelf.put(".oldest.5f3a", age=timedelta(days=400))
    shelf.put("just", age=timedelta(days=DAYS))
    outcome = key_copies.remove_older(shelf.newest, days=DAYS)
    assert outcome.removed == [(oldest, NOW - timedelta(days=400)), (old, NOW - OLD)]
    assert outcome.is_whole
    assert shelf.names() == ["just", "newest"]


def test_the_newest_stays_whatever_the_clock_says(shelf: Shelf) -> None:
    with time_machine.travel(NOW + timedelta(days=9999), tick=False):
        assert key_copies.remove_older(shelf.newest, days=DAYS).removed == []
    assert shelf.names() == ["newest"]


def test_nothing_else_goes_however_old_and_whatever_its_name(shelf: Shelf, tmp_path: Path) -> None:
    long_ago = timedelta(days=400)
    true = label(KEYS, NOW - long_ago)
    shelf.put("data", age=long_ago, holds=DATA)
    shelf.put("later-said-to-be-old", age=OLD, said=label(KEYS, NOW).replace("2027-03-01", "2020-03-01"))
    shelf.put("data-said-to-be-keys", age=OLD, said=label(DATA, NOW - long_ago).replace(DATA, KEYS))
    shelf.put("no-day", age=OLD, said="keys yesterday 0")
    shelf.put("no-words", age=OLD, said="keys")
    ring = sealing.key_ring()
    sealing.use_key_ring(KeyRing.read_or_make(tmp_path / "another.json"))
    shelf.put("of-another-instance", age=long_ago)
    sealing.use_key_ring(ring)
    (shelf.folder / "2020-03-01").write_text("keys")
    (shelf.folder / "quoted").write_text(f"as it says: trivsel backup 2 {true}\n")
    (shelf.folder / "cut-off").write_text(f"trivsel backup 2 {true}")
    below = shelf.folder / "below"
    below.mkdir()
    elsewhere = shelf.put("elsewhere", age=long_ago).rename(tmp_path / "elsewhere")
    (shelf.folder / "link").symlink_to(elsewhere)
    shelf.put("kept", age=long_ago).rename(below / "kept")
    before = shelf.names()
    for path in (path for path in shelf.folder.iterdir() if not path.is_symlink()):
        os.utime(path, (0, 0))
    outcome = key_copies.remove_older(shelf.newest, days=DAYS)
    assert (outcome.removed, outcome.is_whole) == ([], True)
    assert shelf.names() == before
    assert elsewhere.exists()
    assert (below / "kept").exists()


def test_an_old_copy_that_does_not_say_what_it_holds_stays_and_is_named(shelf: Shelf) -> None:
    for name, age in (("first-make", OLD), ("first-make-new", timedelta(days=1))):
        path = shelf.folder / name
        path.write_bytes(sealed_file.FIRST_MAKE + b"sealed")
        os.utime(path, ((NOW - age).timestamp(),) * 2)
    outcome = key_copies.remove_older(shelf.newest, days=DAYS)
    assert (outcome.removed, outcome.unmarked) == ([], [shelf.folder / "first-make"])
    assert not outcome.is_whole
    assert shelf.names() == ["first-make", "first-make-new", "newest"]


def test_what_cannot_be_removed_is_named_and_the_others_go(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    held, old = shelf.put("held", age=OLD), shelf.put("old", age=OLD)
    unlink = Path.unlink

    def refused(path: Path) -> None:
        if path == held:
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path)

    monkeypatch.setattr(Path, "unlink", refused)
    outcome = key_copies.remove_older(shelf.newest, days=DAYS)
    assert outcome.failed == [(held, "Permission denied")]
    assert [path for path, _made_at in outcome.removed] == [old]
    assert not outcome.is_whole
