"""The one door through which a referral's stage changes: guard, compare-and-set, and a row that stays."""

import uuid
from typing import NoReturn

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from referrals import clock, moving
from referrals.access import Actor, parties_for
from referrals.errors import AlreadyMoved, KeptOutside, NotAllowed
from referrals.keeping import audit, content_keys
from referrals.models import History, Referral, Step, StepKind, TeamMeeting, What
from referrals.stages import (
    CHANGES_NOTHING,
    ENDED,
    MEETING_HELD,
    MOVE_BY_VERB,
    OUTSIDE,
    PLAN_ACTIVE,
    QUIET,
    RETURNED,
    SUBMITTED,
    TO_SCHEDULE,
    Party,
    State,
    Verb,
)

#: states in which another target counts than in the rest of their stage
_OWN_TARGET = frozenset({SUBMITTED, RETURNED, TO_SCHEDULE, MEETING_HELD, PLAN_ACTIVE}) | ENDED


def guard(session: Session, referral: Referral, verb: Verb, *, by: Actor, seen: int | None = None) -> Party:
    """Check that `by` may do `verb` to `referral` as it stands; the capacity in which they may.

    `seen` is the version of the referral the person had before their eyes. Raises NotAllowed first, since who has nothing
    to do with a referral learns nothing about it; then AlreadyMoved when somebody else was first; then WrongStage. The
    workflow is nobody: it carries a referral on and changes nothing a person read, so it makes no page stale.
    """
    move = MOVE_BY_VERB[verb]
    allowed = parties_for(verb, by, referral.facts())
    if not allowed:
        raise NotAllowed(verb)
    _hold_still(session, referral, seen=referral.version if seen is None else seen)
    moving.require_from(move, referral.state)
    if referral.kept_outside_at is not None and verb not in OUTSIDE:
        raise KeptOutside
    return min(allowed, key=list(Party).index)


def record(
    session: Session,
    referral: Referral,
    verb: Verb,
    *,
    by: Actor,
    to: State | None = None,
    seen: int | None = None,
    choice: str | None = None,
    reason: str | None = None,
) -> History:
    """Record that `by` did `verb`, move `referral` to `to` where given, and leave the work it starts as a step.

    Raises what `guard` raises, and AlreadyMoved when somebody was first in the very same moment; nothing is changed then.
    """
    party = guard(session, referral, verb, by=by, seen=seen)
    if referral.kept_outside_at is not None:
        reason = None
    move = MOVE_BY_VERB[verb]
    target = to or referral.state
    moving.require_to(move, referral.state, target)
    before = referral.state
    session.flush()
    _compare_and_set(session, referral, expected=referral.version, to=target)
    row = _leave_row(session, referral, verb, by=by, party=party, before=before, choice=choice, reason=reason)
    if target in ENDED:
        _call_off(session, row)
    return row


def begin(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    verb: Verb = Verb.SUBMIT_CONCERN,
    party: Party = Party.REPORTER,
) -> History:
    """Record the first row of a new referral: that its concern was submitted, or that it was taken over."""
    session.add(referral)
    referral.version = 1
    session.flush()
    return _leave_row(session, referral, verb, by=by, party=party, before=None)


def _hold_still(session: Session, referral: Referral, *, seen: int) -> None:
    """Let nobody else change the referral until this transaction ends, and see that nobody has since it was at `seen`."""
    newest = moving.newest_version(session, referral)
    if newest != seen and not _only_carried_on(session, referral, since=seen):
        _raise_already_moved(session, referral.id)
    if newest != referral.version:
        moving.read_anew(session, referral)
    if not referral.is_open:
        content_keys.read_anew(session, referral)


def _only_carried_on(session: Session, referral: Referral, *, since: int) -> bool:
    """Whether there are rows after version `since`, and all are the workflow's or change nothing anybody reads."""
    rows = session.execute(
        select(History.by_party, History.verb).where(History.referral_id == referral.id, History.number > since)
    ).all()
    return bool(rows) and all(row.by_party is Party.SYSTEM or row.verb in CHANGES_NOTHING for row in rows)


def _compare_and_set(session: Session, referral: Referral, *, expected: int, to: State) -> None:
    if not moving.compare_and_set(session, referral, expected=expected, to=to, own_target=_OWN_TARGET):
        _raise_already_moved(session, referral.id)


def _leave_row(
    session: Session,
    referral: Referral,
    verb: Verb,
    *,
    by: Actor,
    party: Party,
    before: State | None,
    choice: str | None = None,
    reason: str | None = None,
) -> History:
    row = History(
        referral=referral,
        number=referral.version,
        verb=verb,
        from_stage=before.stage if before else None,
        from_status=before.status if before else None,
        to_stage=referral.stage,
        to_status=referral.status,
        at=clock.now(),
        written_at=clock.machine_now(),
        by_id=by.account_id,
        by_party=party,
        choice=choice,
        reason=reason,
    )
    session.add(row)
    if verb not in QUIET:
        kind, now = StepKind.ADVANCE_REFERRAL, clock.machine_now()
        session.add(Step(referral=referral, kind=kind, history=row, created_at=now))
    session.flush()
    audit.append(
        session, What.DID, by=by, chain=referral.id, party=party, subject=verb, object_id=row.id, ground=choice
    )
    return row


def _call_off(session: Session, row: History) -> None:
    """However a referral ends: nobody is called to a meeting about it any more, and whoever was hears of it."""
    to_hold = (
        TeamMeeting.referral_id == row.referral_id,
        TeamMeeting.held_at.is_(None),
        TeamMeeting.called_off_in.is_(None),
    )
    session.execute(update(TeamMeeting).where(*to_hold).values(called_off_in=row.number))


def _raise_already_moved(session: Session, referral_id: uuid.UUID) -> NoReturn:
    by_people_first = (History.by_party == Party.SYSTEM, History.number.desc())
    newest = session.scalars(
        select(History).where(History.referral_id == referral_id).order_by(*by_people_first).limit(1)
    ).one()
    raise AlreadyMoved(newest.verb, newest.by.name if newest.by else newest.by_party, newest.at, by_id=newest.by_id)
