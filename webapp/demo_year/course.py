"""One child's referral under way: whose it is, who works with it, and the day it has come to."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from referrals.access import Actor
from referrals.models import Account, Referral, Unit
from referrals.vocabulary import Profession
from webapp.demo_year.stories import Child, Theme
from webapp.demo_year.world import World


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
        """`text` about this child."""
        return text.replace("{n}", self.child.name.partition(" ")[0])

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
