"""The plan as one recipient gets it: what of it may go there; for those who only act, one action with its goal in the short form."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.disclosure import pieces, sharing
from referrals.disclosure.pieces import Key, Piece
from referrals.models import CONSENT, ActionPlan, Disclosure, PlannedAction, Referral
from referrals.papers import readers
from referrals.people import roster
from referrals.plans import plan_versions
from referrals.vocabulary import About, Arena, InformationCategory, PieceKind, Recipient


@dataclass(frozen=True)
class Rendered:
    """What one paper for a service is made of, as it was shared."""

    service: Recipient
    to_whom: str | None
    #: the version of the plan it tells of; None where it is only about one action
    plan: ActionPlan | None
    action: PlannedAction | None
    #: what of the plan did not go
    withheld: frozenset[Key]


def offered(
    session: Session, referral: Referral, recipient: Recipient, *, ground: str = CONSENT, on: date
) -> list[Piece]:
    """The papers that can be made for `recipient` of the plan in force, each made of what may go on `ground` on the day `on`.

    One that would hold nothing is there too, made of nothing: sharing it is refused. On another ground than consent only what
    is about the child goes. What is withheld from a guardian or was said in confidence is in none: a guardian can ask to read it there.
    """
    plan = plan_versions.plan_in_force(session, referral)
    if plan is None:
        return []
    allowed = _may_go(session, plan, recipient, ground=ground, on=on)
    if recipient not in roster.ONLY_ACTIONS:
        return [_rendering(referral, allowed)]
    about_child = {piece.object_id: piece for piece in allowed if piece.about is About.CHILD}
    return [
        _rendering(action, [about_child[action.goal_id]] if action.goal_id in about_child else [])
        for action in _own_actions(plan, recipient)
    ]


def of_paper(session: Session, referral: Referral, key: str, *, at: datetime | None) -> Rendered | None:
    """What the paper for the reader `key` is made of: as it was shared last by the instant `at`. None where nothing was."""
    reader = readers.service_in(key)
    if reader is None:
        return None
    service, action_id = reader
    rows = select(Disclosure).where(
        Disclosure.referral_id == referral.id,
        Disclosure.kind == PieceKind.RENDERING,
        Disclosure.recipient == service,
        Disclosure.object_id == (action_id or referral.id),
    )
    before = rows if at is None else rows.where(Disclosure.at <= at)
    row = session.scalars(before.order_by(Disclosure.at.desc(), Disclosure.id).limit(1)).one_or_none()
    if row is None:
        return None
    if action_id is not None:
        return Rendered(service, row.to_whom, None, session.get(PlannedAction, action_id), frozenset())
    holds = {(UUID(identity), name) for identity, name in row.holds}
    for plan in plan_versions.versions(session, referral):
        there = {piece.key for piece in pieces.of_plan(plan)}
        if there & holds:
            return Rendered(service, row.to_whom, plan, None, frozenset(there - holds))
    return None


def _may_go(session: Session, plan: ActionPlan, recipient: Recipient, *, ground: str, on: date) -> list[Piece]:
    referral = plan.referral
    kept = pieces.kept_from_somebody(session, referral)
    of_plan = [piece for piece in pieces.of_plan(plan) if piece.key not in kept]
    if ground == CONSENT:
        reached = {piece.key for piece in pieces.may_go(session, referral, recipient, on=on)}
        return [piece for piece in of_plan if piece.key in reached]
    return [
        piece
        for piece in of_plan
        if piece.about is About.CHILD
        and ground in {one.key for one in sharing.grounds_for(referral, recipient, piece.categories)}
    ]


def _own_actions(plan: ActionPlan, recipient: Recipient) -> Iterator[PlannedAction]:
    """The running actions of people from that service, and of people without an account in the child's leisure time."""
    form = plan.referral.unit.school_form
    for action in plan_versions.running_actions(plan):
        if action.owner is None:
            if action.arena is Arena.LEISURE:
                yield action
        elif roster.service_of(action.owner.profession, form) is recipient:
            yield action


def _rendering(row: Referral | PlannedAction, made_of: Collection[Piece]) -> Piece:
    kinds = {kind for piece in made_of for kind in piece.categories}
    return Piece(
        kind=PieceKind.RENDERING,
        object_id=row.id,
        categories=frozenset(kinds or InformationCategory),
        made_of=tuple(made_of),
        row=row,
    )
