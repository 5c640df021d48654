"""Pointers to statutory decisions beside a referral: which one, where it is kept, since when and by which office; never what it says."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here, history
from referrals.access import Actor
from referrals.errors import Incomplete, NotAllowed
from referrals.models import Referral, StatutoryDecision
from referrals.rules.rulebook import StatutoryTrack
from referrals.stages import Verb
from referrals.statutory.tracks import pointed_to, track_of
from referrals.vocabulary import DecidedBy


@dataclass(frozen=True)
class Link:
    """What is known of a decision that lies elsewhere; `track` is a key of the rule pack's tracks."""

    track: str
    kept_in: str
    decided_on: date | None
    decided_by: DecidedBy | None


@dataclass(frozen=True)
class Linked:
    """One pointer, with the track as the referral's rule pack knows it."""

    row: StatutoryDecision
    track: StatutoryTrack

    @property
    def office(self) -> DecidedBy:
        """Who decided; the head teacher where the concern itself went on in the track."""
        return self.row.decided_by or DecidedBy.HEAD_TEACHER

    @property
    def can_be_taken_away(self) -> bool:
        """Whether it is a mere pointer, and not how the concern itself ended."""
        return self.row.history.verb is Verb.LINK_STATUTORY_DECISION


def link_decision(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, link: Link
) -> StatutoryDecision:
    """Record that there is such a decision. Raises Incomplete without a track of this unit, where, by whom, or a day that has come."""
    history.guard(session, referral, Verb.LINK_STATUTORY_DECISION, by=by, seen=seen)
    stated = {
        "track": link.track in {track.key for track in pointed_to(referral)},
        "kept_in": link.kept_in.strip(),
        "decided_on": link.decided_on is not None and link.decided_on <= here.today(session),
        "decided_by": link.decided_by,
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.LINK_STATUTORY_DECISION, by=by, seen=seen, choice=link.track)
    pointer = StatutoryDecision(
        referral=referral, history_id=row.id, decided_on=link.decided_on, decided_by=link.decided_by
    )
    pointer.kept_in = link.kept_in.strip()
    session.add(pointer)
    session.flush()
    return pointer


def unlink_decision(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, decision_id: uuid.UUID
) -> None:
    """Take a pointer away that was wrong; the history keeps that it was there. Again changes nothing.

    Raises NotAllowed where this referral has no such pointer, and for the decision with which its concern went on in a track.
    """
    history.guard(session, referral, Verb.UNLINK_STATUTORY_DECISION, by=by, seen=seen)
    pointer = session.get(StatutoryDecision, decision_id)
    if (
        pointer is None
        or pointer.referral_id != referral.id
        or pointer.history.verb is not Verb.LINK_STATUTORY_DECISION
    ):
        raise NotAllowed(Verb.UNLINK_STATUTORY_DECISION)
    if pointer.taken_away_at is not None:
        return
    pointer.taken_away_at = clock.now()
    history.record(session, referral, Verb.UNLINK_STATUTORY_DECISION, by=by, seen=seen, choice=pointer.history.choice)


def links_of(session: Session, referral: Referral) -> list[Linked]:
    """The decisions beside `referral` that hold, the newest first."""
    rows = select(StatutoryDecision).where(
        StatutoryDecision.referral_id == referral.id, StatutoryDecision.taken_away_at.is_(None)
    )
    found = session.scalars(rows.order_by(StatutoryDecision.decided_on.desc(), StatutoryDecision.id))
    return [Linked(row, track_of(row.history)) for row in found]
