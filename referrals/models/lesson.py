"""Lessons: what a team learnt, told about nobody, and who stands behind its words."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.organisation import Forum
from referrals.models.own_key import OwnKey
from referrals.sealing import Sealed
from referrals.vocabulary import AgeGroup, LessonSource, LessonState, LessonTheme


class Lesson(OwnKey, Base):
    """What a team learnt from a closed referral or a consultation round. No column leads back to either.

    Its texts are sealed all the same: a person can be told from what happened to them, where no check finds a name.
    """

    __tablename__ = "lesson"

    #: whose work it comes from, and whose people check it; no reader of the catalogue is told
    forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"), index=True)
    source: Mapped[LessonSource] = mapped_column(by_value(LessonSource))
    theme: Mapped[LessonTheme] = mapped_column(by_value(LessonTheme))
    ages: Mapped[AgeGroup] = mapped_column(by_value(AgeGroup))
    written_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    #: when its writer worded it last
    written_at: Mapped[datetime]
    #: since when the team knows of these words; until then it is their writer alone
    sent_at: Mapped[datetime | None]
    #: who read it last for what tells who it is about: they stood behind it, or gave it back
    checked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: since when somebody beside its writer stands behind the words as they are
    checked_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    title = Sealed[str]()
    tried = Sealed[str]()
    outcome = Sealed[str]()
    #: what others can take with them
    for_others = Sealed[str]()
    #: the words as their writer sent them, while they have not seen what was changed in the check
    as_sent = Sealed[dict[str, str]]()
    #: what whoever gave it back says to its writer
    note = Sealed[str]()

    forum: Mapped[Forum] = relationship()
    written_by: Mapped[Account] = relationship(foreign_keys=[written_by_id])
    checked_by: Mapped[Account | None] = relationship(foreign_keys=[checked_by_id])
    withdrawn_by: Mapped[Account | None] = relationship(foreign_keys=[withdrawn_by_id])

    @property
    def state(self) -> LessonState:
        """How far it has come."""
        if self.withdrawn_at is not None:
            return LessonState.WITHDRAWN
        if self.published_at is not None:
            return LessonState.PUBLISHED
        if self.checked_at is not None:
            return LessonState.CHANGED
        return LessonState.DRAFT if self.sent_at is None else LessonState.TO_CHECK

    @property
    def chain_id(self) -> uuid.UUID:
        """The chain of the audit log that is its own."""
        return self.id
