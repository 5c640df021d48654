"""What a team's mandate lets it decide: asked first wherever the way to one of a meeting's outcomes opens."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from referrals.errors import OutsideMandate, StillTakesChildren
from referrals.models import Forum, HandOver, Referral, Unit
from referrals.stages import Verb
from referrals.vocabulary import FollowUpDecision, HandOverState, MeetingOutcome

#: to which outcome a follow-up's decision leads; that the plan goes on as it is needs no mandate
OF_DECISION: Final[Mapping[FollowUpDecision, MeetingOutcome | None]] = {
    FollowUpDecision.CONTINUE: None,
    FollowUpDecision.ADJUST: MeetingOutcome.PLAN,
    FollowUpDecision.STEP_UP: MeetingOutcome.MEET_AGAIN,
    FollowUpDecision.STEP_DOWN: MeetingOutcome.PLAN,
    FollowUpDecision.CLOSE: MeetingOutcome.CLOSE,
}
#: what is done only on the way to an outcome, outside a meeting
OF_VERB: Final[Mapping[Verb, MeetingOutcome]] = {
    Verb.DRAFT_ACTION_PLAN: MeetingOutcome.PLAN,
    Verb.SUBMIT_ACTION_PLAN: MeetingOutcome.PLAN,
    Verb.APPROVE_ACTION_PLAN: MeetingOutcome.PLAN,
    Verb.PROPOSE_CLOSURE: MeetingOutcome.CLOSE,
}


def allows(referral: Referral, outcome: MeetingOutcome | None) -> bool:
    """Whether the team whose referral it is may decide this; where nothing is decided yet, nothing stands against it."""
    return outcome is None or outcome in referral.forum.may_lead_to


def require(referral: Referral, outcome: MeetingOutcome | None) -> None:
    """Raises OutsideMandate where the team whose referral it is may not decide this."""
    if not allows(referral, outcome):
        raise OutsideMandate


def require_no_child_waits(session: Session, forum: Forum) -> None:
    """Raises StillTakesChildren where a team that only advises is the one some child would have to turn to.

    What it works on, what is offered to its units, or comes in by their public form, would have nobody to decide it.
    """
    if forum.level.takes_children:
        return
    runs = select(Referral.id).where(Referral.forum_id == forum.id, Referral.is_open)
    waits = HandOver.state == HandOverState.OFFERED
    offered = exists().where(HandOver.to_unit_id == Unit.id, HandOver.to_forum_id.is_(None), waits)
    comes = select(Unit.id).where(Unit.forum_id == forum.id, Unit.is_open | offered)
    beside = select(HandOver.id).where(HandOver.to_forum_id == forum.id, waits)
    if session.scalar(select(runs.exists() | comes.exists() | beside.exists())):
        raise StillTakesChildren
