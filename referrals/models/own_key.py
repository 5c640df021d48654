"""Rows that have a data key of their own: what is sealed in them is read with that key alone, and with none once it is destroyed."""

import uuid
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import Identified
from referrals.sealing import new_data_key, open_data_key


class OwnKey(Identified):
    """A row that seals its words with its own key, which is wrapped by the key ring."""

    __tablename__: str

    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)

    def __init__(self, **values: Any) -> None:
        """Give a new one its id and data key first, so that its words can be sealed."""
        self.id = uuid.uuid4()
        self.wrapped_key = new_data_key()
        super().__init__(**values)

    def data_key(self) -> Fernet:
        """What seals and opens its words."""
        return open_data_key(self.wrapped_key)

    def seal_place(self, name: str) -> str:
        """The identity that binds a sealed value to this row."""
        return f"{self.__tablename__}:{self.id}:{name}"
