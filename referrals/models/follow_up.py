"""Follow-ups: of each action whether it was done and whether it helped, how each goal stands, and what was decided."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from referrals.models.account import Account
from referrals.models.action_plan import ActionPlan, Goal, PlannedAction
from referrals.models.base import Base, by_value
from referrals.models.referral import OfReferral
from referrals.sealing import Sealed
from referrals.vocabulary import FollowUpDecision, GoalResult, Helped, LossCause


class FollowUp(OfReferral, Base):
    """One follow-up of one version of the plan."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)

    number: Mapped[int]
    plan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("action_plan.id"), index=True)
    held_on: Mapped[date]
    recorded_at: Mapped[datetime]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    decision: Mapped[FollowUpDecision] = mapped_column(by_value(FollowUpDecision))
    #: whether the child did not want to answer
    child_declined: Mapped[bool] = mapped_column(default=False)
    #: whether a guardian said how it is; None where that was not counted yet
    guardians_heard: Mapped[bool | None]
    next_follow_up_on: Mapped[date | None]
    #: codes that say what kinds of information its notes hold and whom they are about, by the note's name: `referrals/notes.py`
    classification: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    child_view = Sealed[str]()
    #: [{"guardian_id", "name", "view", "declined"}]
    guardian_views = Sealed[list[dict[str, str | bool]]]()
    learned = Sealed[str]()
    decision_reason = Sealed[str]()

    plan: Mapped[ActionPlan] = relationship()
    by: Mapped[Account] = relationship()
    goal_results: Mapped[list["GoalFollowUp"]] = relationship(back_populates="follow_up", cascade="all, delete-orphan")
    action_results: Mapped[list["ActionFollowUp"]] = relationship(
        back_populates="follow_up", cascade="all, delete-orphan"
    )


class GoalFollowUp(OfReferral, Base):
    """How one goal stands at a follow-up."""

    __tablename__ = "goal_follow_up"
    __table_args__ = (UniqueConstraint("follow_up_id", "goal_id"),)

    follow_up_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("follow_up.id"), index=True)
    goal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("goal.id"))
    result: Mapped[GoalResult] = mapped_column(by_value(GoalResult))

    note = Sealed[str]()

    follow_up: Mapped[FollowUp] = relationship(back_populates="goal_results")
    goal: Mapped[Goal] = relationship()


class ActionFollowUp(OfReferral, Base):
    """Whether one action was done, and whether it helped: two questions, two answers."""

    __tablename__ = "action_follow_up"
    __table_args__ = (UniqueConstraint("follow_up_id", "action_id"),)

    follow_up_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("follow_up.id"), index=True)
    action_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("planned_action.id"))
    #: times planned so far, closed days not counted
    times_planned: Mapped[int]
    times_done: Mapped[int]
    loss_cause: Mapped[LossCause] = mapped_column(by_value(LossCause))
    helped: Mapped[Helped] = mapped_column(by_value(Helped))

    note = Sealed[str]()

    follow_up: Mapped[FollowUp] = relationship(back_populates="action_results")
    action: Mapped[PlannedAction] = relationship()
