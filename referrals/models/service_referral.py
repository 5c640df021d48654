"""Referrals to outside services: what the team asked whom for, and what became of it."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.base import Base, by_value
from referrals.models.referral import History, OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import Recipient, ServiceReferralState


class ServiceReferral(OfReferral, Base):
    """One referral to a service outside: who sent and recorded what, when, and why it ended so, stand in its history rows."""

    __tablename__ = "service_referral"

    #: the kind of service, to which consent reaches
    recipient: Mapped[Recipient] = mapped_column(by_value(Recipient))
    state: Mapped[ServiceReferralState] = mapped_column(by_value(ServiceReferralState), index=True)
    #: ids of the consents it rests on
    consent_ids: Mapped[list[str]] = mapped_column(JSON)
    sent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("history.id"), unique=True)
    #: that the service accepted or declined it, and the day it did
    answered_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    answered_on: Mapped[date | None]
    #: that it was taken back or is done, and since which day
    ended_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("history.id"), unique=True)
    ended_on: Mapped[date | None]

    #: which service, by name
    service = Sealed[str]()
    #: what it is asked for
    question = Sealed[str]()
    #: what went there, as `referrals/disclosure/handed_over.py` put it together, with from where, on whose word and whom to ask
    package = Sealed[dict[str, Any]]()

    sent: Mapped[History] = relationship(foreign_keys=[sent_id])
    answered: Mapped[History | None] = relationship(foreign_keys=[answered_id])
    ended: Mapped[History | None] = relationship(foreign_keys=[ended_id])
