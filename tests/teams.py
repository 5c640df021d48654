"""A second team at the cast's school: it takes in no concerns, and works on what is handed over to it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from referrals.access import Role
from referrals.forums import seats
from referrals.models import Account, Forum, RoleAssignment
from referrals.people import organisation
from referrals.vocabulary import Profession
from tests.people import NO_PASSWORD, Cast


@dataclass(frozen=True)
class Beside:
    """The team with who coordinates it, and who sits in it and works at its other school."""

    forum: Forum
    coordinator: Account
    member: Account


def a_team_beside(session: Session, cast: Cast) -> Beside:
    """A team of both schools beside the one that takes in the concerns of each."""
    forum = Forum(slug="trivsel", name="Trivselsforum Söder", quorum=["psychologist"], place="Bibliotekets övre sal")
    people = [
        Account(
            email=f"{name.partition(' ')[0].lower()}.{name.partition(' ')[2].lower()}@trivsel.invalid", name=name, language="sv",
            profession=profession, password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=unit)],
        )
        for name, profession, unit in (
            ("Bea Hagsten", Profession.SPECIAL_EDUCATOR, cast.school), ("Mona Ulvgren", Profession.PSYCHOLOGIST, cast.other_school),
        )
    ]  # fmt: skip
    session.add_all([forum, *people])
    session.flush()
    for unit in (cast.school, cast.other_school):
        organisation.change(session, unit, by=cast.administrator.actor(), other_teams=[forum])
    coordinator, member = (seats.seat(session, forum, one.id, by=cast.head_teacher.actor()) for one in people)
    seats.let_coordinate(session, coordinator, does=True, by=cast.head_teacher.actor())
    return Beside(forum, coordinator.account, member.account)
