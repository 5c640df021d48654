"""The municipality an instance holds: read, set up from its file, and changed with a log of who changed what."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, rulebook
from referrals.access import Actor, Role, is_administrator
from referrals.errors import NotAllowed, SetupFileInvalid
from referrals.models import Account, Base, ClosedDay, Forum, Municipality, OrganisationChange, RoleAssignment, Unit


@dataclass(frozen=True)
class SetUp:
    """What a set-up did: how many rows it added and how many it changed."""

    added: int
    changed: int


def municipality(session: Session) -> Municipality:
    """The municipality of this instance. Raises SetupFileInvalid where none is set up yet."""
    found = session.scalars(select(Municipality).limit(1)).one_or_none()
    if found is None:
        raise SetupFileInvalid("no municipality is set up yet: run `trivsel setup FILE`")
    return found


def changes(session: Session, *, most: int = 100) -> list[OrganisationChange]:
    """The newest changes to the organisation, newest first."""
    return list(session.scalars(select(OrganisationChange).order_by(OrganisationChange.at.desc()).limit(most)))


def change(session: Session, row: Base, *, by: Actor, **values: Any) -> int:
    """Give `row` (a municipality, forum, unit, account or closed day) these values and log each that differs; how many did.

    Raises NotAllowed for anybody but an administrator.
    """
    if not is_administrator(by):
        raise NotAllowed("change_organisation")
    return _change(session, row, values, by_id=by.account_id)


def set_up(session: Session, written: Mapping[str, Any], *, password_hashes: Mapping[str, str]) -> SetUp:
    """Bring the database to what the municipality's file says, as `schemas.municipality` reads it; nothing is taken away.

    `password_hashes` gives the hash for each new account's address. Done twice it changes nothing. Raises SetupFileInvalid
    when another municipality lives here already or a name leads nowhere.
    """
    before = len(session.scalars(select(OrganisationChange.id)).all())
    work = _Work(session)
    pack = rulebook.newest(written["municipality"]["country"])
    here = session.scalars(select(Municipality).limit(1)).one_or_none()
    if here is not None and here.country is not written["municipality"]["country"]:
        raise SetupFileInvalid(
            f"this instance already holds {here.name}; another country needs a data folder of its own"
        )
    details = written["municipality"] | {"phones": pack.phones | written["phones"], "targets": written["targets"]}
    work.put(here, Municipality, details | {"rulepack_version": pack.name})
    forums = {}
    for row in written["forums"]:
        found = session.scalars(select(Forum).where(Forum.slug == row["slug"])).one_or_none()
        forums[row["slug"]] = work.put(found, Forum, row | {"quorum": [word.value for word in row["quorum"]]})
    session.flush()
    units = {}
    for row in written["units"]:
        found_unit = session.scalars(select(Unit).where(Unit.slug == row["slug"])).one_or_none()
        values = {key: value for key, value in row.items() if key != "forum"}
        units[row["slug"]] = work.put(found_unit, Unit, values | {"forum_id": forums[row["forum"]].id})
    session.flush()
    for row in written["people"]:
        _put_person(work, row, units=units, password_hashes=password_hashes)
    for row in written["closed_days"]:
        query = select(ClosedDay).where(ClosedDay.first_on == row["first_on"], ClosedDay.last_on == row["last_on"])
        work.put(session.scalars(query).one_or_none(), ClosedDay, row)
    session.flush()
    return SetUp(work.added, len(session.scalars(select(OrganisationChange.id)).all()) - before)


class _Work:
    """One set-up: what it adds, it counts; what it changes, it logs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.added = 0

    def put(
        self, found: Any, kind: type[Any], values: Mapping[str, Any], *, only_new: Mapping[str, Any] | None = None
    ) -> Any:
        """The row with these values: `found` changed where it differs, otherwise a new one of `kind` with `only_new` too."""
        if found is not None:
            _change(self.session, found, values, by_id=None)
            return found
        made = kind(**(only_new or {}), **values)
        self.session.add(made)
        self.added += 1
        return made


def _put_person(
    work: _Work, row: Mapping[str, Any], *, units: Mapping[str, Unit], password_hashes: Mapping[str, str]
) -> None:
    session = work.session
    found = session.scalars(select(Account).where(Account.email == row["email"])).one_or_none()
    values = {key: row[key] for key in ("name", "profession", "language")}
    identity = {"email": row["email"], "password_hash": password_hashes.get(row["email"], "")}
    account: Account = work.put(found, Account, values, only_new=identity)
    session.flush()
    held = {(role.role, role.unit_id) for role in account.roles}
    for role, unit_id in _roles(row["roles"], units):
        if (role, unit_id) not in held:
            account.roles.append(RoleAssignment(role=role, unit_id=unit_id))
            if found is not None:
                _log(session, f"account.roles {account.id}", "", f"{role.value} {unit_id or ''}".strip(), by_id=None)


def _roles(written: Iterable[Mapping[str, Any]], units: Mapping[str, Unit]) -> list[tuple[Role, uuid.UUID | None]]:
    found: list[tuple[Role, uuid.UUID | None]] = []
    for held in written:
        if held["role"] is Role.ADMINISTRATOR:
            found.append((Role.ADMINISTRATOR, None))
        found.extend((held["role"], units[slug].id) for slug in held["units"] if held["role"] is not Role.ADMINISTRATOR)
    return found


def _change(session: Session, row: Base, values: Mapping[str, Any], *, by_id: uuid.UUID | None) -> int:
    changed = 0
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            _log(session, f"{row.__tablename__}.{name} {_called(row)}", _word(before), _word(value), by_id=by_id)
            changed += 1
    return changed


def _log(session: Session, subject: str, before: str, after: str, *, by_id: uuid.UUID | None) -> None:  # noqa: PLR0917 - a log line reads so
    session.add(OrganisationChange(at=clock.now(), by_id=by_id, subject=subject, before=before, after=after))


def _called(row: Base) -> str:
    return str(getattr(row, "slug", None) or getattr(row, "id", ""))


def _word(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)
