"""The initial assessment: what the coordinator decides about a concern that has come in, and what is asked of the head teacher."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from referrals import additions, history
from referrals.access import Actor, parties
from referrals.errors import Incomplete, NotAllowed
from referrals.models import Account, History, Referral
from referrals.people import membership
from referrals.safeguarding import access_list
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, RETURNED, WITH_HEAD_TEACHER, Party, State, Verb
from referrals.vocabulary import TriageEnding

#: endings after which somebody looks again on a day: the child stays where the concern arose
LOOKED_AT_AGAIN = frozenset({TriageEnding.NO_ACTION, TriageEnding.OWN_UNIT})


@dataclass(frozen=True)
class Ending:
    """How a concern ends already here: the way, why, and on which day somebody looks again."""

    way: TriageEnding
    reason: str
    revisit_on: date | None = None


def open_triage(session: Session, referral: Referral, *, by: Actor, seen: int | None = None) -> History:
    """Take a new concern up. The workflow does it at once; a coordinator may where the workflow stands still."""
    history.guard(session, referral, Verb.OPEN_TRIAGE, by=by, seen=seen)
    return history.record(session, referral, Verb.OPEN_TRIAGE, by=by, to=IN_TRIAGE, seen=seen)


def assign_owner(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, owner: Account, reason: str = ""
) -> History:
    """Let `owner` keep the referral moving from now on; who kept it moving before sees nothing more of it. The history names both.

    Raises NotAllowed where they are no coordinator of its unit.
    """
    history.guard(session, referral, Verb.ASSIGN_OWNER, by=by, seen=seen)
    # Whoever is in charge comes on the list by that, and comes back if they had left.
    anybody = replace(referral.facts(), listed=None, released=frozenset())
    if Party.COORDINATOR not in parties(owner.actor(), anybody) or not owner.is_active:
        raise NotAllowed(Verb.ASSIGN_OWNER)
    before, referral.owner = referral.owner, owner
    said = f"{before.name} → {owner.name}" if before is not None and before is not owner else owner.name
    said = f"{said}: {reason.strip()}" if reason.strip() else said
    row = history.record(session, referral, Verb.ASSIGN_OWNER, by=by, seen=seen, reason=said)
    membership.take_back(session, referral, owner)
    if before is not None and before is not owner:
        membership.let_go(session, referral, before)
    access_list.take_charge(session, referral)
    return row


def return_concern(session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str) -> History:
    """Ask the reporter for what is missing; `reason` is what they read. Raises Incomplete without one."""
    return _decide(session, referral, Verb.RETURN_CONCERN, by=by, seen=seen, to=RETURNED, reason=reason)


def send_to_assessment(session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str) -> History:
    """Let the team get a picture first. Guardians are informed before anything goes to another service."""
    return _decide(session, referral, Verb.SEND_TO_ASSESSMENT, by=by, seen=seen, to=IN_CONSENT, reason=reason)


def send_to_team(session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str) -> History:
    """Let the team meet at once, without parts of an assessment."""
    return _decide(session, referral, Verb.SEND_TO_TEAM, by=by, seen=seen, to=IN_CONSENT, reason=reason)


def end_at_triage(session: Session, referral: Referral, *, by: Actor, seen: int | None, ending: Ending) -> History:
    """End the concern here. Raises Incomplete without a reason, or without the day to look again where one is due."""
    history.guard(session, referral, Verb.END_AT_TRIAGE, by=by, seen=seen)
    missing = [] if ending.reason.strip() else ["reason"]
    if ending.way in LOOKED_AT_AGAIN and ending.revisit_on is None:
        missing.append("revisit_on")
    if missing:
        raise Incomplete(*missing)
    _take_over(session, referral, by)
    referral.revisit_on = ending.revisit_on
    return history.record(
        session,
        referral,
        Verb.END_AT_TRIAGE,
        by=by,
        to=CLOSED,
        seen=seen,
        choice=ending.way,
        reason=ending.reason.strip(),
    )


def ask_head_teacher(session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str) -> History:
    """Let the head teacher say whether this is theirs to decide; `reason` is the question. Raises Incomplete without one."""
    return _decide(session, referral, Verb.ASK_HEAD_TEACHER, by=by, seen=seen, to=WITH_HEAD_TEACHER, reason=reason)


def hand_back_to_coordinator(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str
) -> History:
    """Let the coordinator decide after all; a coordinator may take it back too. Raises Incomplete without a reason."""
    history.guard(session, referral, Verb.HAND_BACK_TO_COORDINATOR, by=by, seen=seen)
    if not reason.strip():
        raise Incomplete("reason")
    return history.record(
        session, referral, Verb.HAND_BACK_TO_COORDINATOR, by=by, to=IN_TRIAGE, seen=seen, reason=reason.strip()
    )


def _decide(
    session: Session, referral: Referral, verb: Verb, *, by: Actor, seen: int | None, to: State, reason: str
) -> History:
    history.guard(session, referral, verb, by=by, seen=seen)
    if not reason.strip():
        raise Incomplete("reason")
    _take_over(session, referral, by)
    if to == IN_CONSENT:
        referral.skips_assessment = verb is Verb.SEND_TO_TEAM
        referral.revisit_on = None
    return history.record(session, referral, verb, by=by, to=to, seen=seen, reason=reason.strip())


def _take_over(session: Session, referral: Referral, by: Actor) -> None:
    """Who decides about a concern nobody owns keeps it moving from then on, and has read what stands beside the decision."""
    additions.note_read(additions.unread(session, referral), by=by)
    if referral.owner_id is None:
        referral.owner_id = by.account_id
        access_list.take_charge(session, referral)
