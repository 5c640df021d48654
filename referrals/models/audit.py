"""The audit log: who looked at or did what, as links of a keyed chain for each referral, and how long each chain is."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import Base, by_value
from referrals.stages import Party

#: the chain of what belongs to no referral: sign-ins, administration, numbers that do not exist
GENERAL: Final = uuid.UUID(int=0)


class What(StrEnum):
    """What somebody did, as one word of a controlled list."""

    OPENED_PAGE = "opened_page"
    OPENED_PAPER = "opened_paper"
    OPENED_FILE = "opened_file"
    PREVIEWED_PAPER = "previewed_paper"
    #: a verb of the history
    DID = "did"
    ATTACHED_FILE = "attached_file"
    #: a file that was attached and taken away again before the text it belonged to was sent
    REMOVED_FILE = "removed_file"
    #: a form that changed something and left no history, such as a step that is tried again
    SENT_FORM = "sent_form"
    #: a form that was shown again with what was to be mended
    SENT_BACK = "sent_back"
    REFUSED = "refused"
    ISSUED_PAPER = "issued_paper"
    SENT_MAIL = "sent_mail"
    #: something went to another service; the ground is consent or a rule of the rule pack
    DISCLOSED = "disclosed"
    EXPORTED = "exported"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    CHANGED_ORGANISATION = "changed_organisation"
    CHANGED_KEYS = "changed_keys"


class AuditEvent(Base):
    """One link of a chain: never updated, never deleted, and without a word about anybody. It outlives what it points at."""

    __tablename__ = "audit_event"

    #: the referral's id, or GENERAL
    chain_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    #: 1, 2, 3 … within its chain, without a gap
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: the machine's own instant, whatever date a demonstration shows
    at: Mapped[datetime]
    #: the account, or the guardian on their own page; the reporter, the workflow and the command line have none
    by_id: Mapped[uuid.UUID | None]
    #: in which capacity, where it was about a referral
    by_party: Mapped[Party | None] = mapped_column(by_value(Party))
    what: Mapped[What] = mapped_column(by_value(What))
    #: which page, verb, kind of paper or part of the organisation: a name from the code, never something that was typed
    subject: Mapped[str | None]
    #: the history row, paper, part or other row it was about
    object_id: Mapped[uuid.UUID | None]
    #: why, where a controlled list says so: the way that was chosen, or the rule that refused; of an export, a digest of its purpose
    ground: Mapped[str | None]
    #: HMAC-SHA256 of the link before and this row, in hexadecimal
    mac: Mapped[str]


class AuditHead(Base):
    """How long a chain is and how it ends, so that its end cannot be cut off unnoticed."""

    __tablename__ = "audit_head"

    chain_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    length: Mapped[int]
    #: the mac of the last link
    mac: Mapped[str]
    #: HMAC-SHA256 of this row, or the word `broken` once a link had to be added to a chain somebody had touched
    seal: Mapped[str]
