"""Views of board and list that people come back to."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import Base, Identified


class SavedView(Identified, Base):
    """One person's own view: filters as the address of board and list has them, and no name that anybody typed."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "filters"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    #: in the order of the alphabet, so that the same view is kept once
    filters: Mapped[str]
    saved_at: Mapped[datetime]
