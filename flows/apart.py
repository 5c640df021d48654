"""Things that are done one by one, by the clock: what happens to one of them keeps no other waiting, and is told in the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from flows.failures import place_of
from flows.opening import logger
from referrals.errors import AuditBroken, ReferralError, SealBroken


class Apart:
    """One round of such things; `failed` says how many of them did not come about, whatever the reason."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failed = 0

    @contextmanager
    def one(self, what: str, *, through: tuple[type[Exception], ...] = (), tells_place: bool = True) -> Iterator[None]:
        """Let nothing out of the block but `through`, which ends the round. `what` goes into the log: identifiers and neutral words.

        `tells_place` is false where the place in the code would already tell what must not be known.
        """
        try:
            yield
        except through:
            raise
        except ReferralError as refusal:
            # A person was quicker, and there is nothing left to do; but not where a row cannot be read.
            if isinstance(refusal, SealBroken | AuditBroken):
                self._fail(what, refusal, tells_place=tells_place)
            elif tells_place:  # of what nobody may count, a line each would be a count
                logger().info("%s: %s: %s", self.name, what, _told(refusal, tells_place=True))
        except Exception as error:  # noqa: BLE001 - a row as nobody has thought of it must not stop what all the others wait for
            self._fail(what, error, tells_place=tells_place)

    def _fail(self, what: str, error: Exception, *, tells_place: bool) -> None:
        self.failed += 1
        logger().warning("%s: %s: %s", self.name, what, _told(error, tells_place=tells_place))


def _told(error: Exception, *, tells_place: bool) -> str:
    return type(error).__name__ + (f" at {place_of(error)}" if tells_place else "")
