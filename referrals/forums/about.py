"""What a team's coordinators say of it: for whom it meets, what it may decide, and whom one can call at its units."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from referrals import organisation
from referrals.access import Actor
from referrals.errors import NotAllowed
from referrals.forums import dates
from referrals.models import Forum, Unit
from referrals.vocabulary import MeetingOutcome, TeamLevel


@dataclass(frozen=True)
class Description:
    """A team in plain words, and by the id of each unit whom one can call there: a function and a number."""

    level: TeamLevel
    mandate: str
    #: none where its level says it
    outcomes: Sequence[MeetingOutcome]
    contacts: Mapping[uuid.UUID, tuple[str, str]]


def own_units(forum: Forum, actor: Actor) -> list[Unit]:
    """Those of the team's units for which somebody keeps it, by name."""
    theirs = {unit_id for role, unit_id in actor.roles if role in dates.KEEPERS}
    return sorted((unit for unit in forum.units if unit.id in theirs), key=lambda unit: unit.name)


def describe(session: Session, forum: Forum, description: Description, *, by: Actor) -> int:
    """Say this of the team from now on, each change noted in the log of the organisation; how many there were.

    Raises NotAllowed for who does not keep the team, and where a unit is named that is none of theirs in it.
    """
    dates.require_keeper(forum, by)
    units = {unit.id: unit for unit in own_units(forum, by)}
    if not description.contacts.keys() <= units.keys():
        raise NotAllowed("describe a unit")
    values = {
        "level": description.level,
        "mandate": description.mandate,
        "outcomes": [outcome.value for outcome in description.outcomes] or None,
    }
    changed = organisation.write(session, forum, values, by_id=by.account_id)
    for unit_id, (contact, phone) in description.contacts.items():
        said = {"contact": contact, "phone": phone}
        changed += organisation.write(session, units[unit_id], said, by_id=by.account_id)
    session.flush()
    return changed
