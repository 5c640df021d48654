"""The initial assessment: what the coordinator decides about a concern that has come in, and what the head teacher does."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from referrals import access_list, additions, history, membership, rulebook
from referrals.access import Actor, parties
from referrals.errors import Incomplete, NotAllowed
from referrals.models import Account, History, Referral, StatutoryDecision
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, RETURNED, WITH_HEAD_TEACHER, Party, State, Verb
from referrals.vocabulary import TriageEnding

#: endings after which somebody looks again on a day: the child stays where the concern arose
LOOKED_AT_AGAIN = frozenset({TriageEnding.NO_ACTION, TriageEnding.OWN_UNIT})

#: from so many years on nobody has custody
OF_AGE = 18


@dataclass(frozen=True)
class Ending:
    """How a concern ends already here: the way, why, and on which day somebody looks again."""

    way: TriageEnding
    reason: str
    revisit_on: date | None = None


@dataclass(frozen=True)
class StatutoryChoice:
    """Which statutory track a concern goes on in and why, and where and since when the decision itself is kept."""

    #: key of one of the rule pack's tracks
    track: str
    reason: str
    kept_in: str
    decided_on: date | None
    #: when the guardians were told, for a track before which they are told first
    guardians_told_on: date | None = None


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


def statutory_tracks(referral: Referral) -> tuple[rulebook.StatutoryTrack, ...]:
    """The statutory tracks that the head teacher of its unit can decide upon; none in some units."""
    return rulebook.load(referral.rulepack).tracks_for(referral.unit.school_form)


def decide_statutory_track(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, choice: StatutoryChoice
) -> History:
    """Let the concern go on in a statutory track, which is the head teacher's to decide and nobody else's.

    Raises Incomplete without a track that this unit knows, a reason, where and since when the decision itself is kept, and
    for absence that the guardians were told no later than it was decided.
    """
    history.guard(session, referral, Verb.DECIDE_STATUTORY_TRACK, by=by, seen=seen)
    track = next((track for track in statutory_tracks(referral) if track.key == choice.track), None)
    told_on = choice.guardians_told_on if track is not None and track.guardians_first else None
    stated = {
        "track": track,
        "reason": choice.reason.strip(),
        "kept_in": choice.kept_in.strip(),
        "decided_on": choice.decided_on,
        "guardians_told_on": track is None
        or not track.guardians_first
        or _told_first(referral, told_on, choice.decided_on),
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    referral.revisit_on = None
    row = history.record(
        session, referral, Verb.DECIDE_STATUTORY_TRACK, by=by, to=CLOSED, seen=seen, choice=choice.track,
        reason=choice.reason.strip(),
    )  # fmt: skip
    decided = StatutoryDecision(
        referral=referral, history_id=row.id, decided_on=choice.decided_on, guardians_told_on=told_on
    )
    decided.kept_in = choice.kept_in.strip()
    session.add(decided)
    session.flush()
    return row


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


def _told_first(referral: Referral, told_on: date | None, decided_on: date | None) -> bool:
    """Whether the guardians were told no later than it was decided; of somebody of age nobody has to be told."""
    if told_on is not None:
        return decided_on is None or told_on <= decided_on
    if decided_on is None or referral.child_birth_date is None:
        return False
    born = date.fromisoformat(referral.child_birth_date)
    return (decided_on.year - OF_AGE, decided_on.month, decided_on.day) >= (born.year, born.month, born.day)


def _take_over(session: Session, referral: Referral, by: Actor) -> None:
    """Who decides about a concern nobody owns keeps it moving from then on, and has read what stands beside the decision."""
    additions.note_read(additions.unread(session, referral), by=by)
    if referral.owner_id is None:
        referral.owner_id = by.account_id
        access_list.take_charge(session, referral)
