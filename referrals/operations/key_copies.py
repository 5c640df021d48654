"""The shorter life of copied keys: how a copy says what it holds, and the end of copies of keys that are too old."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from referrals import clock
from referrals.operations import sealed_file
from referrals.sealing import key_ring

#: what a copy says it holds
DATA: Final = "data"
KEYS: Final = "keys"


@dataclass
class Removal:
    """What became of the copies of keys that were too old."""

    #: those that are gone, and when they were made; the oldest first
    removed: list[tuple[Path, datetime]] = field(default_factory=list)
    #: those that could not be read or removed, and why
    failed: list[tuple[Path, str]] = field(default_factory=list)
    #: old enough, and from before copies said what they hold: somebody has to look
    unmarked: list[Path] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether no copy of keys that is too old can have stayed."""
        return not self.failed and not self.unmarked


def label(holds: str, made_at: datetime) -> str:
    """What a copy says of itself in clear: what it holds, when it was made, and a proof that only this key ring can give."""
    said = f"{holds} {made_at.isoformat()}"
    proof = hmac.new(key_ring().index.encode(), b"backup label\0" + said.encode(), hashlib.sha256).hexdigest()
    return f"{said} {proof}"


def remove_older(newest: Path, *, days: int) -> Removal:
    """Remove the copies of keys beside `newest` that were made more than `days` ago, and nothing else.

    Only a file that proves in its first line that this instance wrote it as a copy of keys goes, what an interrupted copying left
    of one included; whatever name it has. Not `newest` itself, nothing in folders below, no symbolic link.
    """
    outcome, before = Removal(), clock.machine_now() - timedelta(days=days)
    for path in newest.parent.iterdir():
        try:
            if path.is_symlink() or not path.is_file() or path.samefile(newest):
                continue
            said = sealed_file.label_of(path)
            if said == "" and path.stat().st_mtime < before.timestamp():
                outcome.unmarked.append(path)
            made_at = _made_at(said or "")
            if made_at is not None and made_at < before:
                path.unlink()
                outcome.removed.append((path, made_at))
        except OSError as error:
            outcome.failed.append((path, error.strerror or str(error)))
    outcome.removed.sort(key=lambda one: one[1])
    outcome.failed.sort()
    outcome.unmarked.sort()
    return outcome


def _made_at(said: str) -> datetime | None:
    """When a copy of keys that says this was made; None where it holds anything else or is not for certain ours."""
    match said.split(" "):
        case [holds, made_at, _proof] if holds == KEYS:
            try:
                instant = datetime.fromisoformat(made_at)
            except ValueError:
                return None
            return instant if hmac.compare_digest(label(KEYS, instant), said) else None
    return None
