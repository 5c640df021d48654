"""How a concern that ended with its initial assessment is told on paper: how, why, and in which statutory track it goes on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from referrals import languages
from referrals.models import Account, History
from referrals.stages import Verb
from referrals.statutory.tracks import OnTrack
from referrals.vocabulary import TriageEnding

EARLY_ENDINGS: Final = frozenset({Verb.END_AT_TRIAGE, Verb.DECIDE_STATUTORY_TRACK})


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
