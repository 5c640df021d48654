"""Questions that a team sends upward: to a team of a level above, about nobody by name, and the answer that comes home.

Each text goes through the check for identities before it is kept anywhere. Which referral a question came from is for the
sender's side alone: whoever answers gets the words, the sender's level and, where the sender says so, its name. Each question
has a chain of its own in the audit log, by its own id.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from referrals import clock, history, identity_check, reference
from referrals.access import CONTRIBUTES_AS, MATRIX, SYSTEM, Actor, Role, View, may_view, parties_for
from referrals.actors import WITH_UNIT
from referrals.disclosure import coverage
from referrals.errors import AlreadyMoved, NotAllowed
from referrals.forums import dates, seats
from referrals.forums.consultations import ANSWERED
from referrals.identity_check import Checker
from referrals.keeping import audit
from referrals.models import (
    Account,
    Concern,
    Forum,
    Referral,
    RoleAssignment,
    TeamDate,
    TeamSeat,
    Unit,
    UpwardOrigin,
    UpwardQuestion,
    What,
)
from referrals.people import practices
from referrals.stages import MOVE_BY_VERB, Verb
from referrals.vocabulary import Practice, UpwardState
from referrals.vocabulary.knowing import Capacity, Cell, Information

#: whoever works with children in some unit, or leads those who do
_WORK_HERE: Final = frozenset({*WITH_UNIT, Role.MANAGEMENT})
#: a question to a team in which nobody sits, and of whose units nobody coordinates one, would wait for nobody
_SOMEBODY_IS_THERE: Final = or_(
    Forum.seats.any(seats.IS_HELD),
    Forum.units.any(
        exists().where(
            RoleAssignment.unit_id == Unit.id,
            RoleAssignment.role == Role.COORDINATOR,
            Account.id == RoleAssignment.account_id,
            Account.is_active,
        )
    ),
)


# ------------------------------------------------------------------------------------------------------- who may
def teams_above(session: Session, forum: Forum) -> list[Forum]:
    """The teams of the levels above, those of the next level first, as far as somebody is there who could read, the municipality does this and `forum` takes part."""
    if not practices.is_on(session, Practice.UPWARD) or not forum.takes_part:
        return []
    above = forum.level.above
    rows = select(Forum).where(Forum.level.in_(above), _SOMEBODY_IS_THERE).order_by(Forum.name)
    return sorted(session.scalars(rows), key=lambda one: above.index(one.level))


def teams_that_ask(session: Session, actor: Actor) -> list[Forum]:
    """The teams that somebody keeps and for which they can ask a team above, by name."""
    kept = [forum for forum in dates.forums_of(session, actor) if dates.may_keep(forum, actor)]
    return [forum for forum in kept if teams_above(session, forum)]


def may_read(session: Session, found: UpwardQuestion, actor: Actor) -> bool:
    """Whether somebody may read it: on the sender's side, or in the team that is asked. Nobody else, whatever their role."""
    return is_senders(found, actor) or is_asked(session, found.to_forum, actor)


def is_senders(found: UpwardQuestion, actor: Actor) -> bool:
    """Whether they are on the sender's side: they keep that team, and know the referral it came from or asked it themselves.

    Once nothing leads to that referral any more, whoever asked is alone there.
    """
    if not dates.may_keep(found.from_forum, actor):
        return False
    knows = _knows(found.referral, actor) if found.referral else not found.came_from_referral
    return found.asked_by_id == actor.account_id or knows


def is_asked(session: Session, forum: Forum, actor: Actor) -> bool:
    """Whether they coordinate in the team's units, or sit in it or stand in there now, in a capacity that reads what names nobody."""
    if not _reads_of_nobody(actor) or not any(role in _WORK_HERE for role, _unit in actor.roles):
        return False
    if any(actor.holds(Role.COORDINATOR, unit_id=unit.id) for unit in forum.units):
        return True
    works_there = any(actor.works_for(unit.id) for unit in forum.units) or any(
        actor.works_for(unit.id, beside=forum.id) for unit in forum.also_for
    )
    if not forum.is_above and not works_there:
        return False
    seat = select(TeamSeat.id).where(TeamSeat.forum_id == forum.id, dates.sits(actor))
    return session.scalars(seat.limit(1)).first() is not None


def may_answer(session: Session, found: UpwardQuestion, actor: Actor) -> bool:
    """Somebody of the team that is asked other than whoever asks, until it is answered."""
    is_theirs = found.asked_by_id == actor.account_id
    return found.state is UpwardState.ASKED and not is_theirs and is_asked(session, found.to_forum, actor)


