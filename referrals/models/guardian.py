"""Guardians: who they are, what they were told, and what they consented to."""

import uuid
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral, Referral
from referrals.sealing import Sealed
from referrals.vocabulary import ConsentAnswer, ConsentForm, ConsentState, Custody, NoticeMethod, Recipient


class Guardian(OfReferral, Base):
    """A guardian, or another adult close to the child, as the coordinator recorded them."""

    __tablename__ = "guardian"

    custody: Mapped[Custody] = mapped_column(by_value(Custody))
    #: whether this guardian may be contacted about the referral
    may_contact: Mapped[bool] = mapped_column(default=True)
    #: the rule pack's word for how strictly this guardian's own identity is protected; None where it is not
    protected_level: Mapped[str | None]
    recorded_at: Mapped[datetime]

    name = Sealed[str]()
    #: language of papers and letters to them
    language = Sealed[str]()
    #: language of the interpreter; None where none is needed
    interpreter = Sealed[str]()
    phone = Sealed[str]()
    email = Sealed[str]()
    address = Sealed[str]()

    notices: Mapped[list["InformationNotice"]] = relationship(
        back_populates="guardian", order_by="InformationNotice.at"
    )
    consents: Mapped[list["Consent"]] = relationship(back_populates="guardian", order_by="Consent.at")

    @property
    def has_protected_identity(self) -> bool:
        """Whether their name and address are kept from everybody who does not need them."""
        return self.protected_level is not None

    @property
    def can_be_mailed(self) -> bool:
        """Whether mail may go to them: there is an address, they may be contacted, and nobody's identity is protected."""
        is_protected = self.has_protected_identity or self.referral.protected_since is not None
        return bool(self.email) and self.may_contact and not is_protected

    @property
    def has_custody(self) -> bool:
        """Whether they decide for the child: those with custody until it comes of age, and from then on the pupil alone.

        Where no birth date says how old the pupil is, and the pupil is recorded as of age, all of them have to agree.
        """
        return _decides(self.custody, self.referral)

    @property
    def is_informed(self) -> bool:
        """Whether they were told, or the reason why not is recorded."""
        return bool(self.notices)

    def notice_until(self, at: datetime | None) -> "InformationNotice | None":
        """What they were told last, up to and with the instant `at`; up to now for None."""
        return next((one for one in reversed(self.notices) if at is None or one.at <= at), None)

    def answer_until(self, at: datetime | None) -> "Consent | None":
        """What they answered last, up to and with the instant `at`; up to now for None."""
        return next((one for one in reversed(self.consents) if at is None or one.at <= at), None)

    def consent_state(
        self, today: date, *, at: datetime | None = None, asked: Collection[Recipient] = ()
    ) -> ConsentState:
        """Where consent stands on the day `today`, or stood at the instant `at`: the newest answer counts.

        `asked` says about whom guardians are asked by then: a yes on their own page is to all of it only as long as it reaches them.
        """
        newest = self.answer_until(at)
        if newest is None:
            return ConsentState.NOT_ASKED if self.notice_until(at) is None else ConsentState.INFORMED
        if newest.withdrawn_until(at) is not None:
            return ConsentState.WITHDRAWN
        if newest.answer is ConsentAnswer.REFUSED:
            return ConsentState.REFUSED
        if newest.until_on < today:
            return ConsentState.EXPIRED
        if newest.from_on > today:
            return ConsentState.NOT_BEGUN
        return ConsentState.FULL if newest.is_to_all(asked) else ConsentState.PARTIAL


class GuardianVersion(OfReferral, Base):
    """What stood about a guardian until it was corrected."""

    __tablename__ = "guardian_version"

    guardian_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("guardian.id"), index=True)
    #: the history row that put something else in its place: who did, when and why
    replaced_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"))
    custody: Mapped[Custody] = mapped_column(by_value(Custody))
    may_contact: Mapped[bool]
    protected_level: Mapped[str | None]

    name = Sealed[str]()
    language = Sealed[str]()
    interpreter = Sealed[str]()
    phone = Sealed[str]()
    email = Sealed[str]()
    address = Sealed[str]()

    replaced_by: Mapped[History] = relationship()

    @property
    def has_protected_identity(self) -> bool:
        """Whether their identity was protected."""
        return self.protected_level is not None

    @property
    def has_custody(self) -> bool:
        """Whether they decided for the child by what stood there, as it is counted for a guardian."""
        return _decides(self.custody, self.referral)


class InformationNotice(OfReferral, Base):
    """That a guardian was told about the referral: when, how and by whom, or why not."""

    __tablename__ = "information_notice"

    guardian_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("guardian.id"), index=True)
    method: Mapped[NoticeMethod] = mapped_column(by_value(NoticeMethod))
    told_on: Mapped[date | None]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    #: in which language
    language = Sealed[str]()
    #: who told them, where it was somebody other than the one who recorded it
    told_by = Sealed[str]()
    told_what = Sealed[str]()
    why_not = Sealed[str]()

    guardian: Mapped[Guardian] = relationship(back_populates="notices")
    by: Mapped[Account] = relationship()


class Consent(OfReferral, Base):
    """What a guardian allows to be shared: kinds of information, recipients, purpose, from and to."""

    __tablename__ = "consent"

    guardian_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("guardian.id"), index=True)
    answer: Mapped[ConsentAnswer] = mapped_column(by_value(ConsentAnswer))
    form: Mapped[ConsentForm] = mapped_column(by_value(ConsentForm))
    #: values of InformationCategory
    categories: Mapped[list[str]]
    #: values of Recipient
    recipients: Mapped[list[str]]
    from_on: Mapped[date]
    until_on: Mapped[date]
    at: Mapped[datetime]
    #: who recorded it; None where the guardian answered on their own page
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: when the coordinators were reminded that it is about to end
    reminded_at: Mapped[datetime | None]

    purpose = Sealed[str]()

    guardian: Mapped[Guardian] = relationship(back_populates="consents")
    by: Mapped[Account | None] = relationship(foreign_keys=[by_id])

    def withdrawn_until(self, at: datetime | None) -> datetime | None:
        """When it was taken back, if that was not after the instant `at`; None for `at` is now."""
        is_later = at is not None and self.withdrawn_at is not None and self.withdrawn_at > at
        return None if is_later else self.withdrawn_at

    def is_to_all(self, asked: Collection[Recipient]) -> bool:
        """Whether it is a yes to all that was asked.

        On a guardian's own page that was counted by what the form asked then, so it is held against whom is `asked` about now. Who
        recorded an answer wrote down what was said.
        """
        is_counted = self.form is ConsentForm.DIGITAL
        return self.answer is ConsentAnswer.FULL and (not is_counted or set(asked) <= set(self.recipients))

    def covers(self, recipient: str, on: date) -> bool:
        """Whether it lets information go to `recipient` on the day `on`."""
        return (
            self.withdrawn_at is None
            and self.answer is not ConsentAnswer.REFUSED
            and recipient in self.recipients
            and self.from_on <= on <= self.until_on
        )


def _decides(custody: Custody, referral: Referral) -> bool:
    if custody is Custody.SELF:
        return referral.is_of_age or referral.of_age_on is None
    return custody is not Custody.OTHER and not referral.is_of_age
