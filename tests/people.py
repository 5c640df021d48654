"""The cast: named, invented people, one role each, and one who must see nothing. The demo municipality has the same."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from referrals.access import Role
from referrals.models import Account, Forum, Municipality, RoleAssignment, Unit
from referrals.vocabulary import Country, Profession, SchoolForm

#: not a hash of anything: nobody signs in with it
NO_PASSWORD = "!"


@dataclass(frozen=True)
class Cast:
    """Who works where in the tests."""

    municipality: Municipality
    forum: Forum
    #: where everything happens
    school: Unit
    #: where Otto works, and nothing happens
    other_school: Unit
    coordinator: Account
    second_coordinator: Account
    head_teacher: Account
    special_educator: Account
    counsellor: Account
    school_nurse: Account
    social_worker: Account
    administrator: Account
    #: coordinator of another school: must see nothing
    outsider: Account
    teacher: Account
    #: of the youth clinic
    health_worker: Account
    leisure_worker: Account
    #: of a sports club
    volunteer: Account
    manager: Account
    researcher: Account
    #: of the committee
    elected: Account


def settle(session: Session) -> Cast:
    """Put the municipality with its people into the database."""
    municipality = Municipality(
        name="Lindköping", country=Country.SE, rulepack_version="se-2026-07", language="sv", timezone="Europe/Stockholm",
        phones={"emergency": "112", "social_services": "0000-10 00 00", "helpline": "116 111"}, targets={},
    )  # fmt: skip
    forum = Forum(
        slug="linden", name="HTL-team Linden", quorum=["head_teacher", "school_counsellor"], place="Lindskolan, rum 12"
    )
    school = Unit(
        slug="lindskolan",
        name="Lindskolan",
        school_form=SchoolForm.COMPULSORY,
        forum=forum,
        contact="HTL-samordnaren",
        phone="0000-12 34 56",
    )
    elsewhere = Forum(slug="asken", name="HTL-team Asken", quorum=[])
    other = Unit(slug="askskolan", name="Askskolan", school_form=SchoolForm.COMPULSORY, forum=elsewhere)
    session.add_all([municipality, forum, school, elsewhere, other])
    session.flush()

    def member(first: str, last: str, profession: Profession, role: Role, unit: Unit | None = school) -> Account:
        account = Account(
            email=f"{first}.{last}@trivsel.invalid".lower(), name=f"{first} {last}", profession=profession, language="sv",
            password_hash=NO_PASSWORD, roles=[RoleAssignment(role=role, unit=unit)],
        )  # fmt: skip
        session.add(account)
        return account

    people = Cast(
        municipality, forum, school, other,
        coordinator=member("Karin", "Almkvist", Profession.COORDINATOR, Role.COORDINATOR),
        second_coordinator=member("Sanna", "Brolund", Profession.COORDINATOR, Role.COORDINATOR),
        head_teacher=member("Henrik", "Rosenby", Profession.HEAD_TEACHER, Role.HEAD_TEACHER),
        special_educator=member("Petra", "Vidmark", Profession.SPECIAL_EDUCATOR, Role.ASSESSOR),
        counsellor=member("Kim", "Solgren", Profession.SCHOOL_COUNSELLOR, Role.ASSESSOR),
        school_nurse=member("Siv", "Ekdahl", Profession.SCHOOL_NURSE, Role.ASSESSOR),
        social_worker=member("Noor", "Lindvall", Profession.SOCIAL_SERVICES, Role.ASSESSOR),
        administrator=member("Anton", "Stengrip", Profession.ADMINISTRATOR, Role.ADMINISTRATOR, None),
        outsider=member("Otto", "Utterman", Profession.COORDINATOR, Role.COORDINATOR, other),
        teacher=member("Tove", "Askebrant", Profession.TEACHER, Role.ASSESSOR),
        health_worker=member("Hilma", "Granvik", Profession.HEALTH_CARE, Role.ASSESSOR),
        leisure_worker=member("Leo", "Fritorp", Profession.LEISURE_STAFF, Role.ASSESSOR),
        volunteer=member("Vidar", "Klubbsell", Profession.CIVIL_SOCIETY, Role.ASSESSOR),
        manager=member("Margit", "Ledvall", Profession.MANAGEMENT, Role.MANAGEMENT, None),
        researcher=member("Rune", "Forsebo", Profession.RESEARCHER, Role.RESEARCHER, None),
        elected=member("Elsa", "Rådgren", Profession.ELECTED_MEMBER, Role.ELECTED_MEMBER, None),
    )  # fmt: skip
    session.flush()
    return people
