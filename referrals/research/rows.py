"""The rows of an export: one for each concern of a term, with words of controlled lists only, as they stand in clear."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import ActionFollowUp, ActionPlan, Closure, FollowUp, Goal, Referral
from referrals.patterns import kept
from referrals.patterns.counting import ANSWERS, CAME_IN_HERE, TAKEN_UP, came_within, zone_of
from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import AgeBand, Domain, Helped, Topic

YES: Final = "yes"
NO: Final = "no"
#: the first answer within so many days at most, and how that is written
_BANDS: Final = ((7, "0-7"), (21, "8-21"))
_LATER: Final = "22-"


@dataclass(frozen=True)
class Line:
    """One concern: by what it could be known (its area and about how old the child is), and what became of it."""

    referral_id: uuid.UUID
    area: str
    age: str
    values: dict[str, str]
    #: whether it must be in no row: its child is protected, or it is held for a conflict of interest
    is_withheld: bool = False


def of_term(session: Session, term: SchoolTerm) -> list[Line]:
    """The concerns that came in during the term, in no order: all of them, as the figures of the term count them.

    A school lies in the area in which it was counted, where the pages tell of that area: with another one, the rows of an area less
    what the pages tell of it would be those of the school.
    """
    areas = kept.areas_told(session, term)
    came_in = came_within(Referral.opened_at, term, zone_of(session))
    found = session.scalars(select(Referral).where(CAME_IN_HERE, came_in)).all()
    columns = _columns(session, [referral.id for referral in found])
    return [
        Line(
            referral.id,
            areas.get(referral.unit_id, ""),
            AgeBand.of(referral.school_year).value if referral.school_year else "",
            _topics(referral) | {name: values.get(referral.id, "") for name, values in columns.items()},
            is_withheld=referral.protected_since is not None or referral.held_since is not None,
        )
        for referral in found
    ]


def _topics(referral: Referral) -> dict[str, str]:
    return {f"topic_{topic.value}": YES if topic.value in referral.topics else NO for topic in Topic}


def _columns(session: Session, ids: list[uuid.UUID]) -> dict[str, dict[uuid.UUID, str]]:
    """What became of each, a column at a time; empty where nothing did yet."""
    return _answers(session, ids) | _domains(session, ids) | _closings(session, ids) | _families(session, ids)


def _answers(session: Session, ids: list[uuid.UUID]) -> dict[str, dict[uuid.UUID, str]]:
    """Whether it was taken up, and within how many days it was answered."""
    taken: dict[uuid.UUID, str] = {}
    days: dict[uuid.UUID, str] = {}
    for referral in session.scalars(select(Referral).where(Referral.id.in_(ids))):
        answer = next((row for row in referral.history if row.verb in ANSWERS), None)
        if answer is not None:
            waited = (answer.at - referral.opened_at).days
            taken[referral.id] = YES if answer.verb in TAKEN_UP else NO
            days[referral.id] = next((words for most, words in _BANDS if waited <= most), _LATER)
    return {"taken_up": taken, "answered_within_days": days}


def _domains(session: Session, ids: list[uuid.UUID]) -> dict[str, dict[uuid.UUID, str]]:
    """On which domains its plans in force have worked."""
    query = (
        select(ActionPlan.referral_id, Goal.domain)
        .join(Goal, Goal.plan_id == ActionPlan.id)
        .where(ActionPlan.referral_id.in_(ids), ActionPlan.approved_at.is_not(None))
    )
    of: dict[uuid.UUID, set[Domain | None]] = defaultdict(set)
    for referral_id, domain in session.execute(query):
        of[referral_id].add(domain)
    return {
        f"domain_{domain.value}": {one: YES if domain in domains else NO for one, domains in of.items()}
        for domain in Domain
    }


def _closings(session: Session, ids: list[uuid.UUID]) -> dict[str, dict[uuid.UUID, str]]:
    """Why it was closed, the last time."""
    query = select(Closure.referral_id, Closure.reason).where(Closure.referral_id.in_(ids)).order_by(Closure.number)
    return {"closed_because": {referral_id: reason.value for referral_id, reason in session.execute(query)}}


def _families(session: Session, ids: list[uuid.UUID]) -> dict[str, dict[uuid.UUID, str]]:
    """Whether the child and a guardian said how it is at any follow-up, and whether anything helped."""
    said: dict[str, dict[uuid.UUID, str]] = {"child_answered": {}, "guardian_answered": {}, "helped": {}}

    def note(column: str, referral_id: uuid.UUID, *, is_so: bool) -> None:
        said[column][referral_id] = YES if is_so or said[column].get(referral_id) == YES else NO

    for one in session.scalars(select(FollowUp).where(FollowUp.referral_id.in_(ids))):
        note("child_answered", one.referral_id, is_so=not one.child_declined)
        if one.guardians_heard is not None:
            note("guardian_answered", one.referral_id, is_so=one.guardians_heard)
    helped = select(ActionFollowUp.referral_id, ActionFollowUp.helped).where(ActionFollowUp.referral_id.in_(ids))
    for referral_id, answer in session.execute(helped):
        note("helped", referral_id, is_so=answer in (Helped.YES, Helped.PARTLY))
    return said
