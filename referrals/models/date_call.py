"""What somebody was last told about a date of their team: the one entry that it has in their calendar."""

import uuid
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import Base, Identified, by_value

_OF_ACCOUNT: Final = "account:"


class CallNews(StrEnum):
    """What of a date or meeting is another than what somebody was told last, or why a date leaves their calendar."""

    TIME = "time"
    PLACE = "place"
    TIME_AND_PLACE = "time_and_place"
    #: it only ends at another time
    END = "end"
    CALLED_OFF = "called_off"
    #: the team meets without them
    WITHOUT_YOU = "without_you"

    @classmethod
    def between(cls, before: tuple[object, ...], now: tuple[object, ...]) -> "CallNews | None":
        """What differs between two calls, each given by its beginning, its end or length, and its place."""
        (began, ended, was_in), (begins, ends, is_in) = before, now
        if began != begins:
            return cls.TIME if was_in == is_in else cls.TIME_AND_PLACE
        if was_in != is_in:
            return cls.PLACE
        return None if ended == ends else cls.END


class DateCall(Identified, Base):
    """One person and one date: what is to be told, what the newest letter says, and whether it went."""

    __tablename__ = "date_call"
    __table_args__ = (UniqueConstraint("date_id", "recipient"),)

    #: of a TeamDate, which may have been taken away since
    date_id: Mapped[uuid.UUID]
    #: `account:` and an id, as mail names its readers
    recipient: Mapped[str]
    #: what is to be told, as a digest, and since when that is so; None where nothing is
    wanted: Mapped[str | None]
    wanted_since: Mapped[datetime | None]
    #: what the newest letter says, as a digest; this and what follows is written before the letter is handed over
    said: Mapped[str | None]
    #: whether it calls to the date, and does not take it back
    is_called: Mapped[bool]
    begins_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    #: where the team meets; nothing where the letter takes the date back
    place: Mapped[str | None]
    #: None where they are called for the first time, or called again to what stands; or where another call holds of what is taken back
    news: Mapped[CallNews | None] = mapped_column(by_value(CallNews))
    #: how many letters were written: the SEQUENCE of the entry, which only rises
    sequence: Mapped[int]
    #: the same each time the newest letter is tried
    message_id: Mapped[str | None] = mapped_column(unique=True)
    written_at: Mapped[datetime | None]
    #: an instant of the machine's clock
    tried_at: Mapped[datetime | None]
    #: how often the newest letter was on its way to the post office
    tries: Mapped[int]
    #: when the post office took the newest letter
    sent_at: Mapped[datetime | None]
    #: why it did not arrive when it was tried, in a neutral word
    failed_with: Mapped[str | None]

    @staticmethod
    def key(date_id: uuid.UUID, recipient: str) -> uuid.UUID:
        """The id of the row, and so the UID of the entry: it follows from which date it is and for whom."""
        return uuid.uuid5(date_id, recipient)

    @classmethod
    def of(cls, date_id: uuid.UUID, recipient: str) -> "DateCall":
        """A row before anything was told."""
        key = cls.key(date_id, recipient)
        return cls(id=key, date_id=date_id, recipient=recipient, is_called=False, sequence=0, tries=0)

    @property
    def account_id(self) -> uuid.UUID:
        """Whose calendar it is."""
        return uuid.UUID(self.recipient.removeprefix(_OF_ACCOUNT))

    def digest(self, *said: object) -> str:
        """What is or was `said`, so that it can be compared and not be read."""
        return sha256(repr((str(self.id), *said)).encode()).hexdigest()
