"""The municipality an instance holds: read, and changed by administrators with a log of who changed what."""

import re
import unicodedata
import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import Actor, Role, is_administrator
from referrals.errors import HasReferrals, LastAdministrator, NotAllowed, SetupFileInvalid
from referrals.forums import mandate
from referrals.keeping import audit
from referrals.models import (
    Account,
    ClosedDay,
    Forum,
    HandOver,
    Municipality,
    OrganisationChange,
    Referral,
    RoleAssignment,
    SeatAbsence,
    TeamDate,
    TeamSeat,
    Unit,
    What,
)
from referrals.rules import recounting
from referrals.safeguarding import access_list
from referrals.vocabulary import HandOverState

#: what is changed with a line in the log: by administrators, a team's dates and seats by its coordinators
Row: TypeAlias = Municipality | Forum | Unit | Account | ClosedDay | TeamDate | TeamSeat | SeatAbsence
#: a role together with the unit it holds in; an administrator's holds in none in particular
Held: TypeAlias = tuple[Role, uuid.UUID | None]
#: letters that do not fall apart into one of a to z and an accent
_SPELT = str.maketrans({"æ": "ae", "ø": "o", "ß": "ss", "ð": "d", "þ": "th"})


def municipality(session: Session) -> Municipality:
    """The municipality of this instance. Raises SetupFileInvalid where none is set up yet."""
    found = here.municipality(session)
    if found is None:
        raise SetupFileInvalid("no municipality is set up yet: run `trivsel setup FILE`")
    return found


def unit_called(session: Session, slug: str) -> Unit | None:
    """The unit with this short name in addresses; None where none has it."""
    return session.scalars(select(Unit).where(Unit.slug == slug)).one_or_none()


def changes(session: Session, *, most: int = 100, skip: int = 0) -> list[OrganisationChange]:
    """The newest changes to the organisation, newest first, at most `most` after the first `skip`."""
    newest = select(OrganisationChange).order_by(OrganisationChange.at.desc(), OrganisationChange.id)
    return list(session.scalars(newest.offset(skip).limit(most)))


def change(session: Session, row: Row, *, by: Actor, **values: Any) -> int:
    """Give `row` these values and log each that differs; how many did.

    Raises NotAllowed for anybody but an administrator, LastAdministrator where nobody would be left to administer,
    StillTakesChildren where a team that only advises would be the one some child has to turn to, HasReferrals where a unit would
    lose a team beside its first one that has referrals of the unit.
    """
    _require_administrator(by)
    changed = write(session, row, values, by_id=by.account_id)
    session.flush()
    if isinstance(row, Account):
        _require_somebody_left(session)
        access_list.follow_roles(session)
    _require_team_for_children(session, row)
    return changed


def add(session: Session, row: Row, *, by: Actor) -> None:
    """Take a new row in. Raises NotAllowed for anybody but an administrator, StillTakesChildren as `change` does."""
    _require_administrator(by)
    session.add(row)
    session.flush()
    _require_team_for_children(session, row)
    note(session, row, what="added", after=describe(row), by_id=by.account_id)


def add_closed_days(session: Session, stretches: Iterable[ClosedDay], *, by: Actor) -> int:
    """Add those of `stretches` that are not in the list yet; how many were. What runs is counted anew. Raises NotAllowed.

    Of two with the same days the first is added, whatever they are called.
    """
    _require_administrator(by)
    with recounting.following_closed_days(session):
        there, new = closed_stretches(session), list[ClosedDay]()
        for one in stretches:
            if (days := (one.first_on, one.last_on)) not in there:
                there.add(days)
                new.append(one)
        session.add_all(new)
    for one in new:  # the log comes last: whoever moves a referral writes there after it, too
        note(session, one, what="added", after=describe(one), by_id=by.account_id)
    return len(new)


def closed_stretches(session: Session) -> set[tuple[date, date]]:
    """First and last day of each stretch in the list."""
    return {(first, last) for first, last in session.execute(select(ClosedDay.first_on, ClosedDay.last_on))}


def remove_closed_days(session: Session, row: ClosedDay, *, by: Actor) -> None:
    """Take a stretch of closed days away: the one thing nothing else can point at. What runs is counted anew. Raises NotAllowed."""
    _require_administrator(by)
    described = describe(row)
    with recounting.following_closed_days(session):
        session.delete(row)
    note(session, row, what="removed", before=described, by_id=by.account_id)


def give_roles(session: Session, account: Account, roles: Collection[Held], *, by: Actor | None) -> int:
    """Let `account` hold exactly these roles; how many were given or taken. `by` is None for the municipality's sign-in.

    Raises NotAllowed for anybody but an administrator, LastAdministrator where nobody would be left to administer.
    """
    if by is not None:
        _require_administrator(by)
    by_id = by.account_id if by else None
    before = {(held.role, held.unit_id): held for held in account.roles}
    given, taken = set(roles) - set(before), set(before) - set(roles)
    units = {unit.id: unit.slug for unit in session.scalars(select(Unit))}
    for held in sorted(taken, key=str):
        account.roles.remove(before[held])
        note(session, account, what="roles", before=_role_words(held, units), by_id=by_id)
    for held in sorted(given, key=str):
        account.roles.append(RoleAssignment(role=held[0], unit_id=held[1]))
        note(session, account, what="roles", after=_role_words(held, units), by_id=by_id)
    if any(unit_id is not None for _role, unit_id in given):
        account.end_invitations(clock.now())
    session.flush()
    _require_somebody_left(session)
    access_list.follow_roles(session)
    return len(given) + len(taken)


def give_password(session: Session, account: Account, password_hash: str, *, by: Actor | None) -> None:
    """Give `account` another password; the log says that, and never which. `by` is None at the command line.

    Raises NotAllowed for anybody but an administrator.
    """
    if by is not None:
        _require_administrator(by)
    account.password_hash = password_hash
    note(session, account, what="password", by_id=by.account_id if by else None)
    session.flush()


