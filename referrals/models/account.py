"""Accounts of staff, their roles by unit, and their sessions."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals import clock
from referrals.access import Actor, Role
from referrals.actors import WITH_UNIT
from referrals.models.base import Base, Identified, by_value
from referrals.models.organisation import Forum, Unit
from referrals.sealing import WRAPPED
from referrals.vocabulary import Profession, Rhythm

if TYPE_CHECKING:
    from referrals.models.invitation import Invitation
    from referrals.models.team_seat import SeatAbsence, TeamSeat


class Account(Identified, Base):
    """Somebody who signs in."""

    __tablename__ = "account"

    #: what they sign in with, and where their mail goes
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    profession: Mapped[Profession] = mapped_column(by_value(Profession))
    language: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    #: how often they are reminded by mail
    reminders: Mapped[Rhythm] = mapped_column(by_value(Rhythm), default=Rhythm.DAILY, server_default=Rhythm.DAILY.value)

    #: how often they made a link to the dates of all their teams: only the newest opens them, unless it is closed
    links_made: Mapped[int] = mapped_column(default=0, server_default="0")
    is_link_closed: Mapped[bool] = mapped_column(default=False, server_default=false())

    roles: Mapped[list["RoleAssignment"]] = relationship(back_populates="account", cascade="all, delete-orphan")

    #: the times in which they sit in a team for somebody who is away
    standing_in: Mapped[list["SeatAbsence"]] = relationship(back_populates="stand_in")

    #: their seats in teams that work for a unit beside the one that takes in its concerns
    seats_beside: Mapped[list["TeamSeat"]] = relationship(
        primaryjoin="and_(Account.id == TeamSeat.account_id, TeamSeat.forum_id.in_(select(forum_unit.c.forum_id)))",
        viewonly=True,
    )

    #: the referrals to which they are invited from outside
    invitations: Mapped[list["Invitation"]] = relationship(back_populates="account")

    def actor(self, *, at: datetime | None = None) -> Actor:
        """This person as the one who acts: now, or as whoever they stand in for at another moment."""
        away = self._stands_in(at or clock.now())
        beside = [seat for seat in self.seats_beside if self._works_for(seat.forum)]
        coordinates = _places(seat.forum for seat in beside if seat.coordinates)
        # Who coordinates such a team alone is a coordinator, and of no unit: its concerns are another team's.
        roles = {(held.role, held.unit_id) for held in self.roles} | (
            {(Role.COORDINATOR, None)} if coordinates else set()
        )
        return Actor(
            account_id=self.id,
            name=self.name,
            roles=frozenset(roles),
            profession=self.profession,
            stands_in_for=frozenset((seat.account_id, unit.id) for seat in away for unit in seat.forum.units),
            teams_beside=_places(seat.forum for seat in beside),
            coordinates=coordinates,
            stands_in_beside=frozenset(
                (seat.account_id, seat.forum_id, unit.id) for seat in away for unit in seat.forum.also_for
            ),
            invited_to=self._invited_to(at or clock.now()),
        )

    def _invited_to(self, at: datetime) -> frozenset[uuid.UUID]:
        if any(held.unit_id is not None for held in self.roles):  # who works in a unit is not from outside
            return frozenset()
        return frozenset(one.referral_id for one in self.invitations if at < one.ends_at)

    def end_invitations(self, at: datetime) -> None:
        """End for good what they are invited to: somebody who works in a unit is not from outside, nor again once they leave it."""
        for one in self.invitations:
            one.ends_at = min(one.ends_at, at)

    def _stands_in(self, at: datetime) -> list["TeamSeat"]:
        return [each.seat for each in self.standing_in if each.begins_at <= at < each.ends_at]

    def _works_for(self, forum: Forum) -> bool:
        units = {unit.id for unit in forum.all_units}
        return any(held.role in WITH_UNIT and held.unit_id in units for held in self.roles)


def _places(forums: Iterable[Forum]) -> frozenset[tuple[uuid.UUID, uuid.UUID]]:
    """Each team with every unit for which it works beside another."""
    return frozenset((forum.id, unit.id) for forum in forums for unit in forum.also_for)


class RoleAssignment(Identified, Base):
    """A role an account holds in a unit; an administrator's holds for no unit in particular."""

    __tablename__ = "role_assignment"
    __table_args__ = (UniqueConstraint("account_id", "role", "unit_id"),)

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(by_value(Role))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)

    account: Mapped[Account] = relationship(back_populates="roles")
    unit: Mapped[Unit | None] = relationship()


class WebSession(Identified, Base):
    """A signed-in browser. The cookie holds a token; here stands only its digest."""

    __tablename__ = "web_session"

    token_digest: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    #: instants of the machine's clock, so that a demonstration's shifted date signs nobody out
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    #: which kind of browser it is, in words such as "Firefox, Windows"; never more
    browser: Mapped[str] = mapped_column(default="")
    #: came through the municipality's sign-in, where it can be signed out as well
    is_municipal: Mapped[bool] = mapped_column(default=False)
    #: a second factor was shown, or the municipality's sign-in vouches for the assurance asked for
    is_strong: Mapped[bool] = mapped_column(default=False)
    #: the password was right, and the code is still asked for: this session opens no page but that one
    awaits_code: Mapped[bool] = mapped_column(default=False)

    account: Mapped[Account] = relationship()


class KeptForm(Identified, Base):
    """What somebody has typed and not sent: sealed, and given back to the same person only."""

    __tablename__ = "kept_form"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    path: Mapped[str]
    fields: Mapped[bytes] = mapped_column(LargeBinary, info={WRAPPED: True})
    saved_at: Mapped[datetime]
    #: saved while somebody was writing, until they send it; otherwise kept because their session had run out
    is_writing: Mapped[bool] = mapped_column(default=False, server_default=false())
