"""Who may open a file: whoever may read the text it belongs to, wholly; and taking one out that should not have come in."""

import uuid

from sqlalchemy.orm import Session

from referrals import assessment, clock, history
from referrals.access import Actor, View, may_view, parties
from referrals.errors import Incomplete, NotAllowed
from referrals.files import attachments
from referrals.keeping import retention
from referrals.models import AssessmentPart, Attachment, FollowUp, Referral
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.vocabulary import AttachedTo, PartStatus


def may_open(attachment: Attachment, reader: Actor) -> bool:
    """Whether `reader` may open it, and know what its sender called it."""
    facts = attachment.referral.facts()
    if attachment.part is not None:
        return may_view(View.OWN_PART, reader, facts) and _reads_wholly(attachment.part, reader)
    if attachment.belongs_to is AttachedTo.CONCERN:
        return may_view(View.CONCERN, reader, facts)
    if attachment.follow_up_id is None:
        return bool(parties(reader, facts) & MOVE_BY_VERB[Verb.RECORD_FOLLOW_UP].by)
    return may_view(View.PLAN, reader, facts)


def of_concern(session: Session, referral: Referral, reader: Actor) -> list[Attachment]:
    """The files that came with the concern, where `reader` may open them."""
    return _openable(attachments.beside_concern(session, referral), reader)


def of_part(session: Session, part: AssessmentPart, reader: Actor) -> list[Attachment]:
    """The files of a part, where `reader` may read it wholly."""
    return _openable(attachments.beside_part(session, part), reader)


def of_follow_up(session: Session, referral: Referral, row: FollowUp | None, *, reader: Actor) -> list[Attachment]:
    """The files of a follow-up, or with None of the one being written, where `reader` may open them."""
    return _openable(attachments.beside_follow_up(session, referral, row), reader)


def read_content(
    session: Session, referral: Referral, attachment_id: uuid.UUID, *, reader: Actor
) -> tuple[Attachment, bytes]:
    """The file and its bytes. Raises NotAllowed for who may not read its text, NoSuchReferral where there is none (any more)."""
    attachment = attachments.find(session, referral, attachment_id)
    if not may_open(attachment, reader):
        raise NotAllowed("an attachment")
    return attachment, attachments.open_content(session, attachment)


def may_take_out(attachment: Attachment, by: Actor) -> bool:
    """Whether `by` may take it out: the coordinator, or whoever attached it to their own part; only what is there and was sent."""
    if attachment.taken_out_at is not None or not may_open(attachment, by) or not _was_sent(attachment):
        return False
    is_own = attachment.part is not None and attachment.part.assessor_id == by.account_id
    return is_own or Party.COORDINATOR in parties(by, attachment.referral.facts())


def take_out(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, attachment: Attachment, reason: str
) -> Attachment:
    """Destroy the bytes of a file that should not have come in; who did it, when and why stays. Twice changes nothing.

    The reason stays with the file, for those who could open it. Raises NotAllowed for others, Incomplete without a reason, OnHold.
    """
    history.guard(session, referral, Verb.TAKE_OUT_FILE, by=by, seen=seen)
    if attachment.referral_id != referral.id or not may_open(attachment, by):
        raise NotAllowed(Verb.TAKE_OUT_FILE)
    if attachment.taken_out_at is not None:
        return attachment
    if not may_take_out(attachment, by):
        raise NotAllowed(Verb.TAKE_OUT_FILE)
    if not reason.strip():
        raise Incomplete("reason")
    retention.require_no_hold(session, referral)
    attachments.forget_content(session, attachment)
    attachment.taken_out_at, attachment.taken_out_by_id = clock.now(), by.account_id
    attachment.taken_out_reason, attachment.sender_name = reason.strip(), None
    session.flush()
    history.record(session, referral, Verb.TAKE_OUT_FILE, by=by, seen=seen)
    return attachment


def _openable(found: list[Attachment], reader: Actor) -> list[Attachment]:
    return [attachment for attachment in found if may_open(attachment, reader)]


def _reads_wholly(part: AssessmentPart, reader: Actor) -> bool:
    readable = assessment.read_part(part, reader)
    return part.assessor_id == reader.account_id or (bool(readable.texts) and not readable.is_shortened)


def _was_sent(attachment: Attachment) -> bool:
    if attachment.part is not None:
        return attachment.part.status is PartStatus.RECEIVED
    return attachment.belongs_to is AttachedTo.CONCERN or attachment.follow_up_id is not None
