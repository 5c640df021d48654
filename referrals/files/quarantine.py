"""The room in which files from strangers are opened: a process of its own with little memory and little time, and nothing else in it.

The web is one process with many threads. A parser of pictures or PDFs that takes all memory, does not end or falls over would
take everybody's pages with it, and a thread cannot be stopped from outside. What happens in here ends with one file refused.
"""

import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Final

from referrals.errors import FileRefused
from referrals.vocabulary import FileKind, FileRefusal

#: bytes of a file, as it comes and as it is kept
LARGEST: Final = 10_000_000
#: files that are opened at the same time in one web process, and the seconds one waits for its turn and for its answer
AT_ONCE: Final = 2
PATIENCE: Final = 20

_places = threading.BoundedSemaphore(AT_ONCE)
#: isolated: neither the environment, with its secrets, nor the folder one stands in is known to it
_COMMAND: Final = (sys.executable, "-I", "-c", "from referrals.files.file_reading import main; main()")


@dataclass(frozen=True)
class Cleared:
    """A file that may be kept: what it is, its bytes as they were written anew, and what its sender called it."""

    kind: FileKind
    content: bytes
    sender_name: str | None = None


def clear(content: bytes, *, sender_name: str | None = None) -> Cleared:
    """`content` made harmless. Raises FileRefused where it is none of the three kinds, broken, too large, or more than paper."""
    if len(content) > LARGEST:
        raise FileRefused(FileRefusal.TOO_LARGE)
    if not _places.acquire(timeout=PATIENCE):
        raise FileRefused(FileRefusal.BUSY)
    try:
        answer = _read_apart(content)
    finally:
        _places.release()
    word, _, kept = answer.partition(b"\n")
    given = word.decode("ascii", errors="replace")
    if given in set(FileKind):
        return Cleared(FileKind(given), kept, sender_name)
    # Without an answer the process was ended by its limits, or fell over in the middle of the file.
    raise FileRefused(FileRefusal(given) if given in set(FileRefusal) else FileRefusal.TOO_MUCH)


def _read_apart(content: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own words only; the file comes in by the pipe
            _COMMAND,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a parser may quote what it reads
            env={},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""
