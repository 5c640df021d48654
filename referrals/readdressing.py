"""Where a mail goes that was written before its reader's address was put right."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.mailer import new_message_id
from referrals.models import Account, Guardian, Mail, Step
from referrals.papers import readers


def address_anew(session: Session, mail: Mail) -> None:
    """Send it to the address its reader has by now: somebody may have put it right.

    It gets another Message-ID with it: an attempt before may have reached the post office, and a report that the old address took
    none would tell of this one.
    """
    guardian_id = readers.guardian_in(mail.recipient)
    account = session.get(Account, mail.account_id) if mail.account_id else None
    reader = session.get(Guardian, guardian_id) if guardian_id else account
    if reader is not None and reader.email and mail.address != reader.email:
        mail.address, mail.message_id = reader.email, new_message_id()


def is_addressed_to(session: Session, mail: Mail, address: str | None) -> bool:
    """Whether a mail went to `address`, or will: one that nobody is sending just now is addressed anew for that.

    A worker that has it read the address before, and may have handed it to the post office already. Whoever holds the step in a
    transaction is not waited for: they may wait for what ours holds.
    """
    if mail.address == address:
        return True
    in_nobodys_hands = select(Step).where(
        Step.mail_id == mail.id, Step.holder.is_(None), Step.finished_at.is_(None),
        Step.failed_at.is_(None) | Step.lease_until.is_not(None),
    )  # fmt: skip
    if session.scalars(in_nobodys_hands.with_for_update(skip_locked=True, of=Step)).one_or_none() is None:
        return False
    session.refresh(mail)  # an attempt may have ended since it was read
    if mail.sent_at is None:
        address_anew(session, mail)
    return mail.address == address
