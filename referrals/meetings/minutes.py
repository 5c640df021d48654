"""What the minutes of a team meeting hold, as they are given to it: who took part, what was said, decided and rated."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NotRequired, TypedDict

from referrals.notes import NOT_SAID, WHOLE, Classification
from referrals.vocabulary import Attendance, DecisionKind, Domain, MeetingOutcome


class Attendee(TypedDict):
    """Somebody who was called or came, and how they took part: interpreters, support persons and the child too."""

    name: str
    function: str
    attendance: Attendance


class Rating(TypedDict, total=False):
    """How the team sees one domain: 1 (much to worry about) to 5 (all is well), or not rated."""

    rating: int | None
    note: str | None
    own: Classification


class Decision(TypedDict):
    """One decision, who answers for it and by when."""

    text: str
    responsible: str
    due_on: date
    #: left out: what the team's own people do
    kind: NotRequired[DecisionKind | None]
    own: NotRequired[Classification]


class Minutes(TypedDict, total=False):
    """What a meeting's minutes hold, and what kinds of information that is: as a whole, and where a note differs its own."""

    attendance: Sequence[Attendee]
    situation: str | None
    strengths: str | None
    child_words: str | None
    guardians_words: str | None
    questions: str | None
    ratings: Mapping[Domain, Rating]
    decisions: Sequence[Decision]
    dissent: str | None
    outcome: MeetingOutcome | None
    next_meeting_on: date | None
    whole: Classification
    #: by the names of the texts
    own: Mapping[str, Classification]


def speaks_for_absent(attendance: Sequence[Attendee], dissent: str | None) -> bool:
    """Whether a line of `dissent` begins with the name of somebody who was not there."""
    away = [one["name"].casefold() for one in attendance if one["attendance"] is Attendance.ABSENT and one["name"]]
    lines = [line.strip(" -–•*\t").casefold() for line in (dissent or "").splitlines()]
    return any(line.startswith(name) for line in lines for name in away)


def days_ahead(minutes: Minutes) -> list[date]:
    """The days by which the team decided that something is done, and on which it meets again."""
    days = [one["due_on"] for one in minutes.get("decisions", ())] + [minutes.get("next_meeting_on")]
    return [day for day in days if day]


def kinds_of_information(minutes: Minutes) -> dict[str, Classification]:
    """What was said about the notes, by the names that `referrals/notes.py` knows them by."""
    rated = {f"ratings-{domain}": one.get("own", NOT_SAID) for domain, one in minutes.get("ratings", {}).items()}
    decided = {f"decisions-{place}": one.get("own", NOT_SAID) for place, one in enumerate(minutes.get("decisions", ()))}
    return {WHOLE: minutes.get("whole", NOT_SAID), **minutes.get("own", {}), **rated, **decided}
