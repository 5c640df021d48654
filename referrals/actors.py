"""Who acts, and what access needs to know about one referral to say what they may see of it."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from referrals.vocabulary.consent import InformationCategory, Recipient
from referrals.vocabulary.knowing import Capacity, Cell, Information
from referrals.vocabulary.people import Profession


class Role(StrEnum):
    """What an account is in a unit. Guardians, pupils and other reporters have no account; they use the public form."""

    COORDINATOR = "coordinator"
    ASSESSOR = "assessor"
    HEAD_TEACHER = "head_teacher"
    ADMINISTRATOR = "administrator"
    #: keeps the register of what came in and went out; sees nothing of what it says
    REGISTRAR = "registrar"
    MANAGEMENT = "management"
    RESEARCHER = "researcher"
    #: from outside: reads the learning questions of their own slots in consultation rounds, for a time, and nothing else
    CONSULTANT = "consultant"
    #: sits in the elected committee: figures, and the political part of development work
    ELECTED_MEMBER = "elected_member"


#: roles that hold for the municipality as a whole; none of them opens a referral
WITHOUT_UNIT = (Role.ADMINISTRATOR, Role.MANAGEMENT, Role.RESEARCHER, Role.CONSULTANT, Role.ELECTED_MEMBER)
WITH_UNIT = (Role.COORDINATOR, Role.ASSESSOR, Role.HEAD_TEACHER)


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: an account with its roles by unit, a reporter or a guardian with a code, or the workflow itself."""

    account_id: UUID | None = None
    name: str = ""
    roles: frozenset[tuple[Role, UUID | None]] = frozenset()
    is_system: bool = False
    #: the one referral this actor reported and came back to with its code
    reported: UUID | None = None
    #: the guardian this actor is, and the one referral they are a guardian in
    guardian_id: UUID | None = None
    guardian_of: UUID | None = None
    profession: Profession | None = None
    #: whose seat in the unit's team they take today, each with every unit of that team
    stands_in_for: frozenset[tuple[UUID, UUID]] = frozenset()

    #: the teams in which they sit that work for a unit beside the one that takes in its concerns, each with that unit
    teams_beside: frozenset[tuple[UUID, UUID]] = frozenset()
    #: those of them that they coordinate
    coordinates: frozenset[tuple[UUID, UUID]] = frozenset()
    #: whose seat in such a team they take today: the member, the team, and each of those units
    stands_in_beside: frozenset[tuple[UUID, UUID, UUID]] = frozenset()

    #: the referrals to which they are invited from outside now
    invited_to: frozenset[UUID] = frozenset()

    def works_for(self, unit_id: UUID, *, beside: UUID | None = None) -> bool:
        """Whether they hold a role in the unit that has to do with its referrals, or sit in its team for somebody today.

        With `beside` it is that team of the unit, and not the one that takes in its concerns; who sits in it works there too.
        """
        if self.holds(*WITH_UNIT, unit_id=unit_id) or (beside, unit_id) in self.teams_beside:
            return True
        return len(self.sits_as(unit_id, beside=beside) - {self.account_id}) > 0

    def sits_as(self, unit_id: UUID, *, beside: UUID | None = None) -> frozenset[UUID]:
        """The accounts as which they sit in the unit's team: their own, and those they stand in for today."""
        own = {self.account_id} if self.account_id else set()
        if beside is None:
            return frozenset(own | {member for member, unit in self.stands_in_for if unit == unit_id})
        there = {member for member, team, unit in self.stands_in_beside if (team, unit) == (beside, unit_id)}
        return frozenset(own | there)

    def is_coordinator(self, unit_id: UUID, *, beside: UUID | None = None) -> bool:
        """Whether they coordinate the unit's team that takes in its concerns, or with `beside` that team of the unit."""
        if beside is None:
            return self.holds(Role.COORDINATOR, unit_id=unit_id)
        return (beside, unit_id) in self.coordinates

    def holds(self, *roles: Role, unit_id: UUID) -> bool:
        """Whether they hold one of `roles` in the unit."""
        return any((role, unit_id) in self.roles for role in roles)

    def answers_for(self, unit_id: UUID, *, beside: UUID | None) -> bool:
        """Whether they answer for what is offered to the unit's team, or with `beside` to that team of the unit."""
        return self.is_coordinator(unit_id, beside=beside) or self.holds(Role.HEAD_TEACHER, unit_id=unit_id)


SYSTEM = Actor(is_system=True)


def _nothing(_service: Recipient) -> frozenset[InformationCategory]:
    return frozenset()


def _nobody(_account_id: UUID) -> bool:
    return False


def _nothing_investigated(_account_id: UUID) -> frozenset[Information]:
    return frozenset()


@dataclass(frozen=True)
class Facts:
    """What access needs to know about one referral. What costs a look into the database is asked only when it matters."""

    referral_id: UUID
    unit_id: UUID
    #: accounts with a part, a place at the meeting or an action in it
    members: AbstractSet[UUID] = field(default_factory=frozenset)
    #: accounts that act as coordinators because the unit's own are too close to the matter
    stand_ins: AbstractSet[UUID] = field(default_factory=frozenset)
    #: accounts too close to the matter: kept out in every capacity
    shut_out: AbstractSet[UUID] = field(default_factory=frozenset)
    #: whether everything waits because the reporter told of a conflict of interest in words that nobody has settled yet
    is_held: bool = False
    #: whether another unit's team took it over: then nobody with an account has anything to do with it any more
    is_handed_over: bool = False
    #: the unit to which it is offered, and which of its teams beside the one that takes in concerns, if it is one of those; None
    #: where it is offered to nobody
    offered_to: Callable[[], tuple[UUID, UUID | None] | None] = lambda: None
    #: who may read those words and settle it meanwhile
    settles_conflict: Callable[[UUID], bool] = _nobody
    #: the only accounts that may stand to it in any capacity, because an identity is protected; None where none is
    listed: AbstractSet[UUID] | None = None
    #: accounts that had to do with it and have left it; a coordinator among them counts again where nobody else owns it
    released: AbstractSet[UUID] = field(default_factory=frozenset)
    #: whether somebody who may keeps it moving
    has_owner: Callable[[], bool] = lambda: False
    #: the services that are the unit's own staff here, such as leisure in a leisure centre
    own_services: AbstractSet[Recipient] = frozenset({Recipient.OWN_STAFF})
    #: what the consent in force today lets a service know
    reach: Callable[[Recipient], AbstractSet[InformationCategory]] = _nothing
    #: who was called to a meeting or answers for an action
    is_acting: Callable[[UUID], bool] = _nobody
    #: who answers for an action of the plan in force
    owns_action: Callable[[UUID], bool] = _nobody
    #: rows of the table in which somebody carries out an investigation that has no result yet
    investigates: Callable[[UUID], AbstractSet[Information]] = _nothing_investigated
    #: where the rule pack's country or the school form differs from the table
    exceptions: Mapping[Information, Mapping[Capacity, Cell]] = field(default_factory=dict)
    #: the team of the unit that works on it, where that is not the one that takes in the unit's concerns
    beside: UUID | None = None
