"""Learning questions: what a team wants help to see in its own work. Each text passes the check for identities before it is kept.

A question that comes after its time is marked and taken all the same. Until it is due its team can write it anew or take it back.
"""

from collections.abc import Collection
from dataclasses import astuple, dataclass
from typing import Final

from sqlalchemy.orm import Session

from referrals import clock, here, identity_check
from referrals.access import Actor
from referrals.errors import NotAllowed, RoundRefused
from referrals.models import LearningQuestion, RoundEnrolment
from referrals.rounds import enrolling, people, slots
from referrals.rounds.as_seen import require_as_seen
from referrals.vocabulary import Helped, QualityTheme, RoundProblem

#: the fields of each of its two forms
WRITTEN: Final = ("theme", "question", "background", "tried", "help_wanted")
FOLLOWED: Final = ("next_step", "outcome", "result")


@dataclass(frozen=True)
class Words:
    """What a team writes of its question."""

    question: str
    background: str | None = None
    tried: str | None = None
    help_wanted: str | None = None


def may_write(session: Session, enrolment: RoundEnrolment, actor: Actor) -> bool:
    """Whether they write questions for the team: everybody in it, until its slot is over."""
    is_over = enrolment.slot is not None and enrolment.slot.ends_at <= clock.now()
    return people.are_held(session) and not is_over and people.is_in_team(session, enrolment.forum, actor)


def may_change(session: Session, found: LearningQuestion, actor: Actor) -> bool:
    """Whether they may write it anew or take it back: everybody in the team, until the questions are due.

    Those of a team that has no slot are due on the round's last day, from which on there can be a report.
    """
    due_at = slots.due_at(found.enrolment, zone=here.time_zone(session))
    has_ended = here.today(session) >= found.enrolment.round.last_on
    is_due = has_ended if due_at is None else clock.now() >= due_at
    return not is_due and may_write(session, found.enrolment, actor)


def send_in(
    session: Session,
    enrolment: RoundEnrolment,
    *,
    by: Actor,
    theme: QualityTheme,
    words: Words,
    answered: Collection[str] = (),
) -> LearningQuestion:
    """Send a question in. Raises NotAllowed, NamesSomebody."""
    if by.account_id is None or not may_write(session, enrolment, by):
        raise NotAllowed("send_question")
    _check(session, enrolment, words, by=by, answered=answered)
    made = LearningQuestion(
        enrolment=enrolment, theme=theme, sent_by_id=by.account_id, sent_at=clock.now(),
        due_at=slots.due_at(enrolment, zone=here.time_zone(session)),
    )  # fmt: skip
    _write(made, words)
    session.add(made)
    session.flush()
    enrolling.log(session, enrolment.round, "send_question", by=by, object_id=made.id)
    return made


def correct(
    session: Session,
    found: LearningQuestion,
    *,
    by: Actor,
    theme: QualityTheme,
    words: Words,
    answered: Collection[str] = (),
    seen: str | None = None,
) -> None:
    """Write a question anew before it is due; no paper keeps the words before.

    Raises NotAllowed, NamesSomebody, RoundRefused once it is due, and as `require_as_seen` does.
    """
    require_as_seen(session, found, WRITTEN, verb="correct_question", seen=seen)
    _require_change(session, found, by)
    _check(session, found.enrolment, words, by=by, answered=answered)
    found.theme = theme
    _write(found, words)
    enrolling.forget_papers(session, found.enrolment)
    session.flush()
    enrolling.log(session, found.enrolment.round, "correct_question", by=by, object_id=found.id)


def take_back(session: Session, found: LearningQuestion, *, by: Actor) -> None:
    """Take a question back before it is due; nothing of its words stays, on no paper either.

    Raises NotAllowed, TakenAway, and RoundRefused once it is due.
    """
    require_as_seen(session, found, WRITTEN, verb="correct_question", seen=None)
    _require_change(session, found, by)
    enrolling.log(session, found.enrolment.round, "take_question_back", by=by, object_id=found.id)
    enrolling.forget_papers(session, found.enrolment)
    found.enrolment.questions.remove(found)
    session.flush()


def may_follow(session: Session, found: LearningQuestion, actor: Actor) -> bool:
    """Whether they say how the team goes on and what came of it: everybody in it, once its slot has begun."""
    slot = found.enrolment.slot
    has_begun = slot is not None and slot.starts_at <= clock.now()
    return people.are_held(session) and has_begun and people.is_in_team(session, found.enrolment.forum, actor)


def follow(
    session: Session,
    found: LearningQuestion,
    *,
    by: Actor,
    next_step: str,
    outcome: Helped | None = None,
    result: str | None = None,
    answered: Collection[str] = (),
    seen: str | None = None,
) -> None:
    """Say how the team goes on with a question and, once that is known, what came of it.

    Raises NotAllowed, NamesSomebody, and as `require_as_seen` does.
    """
    require_as_seen(session, found, FOLLOWED, verb="follow_question", seen=seen)
    if not may_follow(session, found, by):
        raise NotAllowed("follow_question")
    checker = identity_check.team_checker(session, found.enrolment.forum, by=by)
    checker.require_nobody((next_step, result), answered=answered)
    now = clock.now()
    if found.next_step != next_step:
        found.next_step, found.agreed_at = next_step, now
    if (found.outcome, found.result) != (outcome, result):
        found.outcome, found.result = outcome, result
        found.result_at = now if outcome or result else None
    session.flush()
    enrolling.log(session, found.enrolment.round, "follow_question", by=by, object_id=found.id)


def _write(found: LearningQuestion, words: Words) -> None:
    found.question, found.background = words.question, words.background
    found.tried, found.help_wanted = words.tried, words.help_wanted


def _check(session: Session, enrolment: RoundEnrolment, words: Words, *, by: Actor, answered: Collection[str]) -> None:
    checker = identity_check.team_checker(session, enrolment.forum, by=by)
    checker.require_nobody(astuple(words), answered=answered)


def _require_change(session: Session, found: LearningQuestion, by: Actor) -> None:
    if not people.is_in_team(session, found.enrolment.forum, by):
        raise NotAllowed("change_question")
    if not may_change(session, found, by):
        raise RoundRefused(RoundProblem.DUE)
