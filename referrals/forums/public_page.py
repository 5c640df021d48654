"""What everybody may know of a team: the professions that sit in it, and names only where the municipality shows them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from referrals.forums import seats
from referrals.models import Forum
from referrals.vocabulary import Profession


@dataclass(frozen=True)
class Place:
    """A profession at the team's table; `names` of those who have it, empty where the team does not show them."""

    profession: Profession
    names: tuple[str, ...]


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