def may_plan(session: Session, found: UpwardQuestion, actor: Actor) -> bool:
    """Whether they choose on which date the team that is asked talks about it."""
    is_open = found.state is UpwardState.ASKED
    return is_open and is_asked(session, found.to_forum, actor) and dates.may_keep(found.to_forum, actor)


def origin(found: UpwardQuestion, actor: Actor) -> Referral | None:
    """The way back to the referral it came from, for who is on the sender's side and may know of that."""
    referral = found.referral
    can_follow = referral is not None and is_senders(found, actor) and _knows(referral, actor)
    return referral if can_follow else None


def may_ask_about(referral: Referral, actor: Actor) -> bool:
    """Whether somebody can send a question upward from a referral as it stands."""
    is_open_here = referral.protected_since is None and referral.kept_outside_at is None
    is_here = is_open_here and referral.state in MOVE_BY_VERB[Verb.ASK_UPWARD].frm
    return is_here and bool(parties_for(Verb.ASK_UPWARD, actor, referral.facts()))


# ------------------------------------------------------------------------------------------------------- reading
def known_to(session: Session, actor: Actor) -> list[UpwardQuestion]:
    """Every question that somebody may read, the newest first."""
    rows = select(UpwardQuestion).where(_near(session, actor))
    found = session.scalars(rows.order_by(UpwardQuestion.asked_at.desc(), UpwardQuestion.number))
    return [one for one in found if may_read(session, one, actor)]


def waiting_for(session: Session, actor: Actor) -> list[UpwardQuestion]:
    """Those in which somebody is the one to do something: to answer, or to read the answer that came home."""
    rows = select(UpwardQuestion).where(_near(session, actor), UpwardQuestion.closed_at.is_(None))
    return [found for found in session.scalars(rows) if may_answer(session, found, actor) or _may_close(found, actor)]


def of_referral(session: Session, referral: Referral, actor: Actor) -> list[UpwardQuestion]:
    """What was sent upward from a referral, the newest first, for the sender's side."""
    rows = select(UpwardQuestion).join(UpwardOrigin).where(UpwardOrigin.referral_id == referral.id)
    found = session.scalars(rows.order_by(UpwardQuestion.asked_at.desc(), UpwardQuestion.number))
    return [one for one in found if is_senders(one, actor)]


def on_date(session: Session, date: TeamDate, actor: Actor) -> list[UpwardQuestion]:
    """What the team talks about on one of its dates of what it was asked, for those in it who may read that."""
    if not is_asked(session, date.forum, actor):
        return []
    rows = select(UpwardQuestion).where(UpwardQuestion.date_id == date.id)
    return list(session.scalars(rows.order_by(UpwardQuestion.asked_at, UpwardQuestion.number)))


def question_checker(
    session: Session, forum: Forum, *, by: Actor, names_team: bool, referral: Referral | None = None
) -> Checker:
    """What `by` sends upward from `forum` is checked against, with everybody in the referral it comes from."""
    named = _names_in(session, referral) if referral is not None else []
    return identity_check.upward_checker(session, forum, by=by, names_team=names_team, parties=named)


