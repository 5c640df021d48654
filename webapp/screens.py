"""Pages on a screen that all in a room see: how their address says so, and that nothing of one person's stands there unasked."""

from urllib.parse import urlencode

from flask import request

#: `?screen=` in the address: behind the curtain, or open
CURTAIN, OPEN = "curtain", "open"


def asked_for() -> str | None:
    """How a page is opened or sent on the screen; None where it is no page of the screen's."""
    return how if (how := request.args.get("screen")) in (CURTAIN, OPEN) else None


def is_asked_for() -> bool:
    """Whether a page is opened or sent on the screen."""
    return asked_for() is not None


def still_there(path: str) -> str:
    """The page at `path`, on the screen where what leads to it was sent from there: never the desk's before the whole room."""
    how = asked_for()
    return f"{path}?{urlencode({'screen': how})}" if how else path


def is_curtain() -> bool:
    """Whether the curtain is asked for: nothing is shown behind it, least of all what somebody has not sent yet."""
    return request.args.get("screen") == CURTAIN
