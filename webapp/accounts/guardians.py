"""Guardians' browsers: one row each, found by the digest of a token that only the cookie holds. A browser is one person's."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from flask import g
from flask import session as cookie
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from referrals import reference
from referrals.clock import machine_now
from referrals.guardians import guardian_access
from referrals.models import Guardian, GuardianSession
from webapp import people, transactions
from webapp.accounts import sessions
from webapp.language import CHOICE, choose_language

#: in the cookie: the token of a guardian's page
TOKEN = "guardian"
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class OpenPage:
    """A guardian's page open in this browser: whose, and whether e-identification opened it."""

    guardian_id: uuid.UUID
    session_id: uuid.UUID
    is_strong: bool


def open_page() -> OpenPage | None:
    """Whose page is open in this browser; None too once it was left alone for too long, or the guardian may have none."""
    if "guardian_page" not in g:
        g.guardian_page = _find()
    found: OpenPage | None = g.guardian_page
    return found


def open_session(session: Session, guardian: Guardian, *, is_strong: bool = False) -> None:
    """Open the guardian's page in this browser: a new token and a new cookie. Whoever was signed in here no longer is."""
    close_session(session)
    session.execute(
        delete(GuardianSession).where(GuardianSession.last_seen_at < machine_now() - sessions.ABSOLUTE_LIMIT)
    )
    now, token = machine_now(), secrets.token_urlsafe(32)
    session.add(
        GuardianSession(
            referral=guardian.referral,
            guardian_id=guardian.id,
            token_digest=reference.token_digest(token),
            created_at=now,
            last_seen_at=now,
            is_strong=is_strong,
        )
    )
    cookie[TOKEN] = token
    if CHOICE not in cookie:
        choose_language(guardian.language or "")


def close_session(session: Session) -> None:
    """Close whatever is open in this browser: its row goes, and everything in its cookie but the language."""
    language = cookie.get(CHOICE)
    if token := cookie.get(TOKEN):
        digest = reference.token_digest(token)
        session.execute(delete(GuardianSession).where(GuardianSession.token_digest == digest))
    sessions.close_session(session)
    if language:
        cookie[CHOICE] = language


def forget() -> None:
    """Let this browser know nothing of any guardian's page."""
    cookie.pop(TOKEN, None)


def _find() -> OpenPage | None:
    token = cookie.get(TOKEN)
    if not token:
        return None
    with transactions.reading() as session:
        mine = select(GuardianSession).where(GuardianSession.token_digest == reference.token_digest(token))
        found = session.scalars(mine).one_or_none()
        if found is None or not guardian_access.may_have_page(found.guardian):
            return None
        now = machine_now()
        if now - found.last_seen_at > sessions.IDLE_LIMIT or now - found.created_at > sessions.ABSOLUTE_LIMIT:
            return None
        opened = OpenPage(found.guardian_id, found.id, found.is_strong)
        people.act_as(guardian_access.actor_for(found.guardian))
        is_due = now - found.last_seen_at > _SEEN_EVERY
    if is_due:
        _note_seen(opened.session_id)
    return opened


def _note_seen(session_id: uuid.UUID) -> None:
    seen = update(GuardianSession).where(GuardianSession.id == session_id).values(last_seen_at=machine_now())
    try:
        with transactions.writing() as session:
            session.execute(seen)
    except OperationalError:
        pass  # the database is busy: a page matters more than this mark
