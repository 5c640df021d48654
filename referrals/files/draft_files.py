"""Files that wait in a draft: taken one by one while the concern is written, handed over when it is sent in, gone with the draft."""

import hashlib
import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.models import Draft, DraftFile, Referral
from referrals.sealing import seal_bytes, unseal_bytes
from referrals.stages import Party


def add_file(session: Session, draft: Draft, file: Cleared) -> DraftFile | None:
    """Keep `file` with the draft. The same bytes twice are one file; None where the draft was sent in meanwhile.

    Raises FileRefused where it does not fit beside the others.
    """
    session.refresh(draft, with_for_update=True)
    if draft.referral_id is not None:
        return None
    checksum, there = hashlib.sha256(file.content).hexdigest(), files_of(session, draft)
    if same := next((one for one in there if one.checksum == checksum), None):
        return same
    attachments.refuse_too_many([one.size for one in there], len(file.content))
    # Two that come in the same moment keep the order in which they were chosen.
    moment = clock.machine_now() + timedelta(microseconds=len(there))
    row = DraftFile(draft=draft, kind=file.kind, checksum=checksum, size=len(file.content), taken_at=moment)
    row.sender_name = attachments.shown_name(file.sender_name)
    row.sealed = seal_bytes(file.content, key=row.data_key(), place=row.seal_place("content"))
    session.add(row)
    session.flush()
    return row


def files_of(session: Session, draft: Draft) -> list[DraftFile]:
    """The files of a draft, in the order in which they were taken; their bytes are not loaded."""
    rows = select(DraftFile).where(DraftFile.draft_id == draft.id)
    return list(session.scalars(rows.order_by(DraftFile.taken_at, DraftFile.id)))


def remove_file(session: Session, draft: Draft, file_id: uuid.UUID) -> None:
    """Take a file away again; one that is gone already stays gone."""
    for row in files_of(session, draft):
        if row.id == file_id:
            session.delete(row)
    session.flush()


def hand_over(session: Session, draft: Draft, referral: Referral) -> int:
    """Let the draft's files belong to the concern of `referral`, sealed with its key instead of the draft's; how many there are."""
    rows = files_of(session, draft)
    for row in rows:
        content = unseal_bytes(row.sealed, key=row.data_key(), place=row.seal_place("content"))
        attachments.keep(
            session,
            referral,
            Cleared(row.kind, content, row.sender_name),
            by=Actor(reported=referral.id),
            party=Party.REPORTER,
        )
        session.delete(row)
    session.flush()
    return len(rows)
