"""What a team's mandate lets it decide: asked first wherever the way to one of a meeting's outcomes opens."""

from collections.abc import Mapping
from typing import Final

from referrals.errors import OutsideMandate
from referrals.models import Referral
from referrals.stages import Verb
from referrals.vocabulary import FollowUpDecision, MeetingOutcome

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
    return outcome is None or outcome in referral.unit.forum.may_lead_to


def require(referral: Referral, outcome: MeetingOutcome | None) -> None:
    """Raises OutsideMandate where the team whose referral it is may not decide this."""
    if not allows(referral, outcome):
        raise OutsideMandate
