"""What the year is made of, as the files beside this module hold it: texts by theme, children, and words all have in common."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from referrals.vocabulary import Country


@dataclass(frozen=True, kw_only=True)
class Theme:
    """What is said about one kind of concern from its beginning to its end. `{n}` is the child's first name."""

    topics: list[str]
    #: which domain the goal belongs to, and which kind of information
    domain: str
    category: str
    when: str
    where: str
    duration: str
    home: str
    tried: str
    tried_result: str
    wish: str
    way: str
    question: str
    #: what the special educator finds, and what whoever looks after how the child feels finds
    learning: str
    learning_conclusion: str
    feeling: str
    feeling_conclusion: str
    protective: str
    risk: str
    situation: str
    open_questions: str
    decision: str
    goal: str
    baseline: str
    target: str
    plain: str
    action: str
    how: str
    second_action: str
    #: of the first action and of the second
    times_a_week: list[int]
    if_worse: str
    midway: str
    learned: str
    childs_view: str
    summary: str
    if_needed_again: str
    #: professions that are asked beside those two
    also: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Child:
    """An invented child, what was seen, and how their referral goes."""

    name: str
    unit: str
    year: str
    group: str
    theme: str
    #: how many school days ago the concern was sent in
    ago: int
    reporter: str
    seen: str
    strengths: str
    voice: str
    #: names; the second one reads another language where `second_reads` says so
    guardians: list[str]
    second_reads: str = ""
    kind: str = "teacher"
    #: what is out of the ordinary: a word that `lives.py` knows
    turn: str = ""
    #: before which stage it rests, and for how many school days
    rests: dict[str, int] = field(default_factory=dict)
    #: whose name the reporter did not write: it stands nowhere
    is_protected: bool = False


@dataclass(frozen=True)
class Book:
    """All of it, in the language of one country."""

    words: dict[str, str]
    themes: dict[str, Theme]
    children: list[Child]
    #: label, and first and last day as month and day
    holidays: list[tuple[str, str, str]]
    #: what teams do without any single child, as `teams.py` and `levels.py` read it
    teams: dict[str, Any]
    #: pupils whose unlawful absence is counted, as `absence.py` reads it; none where the law does not ask for it
    absence: dict[str, Any]

    @classmethod
    def of(cls, country: Country) -> Self:
        """The book of `country`."""
        written: dict[str, Any] = tomllib.loads(
            Path(__file__).with_name(f"{country.value}.toml").read_text(encoding="utf-8")
        )
        return cls(
            words=written["words"],
            themes={name: Theme(**table) for name, table in written["themes"].items()},
            children=[Child(**table) for table in written["children"]],
            teams=written["teams"],
            absence=written.get("absence", {}),
            holidays=[(row["label"], row["first"], row["last"]) for row in written["holidays"]],
        )
