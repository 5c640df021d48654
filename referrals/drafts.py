"""Drafts: what somebody is still writing, kept sealed on the server and found only with a code, a browser's token or a sign-in."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from referrals import clock, reference
from referrals.access import Actor
from referrals.errors import WrongCode
from referrals.models import Draft, Unit

#: days a draft is kept after it was last saved
DRAFT_DAYS = 14


@dataclass(frozen=True)
class StartedDraft:
    """A draft with what only its writer holds: the token for the browser and the code to take it up again."""

    draft: Draft
    token: str
    code: str


def start_draft(
    session: Session,
    *,
    language: str,
    unit: Unit | None = None,
    answers: dict[str, Any] | None = None,
    writer: Actor | None = None,
) -> StartedDraft:
    """Begin a draft. `writer` is the signed-in person, if anybody is."""
    token, code = secrets.token_urlsafe(32), reference.new_code()
    draft = Draft(
        code_index=reference.code_digest(reference.RESUME, code),
        token_index=reference.token_digest(token),
        unit_id=unit.id if unit else None,
        account_id=writer.account_id if writer else None,
        language=language,
        saved_at=clock.now(),
        expires_on=_expiry(),
    )
    draft.answers = answers or {}
    draft.code = code
    session.add(draft)
    session.flush()
    return StartedDraft(draft, token, code)


def save_draft(
    session: Session, draft: Draft, answers: dict[str, Any], *, language: str, unit: Unit | None = None
) -> None:
    """Keep `answers` beside those of other pages, and put the day of deletion off. A draft that was sent in stays as it is."""
    session.refresh(draft, with_for_update=True)
    if draft.referral_id is not None:
        return
    draft.answers = {**(draft.answers or {}), **answers}
    draft.unit_id = unit.id if unit else draft.unit_id
    draft.language = language
    draft.saved_at = clock.now()
    draft.expires_on = _expiry()
    session.flush()


def find_draft(session: Session, token: str, *, to_send: bool = False) -> Draft | None:
    """The draft that the browser with `token` writes; None where it is gone.

    `to_send` lets nobody change its answers, or add a file, before this transaction ends: what is read of it is what goes.
    """
    found = select(Draft).where(
        Draft.token_index == reference.token_digest(token), Draft.expires_on >= clock.now().date()
    )
    return session.scalars(found.with_for_update() if to_send else found).one_or_none()


def resume_draft(session: Session, code: str) -> StartedDraft:
    """Take up the draft that `code` belongs to in another browser; the former browser loses it. Raises WrongCode."""
    draft = session.scalars(_going_on(code).with_for_update()).one_or_none()
    if draft is None:
        raise WrongCode
    return _hand_over(session, draft)


def goes_on(session: Session, code: str) -> bool:
    """Whether a draft can be taken up with `code`. Whoever asks for somebody makes sure that they were given that code."""
    return session.scalars(_going_on(code)).one_or_none() is not None


def drafts_of(session: Session, writer: Actor) -> list[Draft]:
    """The unfinished drafts a signed-in person has begun, the newest first."""
    if writer.account_id is None:
        return []
    return list(
        session.scalars(
            select(Draft)
            .where(
                Draft.account_id == writer.account_id,
                Draft.referral_id.is_(None),
                Draft.expires_on >= clock.now().date(),
            )
            .order_by(Draft.saved_at.desc())
        )
    )


def resume_own_draft(session: Session, draft_id: uuid.UUID, *, writer: Actor) -> StartedDraft:
    """Take up again a draft this signed-in person has begun. Raises WrongCode where there is none."""
    draft = next((draft for draft in drafts_of(session, writer) if draft.id == draft_id), None)
    if draft is None:
        raise WrongCode
    return _hand_over(session, draft)


def discard_draft(session: Session, draft: Draft) -> None:
    """Delete a draft its writer no longer wants."""
    session.delete(draft)
    session.flush()


def expire_drafts(session: Session, today: date) -> int:
    """Delete the drafts whose day has passed; how many there were."""
    gone = session.scalars(delete(Draft).where(Draft.expires_on < today).returning(Draft.id)).all()
    return len(gone)


def _going_on(code: str) -> Select[Draft]:
    """The draft with `code`, where it was neither sent in nor deleted."""
    return select(Draft).where(
        Draft.code_index == reference.code_digest(reference.RESUME, code),
        Draft.referral_id.is_(None),
        Draft.expires_on >= clock.now().date(),
    )


def _hand_over(session: Session, draft: Draft) -> StartedDraft:
    token = secrets.token_urlsafe(32)
    draft.token_index = reference.token_digest(token)
    session.flush()
    return StartedDraft(draft, token, draft.code or "")


def _expiry() -> date:
    return (clock.now() + timedelta(days=DRAFT_DAYS)).date()
