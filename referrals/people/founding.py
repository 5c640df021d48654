"""Setting a municipality up from its file, and again when the file has changed: adds and changes, never takes anything away."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import WITHOUT_UNIT, Role
from referrals.errors import HasReferrals, SetupFileInvalid, StillTakesChildren
from referrals.forums import mandate
from referrals.models import Account, ClosedDay, Forum, Municipality, RoleAssignment, TeamSeat, Unit
from referrals.people import organisation
from referrals.people.organisation import Held
from referrals.rules import recounting, rulebook
from referrals.rules.rulebook import RulePack
from referrals.safeguarding import access_list


@dataclass(frozen=True)
class SetUp:
    """What a set-up did: how many rows it added and how many values it changed."""

    added: int
    changed: int


def set_up(session: Session, written: Mapping[str, Any], *, password_hashes: Mapping[str, str]) -> SetUp:
    """Bring the database to what the municipality's file says, as `schemas.municipality` reads it.

    What the file leaves out stays as it is. `password_hashes` gives the hash for a new account's address; an account
    without one cannot sign in until it is given a password. Done twice it changes nothing. Raises SetupFileInvalid when a
    municipality of another country lives here already, or children would have to turn to a team that only advises.
    """
    here = session.scalars(select(Municipality).limit(1)).one_or_none()
    if here is not None and here.country is not written["municipality"]["country"]:
        raise SetupFileInvalid(
            f"this instance already holds {here.name}; another country needs a data folder of its own"
        )
    recounting.hold(session)  # before the first line of the log
    work = _Work(session, is_first=here is None)
    pack = rulebook.newest(written["municipality"]["country"])
    work.put(here, Municipality, _details(here, written, pack))
    forums = {}
    for row in written["forums"]:
        found = session.scalars(select(Forum).where(Forum.slug == row["slug"])).one_or_none()
        forums[row["slug"]] = work.put(found, Forum, row | {"quorum": [word.value for word in row["quorum"]]})
    units = {row["slug"]: _put_unit(work, row, forums) for row in written["units"]}
    _require_teams_for_children(session, forums)
    for row in written["people"]:
        language = row.get("language") or written["municipality"]["language"]
        only_new = {"password_hash": password_hashes.get(row["email"], ""), "language": language}
        account = _put_person(work, row, units=units, only_new=only_new)
        for slug in row["seats"]:
            _put_seat(work, forums[slug], account, coordinates=slug in row.get("coordinates", ()))
    with recounting.following_closed_days(session):
        for row in written["closed_days"]:
            days = select(ClosedDay).where(ClosedDay.first_on == row["first_on"], ClosedDay.last_on == row["last_on"])
            work.put(session.scalars(days).one_or_none(), ClosedDay, row)
    if "protection" in written:
        work.put(organisation.municipality(session), Municipality, _protection(session, written["protection"]))
    session.flush()
    access_list.follow_roles(session)
    return SetUp(work.added, work.changed)


class _Work:
    """One set-up: what it adds and changes, counted and, from the second set-up on, logged."""

    def __init__(self, session: Session, *, is_first: bool) -> None:
        self.session = session
        self.is_first = is_first
        self.added = 0
        self.changed = 0

    def put(
        self, found: Any, kind: type[Any], values: Mapping[str, Any], *, only_new: Mapping[str, Any] | None = None
    ) -> Any:
        """The row with these values: `found` changed where it differs, otherwise a new one of `kind` with `only_new` too."""
        if found is not None:
            self.changed += organisation.write(self.session, found, values, by_id=None)
            return found
        made = kind(**{**(only_new or {}), **values})
        self.session.add(made)
        self.session.flush()
        self.added += 1
        if not self.is_first:
            organisation.note(self.session, made, what="added", after=organisation.describe(made), by_id=None)
        return made


def _put_unit(work: _Work, row: Mapping[str, Any], forums: Mapping[str, Forum]) -> Unit:
    there = work.session.scalars(select(Unit).where(Unit.slug == row["slug"])).one_or_none()
    named = [forums[slug] for slug in row.get("other_forums", ())]
    teams = {team.slug: team for team in (*named, *(there.other_teams if there else ()))}
    beside = [teams[slug] for slug in sorted(teams) if slug != row["forum"]]
    values = {key: value for key, value in row.items() if key not in {"forum", "other_forums"}}
    try:
        made: Unit = work.put(there, Unit, {"other_teams": beside, "forum": forums[row["forum"]]} | values)
    except HasReferrals:
        raise SetupFileInvalid(
            f"units {row['slug']}: the forum {row['forum']} works for it beside another and has referrals of its own; "
            "leave its forum as it is"
        ) from None
    return made


def _require_teams_for_children(session: Session, forums: Mapping[str, Forum]) -> None:
    session.flush()
    for slug, forum in forums.items():
        try:
            mandate.require_no_child_waits(session, forum)
        except StillTakesChildren:
            raise SetupFileInvalid(
                f"forums {slug}: level staff takes up no single child, but its units have running referrals or an open form; "
                "give them another forum, or close the referrals and write is_open = false"
            ) from None


def _details(here: Municipality | None, written: Mapping[str, Any], pack: RulePack) -> dict[str, Any]:
    phones = pack.phones | (here.phones if here else {}) | written["phones"]
    targets = (here.targets if here else {}) | written["targets"]
    retention = written.get("retention") or (here.retention if here else {})
    return {
        **written["municipality"],
        "phones": phones,
        "targets": targets,
        "retention": retention,
        "rulepack_version": pack.name,
    }


def _protection(session: Session, written: Mapping[str, Any]) -> dict[str, Any]:
    """Who is named for protection reports, as accounts: whoever gets an address later gets nothing with it."""
    ids = {email: str(identity) for email, identity in session.execute(select(Account.email, Account.id))}
    named = {capacity: sorted(ids[email] for email in written[capacity]) for capacity in ("receivers", "readers")}
    return {"protection": {**named, "saturday_is_weekday": written["saturday_is_weekday"]}}


def _put_person(
    work: _Work, row: Mapping[str, Any], *, units: Mapping[str, Unit], only_new: Mapping[str, Any]
) -> Account:
    found = work.session.scalars(select(Account).where(Account.email == row["email"])).one_or_none()
    values = {key: value for key, value in row.items() if key not in {"roles", "seats", "coordinates"}}
    account: Account = work.put(found, Account, values, only_new=only_new)
    there = {(role.role, role.unit_id) for role in account.roles}
    for role, unit in _roles(row["roles"], units):
        if (role, unit.id if unit else None) in there:
            continue
        account.roles.append(RoleAssignment(role=role, unit=unit))
        if unit is not None:
            account.end_invitations(clock.now())
        if found is not None:
            words = f"{role.value} {unit.slug}" if unit else role.value
            organisation.note(work.session, account, what="roles", after=words, by_id=None)
            work.changed += 1
    return account


def _put_seat(work: _Work, forum: Forum, account: Account, *, coordinates: bool) -> None:
    there = select(TeamSeat).where(TeamSeat.forum_id == forum.id, TeamSeat.account_id == account.id)
    work.put(
        work.session.scalars(there).one_or_none(),
        TeamSeat,
        {"forum": forum, "account": account} | ({"coordinates": True} if coordinates else {}),
    )


def _roles(written: Iterable[Mapping[str, Any]], units: Mapping[str, Unit]) -> list[tuple[Role, Unit | None]]:
    found: dict[tuple[Role, uuid.UUID | None], Unit | None] = {}
    for held in written:
        places = [None] if held["role"] in WITHOUT_UNIT else [units[slug] for slug in held["units"]]
        for unit in places:
            key: Held = (held["role"], unit.id if unit else None)
            found[key] = unit
    return [(role, unit) for (role, _), unit in found.items()]
