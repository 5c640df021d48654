"""What guardians whom no mail reaches are to be told of a meeting, by telephone or letter, until somebody notes that they were."""

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from referrals import audiences, clock, team_review
from referrals.access import Actor, Role, parties
from referrals.errors import MeetingMoved, NotAllowed
from referrals.forums import call_told
from referrals.keeping import audit
from referrals.models import Guardian, History, MeetingVersion, Referral, TeamMeeting, ToldByHand, What
from referrals.papers import readers
from referrals.people import coordinating
from referrals.stages import Party, Verb
from referrals.work.worklist import in_units

#: in the access log
TOLD: Final = "told_by_hand"
#: what calls a meeting, or lets somebody who was expected at one need not come
_CHANGES: Final = frozenset({Verb.SCHEDULE_MEETING, Verb.CALL_OFF_MEETING, Verb.CLOSE_REFERRAL, Verb.END_OUTSIDE})


@dataclass(frozen=True)
class ToTell:
    """One guardian, and the decision they are to be told of: that they are invited, or need not come."""

    guardian: Guardian
    decided: History
    is_invited: bool


def to_tell(session: Session, referral: Referral) -> list[ToTell]:
    """Who of this child's guardians is still to be told of a meeting to come, or of one that would still be to come."""
    if referral.kept_outside_at is not None:
        return []
    changes = [row for row in referral.history if row.verb in _CHANGES]
    rows = select(ToldByHand).where(ToldByHand.referral_id == referral.id).options(selectinload(ToldByHand.history))
    told = sorted(session.scalars(rows), key=lambda one: one.history.number)
    meeting = team_review.current_meeting(session, referral)
    invited = team_review.without_mail(session, meeting) if meeting and meeting.is_to_come else []
    calls = [row for row in changes if row.verb is Verb.SCHEDULE_MEETING]
    found = [
        ToTell(one, calls[-1], is_invited=True)
        for one in invited
        if calls and not _knows(session, one, meeting=meeting, told=told)
    ]
    expected, knows_until = {one.id for one in invited}, {one.guardian_id: one.history.number for one in told}
    released = {
        one.id: ToTell(one, row, is_invited=False)  # of two such decisions the newer one says all there is to say
        for row in changes
        for one in audiences.guardians_to_tell(session, row)
        if one.id not in expected
        and row.number > knows_until.get(one.id, 0)
        and call_told.heard(session, row, readers.guardian_key(one.id))
    }
    return [one for one in (*found, *released.values()) if one.guardian.may_contact]


def waiting_for(session: Session, actor: Actor) -> list[tuple[Referral, list[ToTell]]]:
    """The same for each referral that `actor` coordinates, as far as there is somebody to tell, by number."""
    now = clock.now()
    # Asked apart, and first: databases would begin at every referral of the units, and not at the few meetings ahead.
    calls = (TeamMeeting, MeetingVersion)
    met = {one for call in calls for one in session.scalars(select(call.referral_id).where(call.starts_at > now))}
    if not met:
        return []
    rows = (
        select(Referral)
        .where(
            Referral.id.in_(met), in_units(actor, Role.COORDINATOR),
            or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
        )
        .options(selectinload(Referral.unit))
        .order_by(Referral.number)
    )  # fmt: skip
    here = {one.id: one for one in session.scalars(rows)}
    guardians = session.scalars(select(Guardian).where(Guardian.referral_id.in_(list(here)))) if here else ()
    unreached = {one.referral_id for one in guardians if one.may_contact and not one.can_be_mailed}
    looked_at = (
        (one, to_tell(session, one))
        for one in here.values()
        if one.id in unreached and Party.COORDINATOR in parties(actor, one.facts())
    )
    return [(referral, found) for referral, found in looked_at if found]


def note_told(
    session: Session, referral: Referral, *, by: Actor, guardian_id: uuid.UUID, decided_id: uuid.UUID | None
) -> list[ToldByHand]:
    """Note that this guardian was told of the decision `decided_id`; again changes nothing.

    Raises NotAllowed but for coordinators, and MeetingMoved where that is not what they are to be told by now.
    """
    if Party.COORDINATOR not in parties(by, referral.facts()) or by.account_id is None:
        raise NotAllowed(TOLD)
    noted = select(ToldByHand.id).where(ToldByHand.guardian_id == guardian_id, ToldByHand.history_id == decided_id)
    if session.scalars(noted).one_or_none():
        return []
    made = [
        ToldByHand(
            referral=referral, guardian_id=guardian_id, history_id=one.decided.id, at=clock.now(), by_id=by.account_id
        )
        for one in to_tell(session, referral)
        if (one.guardian.id, one.decided.id) == (guardian_id, decided_id)
    ]
    if not made:
        raise MeetingMoved
    session.add_all(made)
    session.flush()
    for one in made:
        audit.append(
            session, What.DID, by=by, chain=referral.id, party=Party.COORDINATOR, subject=TOLD, object_id=one.id
        )  # fmt: skip
    return made


def _knows(session: Session, guardian: Guardian, *, meeting: TeamMeeting | None, told: list[ToldByHand]) -> bool:
    """Whether what they were told last is that they are invited, to this time and place."""
    newest = next((one for one in reversed(told) if one.guardian_id == guardian.id), None)
    call = team_review.called_then(session, guardian.referral, after=newest.history) if newest else None
    is_same = team_review.where_and_when(call) == team_review.where_and_when(meeting)
    return call is not None and is_same and str(guardian.id) in call.guardians_invited
