"""The evaluation of a round by everybody who took part: who has answered is known, what somebody answered is not.

What was answered is shown once nobody answers any more, and only where there are five answers: otherwise it would tell who gave which.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here, identity_check
from referrals.access import Actor
from referrals.errors import NotAllowed, RoundRefused
from referrals.models import ConsultationRound, RoundAnswer, RoundAnswered
from referrals.patterns.suppression import FEWEST
from referrals.rounds import enrolling, people
from referrals.vocabulary import RoundProblem

#: so many days after the last slot the round can be evaluated
DAYS: Final = 14


@dataclass(frozen=True)
class Results:
    """How many were asked and answered; the mean of the ratings (1 to 5) and the comments only where nobody can be told from them."""

    asked: int
    answered: int
    mean: float | None = None
    comments: tuple[str, ...] = ()


def asked(session: Session, found: ConsultationRound) -> set[uuid.UUID]:
    """The accounts that are asked: those in the teams that took part, and the consultants."""
    accounts = {consultant.account_id for consultant in found.consultants}
    return accounts | people.in_any(session, [one.forum_id for one in found.enrolments])


def is_open(session: Session, found: ConsultationRound) -> bool:
    """Whether it is evaluated now: on the days after its last slot."""
    return people.are_held(session) and timedelta() < here.today(session) - found.last_on <= timedelta(days=DAYS)


def may_answer(session: Session, found: ConsultationRound, actor: Actor) -> bool:
    """Whether they evaluate the round now: everybody who is asked and has not answered."""
    if actor.account_id is None or not is_open(session, found) or _has_answered(session, found, actor):
        return False
    return actor.account_id in asked(session, found)


def answer(
    session: Session,
    found: ConsultationRound,
    *,
    by: Actor,
    rating: int,
    comment: str | None = None,
    answered: Collection[str] = (),
) -> None:
    """Evaluate a round, once. No column leads from the answer to who gave it, but the order of writing does in the database itself.

    Raises NotAllowed, RoundRefused, NamesSomebody.
    """
    session.refresh(found, with_for_update=True)
    if by.account_id is not None and _has_answered(session, found, by):
        raise RoundRefused(RoundProblem.ANSWERED)
    if by.account_id is None or not may_answer(session, found, by):
        raise NotAllowed("evaluate_round")
    identity_check.municipal_checker(session, by=by).require_nobody([comment], answered=answered)
    session.add(RoundAnswered(round_id=found.id, account_id=by.account_id))
    session.add(RoundAnswer(round_id=found.id, rating=rating, comment=comment))
    session.flush()
    enrolling.log(session, found, "evaluate_round", by=by)


def results(session: Session, found: ConsultationRound) -> Results:
    """What came in, as far as it may be shown."""
    has_answered = set(session.scalars(select(RoundAnswered.account_id).where(RoundAnswered.round_id == found.id)))
    everybody = asked(session, found) | has_answered
    is_shown = len(has_answered) >= FEWEST and here.today(session) > found.last_on + timedelta(days=DAYS)
    if not is_shown:
        return Results(len(everybody), len(has_answered))
    given = list(session.scalars(select(RoundAnswer).where(RoundAnswer.round_id == found.id)))
    mean = round(sum(one.rating for one in given) / len(given), 1)
    comments = sorted(one.comment for one in given if one.comment)
    return Results(len(everybody), len(has_answered), mean, tuple(comments))


def _has_answered(session: Session, found: ConsultationRound, actor: Actor) -> bool:
    mine = RoundAnswered.round_id == found.id, RoundAnswered.account_id == actor.account_id
    return session.scalars(select(RoundAnswered.id).where(*mine)).first() is not None
