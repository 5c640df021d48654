"""What is under way, a child's referral or common work: whose it is, who works with it, and the day it has come to."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from referrals.access import Actor, Role
from referrals.models import Account, Referral, Unit
from referrals.vocabulary import Profession
from webapp.demo_year.stories import Child, Theme
from webapp.demo_year.world import World

#: who says how the child feels: the first of them that a unit has
FEELING = (Profession.SCHOOL_COUNSELLOR, Profession.PSYCHOLOGIST)
#: the child's name as the first word of a sentence
_BEGINS = re.compile(r"(^|[.?!\n] ?)\{n\}")


@dataclass
class Course:
    """One referral under way: whose it is, who works with it, and the day it has come to."""

    world: World
    child: Child
    theme: Theme = field(init=False)
    unit: Unit = field(init=False)
    coordinator: Account = field(init=False)
    day: date = field(init=False)
    last: datetime = field(init=False)
    referral: Referral = field(init=False)

    def __post_init__(self) -> None:
        world, child = self.world, self.child
        self.theme, self.unit = world.book.themes[child.theme], world.unit(child.unit)
        self.coordinator = world.somebody(self.unit, Profession.COORDINATOR)
        self.day = world.ago(child.ago)
        self.last = world.at(self.day, 7)

    @property
    def session(self) -> Session:
        """Where all of it is written."""
        return self.world.session

    @property
    def by(self) -> Actor:
        """Who keeps the referral moving."""
        return self.coordinator.actor()

    @property
    def head(self) -> Actor:
        """Who approves."""
        return self.world.somebody(self.unit, Profession.HEAD_TEACHER).actor()

    def say(self, text: str) -> str:
        """`text` about this child; of one whose identity is protected it says *the pupil*."""
        if not self.child.is_protected:
            return text.replace("{n}", self.child.name.partition(" ")[0])
        pupil = self.world.book.words["pupil"]
        return _BEGINS.sub(lambda found: f"{found[1]}{pupil.capitalize()}", text).replace("{n}", pupil)

    def word(self, name: str) -> str:
        """What all children's papers have in common, about this child."""
        return self.say(self.world.book.words[name])

    def later(self, days: int = 0, *, stage: str = "") -> datetime:
        """A moment of working time so many school days on, and never before the last one; longer where this child's rests."""
        days += self.child.rests.get(stage, 0)
        if days:
            self.day = self.world.after(self.day, days)
        wanted = self.world.at(self.day, self.world.choice.randint(8, 15), self.world.choice.randrange(60))
        self.last = max(wanted, self.last + timedelta(minutes=12))
        return self.last

    def on(self, moment: datetime) -> datetime:
        """Exactly this moment, as for a meeting."""
        self.last = max(moment, self.last + timedelta(minutes=1))
        self.day = self.last.astimezone(self.world.zone).date()
        return self.last


class CommonWork:
    """One piece of work without any single child under way: the day it has come to, and who does it."""

    def __init__(self, world: World, ago: int) -> None:
        """From the school day so many before the end on."""
        self.world, self.session = world, world.session
        self.day = world.ago(ago)
        self.unit: Unit = world.unit(world.book.teams["unit"])
        self.other: Unit = world.unit(world.book.teams["other_unit"])
        self.coordinator = world.somebody(self.unit, Profession.COORDINATOR).actor()
        self.head = world.somebody(self.unit, Profession.HEAD_TEACHER).actor()
        self.manager = world.one(Role.MANAGEMENT).actor()
        self.administrator = world.one(Role.ADMINISTRATOR).actor()

    def counsellor(self) -> Account:
        """Who knows how children feel."""
        return self.world.somebody(self.unit, *FEELING)

    def later(self, days: int, hour: int = 15) -> datetime:
        """So many school days on, in the afternoon."""
        self.day = self.world.after(self.day, days)
        return self.world.at(self.day, hour, self.world.choice.randrange(60))
