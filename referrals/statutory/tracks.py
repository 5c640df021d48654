"""In which statutory track a concern goes on: the head teacher's decision at its beginning, and how it is told afterwards."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import history
from referrals.access import Actor
from referrals.errors import Incomplete
from referrals.models import History, Referral, StatutoryDecision
from referrals.rules import rulebook
from referrals.stages import CLOSED, Verb


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


@dataclass(frozen=True)
class OnTrack:
    """The statutory track in which a concern goes on: its name, where the duty comes from, where the decision is kept,
    and when the guardians were told, where they are told first.
    """

    name: str
    source: str
    kept_in: str | None
    decided_on: date
    guardians_told_on: date | None

    @classmethod
    def read(cls, session: Session, row: History | None, language: str) -> Self | None:
        """What the head teacher decided with `row`, its track called as in `language`; None for any other row."""
        if row is None or row.verb is not Verb.DECIDE_STATUTORY_TRACK:
            return None
        decision = session.scalars(select(StatutoryDecision).where(StatutoryDecision.history_id == row.id)).one()
        track = track_of(row)
        return cls(
            track.name(language), track.source, decision.kept_in, decision.decided_on, decision.guardians_told_on
        )


def statutory_tracks(referral: Referral) -> tuple[rulebook.StatutoryTrack, ...]:
    """The statutory tracks that the head teacher of its unit can decide that a concern goes on in; none in some units."""
    return tuple(track for track in pointed_to(referral) if track.is_way_on)


def pointed_to(referral: Referral) -> tuple[rulebook.StatutoryTrack, ...]:
    """What can be pointed to where it was made elsewhere: every track of its unit, also one in which no concern goes on."""
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
        or told_first(referral, told_on, choice.decided_on),
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


def track_of(row: History) -> rulebook.StatutoryTrack:
    """The statutory track that `row` chose, as the referral's own rule pack knows it."""
    return rulebook.load(row.referral.rulepack).track(row.choice or "", row.referral.unit.school_form)


def told_first(referral: Referral, told_on: date | None, decided_on: date | None) -> bool:
    """Whether the guardians were told no later than it was decided; of somebody of age nobody has to be told."""
    if told_on is not None:
        return decided_on is None or told_on <= decided_on
    of_age_on = referral.of_age_on
    return decided_on is not None and of_age_on is not None and decided_on >= of_age_on
