"""Protection reports: a track of their own, sealed with keys of their own, tied to a referral only where the sender named one."""

import uuid
from datetime import date, datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified, by_value
from referrals.models.organisation import Unit
from referrals.models.referral import Referral
from referrals.sealing import Sealed, new_data_key, open_data_key
from referrals.vocabulary import N_, DisposalState, Fate, Term


class ProtectionUrgency(Term):
    """How the sender judges the danger. Nobody else judges it here."""

    ACUTE = "acute", N_("The child is in danger now")
    SOON = "soon", N_("Not this very moment, but it cannot wait many days")
    CONTINUING = "continuing", N_("No danger just now, but the child is being harmed or may be")


class GuardiansTold(Term):
    """Whether the guardians know of the report."""

    ALL = "all", N_("Yes, all of them")
    SOME = "some", N_("Some of them, not all")
    NOBODY = "nobody", N_("No")


class ProtectionOutcome(Term):
    """Whether the sender has learned what came of it."""

    KNOWN = "known", N_("I know what came of it")
    UNKNOWN = "unknown", N_("I have not been told")


class ProtectionReport(Identified, Base):
    """What one professional reports to the authority that protects children: theirs alone until it is given or opened."""

    __tablename__ = "protection_report"

    #: its own number, so that the paper need not carry a referral's
    number: Mapped[str] = mapped_column(unique=True)
    sender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    #: where the sender works: the letter head and the address for answers
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    #: the referral it stands beside, if the sender named one they may see; nothing of the referral points back
    referral_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"), index=True)
    #: somebody at the authority whom the municipality's setting names and the sender chose
    receiver_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    #: set once the paper is made; from then on the words stay as they are
    issued_at: Mapped[datetime | None]
    #: when it first reached the authority, by word of mouth or in writing, as the sender recorded it
    given_at: Mapped[datetime | None]
    #: when the sender recorded that all guardians had been told
    opened_at: Mapped[datetime | None]
    #: since when its sender, and nobody else, is asked about a report that was never given, before it goes
    asked_on: Mapped[date | None]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)

    #: what is reported, by the names of `referrals.safeguarding.protection.CONTENT`
    content = Sealed[dict[str, Any]]()
    #: what the sender recorded around it, by the names of `referrals.safeguarding.protection.RECORD`
    record = Sealed[dict[str, Any]]()

    sender: Mapped[Account] = relationship(foreign_keys=[sender_id])
    receiver: Mapped[Account | None] = relationship(foreign_keys=[receiver_id])
    unit: Mapped[Unit | None] = relationship()
    referral: Mapped[Referral | None] = relationship()
    paper: Mapped["ProtectionPaper | None"] = relationship(back_populates="report")

    def __init__(self, **values: Any) -> None:
        """Give a new report its id and data key first, so that its words can be sealed."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.wrapped_key = new_data_key()
        super().__init__(**values)

    @property
    def known_since(self) -> datetime | None:
        """Since when others than its sender may know of it: given to the authority, or finished and all guardians told."""
        opened_at = self.opened_at if self.issued_at is not None else None
        return self.given_at or opened_at

    def data_key(self) -> Fernet:
        """What seals and opens this report and its paper."""
        return open_data_key(self.wrapped_key)

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this report."""
        return f"{self.__tablename__}:{self.id}:{name}"


class ProtectionPaper(Identified, Base):
    """The one paper of a report, sealed; it stands in no referral's list of papers."""

    __tablename__ = "protection_paper"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_report.id"), unique=True)
    language: Mapped[str]
    made_at: Mapped[datetime]
    #: SHA-256 of the PDF, in hexadecimal
    checksum: Mapped[str]
    size: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    report: Mapped[ProtectionReport] = relationship(back_populates="paper")


class ProtectionHold(Identified, Base):
    """That a report may not be disposed of for now, such as while a case is in court; known to those who decide about it."""

    __tablename__ = "protection_hold"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("protection_report.id"), index=True)
    since: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    reason = Sealed[str]()

    report: Mapped[ProtectionReport] = relationship()
    by: Mapped[Account] = relationship(foreign_keys=[by_id])

    def __init__(self, **values: Any) -> None:
        """Give a new hold its id and report first, so that its reason can be sealed."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.report = values.pop("report")
        super().__init__(**values)

    def data_key(self) -> Fernet:
        """The report's own."""
        return self.report.data_key()

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this hold."""
        return f"{self.__tablename__}:{self.id}:{name}"


class ProtectionDisposal(Identified, Base):
    """One disposal of one report. It outlives the report as the receipt, and says nothing of any child."""

    __tablename__ = "protection_disposal"

    #: the report, which is not there any more once this is done
    report_id: Mapped[uuid.UUID] = mapped_column(index=True)
    number: Mapped[str]
    sender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    #: the plan's name and the years, as they stood when it was proposed
    rule: Mapped[dict[str, Any]]
    proposed_at: Mapped[datetime]
    #: nobody where the plan alone let go what was never given: only its sender knew of it
    proposed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    fate: Mapped[Fate] = mapped_column(by_value(Fate), default=Fate.DISPOSE)
    #: approved by somebody else, or declined by anybody who may decide
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    is_declined: Mapped[bool] = mapped_column(default=False)
    #: when the archive's copy was taken out, and under which number the archive holds it
    exported_at: Mapped[datetime | None]
    archive_number: Mapped[str | None]
    #: the report's key once it is preserved, so that the archive's copy can be proved against ours
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    done_at: Mapped[datetime | None]
    #: what went: the checksum of the paper
    receipt: Mapped[dict[str, Any] | None]

    proposed_by: Mapped[Account | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def state(self) -> DisposalState:
        """How far it has come."""
        if self.is_declined:
            return DisposalState.DECLINED
        if self.done_at is not None:
            return DisposalState.DONE
        if self.decided_at is None:
            return DisposalState.PROPOSED
        waits = self.fate is Fate.PRESERVE and self.archive_number is None
        return DisposalState.TO_DELIVER if waits else DisposalState.APPROVED
