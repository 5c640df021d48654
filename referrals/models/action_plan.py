"""The action plan in its versions, with goals and actions."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.base import Base, by_value
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import About, ActionStatus, Arena, Domain, InformationCategory, Level, PlanStatus


class ActionPlan(OfReferral, Base):
    """One version of the plan. Approved versions are never changed; a new version replaces them."""

    __tablename__ = "action_plan"
    __table_args__ = (UniqueConstraint("referral_id", "version"),)

    version: Mapped[int]
    status: Mapped[PlanStatus] = mapped_column(by_value(PlanStatus))
    #: who wrote it; somebody else approves it
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    written_at: Mapped[datetime]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    #: the family's own contact: samordnare, tovholder
    lead_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    follow_up_on: Mapped[date | None]
    follow_up_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    evaluation_on: Mapped[date | None]
    evaluation_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: codes that say what kinds of information its notes hold and whom they are about, by the note's name: `referrals/notes.py`
    classification: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    background = Sealed[str]()
    child_voice = Sealed[str]()
    guardians_view = Sealed[str]()
    #: what to do, and whom to call, if things get worse
    if_worse = Sealed[str]()
    #: for the child's version, in plain words: who helps, and when everybody meets again
    child_helpers = Sealed[str]()
    child_next = Sealed[str]()
    #: what the approver asked for when returning it
    comments = Sealed[str]()

    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    lead: Mapped[Account | None] = relationship(foreign_keys=[lead_id])
    follow_up_by: Mapped[Account | None] = relationship(foreign_keys=[follow_up_by_id])
    evaluation_by: Mapped[Account | None] = relationship(foreign_keys=[evaluation_by_id])
    approved_by: Mapped[Account | None] = relationship(foreign_keys=[approved_by_id])
    goals: Mapped[list["Goal"]] = relationship(
        back_populates="plan", order_by="Goal.position", cascade="all, delete-orphan"
    )


class Goal(OfReferral, Base):
    """What should be different for the child, from where to where."""

    __tablename__ = "goal"

    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("action_plan.id"), index=True)
    position: Mapped[int]
    #: the goal this one goes on with, from an earlier version or an earlier saving; None where it begins here
    begun_as: Mapped[uuid.UUID | None]
    #: empty only while the version is being written
    domain: Mapped[Domain | None] = mapped_column(by_value(Domain))
    level: Mapped[Level] = mapped_column(by_value(Level))
    about: Mapped[About] = mapped_column(by_value(About))
    #: which guardian, where it is about one and that is known
    about_guardian_id: Mapped[uuid.UUID | None]
    categories: Mapped[list[str]]

    text = Sealed[str]()
    baseline = Sealed[str]()
    target = Sealed[str]()
    #: the same in a few plain words, for the child and for those who only need the short form
    plain = Sealed[str]()

    plan: Mapped[ActionPlan] = relationship(back_populates="goals")
    actions: Mapped[list["PlannedAction"]] = relationship(
        back_populates="goal", order_by="PlannedAction.position", cascade="all, delete-orphan"
    )

    @property
    def line(self) -> uuid.UUID:
        """What it is called through all versions of the plan."""
        return self.begun_as or self.id

    @property
    def category_values(self) -> list[InformationCategory]:
        """What kinds of information it holds, as words."""
        return [InformationCategory(value) for value in self.categories]


class PlannedAction(OfReferral, Base):
    """Who does what for a goal, from when to when, how often, and how it stands."""

    __tablename__ = "planned_action"
    __table_args__ = (Index("ix_planned_action_mine", "owner_id", "status", "to_on"),)

    goal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("goal.id"), index=True)
    position: Mapped[int]
    #: the account that answers for it, where it is somebody with an account
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    arena: Mapped[Arena] = mapped_column(by_value(Arena))
    #: both are empty only while the version is being written
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    #: how often it is planned: this many times a week; 0 where it is done once
    times_a_week: Mapped[int] = mapped_column(default=0)
    status: Mapped[ActionStatus] = mapped_column(by_value(ActionStatus))
    status_at: Mapped[datetime | None]
    status_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: when whoever answers for it was last reminded of it by hand
    reminded_at: Mapped[datetime | None]

    text = Sealed[str]()
    how = Sealed[str]()
    #: who does it, as written for people without an account, such as a guardian
    owner_name = Sealed[str]()
    status_reason = Sealed[str]()
    #: to whom a running action was handed when the referral was closed
    handed_to = Sealed[str]()

    goal: Mapped[Goal] = relationship(back_populates="actions")
    owner: Mapped[Account | None] = relationship(foreign_keys=[owner_id])
