"""What everybody may know of a unit's teams: the professions that sit there, and names only where the municipality shows them."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from referrals.forums import seats
from referrals.models import Forum, Unit
from referrals.vocabulary import Profession


@dataclass(frozen=True)
class Place:
    """A profession at the team's table; `names` of those who have it, empty where the team does not show them."""

    profession: Profession
    names: tuple[str, ...]


def others_of(session: Session, unit: Unit) -> list[Forum]:
    """The teams beside and above the one that takes in the unit's concerns that want to be read of, by name."""
    beside, above = Forum.also_for.any(Unit.id == unit.id), ~Forum.units.any() & ~Forum.also_for.any()
    rows = select(Forum).where(Forum.has_public_page, Forum.id != unit.forum_id, or_(beside, above))
    return list(session.scalars(rows.order_by(Forum.name, Forum.id)))


def read_at(session: Session, forum: Forum) -> Unit | None:
    """A unit from whose page a team above the units is read of: every one leads there; None where it is not read of."""
    if not (forum.is_above and forum.has_public_page):
        return None
    return session.scalars(select(Unit).order_by(Unit.name, Unit.id).limit(1)).first()


def places(session: Session, forum: Forum) -> list[Place]:
    """Who belongs to the team: who sits in it for good, and the professions without which it is not complete.

    Never who is away and who stands in, which is nobody else's business.
    """
    held = [seat.account for seat in seats.seats_of(session, forum) if seat.account.is_active]
    there = {account.profession for account in held} | {Profession(value) for value in forum.quorum}
    return [
        Place(profession, tuple(each.name for each in held if forum.shows_names and each.profession is profession))
        for profession in Profession
        if profession in there
    ]
