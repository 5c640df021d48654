"""Leaving a referral: somebody's part in it is over, and what they had begun goes to somebody else."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import assessment, history
from referrals.access import Actor
from referrals.errors import Incomplete, NotAllowed
from referrals.models import Account, AssessmentPart, History, Membership, PlannedAction, Referral
from referrals.people import membership, roster
from referrals.plans import plan_versions
from referrals.stages import Verb
from referrals.vocabulary import PartStatus, Standing


def release_member(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    account_id: uuid.UUID,
    reason: str,
    successor_id: uuid.UUID | None = None,
) -> History:
    """End somebody's part in the referral: from now on they see nothing more of it. The reason stands in the history.

    What they had not handed in, and the running actions they answer for, go to the successor. Raises Incomplete without a
    reason, or without a successor where something is left; NotAllowed for somebody who takes no part and for the owner, who
    hands the referral over instead; and as `roster.choose` does.
    """
    history.guard(session, referral, Verb.RELEASE_MEMBER, by=by, seen=seen)
    leaving = find_member(session, referral, account_id)
    parts, actions = unfinished(session, referral, leaving)
    missing = [] if reason.strip() else ["reason"]
    if (parts or actions) and successor_id in (None, account_id):
        missing.append("successor_id")
    if missing:
        raise Incomplete(*missing)
    if successor_id is not None and (parts or actions):
        choose = roster.choose_for_team if parts else roster.choose
        (successor,) = choose(session, referral, [successor_id])
        membership.admit(session, referral, successor)
        assessment.hand_on(parts, successor)
        for action in actions:
            action.owner = successor
    membership.let_go(session, referral, leaving)
    said = f"{leaving.name}: {reason.strip()}"
    return history.record(session, referral, Verb.RELEASE_MEMBER, by=by, seen=seen, reason=said)


def members(session: Session, referral: Referral, standing: Standing = Standing.MEMBER) -> list[Membership]:
    """Everybody who takes part in it, by name; or who stands to it in another way."""
    rows = select(Membership).join(Account).where(
        Membership.referral_id == referral.id, Membership.standing == standing
    )  # fmt: skip
    return list(session.scalars(rows.order_by(Account.name)))


def find_member(session: Session, referral: Referral, account_id: uuid.UUID) -> Account:
    """Somebody whose part can be ended. Raises NotAllowed for the owner and for whoever takes no part."""
    for held in members(session, referral):
        if held.account_id == account_id and account_id != referral.owner_id:
            return held.account
    raise NotAllowed(Verb.RELEASE_MEMBER)


def unfinished(
    session: Session, referral: Referral, account: Account
) -> tuple[list[AssessmentPart], list[PlannedAction]]:
    """What `account` has not finished: the parts that are out, and the running actions of the plan in force they answer for."""
    parts = [
        part
        for part in assessment.parts_of(session, referral)
        if part.assessor_id == account.id and part.status is PartStatus.REQUESTED
    ]
    plan = plan_versions.plan_in_force(session, referral)
    running = plan_versions.running_actions(plan) if plan else []
    return parts, [action for action in running if action.owner_id == account.id]
