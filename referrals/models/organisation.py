"""The municipality: its units, forums and closed days, and a log of every change to them."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Column, ForeignKey, Table, UniqueConstraint, and_, false, true
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from referrals.models.base import Base, Identified, by_value
from referrals.vocabulary import Country, MeetingOutcome, SchoolForm, TeamLevel

if TYPE_CHECKING:
    from referrals.models.team_seat import TeamSeat


#: for which units a team works beside those whose concerns it takes in
forum_unit = Table(
    "forum_unit",
    Base.metadata,
    Column("forum_id", ForeignKey("forum.id"), primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), primary_key=True, index=True),
)


class Municipality(Identified, Base):
    """The one municipality an instance holds."""

    __tablename__ = "municipality"

    name: Mapped[str]
    country: Mapped[Country] = mapped_column(by_value(Country))
    #: the rule pack new referrals begin with
    rulepack_version: Mapped[str]
    #: the language papers for the file and mail to staff are in where nobody chose another
    language: Mapped[str]
    timezone: Mapped[str]
    #: what to call in acute danger, the on-duty social services, the pupils' helpline: {"emergency", "social_services", "helpline"}
    phones: Mapped[dict[str, Any]]
    #: local targets that differ from the rule pack's: {"triage": {"school_days": 2}, …}
    targets: Mapped[dict[str, Any]]
    #: for protection reports: {"receivers": [account ids], "readers": [account ids], "saturday_is_weekday": bool}
    protection: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: how long content is kept: {"plan": its name, "words": for the closing paper, "kinds": {kind: {"years", "then"}}}
    retention: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: whether referrals with a protected identity may be kept on paper only, with a lock marker here
    keeps_protected_outside: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: whether its teams bring learning questions to consultation rounds
    holds_rounds: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: the other practices it does not do, by their words: nothing of them begins any more
    switched_off: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")


class Forum(Identified, Base):
    """A team that meets: HTL-team, elevhälsoteam, Trivselsforum."""

    __tablename__ = "forum"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: professions without which the team is not complete
    quorum: Mapped[list[str]]
    #: where it meets when nothing else is said
    place: Mapped[str] = mapped_column(default="")
    level: Mapped[TeamLevel] = mapped_column(
        by_value(TeamLevel), default=TeamLevel.CHILD, server_default=TeamLevel.CHILD
    )
    #: to what its meetings may lead, where the municipality says so for this team; None where its level says it
    outcomes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    #: what it may decide beside what its level says, in the municipality's own words
    mandate: Mapped[str] = mapped_column(default="", server_default="")
    #: whether its public page names who sits in it; their professions stand there in any case
    shows_names: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: whether everybody can read of it, where it takes in no unit's concerns; one that does has a page in any case
    has_public_page: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: whom one can call there: a function and a number, not a person; where it takes in concerns, its units say it
    contact: Mapped[str] = mapped_column(default="", server_default="")
    phone: Mapped[str] = mapped_column(default="", server_default="")
    #: whether it rates by colour too: two people first, each for themselves, then all together
    rates_by_colour: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: how many links for calendar programs were made; only the newest opens its dates
    links_made: Mapped[int] = mapped_column(default=0, server_default="0")

    #: those whose concerns it takes in
    units: Mapped[list["Unit"]] = relationship(back_populates="forum")
    #: those that have another team for that, and this one beside it: it works on what is handed over to it
    also_for: Mapped[list["Unit"]] = relationship(secondary=forum_unit, back_populates="other_teams")
    seats: Mapped[list["TeamSeat"]] = relationship(back_populates="forum")

    @property
    def all_units(self) -> list["Unit"]:
        """Every unit for which it works."""
        return [*self.units, *self.also_for]

    @property
    def led_units(self) -> list["Unit"]:
        """The units whose head teachers answer for it: those whose concerns it takes in; where it takes in none, all for which it works."""
        return self.units or self.also_for

    @property
    def takes_part(self) -> bool:
        """Whether anything can begin for it: once a unit for which it works takes part, and always for one above them."""
        return self.is_above or any(unit.takes_part for unit in self.all_units)

    @property
    def is_above(self) -> bool:
        """Whether it meets above the schools: then whoever sits in it is all that it has."""
        return not self.all_units

    @property
    def may_lead_to(self) -> frozenset[MeetingOutcome]:
        """What its meetings may decide: by its own list, or else by its level."""
        return frozenset(MeetingOutcome(value) for value in self.outcomes) if self.outcomes else self.level.outcomes

    @property
    def makes_plans(self) -> bool:
        """Whether its meetings may agree on a plan for a child."""
        return MeetingOutcome.PLAN in self.may_lead_to

    @property
    def listed_decisions(self) -> list[str]:
        """What its meetings may decide, in plain words; empty where its level says it."""
        return (
            [outcome.for_families for outcome in MeetingOutcome if outcome in self.may_lead_to] if self.outcomes else []
        )


class Unit(Identified, Base):
    """A school, preschool or leisure centre."""

    __tablename__ = "unit"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    school_form: Mapped[SchoolForm] = mapped_column(by_value(SchoolForm))
    #: its team that takes in concerns; there is exactly one
    forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"), index=True)
    #: whether it takes part already: units begin one by one, and until then nothing begins for one but what each person owes by law
    takes_part: Mapped[bool] = mapped_column(default=True, server_default=true())
    #: whether the public form is offered for this unit, once it takes part
    is_open: Mapped[bool] = mapped_column(default=True)
    #: whom a reporter can call: a function and a number, not a person
    contact: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    #: the part of the municipality it lies in, as its administrators call it; patterns are counted by it
    area: Mapped[str] = mapped_column(default="", server_default="")

    forum: Mapped[Forum] = relationship(back_populates="units")
    #: its teams beside that one
    other_teams: Mapped[list[Forum]] = relationship(secondary=forum_unit, back_populates="also_for")

    @hybrid_property
    def takes_concerns(self) -> bool:
        """Whether a concern can be sent in for it now."""
        return self.takes_part and self.is_open

    @takes_concerns.inplace.expression
    @classmethod
    def _takes_concerns(cls) -> ColumnElement[bool]:
        return and_(cls.takes_part, cls.is_open)


class ClosedDay(Identified, Base):
    """A stretch of days on which the schools are closed; weekends are closed without being listed."""

    __tablename__ = "closed_day"
    __table_args__ = (UniqueConstraint("first_on", "last_on"),)

    first_on: Mapped[date]
    last_on: Mapped[date]
    label: Mapped[str]


class TeamDate(Identified, Base):
    """A date on which a team meets, set ahead for the year: which referrals it is about is decided later, elsewhere."""

    __tablename__ = "team_date"
    __table_args__ = (UniqueConstraint("forum_id", "starts_at"),)

    forum_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("forum.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    place: Mapped[str] = mapped_column(default="")

    forum: Mapped[Forum] = relationship()


class OrganisationChange(Identified, Base):
    """Who changed what in the organisation, and when."""

    __tablename__ = "organisation_change"

    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    #: what was changed, such as `unit.is_open lindskolan`
    subject: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
