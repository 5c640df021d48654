"""Sign-ins that failed lately, so that passwords cannot be guessed by the thousand. Kept in this process only."""

import threading
import time
from collections import deque

#: so many failures within so many seconds, for one e-mail address
MOST = 10
WITHIN = 300.0

_lock = threading.Lock()
_failures: dict[str, deque[float]] = {}


def too_many(email: str) -> bool:
    """Whether the next try for `email` must wait."""
    with _lock:
        return len(_recent(email)) >= MOST


def note_failure(email: str) -> None:
    """Remember a failed try."""
    with _lock:
        _recent(email).append(time.monotonic())
        if len(_failures) > 10_000:  # made-up addresses must not fill the memory
            _failures.clear()


def forget(email: str) -> None:
    """A try succeeded: start counting afresh."""
    with _lock:
        _failures.pop(email, None)


def _recent(email: str) -> deque[float]:
    found = _failures.setdefault(email, deque())
    while found and time.monotonic() - found[0] > WITHIN:
        found.popleft()
    return found