# --------------------------------------------------------------------------------------------------------- verbs
def ask(
    session: Session,
    forum: Forum,
    above: Forum,
    *,
    by: Actor,
    question: str,
    names_team: bool = False,
    referral: Referral | None = None,
    answered: Collection[str] = (),
) -> UpwardQuestion:
    """Send a question from `forum` to the team `above`, from a referral of its own where one is given.

    Raises NotAllowed, WrongStage and KeptOutside of the referral, and NamesSomebody; nothing is kept then.
    """
    if by.account_id is None or not dates.may_keep(forum, by) or above not in teams_above(session, forum):
        raise NotAllowed(Verb.ASK_UPWARD)
    if referral is not None:
        history.guard(session, referral, Verb.ASK_UPWARD, by=by)
        if referral.forum_id != forum.id or referral.protected_since is not None:
            raise NotAllowed(Verb.ASK_UPWARD)
    checker = question_checker(session, forum, by=by, names_team=names_team, referral=referral)
    was_answered = checker.require_nobody([question], answered=answered)
    made = UpwardQuestion(
        number=f"U-{reference.new_code()}", from_forum=forum, to_forum=above, names_team=names_team,
        came_from_referral=referral is not None, asked_by_id=by.account_id, asked_at=clock.now(), question=question,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if referral is not None:
        session.add(UpwardOrigin(referral=referral, question=made))
        history.record(session, referral, Verb.ASK_UPWARD, by=by)
    _log(session, made, Verb.ASK_UPWARD, by=by, was_answered=was_answered)
    return made


def take_back(session: Session, found: UpwardQuestion, *, by: Actor) -> None:
    """Take a question back while nobody has answered; nothing of its words stays. Raises NotAllowed, AlreadyMoved."""
    session.refresh(found, with_for_update=True)
    if not is_senders(found, by):
        raise NotAllowed("take_back_question")
    _require_unanswered(found)
    _log(session, found, "take_back_question", by=by)
    session.delete(found)
    session.flush()


def plan(session: Session, found: UpwardQuestion, date_id: uuid.UUID | None, *, by: Actor) -> None:
    """Put it on a date to come of the team that is asked, or take it off again. Raises NotAllowed, AlreadyMoved."""
    session.refresh(found, with_for_update=True)
    if found.answered_at is not None and is_asked(session, found.to_forum, by):
        _require_unanswered(found)
    coming = {date.id for date in dates.coming(session, found.to_forum)}
    if not may_plan(session, found, by) or (date_id is not None and date_id not in coming):
        raise NotAllowed("plan_question")
    found.date_id = date_id
    session.flush()
    _log(session, found, "plan_question", by=by)


def answer(session: Session, found: UpwardQuestion, *, by: Actor, answer: str, answered: Collection[str] = ()) -> None:
    """Give the team's answer, once; it comes home to whoever asked. Raises NotAllowed, NamesSomebody, AlreadyMoved."""
    session.refresh(found, with_for_update=True)
    if is_asked(session, found.to_forum, by):
        _require_unanswered(found)
    if not may_answer(session, found, by):
        raise NotAllowed("answer_question")
    was_answered = identity_check.municipal_checker(session, by=by).require_nobody([answer], answered=answered)
    found.answer, found.answered_by_id, found.answered_at = answer, by.account_id, clock.now()
    session.flush()
    _log(session, found, "answer_question", by=by, was_answered=was_answered)
    _bring_home(session, found)


def close(session: Session, found: UpwardQuestion, *, by: Actor) -> None:
    """Note that the answer is read, so that it waits no more; again changes nothing. Raises NotAllowed."""
    session.refresh(found, with_for_update=True)
    if found.closed_at is not None and is_senders(found, by):
        return
    if not _may_close(found, by):
        raise NotAllowed("close_question")
    found.closed_at = clock.now()
    session.flush()
    _log(session, found, "close_question", by=by)


# -------------------------------------------------------------------------------------------------------- inside
def _bring_home(session: Session, found: UpwardQuestion) -> None:
    """Let the referral it came from tell of the answer: by the workflow, so that the referral learns of nobody from outside."""
    referral = found.referral
    if referral is None:
        return
    # Held first, so that who changes it just now is never named to the team that answers.
    session.refresh(referral, with_for_update=True)
    if referral.kept_outside_at is not None:
        return
    found.answered_at = history.record(session, referral, Verb.RECEIVE_UPWARD_ANSWER, by=SYSTEM).at
    session.flush()


def _near(session: Session, actor: Actor) -> ColumnElement[bool]:
    """A coarse net around what somebody may read; `may_read` decides."""
    teams = [forum.id for forum in dates.forums_of(session, actor)]
    return or_(UpwardQuestion.from_forum_id.in_(teams), UpwardQuestion.to_forum_id.in_(teams))


def _may_close(found: UpwardQuestion, actor: Actor) -> bool:
    return found.state is UpwardState.ANSWERED and is_senders(found, actor)


def _require_unanswered(found: UpwardQuestion) -> None:
    if found.answered_at is not None and found.answered_by is not None:
        raise AlreadyMoved("answer_question", found.answered_by.name, found.answered_at, by_id=found.answered_by_id)


def _knows(referral: Referral, actor: Actor) -> bool:
    return may_view(View.REFERRAL, actor, referral.facts())


def _reads_of_nobody(actor: Actor) -> bool:
    stands = {CONTRIBUTES_AS.get(actor.profession) if actor.profession else None}
    if any(role is Role.MANAGEMENT for role, _unit in actor.roles):
        stands.add(Capacity.MANAGEMENT)
    return any(one is not None and MATRIX[Information.DEIDENTIFIED].get(one) is Cell.READ for one in stands)


def _names_in(session: Session, referral: Referral) -> Iterable[str]:
    """The names that stand in a referral; whoever may ask upward from it reads them all there."""
    reporters = session.scalars(select(Concern).where(Concern.referral_id == referral.id))
    named = [referral.child_name, *(one.reporter_name for one in reporters)]
    named += [one.name for one in coverage.guardians_of(session, referral)]
    return [name for name in named if name]


def _log(session: Session, found: UpwardQuestion, verb: str, *, by: Actor, was_answered: bool = False) -> None:
    audit.append(session, What.DID, by=by, chain=found.id, subject=verb)
    if was_answered:
        audit.append(session, What.DID, by=by, chain=found.id, subject=ANSWERED)