def move_date(session: Session, wanted: datetime, *, by: Actor) -> None:
    """Make it `wanted` (aware) for every part of a demonstration.

    Raises NotAllowed for anybody but an administrator, RuntimeError where the date cannot be set, as in production.
    """
    _require_administrator(by)
    row, before = municipality(session), clock.today(municipality(session).timezone)
    clock.set_now(wanted)
    note(session, row, what="date", before=before, after=clock.today(row.timezone), by_id=by.account_id)
    session.flush()


def free_slug(session: Session, kind: type[Unit | Forum], name: str) -> str:
    """A short name for addresses, made from `name` and not used yet: `lindens-forskola`, or `lindens-forskola-2`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_SPELT))
    wanted = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-") or kind.__tablename__
    taken = set(session.scalars(select(kind.slug)))
    return next(slug for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def write(session: Session, row: Row, values: Mapping[str, Any], *, by_id: uuid.UUID | None) -> int:
    """Give `row` these values and log each that differs; how many did. For set-up and `change`, which know who may."""
    lines: list[tuple[str, str, str]] = []
    for name, value in values.items():
        before = getattr(row, name)
        if before == value:
            continue
        if isinstance(row, Unit) and name == "other_teams":
            _require_nothing_left(session, row, [team for team in before if team not in value])
        if isinstance(row, Unit) and isinstance(value, Forum):
            _require_nothing_left(session, row, [team for team in row.other_teams if team is value])
        lines += _differences(name, before, value)
        setattr(row, name, value)
        if isinstance(row, Unit) and isinstance(value, Forum):
            _let_referrals_follow(session, row, before)
        if name == "targets":
            recounting.name_sources(session)
    session.flush()
    for what, old, new in lines:  # as the last thing, like everything that is logged
        note(session, row, what=what, before=old, after=new, by_id=by_id)
    return len(lines)


def _differences(name: str, before: Any, value: Any) -> Iterable[tuple[str, str, str]]:
    """A line of the log for a value that is another one now, as it was and is; of a dictionary, one for each key that differs."""
    if not isinstance(before, dict):
        return [(name, _word(before), _word(value))]
    keys = sorted(key for key in before.keys() | value.keys() if before.get(key, "") != value.get(key, ""))
    return [(f"{name}.{key}", _word(before.get(key, "")), _word(value.get(key, ""))) for key in keys]


def note(
    session: Session, row: Row, *, what: str, before: object = "", after: object = "", by_id: uuid.UUID | None
) -> None:
    """One line of the log about `row`, such as `unit.is_open lindskolan`."""
    called = getattr(row, "slug", None) or row.id
    subject = f"{row.__tablename__}.{what} {called}"
    session.add(
        OrganisationChange(at=clock.now(), by_id=by_id, subject=subject, before=_word(before), after=_word(after))
    )
    by = Actor(account_id=by_id)
    # Without the keys of a changed set, which an administrator may have typed.
    part = f"{row.__tablename__}.{what.partition('.')[0]}"
    audit.append(session, What.CHANGED_ORGANISATION, by=by, subject=part, object_id=row.id)


def _require_administrator(by: Actor) -> None:
    if not is_administrator(by):
        raise NotAllowed("change_organisation")


def _require_team_for_children(session: Session, row: Row) -> None:
    if isinstance(row, Forum | Unit):
        mandate.require_no_child_waits(session, row.forum if isinstance(row, Unit) else row)


def _require_nothing_left(session: Session, unit: Unit, teams: Collection[Forum]) -> None:
    """That none of `teams` ever worked on a referral of the unit, or is offered one, which would be another team's to see."""
    ids = [team.id for team in teams]
    theirs = select(Referral.id).where(Referral.unit_id == unit.id, Referral.forum_id.in_(ids))
    offered = select(HandOver.id).where(
        HandOver.to_unit_id == unit.id, HandOver.to_forum_id.in_(ids), HandOver.state == HandOverState.OFFERED
    )
    if session.scalar(select(theirs.exists() | offered.exists())):
        raise HasReferrals


def _let_referrals_follow(session: Session, unit: Unit, before: Forum) -> None:
    """What the unit's team worked on is the other team's from now on: nothing may be left to a team that is the unit's no more."""
    theirs = update(Referral).where(Referral.unit_id == unit.id, Referral.forum_id == before.id)
    session.execute(theirs.values(forum_id=unit.forum.id))


def _require_somebody_left(session: Session) -> None:
    administrators = select(Account.id).where(
        Account.is_active, Account.roles.any(RoleAssignment.role == Role.ADMINISTRATOR)
    )
    if session.scalars(administrators.limit(1)).first() is None:
        raise LastAdministrator


def _role_words(held: Held, units: Mapping[uuid.UUID, str]) -> str:
    return f"{held[0].value} {units[held[1]]}" if held[1] else held[0].value


def describe(row: Row) -> str:
    """A row in the words of the log."""
    if isinstance(row, TeamDate):
        return f"{row.forum.slug} {row.starts_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(row, TeamSeat):
        return f"{row.forum.slug}, {row.account_id}"
    if isinstance(row, SeatAbsence):
        time = (
            f"{row.begins_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {row.last_moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        )
        return ", ".join([describe(row.seat), time, *([str(row.stand_in_id)] if row.stand_in_id else [])])
    return f"{row.label} {row.first_on} {row.last_on}" if isinstance(row, ClosedDay) else row.name


def _word(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_word(inner) for inner in value)
    if isinstance(value, Forum):
        return value.slug
    if value is None:
        return ""
    return str(value.value) if isinstance(value, Enum) else str(value)
