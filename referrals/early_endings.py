"""How a concern that ended with its initial assessment is told on paper: how, why, and in which statutory track it goes on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import languages, rulebook
from referrals.models import Account, History, StatutoryDecision
from referrals.stages import Verb
from referrals.vocabulary import TriageEnding

EARLY_ENDINGS: Final = frozenset({Verb.END_AT_TRIAGE, Verb.DECIDE_STATUTORY_TRACK})


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


@dataclass(frozen=True)
class EndedEarly:
    """The ending of a referral at its initial assessment, under the names a closure's paper knows."""

    reason: str
    summary: str | None
    closed_at: datetime
    by: Account | None
    if_needed_again: str | None = None
    outcomes: tuple[()] = ()

    @classmethod
    def read(cls, row: History, on_track: OnTrack | None, language: str) -> Self:
        """The ending that `row` records; how it ended is said in `language`."""
        label = TriageEnding(row.choice).label if row.choice and on_track is None else ""
        said = languages.translations(language).gettext(label) if label else ""
        return cls(on_track.name if on_track else said, row.reason, row.at, row.by)


def track_of(row: History) -> rulebook.StatutoryTrack:
    """The statutory track that `row` chose, as the referral's own rule pack knows it."""
    return rulebook.load(row.referral.rulepack).track(row.choice or "", row.referral.unit.school_form)
