"""Pages on a screen that all in a room see: how their address says so, and that nothing of one person's stands there unasked."""

from flask import request

#: `?screen=` in the address: behind the curtain, or open
CURTAIN, OPEN = "curtain", "open"


def is_asked_for() -> bool:
    """Whether a page is opened or sent on the screen."""
    return request.args.get("screen") in (CURTAIN, OPEN)


def is_curtain() -> bool:
    """Whether the curtain is asked for: nothing is shown behind it, least of all what somebody has not sent yet."""
    return request.args.get("screen") == CURTAIN
