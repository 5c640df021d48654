"""Lessons: what a team learnt, about nobody, from a closed referral, a consultation round that is over, or development work that is closed or
has finished a phase.

Each text passes the check for identities before it is kept anywhere. A lesson stands in the catalogue once two people of the team
stand behind the very same words: who wrote it, and somebody else who read it for what tells who it is about. Which referral,
work or round it comes from is asked while it is begun, and kept nowhere: nothing leads back. Each has a chain of its own in the audit log.
"""

from collections.abc import Collection
from dataclasses import asdict, astuple, dataclass
from typing import Final, TypeAlias

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from referrals import clock, here, identity_check, queries
from referrals.access import Actor, View, may_view
from referrals.development import cases, terms
from referrals.errors import AlreadyMoved, NotAllowed
from referrals.forums.consultations import ANSWERED
from referrals.keeping import audit
from referrals.learning import catalogue
from referrals.models import DevelopmentCase, Forum, Lesson, Referral, RoundEnrolment, What
from referrals.people import practices
from referrals.rounds import people
from referrals.stages import CLOSED
from referrals.vocabulary import AgeGroup, LessonSource, LessonState, LessonTheme, Practice

#: what a lesson can be learnt from: a referral, development work, or what a team did in a consultation round
Learnt: TypeAlias = Referral | DevelopmentCase | RoundEnrolment

_SOURCES: Final[dict[type[Learnt], LessonSource]] = {
    Referral: LessonSource.REFERRAL,
    DevelopmentCase: LessonSource.DEVELOPMENT,
    RoundEnrolment: LessonSource.ROUND,
}


@dataclass(frozen=True)
class Words:
    """What a lesson tells."""

    title: str
    tried: str
    outcome: str
    for_others: str


@dataclass(frozen=True)
class Shelf:
    """Where a lesson is found."""

    theme: LessonTheme
    ages: AgeGroup


# ------------------------------------------------------------------------------------------------------- who may
def may_learn_from(session: Session, learnt: Learnt, actor: Actor) -> bool:
    """Somebody of the team whose work it was, once it, or a phase of it, is closed or over; from a protected identity nothing is told at all.

    Nobody where the municipality does not do this.
    """
    if not practices.is_on(session, Practice.LEARNING):
        return False
    if isinstance(learnt, RoundEnrolment):
        is_over = people.are_held(session) and here.today(session) > learnt.round.last_on
        return is_over and people.is_in_team(session, learnt.forum, actor)
    if isinstance(learnt, DevelopmentCase):
        is_over = learnt.closed_at is not None or bool(terms.finished_phases(learnt, here.today(session)))
        return is_over and _team_in(session, learnt, actor) is not None
    is_protected = learnt.protected_since is not None or learnt.kept_outside_at is not None
    if learnt.state != CLOSED or is_protected or not may_view(View.REFERRAL, actor, learnt.facts()):
        return False
    return people.is_in_team(session, learnt.forum, actor)


def to_learn_from(session: Session, actor: Actor) -> list[Learnt]:
    """What somebody can write a lesson from: the newest closed referrals of their teams, rounds that are over, and development work as far as it is."""
    ended = queries.Filters(here.today(session), openness=queries.Openness.ENDED)
    teams = [forum.id for forum in people.teams_of(session, actor)]
    rounds = session.scalars(select(RoundEnrolment).where(RoundEnrolment.forum_id.in_(teams)))
    newest_first = sorted(rounds, key=lambda one: one.round.first_on, reverse=True)
    every: list[Learnt] = [
        *newest_first,
        *cases.known_to(session, actor),
        *queries.listing(session, actor, ended, size=100).rows,
    ]
    return [one for one in every if may_learn_from(session, one, actor)]


def may_read(session: Session, found: Lesson, actor: Actor) -> bool:
    """Its writer, from the first word; once it is sent, the team; once it is published, everybody who reads the catalogue."""
    if _is_writer(found, actor):
        return True
    if found.state is LessonState.PUBLISHED and catalogue.may_read(actor):
        return True
    return found.state is not LessonState.DRAFT and is_in_team(session, found, actor)


def is_in_team(session: Session, found: Lesson, actor: Actor) -> bool:
    """Whether they are in the team whose work it comes from."""
    return people.is_in_team(session, found.forum, actor)


def may_check(session: Session, found: Lesson, actor: Actor) -> bool:
    """Somebody of the team other than its writer, once it is sent."""
    is_another = actor.account_id is not None and not _is_writer(found, actor)
    return found.state is LessonState.TO_CHECK and is_another and is_in_team(session, found, actor)


