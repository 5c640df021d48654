"""Files beside a text: kept sealed under a name of our own making, no more of them than a form and a referral can hold."""

import hashlib
import re
import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.errors import FileRefused, NoSuchReferral, SealBroken
from referrals.files.quarantine import Cleared
from referrals.keeping import audit, register
from referrals.models import AssessmentPart, Attachment, AttachmentContent, FollowUp, Referral, What
from referrals.sealing import KeyDestroyed, seal_bytes, unseal_bytes
from referrals.stages import Party
from referrals.vocabulary import AttachedTo, Counterpart, FileRefusal, Profession, Registered, ReporterKind

#: files and bytes beside one text, and files in a whole referral
MOST_FILES: Final = 5
MOST_BYTES: Final = 20_000_000
MOST_IN_REFERRAL: Final = 60
#: signs of a name that are shown; nobody reads more
_LONGEST_NAME: Final = 100
#: signs that are none, or that turn the reading direction so that a name seems to end in something else
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def shown_name(sent: str | None) -> str | None:
    """What a sender calls a file, fit to be shown: without the way to it, without signs nobody sees. None where nothing is left."""
    last = PurePosixPath((sent or "").replace("\\", "/")).name
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", last)).split())[:_LONGEST_NAME] or None


def refuse_too_many(beside: Sequence[int], size: int) -> None:
    """Raise FileRefused where a file of `size` bytes does not fit beside those of the sizes in `beside`."""
    if len(beside) >= MOST_FILES:
        raise FileRefused(FileRefusal.TOO_MANY)
    if sum(beside) + size > MOST_BYTES:
        raise FileRefused(FileRefusal.TOO_MUCH_TOGETHER)


def beside_concern(session: Session, referral: Referral) -> list[Attachment]:
    """The files that came with the concern, in their order."""
    return _found(session, referral, Attachment.belongs_to == AttachedTo.CONCERN)


def beside_part(session: Session, part: AssessmentPart) -> list[Attachment]:
    """The files of one part of the assessment, in their order."""
    return _found(session, part.referral, Attachment.part_id == part.id)


def beside_follow_up(session: Session, referral: Referral, row: FollowUp | None) -> list[Attachment]:
    """The files of one follow-up, or with None those that wait for the one being written."""
    is_its = Attachment.follow_up_id.is_(None) if row is None else Attachment.follow_up_id == row.id
    return _found(session, referral, Attachment.belongs_to == AttachedTo.FOLLOW_UP, is_its)


def find(session: Session, referral: Referral, attachment_id: uuid.UUID) -> Attachment:
    """One file of this referral. Raises NoSuchReferral where it has none with this id."""
    found = session.get(Attachment, attachment_id)
    if found is None or found.referral_id != referral.id:
        raise NoSuchReferral
    return found


def keep(
    session: Session,
    referral: Referral,
    file: Cleared,
    *,
    by: Actor,
    party: Party,
    part: AssessmentPart | None = None,
    is_follow_up: bool = False,
) -> Attachment:
    """Keep `file` beside the concern, or beside `part` or the follow-up being written. Raises FileRefused where it does not fit.

    The same bytes twice beside one text are one file. Who may do so, the stage's own verbs say; they call this last.
    """
    belongs_to = AttachedTo.PART if part else AttachedTo.FOLLOW_UP if is_follow_up else AttachedTo.CONCERN
    if part:
        beside = beside_part(session, part)
    else:
        beside = beside_follow_up(session, referral, None) if is_follow_up else beside_concern(session, referral)
    checksum = hashlib.sha256(file.content).hexdigest()
    if same := next((one for one in beside if one.checksum == checksum and one.taken_out_at is None), None):
        return same
    refuse_too_many([one.size for one in beside if one.taken_out_at is None], len(file.content))
    last = session.scalar(select(func.max(Attachment.number)).where(Attachment.referral_id == referral.id)) or 0
    if last >= MOST_IN_REFERRAL:
        raise FileRefused(FileRefusal.FULL)
    row = Attachment(
        referral=referral, number=last + 1, belongs_to=belongs_to, part_id=part.id if part else None, kind=file.kind,
        checksum=checksum, size=len(file.content), attached_at=clock.now(), by_id=by.account_id,
    )  # fmt: skip
    row.sender_name = shown_name(file.sender_name)
    session.add(row)
    session.flush()
    sealed = seal_bytes(file.content, key=row.data_key(), place=row.seal_place("content"))
    session.add(AttachmentContent(referral=referral, attachment_id=row.id, sealed=sealed))
    session.flush()
    audit.append(
        session, What.ATTACHED_FILE, by=by, chain=referral.id, party=party, subject=belongs_to, object_id=row.id
    )
    return row


def bind_waiting(session: Session, referral: Referral, row: FollowUp) -> None:
    """Let the files that waited for the follow-up belong to it, now that it is recorded."""
    for waiting in beside_follow_up(session, referral, None):
        waiting.follow_up_id = row.id
    session.flush()


def enter(
    session: Session,
    files: Iterable[Attachment],
    *,
    counterpart: Counterpart,
    function: Profession | ReporterKind | None = None,
) -> None:
    """Give each file its line in the register, once the text it hangs on has come in; again changes nothing."""
    for file in files:
        register.enter(
            session,
            Registered.ATTACHMENT,
            file.id,
            referral=file.referral,
            counterpart=counterpart,
            function=function,
        )


def remove(session: Session, attachment: Attachment, *, by: Actor, party: Party) -> None:
    """Let a file be as if it had never been attached. The stage's own verbs see that its text was not sent yet."""
    forget_content(session, attachment)
    session.delete(attachment)
    session.flush()
    audit.append(
        session, What.REMOVED_FILE, by=by, chain=attachment.referral_id, party=party, subject=attachment.belongs_to,
        object_id=attachment.id,
    )  # fmt: skip


def forget_content(session: Session, attachment: Attachment) -> None:
    """Delete the bytes of a file."""
    session.execute(delete(AttachmentContent).where(AttachmentContent.attachment_id == attachment.id))


def open_content(session: Session, attachment: Attachment) -> bytes:
    """The bytes as they were kept. Raises NoSuchReferral once they were taken out, SealBroken where they are others."""
    row = session.scalars(
        select(AttachmentContent).where(AttachmentContent.attachment_id == attachment.id)
    ).one_or_none()
    if row is None:
        raise NoSuchReferral
    try:
        key = row.data_key()
    except KeyDestroyed:  # disposed of since the copy of the data that this was put back from
        raise NoSuchReferral from None
    content = unseal_bytes(row.sealed, key=key, place=attachment.seal_place("content"))
    if hashlib.sha256(content).hexdigest() != attachment.checksum:
        raise SealBroken("an attachment is not the one that was kept")
    return content


def _found(session: Session, referral: Referral, *which: ColumnElement[bool]) -> list[Attachment]:
    rows = select(Attachment).where(Attachment.referral_id == referral.id, *which)
    return list(session.scalars(rows.order_by(Attachment.number)))
