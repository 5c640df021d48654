"""A municipality with very many referrals, put into the tables by the thousand, each with rows that are really sealed."""

import random
import secrets
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from cryptography.fernet import Fernet
from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from referrals import clock, db, sealing
from referrals.access import Role
from referrals.models import (
    Account,
    Base,
    Concern,
    ContentKey,
    Forum,
    History,
    Membership,
    Referral,
    RoleAssignment,
    Step,
    Unit,
)
from referrals.models.step import StepKind
from referrals.safeguarding import protected_identity
from referrals.stages import CLOSED, OPEN, Party, State, Verb
from referrals.vocabulary import (
    ConflictAnswer,
    ContentKind,
    GuardiansKnow,
    Profession,
    ProtectionAnswer,
    ReporterKind,
    SchoolForm,
    SchoolYear,
    Standing,
    Topic,
)
from tests.people import NO_PASSWORD, settle

SCHOOLS, COORDINATORS = 10, 10
#: of a hundred referrals, so many are open
OPEN_OF_A_HUNDRED = 2
#: history rows a closed referral has, and an open one
LONG, SHORT = 8, 4
AT_ONCE = 1000


def found_municipality(session: Session) -> Account:
    """The test's municipality with ten schools and ten coordinators, who all coordinate every school; gives one of them.

    The hardest case there is: who coordinates one school sees a tenth of it.
    """
    return add_schools(session, settle(session).forum)


def add_schools(session: Session, forum: Forum) -> Account:
    """Ten schools of this team's with ten coordinators, each of them of all; gives one of them. What `fill` fills."""
    schools = [
        Unit(slug=f"skola-{number}", name=f"Skola {number}", school_form=SchoolForm.COMPULSORY, forum=forum)
        for number in range(SCHOOLS)
    ]
    session.add_all(schools)
    coordinators = [
        Account(
            email=f"samordnare.{number}@trivsel.invalid", name=f"Samordnare {number}", profession=Profession.COORDINATOR,
            language="sv", password_hash=NO_PASSWORD,
            roles=[RoleAssignment(role=Role.COORDINATOR, unit=school) for school in schools],
        )
        for number in range(COORDINATORS)
    ]  # fmt: skip
    session.add_all(coordinators)
    session.flush()
    return coordinators[0]


def fill(address: str, total: int) -> None:
    """Add referrals until there are `total`, `OPEN_OF_A_HUNDRED` of each hundred of them open."""
    dice = random.Random(7)
    with db.reading(address) as session:
        there = session.scalar(select(func.count()).select_from(Referral)) or 0
        schools = list(session.scalars(select(Unit.id).where(Unit.slug.startswith("skola-")).order_by(Unit.slug)))
        people = list(session.scalars(select(Account.id).where(Account.name.startswith("Samordnare"))))
    for begin in range(there, total, AT_ONCE):
        rows: dict[type[Base], list[dict[str, Any]]] = {
            kind: [] for kind in (Referral, ContentKey, Concern, History, Step, Membership)
        }
        for number in range(begin, min(begin + AT_ONCE, total)):
            for kind, row in _one(number, dice, school=dice.choice(schools), owner=dice.choice(people)):
                rows[kind].append(row)
        with db.writing(address) as session:
            for kind, several in rows.items():
                session.execute(insert(cast("Table", kind.__table__)), several)


def child_name(number: int) -> str:
    """What the child of a referral is called, counted from nought: a name of its own, so that whoever searches finds the one."""
    return f"Mila Testsson-{number}"


def _one(
    number: int, dice: random.Random, *, school: uuid.UUID, owner: uuid.UUID
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The rows of one referral: itself, the concern, its history with the work done for it, and who contributes."""
    is_open = number % 100 < OPEN_OF_A_HUNDRED
    identity, wrapped = uuid.uuid4(), sealing.new_data_key()
    key = sealing.open_data_key(wrapped)
    opened = clock.now() - timedelta(days=dice.randrange(100) if is_open else dice.randrange(100, 3650))
    state = dice.choice(sorted(OPEN, key=str)) if is_open else CLOSED
    yield Referral, {
        "id": identity, "number": _reference(number), "unit_id": school, "owner_id": owner, "stage": state.stage, "status": state.status,
        "is_open": is_open, "topics": dice.sample([topic.value for topic in Topic], 2), "school_year": SchoolYear.YEAR_4,
        "rulepack": "se-2026-07", "language": "sv", "opened_at": opened, "stage_since": opened, "wrapped_key": wrapped,
        "child_name": _sealed(key, "referral", identity, "child_name", child_name(number)),
        "child_name_index": protected_identity.index_of(child_name(number)),
        "target_on": opened.date() + timedelta(days=dice.randrange(30, 150)) if is_open else None,
        "version": SHORT if is_open else LONG, "skips_assessment": False,
    }  # fmt: skip
    for kind in ContentKind:  # as many as a real one has; that they are the same key makes no row smaller
        yield ContentKey, {"id": uuid.uuid4(), "referral_id": identity, "kind": kind, "wrapped_key": wrapped}
    yield Concern, _concern(identity, key, opened)
    for turn in range(1, (SHORT if is_open else LONG) + 1):
        yield from _happened(identity, owner, at=opened + timedelta(hours=turn), number=turn, state=state)
    yield Membership, {
        "id": uuid.uuid4(), "referral_id": identity, "account_id": owner, "standing": Standing.MEMBER, "since": opened
    }  # fmt: skip


def _concern(identity: uuid.UUID, key: Fernet, at: datetime) -> dict[str, Any]:
    row = uuid.uuid4()
    return {
        "id": row, "referral_id": identity, "reporter_kind": ReporterKind.TEACHER, "language": "sv", "protection": ProtectionAnswer.NO,
        "guardians_know": GuardiansKnow.YES, "conflict": ConflictAnswer.NO, "conflict_functions": [],
        "return_code_index": secrets.token_hex(32), "submitted_at": at,
        "reporter_name": _sealed(key, "concern", row, "reporter_name", "Lena Mentorsson"),
        "observations": _sealed(key, "concern", row, "observations", "Mila har varit borta nio dagar i september. " * 8),
    }  # fmt: skip


def _happened(
    identity: uuid.UUID, by: uuid.UUID, *, at: datetime, number: int, state: State
) -> Iterator[tuple[Any, dict[str, Any]]]:
    row = uuid.uuid4()
    yield History, {
        "id": row, "referral_id": identity, "number": number, "verb": Verb.ASSIGN_OWNER, "from_stage": state.stage,
        "from_status": state.status, "to_stage": state.stage, "to_status": state.status, "at": at, "written_at": at, "by_id": by,
        "by_party": Party.COORDINATOR,
    }  # fmt: skip
    yield Step, {
        "id": uuid.uuid4(), "referral_id": identity, "history_id": row, "kind": StepKind.ADVANCE_REFERRAL, "created_at": at,
        "attempt": 1, "failures": 0, "started_at": at, "finished_at": at,
    }  # fmt: skip


def _reference(number: int) -> str:
    # Real ones are drawn until one is free. These are there once each, and as little in order.
    digits = f"{(number + 1) * 7_368_787 % 100_000_000:08}"
    return f"HTL-{digits[:4]}-{digits[4:]}"


def _sealed(key: Fernet, table: str, row: uuid.UUID, name: str, text: str) -> bytes:
    return sealing.seal(text, key=key, place=f"{table}:{row}:{name}")
