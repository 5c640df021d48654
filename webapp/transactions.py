"""The database session of one request: it reads on GET and HEAD, writes on POST, and is committed only when all went well."""

from contextlib import AbstractContextManager, suppress

from flask import current_app, g, request
from sqlalchemy.orm import Session

from referrals import db
from referrals.config import Settings


class _TurnedBack(Exception):
    """Thrown into a writing session so that nothing of it stays."""


def settings() -> Settings:
    """The settings this web application was made with."""
    found: Settings = current_app.extensions["trivsel"]
    return found


def is_reading() -> bool:
    """Whether this request only shows something, also when it shows a form again after a refused POST."""
    return request.method in ("GET", "HEAD", "OPTIONS") or bool(g.get("shows_again"))


def session() -> Session:
    """The session of this request, opened at its first use."""
    if "session" not in g:
        if is_reading():
            g.session = db.reading(settings().database)
        else:
            g.writing = db.writing(settings().database)
            g.session = g.writing.__enter__()
    found: Session = g.session
    return found


def reading() -> Session:
    """A session of its own that only reads, for what must be known before anything is written. Use it in a `with`."""
    return db.reading(settings().database)


def writing() -> AbstractContextManager[Session]:
    """A session of its own that is committed at the end of its `with`, whatever becomes of the request."""
    return db.writing(settings().database)


def commit() -> None:
    """Keep what this request has written."""
    _close(keep=True)


def turn_back() -> None:
    """Keep nothing of what this request has written; the next `session()` is a new one."""
    _close(keep=False)


def _close(*, keep: bool) -> None:
    opened, wrote = g.pop("session", None), g.pop("writing", None)
    if wrote is not None:
        with suppress(_TurnedBack):
            wrote.__exit__(*((None, None, None) if keep else (_TurnedBack, _TurnedBack(), None)))
    elif opened is not None:
        opened.close()
