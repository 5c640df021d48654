"""What a reporter's browser holds: a token for the draft, and which referral it came back to. Both lapse when nobody types."""

import uuid
from datetime import timedelta

from flask import session as cookie

from referrals.clock import machine_now
from referrals.drafts import StartedDraft
from referrals.models import Referral

_DRAFT = "draft"
_TAKEN_OVER = "taken_over"
_REPORTED = "reported"
#: after so long without a click the next person at a shared computer is asked for the code
IDLE_LIMIT = timedelta(minutes=30)


def remember_draft(started: StartedDraft, *, taken_over: str = "") -> None:
    """Let this browser write the draft. `taken_over` is the mark of the page that began it because its own draft was gone."""
    cookie[_DRAFT] = [started.token, _seconds()]
    cookie[_TAKEN_OVER] = taken_over[:16]


def taken_over() -> str:
    """The mark of the pages that go on in the draft this browser writes, though their own is gone; mostly empty."""
    return str(cookie.get(_TAKEN_OVER, ""))


def draft_token(*, even_if_idle: bool = False) -> str | None:
    """The token of the draft this browser writes, and that it is being used now; None after a long pause or without a draft.

    `even_if_idle` is for adding to a draft, which shows nothing of it.
    """
    token, seen = cookie.get(_DRAFT) or (None, 0)
    if token is None or (_is_idle(seen) and not even_if_idle):
        return None
    if not _is_idle(seen):
        cookie[_DRAFT] = [token, _seconds()]
    return str(token)


def forget_draft() -> None:
    """Let this browser know nothing of any draft."""
    cookie.pop(_DRAFT, None)
    cookie.pop(_TAKEN_OVER, None)


def remember_reported(referral: Referral) -> None:
    """Let this browser see how far the referral has come: its number and code were given together."""
    cookie[_REPORTED] = [str(referral.id), _seconds()]


def reported_id() -> uuid.UUID | None:
    """The referral this browser came back to; None after a long pause."""
    identity, seen = cookie.get(_REPORTED) or (None, 0)
    if identity is None or _is_idle(seen):
        return None
    cookie[_REPORTED] = [identity, _seconds()]
    return uuid.UUID(identity)


def forget_reported() -> None:
    """Let this browser know nothing of any referral."""
    cookie.pop(_REPORTED, None)


def _seconds() -> int:
    return int(machine_now().timestamp())


def _is_idle(seen: int) -> bool:
    return _seconds() - seen > IDLE_LIMIT.total_seconds()
