"""Who may do and see what: tables a head teacher could read. Deny by default; by membership of the referral, never by rank."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from referrals.stages import Party


class Role(StrEnum):
    """What an account is in a unit. Guardians, pupils and other reporters have no account; they use the public form."""

    COORDINATOR = "coordinator"
    ASSESSOR = "assessor"
    HEAD_TEACHER = "head_teacher"
    ADMINISTRATOR = "administrator"
    #: keeps the register of what came in and went out; sees nothing of what it says
    REGISTRAR = "registrar"


class View(StrEnum):
    """What can be looked at."""

    REFERRAL = "referral"
    CONCERN = "concern"
    GUARDIANS = "guardians"
    OWN_PART = "own_part"
    ALL_PARTS = "all_parts"
    MINUTES = "minutes"
    PLAN = "plan"
    DOCUMENTS = "documents"
    HISTORY = "history"
    ACCESS_LOG = "access_log"
    #: only once the sender recorded that all guardians were told; until then see `referrals/protection.py`
    PROTECTION = "protection"
    TECHNICAL_RUN = "technical_run"
    ORGANISATION = "organisation"


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


SYSTEM = Actor(is_system=True)


@dataclass(frozen=True)
class Facts:
    """What access needs to know about one referral."""

    referral_id: UUID
    unit_id: UUID
    #: accounts with a part, a place at the meeting or an action in it
    members: AbstractSet[UUID] = field(default_factory=frozenset)
    #: accounts that act as coordinators because the unit's own are too close to the matter
    stand_ins: AbstractSet[UUID] = field(default_factory=frozenset)
    #: accounts too close to the matter: kept out in every capacity
    shut_out: AbstractSet[UUID] = field(default_factory=frozenset)
    #: the only accounts that may stand to it in any capacity, because an identity is protected; None where none is
    listed: AbstractSet[UUID] | None = None


def parties(actor: Actor, facts: Facts) -> frozenset[Party]:
    """In which capacities `actor` stands to the referral that `facts` describe; empty means: nothing to do with it."""
    if actor.account_id in facts.shut_out or not _is_on_list(actor, facts):
        return frozenset()
    found: set[Party] = set()
    if actor.is_system:
        found.add(Party.SYSTEM)
    if actor.reported == facts.referral_id:
        found.add(Party.REPORTER)
    if actor.guardian_of == facts.referral_id:
        found.add(Party.GUARDIAN)
    if (Role.COORDINATOR, facts.unit_id) in actor.roles or actor.account_id in facts.stand_ins:
        found.add(Party.COORDINATOR)
    if (Role.HEAD_TEACHER, facts.unit_id) in actor.roles:
        found.add(Party.HEAD_TEACHER)
    if actor.account_id is not None and actor.account_id in facts.members:
        found.add(Party.ASSESSOR)
    return frozenset(found)


def _is_on_list(actor: Actor, facts: Facts) -> bool:
    """Whether an account may pass where an identity is protected; the reporter and the workflow have none."""
    return facts.listed is None or actor.account_id is None or actor.account_id in facts.listed


_COORDINATOR, _HEAD, _ASSESSOR = Party.COORDINATOR, Party.HEAD_TEACHER, Party.ASSESSOR

#: what a party may look at; what is not listed is not shown
MAY_VIEW: dict[View, frozenset[Party]] = {
    View.REFERRAL:      frozenset({_COORDINATOR, _HEAD, _ASSESSOR}),
    View.CONCERN:       frozenset({_COORDINATOR, _HEAD}),
    View.GUARDIANS:     frozenset({_COORDINATOR, _HEAD}),
    View.OWN_PART:      frozenset({_COORDINATOR, _HEAD, _ASSESSOR}),
    View.ALL_PARTS:     frozenset({_COORDINATOR}),
    View.MINUTES:       frozenset({_COORDINATOR, _HEAD, _ASSESSOR}),
    View.PLAN:          frozenset({_COORDINATOR, _HEAD, _ASSESSOR}),
    View.DOCUMENTS:     frozenset({_COORDINATOR, _HEAD}),
    View.HISTORY:       frozenset({_COORDINATOR, _HEAD, _ASSESSOR}),
    View.ACCESS_LOG:    frozenset({_COORDINATOR, _HEAD}),
    View.PROTECTION:    frozenset({_HEAD}),
}  # fmt: skip


def may_view(view: View, actor: Actor, facts: Facts) -> bool:
    """Whether `actor` may look at `view` of this referral."""
    return bool(MAY_VIEW.get(view, frozenset()) & parties(actor, facts))


def is_administrator(actor: Actor) -> bool:
    """Whether `actor` may change the organisation and see technical runs; says nothing about case content."""
    return any(role is Role.ADMINISTRATOR for role, _unit in actor.roles)
