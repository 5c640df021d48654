"""What stands around signing in: second factors, one-time links, known devices, the municipality's own sign-in, and paces."""

import uuid
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, Identified
from referrals.sealing import Sealed, new_data_key, open_data_key


class Pace(Base):
    """How often something was tried in the present stretch of time. Kept here so that all web processes count together."""

    __tablename__ = "pace"

    #: keyed digest of what is tried and whose it is: no address and no name can be read from it
    key: Mapped[str] = mapped_column(primary_key=True)
    #: by the machine's clock
    since: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]


class KnownDevice(Identified, Base):
    """A browser in which this account has signed in before. Strangers who guess cannot keep its owner waiting there."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("account_id", "token_digest"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    token_digest: Mapped[str]
    seen_at: Mapped[datetime]


class SecondFactor(Identified, Base):
    """The secret an account shares with the code app on a telephone: sealed, and counting only once it was confirmed."""

    __tablename__ = "second_factor"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    #: number of the half minute whose code was taken last: a code is taken once
    last_step: Mapped[int] = mapped_column(default=0)

    secret = Sealed[str]()

    account: Mapped[Account] = relationship()

    def __init__(self, **values: Any) -> None:
        """Give a new factor its id and data key first, so that its secret can be sealed."""
        self.id = values.pop("id", None) or uuid.uuid4()
        self.wrapped_key = new_data_key()
        super().__init__(**values)

    def data_key(self) -> Fernet:
        """What seals and opens this secret."""
        return open_data_key(self.wrapped_key)

    def seal_place(self, name: str) -> str:
        """The identity that binds the secret to this account's factor."""
        return f"{self.__tablename__}:{self.id}:{name}"


class RecoveryCode(Identified, Base):
    """A code on paper that stands in for the telephone, once. Only its keyed digest is kept."""

    __tablename__ = "recovery_code"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    code_index: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class ResetLink(Identified, Base):
    """A link by which somebody chooses a new password, once. Only the keyed digest of its token is kept."""

    __tablename__ = "reset_link"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class MunicipalAttempt(Identified, Base):
    """Somebody on the way through the municipality's sign-in: what their return must fit, once."""

    __tablename__ = "municipal_attempt"

    state_digest: Mapped[str] = mapped_column(unique=True)
    nonce: Mapped[str]
    #: the half of the proof (PKCE) that never leaves the server before the return
    verifier: Mapped[str]
    next_page: Mapped[str]
    #: on the way to a guardian's own page, and not to the pages of staff
    is_guardian: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime]


class MunicipalIdentity(Identified, Base):
    """Who an account is to the municipality's sign-in, from the first time on. The subject is kept as a keyed digest."""

    __tablename__ = "municipal_identity"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    subject_index: Mapped[str] = mapped_column(unique=True)
    linked_at: Mapped[datetime]

    account: Mapped[Account] = relationship()