def may_withdraw(session: Session, found: Lesson, actor: Actor) -> bool:
    """Its writer, the team, and the management of the schools, while it is published."""
    is_near = _is_writer(found, actor) or people.may_lead(actor) or is_in_team(session, found, actor)
    return found.state is LessonState.PUBLISHED and is_near


def of_teams(session: Session, actor: Actor) -> list[Lesson]:
    """What somebody wrote, and what was sent in their teams, the newest first."""
    teams = [forum.id for forum in people.teams_of(session, actor)]
    sent_in_team = Lesson.forum_id.in_(teams) & Lesson.sent_at.is_not(None)
    rows = select(Lesson).where(or_(Lesson.written_by_id == actor.account_id, sent_in_team))
    return list(session.scalars(rows.order_by(Lesson.written_at.desc())))


def waiting_for(session: Session, actor: Actor) -> list[Lesson]:
    """Those in which `actor` is the one to do something: to check, or to read what the check changed or gave back."""
    return [
        found
        for found in of_teams(session, actor)
        if may_check(session, found, actor)
        or (_is_writer(found, actor) and (found.state is LessonState.CHANGED or found.note is not None))
    ]


# --------------------------------------------------------------------------------------------------------- verbs
def write_lesson(
    session: Session, learnt: Learnt, *, by: Actor, shelf: Shelf, words: Words, answered: Collection[str] = ()
) -> Lesson:
    """Begin a lesson; until it is sent, only its writer knows of it. Raises NotAllowed, NamesSomebody."""
    if by.account_id is None or not may_learn_from(session, learnt, by):
        raise NotAllowed("write_lesson")
    was_answered = _check(session, words, by=by, answered=answered)
    made = Lesson(
        forum=_forum_of(session, learnt, by), theme=shelf.theme, ages=shelf.ages, written_by_id=by.account_id, written_at=clock.now(),
        source=_SOURCES[type(learnt)], **asdict(words),
    )  # fmt: skip
    session.add(made)
    session.flush()
    _log(session, made, "write_lesson", by=by, was_answered=was_answered)
    return made


def correct_lesson(
    session: Session, found: Lesson, *, by: Actor, shelf: Shelf, words: Words, answered: Collection[str] = ()
) -> bool:
    """Let it say something else; it leaves the catalogue then, until somebody has checked it anew. Whether anything is new.

    Raises NotAllowed, NamesSomebody.
    """
    _require_writer(session, found, "correct_lesson", by=by)
    was_answered = _check(session, words, by=by, answered=answered)
    if (shelf, words) == (Shelf(found.theme, found.ages), words_of(found)):
        return False
    found.theme, found.ages, found.written_at = shelf.theme, shelf.ages, clock.now()
    _write(found, words)
    found.sent_at = None
    _begin_anew(found)
    session.flush()
    _log(session, found, "correct_lesson", by=by, was_answered=was_answered)
    return True


def discard_lesson(session: Session, found: Lesson, *, by: Actor) -> None:
    """Throw it away; nothing of its words stays. What is published is withdrawn first. Raises NotAllowed."""
    _require_writer(session, found, "discard_lesson", by=by)
    if found.state is LessonState.PUBLISHED:
        raise NotAllowed("discard_lesson")
    _log(session, found, "discard_lesson", by=by)
    session.delete(found)
    session.flush()


def send_lesson(session: Session, found: Lesson, *, by: Actor) -> None:
    """Give it to the team to be checked; where it is there or further already, again changes nothing. Raises NotAllowed."""
    _require_writer(session, found, "send_lesson", by=by)
    if found.state not in (LessonState.DRAFT, LessonState.WITHDRAWN):
        return
    _begin_anew(found)
    found.sent_at, found.note, found.checked_by_id = clock.now(), None, None
    session.flush()
    _log(session, found, "send_lesson", by=by)


def check_lesson(session: Session, found: Lesson, *, by: Actor, words: Words, answered: Collection[str] = ()) -> None:
    """Stand behind these words as the second person: nobody can be told from them.

    Where they are the words of its writer it is published; where they are others, its writer reads first what is new.
    Raises NotAllowed, NamesSomebody, and AlreadyMoved where a colleague was first.
    """
    _require_check(session, found, "check_lesson", by=by)
    was_answered = _check(session, words, by=by, answered=answered)
    now, before = clock.now(), words_of(found)
    found.checked_at, found.checked_by_id = now, by.account_id
    if words == before:
        found.published_at = now
    else:
        found.as_sent = asdict(before)
        _write(found, words)
    session.flush()
    _log(session, found, "check_lesson", by=by, was_answered=was_answered)


