"""The demonstration's people, read from the file that sets up its municipality."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import referrals

_FILES = Path(referrals.__file__).parent / "municipalities"


@dataclass(frozen=True)
class Person:
    """Somebody of the cast."""

    name: str
    email: str


@dataclass(frozen=True)
class Cast:
    """Who works where, by what they do. The files of both countries name them in the same order."""

    coordinator: Person
    head_teacher: Person
    special_educator: Person
    counsellor: Person
    nurse: Person
    social_worker: Person
    #: coordinates another school, and sees nothing of this one
    outsider: Person
    administrator: Person
    teacher: Person
    health_worker: Person
    leisure_worker: Person
    volunteer: Person
    manager: Person
    researcher: Person
    registrar: Person
    elected: Person


def cast_of(country: str) -> Cast:
    """The cast of one country's demonstration."""
    written = tomllib.loads((_FILES / f"{country}.toml").read_text(encoding="utf-8"))
    return Cast(*(Person(one["name"], one["email"]) for one in written["people"]))
