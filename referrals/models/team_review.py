"""The team's meetings: who was there, what was said and rated, what was decided, and whether the minutes are approved."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals import clock
from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import CalledReply, DecisionKind, MeetingOutcome

if TYPE_CHECKING:
    from referrals.models.colour_rating import ColourRating


class TeamMeeting(OfReferral, Base):
    """One meeting of the team about one child."""

    __tablename__ = "team_meeting"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)

    #: first, second … meeting about this referral
    number: Mapped[int]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    called_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    #: accounts called to the meeting, as ids
    called: Mapped[list[str]]
    #: ids of guardians invited
    guardians_invited: Mapped[list[str]]
    #: the number of the history row that called it off: by hand, or because the referral ended before it was held
    called_off_in: Mapped[int | None]
    held_at: Mapped[datetime | None]
    minutes_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[MeetingOutcome | None] = mapped_column(by_value(MeetingOutcome))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    next_meeting_on: Mapped[date | None]
    #: codes that say what kinds of information its notes hold and whom they are about, by the note's name: `referrals/notes.py`
    classification: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    place = Sealed[str]()
    #: points to talk about
    agenda = Sealed[list[str]]()
    #: [{"name", "function", "attendance"}]: staff, guardians, child, support person, interpreter
    attendance = Sealed[list[dict[str, str]]]()
    #: [{"language", "with", "starts_at", "at"}]: interpreters that are booked, with whom, for which time, and when that was noted
    interpreters = Sealed[list[dict[str, str]]]()
    situation = Sealed[str]()
    strengths = Sealed[str]()
    child_words = Sealed[str]()
    guardians_words = Sealed[str]()
    questions = Sealed[str]()
    #: values of Domain to {"rating": 1–5 or null, "note"}
    ratings = Sealed[dict[str, dict[str, Any]]]()
    #: who differs and what they said, word for word
    dissent = Sealed[str]()

    called_by: Mapped[Account] = relationship(foreign_keys=[called_by_id])
    minutes_by: Mapped[Account | None] = relationship(foreign_keys=[minutes_by_id])
    approved_by: Mapped[Account | None] = relationship(foreign_keys=[approved_by_id])
    decisions: Mapped[list["MeetingDecision"]] = relationship(
        back_populates="meeting", order_by="MeetingDecision.position", cascade="all, delete-orphan"
    )
    colour_ratings: Mapped[list["ColourRating"]] = relationship(back_populates="meeting", order_by="ColourRating.place")

    @property
    def is_to_hold(self) -> bool:
        """Whether the team is still called to it: neither held nor called off, and the work about the child goes on."""
        return self.held_at is None and self.called_off_in is None and self.referral.is_open

    @property
    def is_to_come(self) -> bool:
        """Whether it is to be held and has not begun: then those called are asked whether they come."""
        return self.is_to_hold and self.starts_at > clock.now()

    @property
    def called_off(self) -> History | None:
        """Who called it off, when and why; None where nobody did."""
        return next((row for row in self.referral.history if row.number == self.called_off_in), None)

    @property
    def rated_together(self) -> "ColourRating | None":
        """What the team agreed on by colour; None where it has not rated so."""
        return next((one for one in self.colour_ratings if one.place == 0), None)


class MeetingVersion(OfReferral, Base):
    """How the team was called to a meeting until it was moved."""

    __tablename__ = "meeting_version"

    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team_meeting.id"), index=True)
    #: the history row that put something else in its place: who did, when and why
    replaced_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    called: Mapped[list[str]]
    guardians_invited: Mapped[list[str]]

    place = Sealed[str]()
    agenda = Sealed[list[str]]()

    replaced_by: Mapped[History] = relationship()


class CalledAnswer(OfReferral, Base):
    """What somebody who is called to a meeting answered. The newest one for the meeting's present date counts."""

    __tablename__ = "called_answer"
    __table_args__ = (UniqueConstraint("meeting_id", "account_id", "number"),)

    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team_meeting.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    #: first, second … answer of theirs
    number: Mapped[int]
    #: the date they were asked about; a meeting that is moved asks anew
    starts_at: Mapped[datetime]
    reply: Mapped[CalledReply] = mapped_column(by_value(CalledReply))
    at: Mapped[datetime]
    #: who wrote it down for them; None: they answered themselves
    noted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    noted_by: Mapped[Account | None] = relationship(foreign_keys=[noted_by_id])


class MeetingDecision(OfReferral, Base):
    """One decision of a meeting, with who answers for it and by when."""

    __tablename__ = "meeting_decision"

    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team_meeting.id"), index=True)
    position: Mapped[int]
    due_on: Mapped[date | None]
    #: the account of whoever answers for it, where that is somebody who was called
    responsible_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    #: the history row that says it is done
    done_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"))
    #: when its person was last reminded of it by hand
    reminded_at: Mapped[datetime | None]
    #: None: what the team's own people do
    kind: Mapped[DecisionKind | None] = mapped_column(by_value(DecisionKind))

    text = Sealed[str]()
    responsible = Sealed[str]()

    meeting: Mapped[TeamMeeting] = relationship(back_populates="decisions")
    done: Mapped[History | None] = relationship()