def return_lesson(session: Session, found: Lesson, *, by: Actor, note: str, answered: Collection[str] = ()) -> None:
    """Give it back to its writer, with what must be different. Raises as `check_lesson`."""
    _require_check(session, found, "return_lesson", by=by)
    checker = identity_check.municipal_checker(session, by=by)
    was_answered = checker.require_nobody([note], answered=answered)
    found.note, found.checked_by_id, found.sent_at = note, by.account_id, None
    session.flush()
    _log(session, found, "return_lesson", by=by, was_answered=was_answered)


def agree_lesson(session: Session, found: Lesson, *, by: Actor) -> None:
    """Publish it with what the second person changed; once it is published, again changes nothing. Raises NotAllowed."""
    _require_writer(session, found, "agree_lesson", by=by)
    if found.state is LessonState.PUBLISHED:
        return
    if found.state is not LessonState.CHANGED:
        raise NotAllowed("agree_lesson")
    found.published_at, found.as_sent = clock.now(), None
    session.flush()
    _log(session, found, "agree_lesson", by=by)


def withdraw_lesson(session: Session, found: Lesson, *, by: Actor) -> None:
    """Take it out of the catalogue; once it is out, again changes nothing. Raises NotAllowed."""
    session.refresh(found, with_for_update=True)
    if found.state is LessonState.WITHDRAWN and may_read(session, found, by):
        return
    if not may_withdraw(session, found, by):
        raise NotAllowed("withdraw_lesson")
    found.withdrawn_at, found.withdrawn_by_id = clock.now(), by.account_id
    session.flush()
    _log(session, found, "withdraw_lesson", by=by)


# -------------------------------------------------------------------------------------------------- what it says
def words_of(found: Lesson) -> Words:
    """What it tells now."""
    return Words(found.title or "", found.tried or "", found.outcome or "", found.for_others or "")


def changed_in_check(found: Lesson) -> dict[str, str]:
    """The texts as its writer sent them, by name, where the second person changed them; for the eyes of its writer."""
    sent, now = found.as_sent or {}, asdict(words_of(found))
    return {name: text for name, text in sent.items() if text != now[name]}


# -------------------------------------------------------------------------------------------------------- inside
def _forum_of(session: Session, learnt: Learnt, actor: Actor) -> Forum:
    if isinstance(learnt, DevelopmentCase):
        return _team_in(session, learnt, actor) or learnt.units[0].forum
    return learnt.forum


def _team_in(session: Session, work: DevelopmentCase, actor: Actor) -> Forum | None:
    """The team of theirs that some development work is about."""
    return next((unit.forum for unit in work.units if people.is_in_team(session, unit.forum, actor)), None)


def _is_writer(found: Lesson, actor: Actor) -> bool:
    return actor.account_id is not None and found.written_by_id == actor.account_id


def _require_writer(session: Session, found: Lesson, verb: str, *, by: Actor) -> None:
    session.refresh(found, with_for_update=True)
    if not _is_writer(found, by):
        raise NotAllowed(verb)


def _require_check(session: Session, found: Lesson, verb: str, *, by: Actor) -> None:
    session.refresh(found, with_for_update=True)
    if found.checked_at is not None and found.checked_by is not None and is_in_team(session, found, by):
        raise AlreadyMoved("check_lesson", found.checked_by.name, found.checked_at, by_id=found.checked_by_id)
    if not may_check(session, found, by):
        raise NotAllowed(verb)


def _begin_anew(found: Lesson) -> None:
    """Nobody stands behind it any more but its writer; what was changed in the check has been seen."""
    found.checked_at = found.published_at = found.withdrawn_at = found.withdrawn_by_id = found.as_sent = None


def _write(found: Lesson, words: Words) -> None:
    found.title, found.tried, found.outcome, found.for_others = astuple(words)


def _check(session: Session, words: Words, *, by: Actor, answered: Collection[str]) -> bool:
    return identity_check.municipal_checker(session, by=by).require_nobody(astuple(words), answered=answered)


def _log(session: Session, found: Lesson, verb: str, *, by: Actor, was_answered: bool = False) -> None:
    audit.append(session, What.DID, by=by, chain=found.id, subject=verb)
    if was_answered:
        audit.append(session, What.DID, by=by, chain=found.id, subject=ANSWERED)
