"""What those who keep a team say of it: for whom it meets, what it may decide, who must be there, and whom one can call."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor, Role
from referrals.errors import AlreadyMoved, NotAllowed
from referrals.forums import dates, mandate
from referrals.models import Account, Forum, OrganisationChange, RoleAssignment, Unit
from referrals.people import organisation
from referrals.vocabulary import MeetingOutcome, Profession, TeamLevel


@dataclass(frozen=True, kw_only=True)
class Description:
    """A team in plain words, and by the id of each unit whom one can call there: a function and a number."""

    mandate: str
    place: str
    quorum: Sequence[Profession]
    shows_names: bool
    #: whether it rates by colour too, which a team above the schools never does: no child is talked about there
    rates_by_colour: bool
    #: whether families read of it; heeded where it takes in no unit's concerns, or works beside one that does
    has_public_page: bool = False
    #: a function and a number of its own, heeded where it takes in no unit's concerns: otherwise its units' own are read
    contact: str = ""
    phone: str = ""
    contacts: Mapping[uuid.UUID, tuple[str, str]]
    #: what it may decide, which binds those who keep it: None from whoever does not set that
    level: TeamLevel | None = None
    #: empty where its level says it
    outcomes: Sequence[MeetingOutcome] | None = None


def own_units(forum: Forum, actor: Actor) -> list[Unit]:
    """Those of the team's units for which somebody keeps it, by name."""
    theirs = {unit_id for role, unit_id in actor.roles if role in dates.KEEPERS}
    return sorted((unit for unit in forum.units if unit.id in theirs), key=lambda unit: unit.name)


def may_set_mandate(forum: Forum, actor: Actor) -> bool:
    """Whether somebody says what the team may decide: a head teacher of one of its units; the others who keep it are bound by it."""
    units = {unit.id for unit in forum.all_units}
    return any(role is Role.HEAD_TEACHER and unit_id in units for role, unit_id in actor.roles)


def may_be_told_of(forum: Forum) -> bool:
    """Whether those who keep the team choose if it has a public page: it has one in any case for units whose concerns it takes in."""
    return forum.is_above or bool(forum.also_for)


def head_teachers(session: Session, forum: Forum) -> list[Account]:
    """Whom to ask for another mandate, by name."""
    leads = RoleAssignment.role == Role.HEAD_TEACHER, RoleAssignment.unit_id.in_([unit.id for unit in forum.all_units])
    found = select(Account).where(Account.is_active, Account.roles.any(leads[0] & leads[1]))
    return list(session.scalars(found.order_by(Account.name)))


def as_it_stands(forum: Forum, actor: Actor) -> str:
    """A short word for what is said of the team now, other once any of it was changed: the form sends it along."""
    team = (
        forum.level.value,
        forum.mandate,
        forum.outcomes,
        forum.place,
        forum.quorum,
        forum.shows_names,
        forum.rates_by_colour,
        forum.has_public_page,
        forum.contact,
        forum.phone,
    )
    units = [(unit.slug, unit.contact, unit.phone) for unit in own_units(forum, actor)]
    return hashlib.sha256(repr((team, units)).encode()).hexdigest()[:16]


def describe(session: Session, forum: Forum, description: Description, *, by: Actor, seen: str) -> int:
    """Say this of the team from now on, each change noted in the log of the organisation; how many there were.

    Raises NotAllowed for who does not keep the team, where a unit is named that is none of theirs in it, and where level or
    outcomes come from who does not set them; AlreadyMoved where somebody changed it since it stood as `seen`;
    StillTakesChildren where it is to advise only and children still turn to it.
    """
    dates.require_keeper(forum, by)
    units = {unit.id: unit for unit in own_units(forum, by)}
    sets_mandate = description.level is not None or description.outcomes is not None
    if not description.contacts.keys() <= units.keys() or (sets_mandate and not may_set_mandate(forum, by)):
        raise NotAllowed("describe a team")
    _require_as_seen(session, forum, seen, by=by)
    wanted = [profession.value for profession in description.quorum]
    values: dict[str, Any] = {
        "mandate": description.mandate,
        "place": description.place,
        # Who is asked for keeps their place: the same professions in another order are no change.
        "quorum": [one for one in forum.quorum if one in wanted] + [one for one in wanted if one not in forum.quorum],
        "shows_names": description.shows_names,
        "rates_by_colour": description.rates_by_colour and not forum.is_above,
    }
    if may_be_told_of(forum):
        values["has_public_page"] = description.has_public_page
    if not forum.units:
        values |= {"contact": description.contact, "phone": description.phone}
    if description.level is not None:
        values["level"] = description.level
    if description.outcomes is not None:
        values["outcomes"] = [outcome.value for outcome in description.outcomes] or None
    changed = organisation.write(session, forum, values, by_id=by.account_id)
    for unit_id, (contact, phone) in description.contacts.items():
        said = {"contact": contact, "phone": phone}
        changed += organisation.write(session, units[unit_id], said, by_id=by.account_id)
    session.flush()
    mandate.require_no_child_waits(session, forum)
    return changed


def _require_as_seen(session: Session, forum: Forum, seen: str, *, by: Actor) -> None:
    session.refresh(forum, with_for_update={"key_share": True})
    for unit in forum.units:
        session.refresh(unit)
    if as_it_stands(forum, by) == seen:
        return
    slugs = [forum.slug, *(unit.slug for unit in forum.units)]
    about_it = or_(*(OrganisationChange.subject.endswith(f" {slug}", autoescape=True) for slug in slugs))
    newest = select(OrganisationChange).where(about_it).order_by(OrganisationChange.at.desc(), OrganisationChange.id)
    last = session.scalars(newest.limit(1)).first()
    who = session.get(Account, last.by_id) if last and last.by_id else None
    name, at = (who.name if who else "system"), (last.at if last else clock.now())
    raise AlreadyMoved("describe", name, at, by_id=who.id if who else None)
