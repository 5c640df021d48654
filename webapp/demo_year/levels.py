"""Where the schools lie, who works at the other one, the team that advises staff, and those above with what they are asked and answer."""

from datetime import timedelta
from typing import Any

from referrals.access import Role
from referrals.forums import dates, seats, upward
from referrals.models import Account, Forum
from referrals.people import organisation
from referrals.vocabulary import Profession, TeamLevel
from webapp.demo_year.course import CommonWork
from webapp.demo_year.playing import Life
from webapp.demo_year.world import AHEAD, World

_MINUTES, _EVERY_WEEKS = 90, 4


def settle_in(world: World, longest: int) -> Life:
    """Before anything else: in which area each unit lies, and who works at the other school beside its coordinator."""
    course = CommonWork(world, longest)
    yield course.later(0, hour=6)
    for slug, area in world.book.teams["areas"].items():
        organisation.change(world.session, world.unit(slug), by=course.administrator, area=area)
    keeper = world.somebody(course.other, Profession.COORDINATOR).actor()
    for row in world.book.teams["colleagues"]:
        colleague = _newcomer(course, row) if "name" in row else world.person(row["email"])
        held = {(one.role, one.unit_id) for one in colleague.roles}
        roles = held | {(Role(row["role"]), course.other.id)}
        organisation.give_roles(world.session, colleague, roles, by=course.administrator)
        seats.seat(world.session, course.other.forum, colleague.id, by=keeper)


def _newcomer(course: CommonWork, row: dict[str, Any]) -> Account:
    """Somebody new, who signs in with the password of everybody in a demonstration."""
    world = course.world
    made = Account(
        email=row["email"], name=row["name"], profession=Profession(row["profession"]), language=world.language,
        password_hash=world.one(Role.ADMINISTRATOR).password_hash,
    )  # fmt: skip
    organisation.add(world.session, made, by=course.administrator)
    return made


def meet_above(world: World, longest: int) -> Life:
    """The teams above the schools, and the one that advises who works at the first: their members, and the dates they keep."""
    course = CommonWork(world, longest)
    yield course.later(0, hour=8)
    for row in world.book.teams["above"]:
        above = _team(course, row)
        for email in row["seats"]:
            seats.seat(world.session, above, world.person(email).id, by=course.administrator)
        _meet(course, above, row)
    _advise_staff(course, world.book.teams["advising"])


def _advise_staff(course: CommonWork, row: dict[str, Any]) -> None:
    """A team beside the one that takes in the concerns: the head teacher seats it, and names who coordinates it."""
    world, head = course.world, course.head
    advising = _team(course, row)
    organisation.change(world.session, course.unit, by=course.administrator, other_teams=[advising])
    for email in row["seats"]:
        made = seats.seat(world.session, advising, world.person(email).id, by=head)
        if email == row["kept_by"]:
            seats.let_coordinate(world.session, made, does=True, by=head)
    _meet(course, advising, row)


def _team(course: CommonWork, row: dict[str, Any]) -> Forum:
    made = Forum(
        slug=row["slug"], name=row["name"], place=row["place"], quorum=[], level=TeamLevel(row["level"]),
        mandate=row["mandate"],
    )  # fmt: skip
    organisation.add(course.session, made, by=course.administrator)
    return made


def _meet(course: CommonWork, team: Forum, row: dict[str, Any]) -> None:
    """Every four weeks of the year and of the next term."""
    world = course.world
    first_on = next(world.team_days(team, course.day + timedelta(days=1)))
    series = dates.Series(first_on, world.today() + AHEAD, _EVERY_WEEKS, row["meets_at"], _MINUTES, team.place)
    dates.plan(world.session, team, series, by=world.person(row["kept_by"]).actor())


def ask_upward(world: World, row: dict[str, Any]) -> Life:
    """A team asks one above it what it cannot decide alone; what is not answered yet stands on the agenda of its next date."""
    course = CommonWork(world, row["ago"])
    session, asks = world.session, world.person(row["asked_by"]).actor()
    yield course.later(0)
    asked = world.team(row["to"])
    found = upward.ask(
        session, world.team(row["from"]), asked, by=asks, question=row["question"], names_team=row["names_team"]
    )
    if "planned_by" in row:
        yield course.later(1)
        coming = dates.coming(session, asked)
        upward.plan(session, found, coming[0].id, by=world.person(row["planned_by"]).actor())
    if "answer" not in row:
        return
    yield course.later(9)
    upward.answer(session, found, by=world.person(row["answered_by"]).actor(), answer=row["answer"])
    yield course.later(row["read_after"])
    upward.close(session, found, by=asks)
