"""A guardian's way to their own page, and what they say there: codes, browsers, e-identification, answers and own words."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.guardian import Guardian
from referrals.models.referral import History, OfReferral
from referrals.models.team_review import TeamMeeting
from referrals.sealing import Sealed
from referrals.vocabulary import InvitationReply


class OfGuardian(OfReferral):
    """A row that belongs to one guardian of one referral."""

    @declared_attr
    @classmethod
    def guardian_id(cls) -> Mapped[uuid.UUID]:
        """The guardian it belongs to."""
        return mapped_column(ForeignKey("guardian.id"), index=True)

    @declared_attr
    @classmethod
    def guardian(cls) -> Mapped[Guardian]:
        """The guardian it belongs to."""
        return relationship()


class GuardianCode(OfGuardian, Base):
    """A code on paper that opens a guardian's page once. Only its keyed digest is kept."""

    __tablename__ = "guardian_code"

    code_index: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    #: the last day on which it opens anything
    until_on: Mapped[date]
    used_at: Mapped[datetime | None]
    #: another code took its place
    ended_at: Mapped[datetime | None]

    made_by: Mapped[Account] = relationship()


class GuardianSession(OfGuardian, Base):
    """A browser in which a guardian's page is open. The cookie holds a token; here stands only its keyed digest."""

    __tablename__ = "guardian_session"

    token_digest: Mapped[str] = mapped_column(unique=True)
    #: instants of the machine's clock, as for staff
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    #: opened with e-identification
    is_strong: Mapped[bool] = mapped_column(default=False)


class GuardianIdentity(OfGuardian, Base):
    """Who a guardian is to the provider of e-identification. Its name for the person is kept as a keyed digest."""

    __tablename__ = "guardian_identity"

    #: not unique: one person can be the guardian of several children
    subject_index: Mapped[str] = mapped_column(index=True)
    linked_at: Mapped[datetime]


class MeetingAnswer(OfGuardian, Base):
    """What a guardian answered to an invitation, on their page or by telephone. The newest one for the meeting's present date counts."""

    __tablename__ = "meeting_answer"
    __table_args__ = (UniqueConstraint("guardian_id", "number"),)

    #: first, second … answer of this guardian
    number: Mapped[int]
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team_meeting.id"), index=True)
    #: the date they were asked about; a meeting that is moved asks anew
    starts_at: Mapped[datetime]
    reply: Mapped[InvitationReply] = mapped_column(by_value(InvitationReply))
    at: Mapped[datetime]
    #: who wrote it down for them; None: they answered on their own page
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    #: whom they bring, the interpreter they need, and what they want to say to the coordinator
    support_person = Sealed[str]()
    interpreter = Sealed[str]()
    words = Sealed[str]()

    meeting: Mapped[TeamMeeting] = relationship()
    noted_by: Mapped[Account | None] = relationship(foreign_keys=[noted_by_id])


class ToldByHand(OfGuardian, Base):
    """That somebody told a guardian whom no mail reaches of one decision about a meeting: they are invited, or need not come."""

    __tablename__ = "told_by_hand"
    __table_args__ = (UniqueConstraint("guardian_id", "history_id"),)

    #: the decision that called the team, called it otherwise or called it off
    history_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"))
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    history: Mapped[History] = relationship()


class GuardianWords(OfGuardian, Base):
    """A guardian's own text. Each time it is changed a new row is written; the newest counts, and an empty one is none."""

    __tablename__ = "guardian_words"
    __table_args__ = (UniqueConstraint("guardian_id", "number"),)

    #: first, second … version of this guardian's text
    number: Mapped[int]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    text = Sealed[str]()
