"""Working notes: one sheet a person about a referral they work with, for their own eyes; kept when they leave, and read no more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor, View, may_view
from referrals.errors import KeptOutside, NotAllowed, WrongStage
from referrals.models import Referral, WorkingNote

#: how a refusal calls what was tried: it is no step of the referral's way, so there is no verb for it
_KEEP = "keep_working_note"


def own_note(session: Session, referral: Referral, *, by: Actor) -> WorkingNote | None:
    """What `by` has noted about `referral`; None where there is nothing. Raises NotAllowed once they have nothing to do with it."""
    _require_author(referral, by)
    mine = select(WorkingNote).where(WorkingNote.referral_id == referral.id, WorkingNote.author_id == by.account_id)
    return session.scalars(mine).one_or_none()


def keep_note(session: Session, referral: Referral, *, by: Actor, text: str) -> WorkingNote | None:
    """Let the sheet of `by` say `text`, and nothing where that is blank. The same again changes nothing.

    It leaves no history: nobody is to know that there is anything. Raises NotAllowed, and WrongStage or KeptOutside where
    nothing more is written about the referral.
    """
    note = own_note(session, referral, by=by)
    if referral.kept_outside_at is not None:
        raise KeptOutside
    if not referral.is_open:
        raise WrongStage(_KEEP, referral.stage, referral.status)
    said = text.strip() or None
    if note is None and said is None:
        return None
    if note is None:
        note = WorkingNote(referral=referral, author_id=by.account_id, changed_at=clock.now())
        session.add(note)
    if note.text != said:
        note.text, note.changed_at = said, clock.now()
    session.flush()
    return note


def add_to_note(session: Session, referral: Referral, *, by: Actor, text: str) -> WorkingNote | None:
    """Put `text` under what the sheet of `by` says already. Raises as `keep_note`."""
    note = own_note(session, referral, by=by)
    before = note.text if note and note.text else ""
    return keep_note(session, referral, by=by, text=f"{before}\n\n{text.strip()}")


def _require_author(referral: Referral, by: Actor) -> None:
    if by.account_id is None or not may_view(View.WORKING_NOTES, by, referral.facts()):
        raise NotAllowed("working notes")
