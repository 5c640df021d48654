"""Anonymous consultations: staff of a unit ask its team about a worry without saying who it is about, and the team advises.

Each text goes through the check for identities before it is kept anywhere. Nothing here touches a referral or leads to one:
a named referral is a new one, by the public form. Each consultation has a chain of its own in the audit log, by its own id.
"""

import uuid
from collections.abc import Collection
from typing import Final

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from referrals import clock, identity_check, reference
from referrals.access import CONTRIBUTES_AS, MATRIX, Actor
from referrals.actors import WITH_UNIT
from referrals.errors import AlreadyMoved, NoSuchReferral, NotAllowed
from referrals.forums import seats
from referrals.keeping import audit
from referrals.models import Consultation, Forum, TeamSeat, Unit, What
from referrals.people import practices, roster
from referrals.vocabulary import ConsultationState, Practice, Recipient
from referrals.vocabulary.knowing import Cell, Information

#: how the log calls it that the writer said of words that they name nobody; it never says which words
ANSWERED: Final = "answer_identity_check"


# ------------------------------------------------------------------------------------------------------- who may
def units_to_ask_in(session: Session, actor: Actor) -> list[Unit]:
    """The units whose team somebody may ask, by name: those that take part and whose own staff they are, where the municipality does this."""
    if not practices.is_on(session, Practice.CONSULTATION):
        return []
    return [unit for unit in own_units(session, actor) if unit.takes_part]


def own_units(session: Session, actor: Actor) -> list[Unit]:
    """The units whose own staff somebody is, by name, whether or not they take part yet."""
    units = session.scalars(
        select(Unit).where(Unit.id.in_({unit_id for _role, unit_id in actor.roles})).order_by(Unit.name)
    )
    return [unit for unit in units if _is_own_staff(actor, unit)]


def teams_to_ask(session: Session, unit: Unit) -> list[Forum]:
    """The teams of a unit that advise its staff: the one that takes in its concerns, then those beside it in which somebody sits, by name."""
    beside = {team.id: team for team in unit.other_teams}
    rows = select(TeamSeat.forum_id).where(TeamSeat.forum_id.in_(beside), seats.IS_HELD).distinct()
    return [unit.forum, *sorted((beside[one] for one in session.scalars(rows)), key=lambda team: team.name)]


def may_read(session: Session, found: Consultation, actor: Actor) -> bool:
    """Whoever asked, from the first word; and once it is asked, the team that is asked. Nobody else, whatever their role."""
    if actor.account_id is None:
        return False
    is_theirs = found.asked_by_id == actor.account_id
    return is_theirs or (found.asked_at is not None and _is_in_team(session, found, actor))


def may_advise(session: Session, found: Consultation, actor: Actor) -> bool:
    """Somebody of the team other than whoever asked, until the advice is given."""
    is_theirs = found.asked_by_id == actor.account_id
    return found.state is ConsultationState.ASKED and not is_theirs and _is_in_team(session, found, actor)


def may_close(found: Consultation, actor: Actor) -> bool:
    """Whoever asked, or who coordinates the team, once there is advice."""
    is_theirs = actor.account_id is not None and found.asked_by_id == actor.account_id
    return found.state is ConsultationState.ADVISED and (
        is_theirs or actor.is_coordinator(found.unit_id, beside=_beside(found))
    )


def known_to(session: Session, actor: Actor) -> list[Consultation]:
    """Every consultation that `actor` may read, the newest first."""
    rows = session.scalars(select(Consultation).where(_near(actor)).order_by(Consultation.written_at.desc()))
    return [found for found in rows if may_read(session, found, actor)]


def waiting_for(session: Session, actor: Actor) -> list[Consultation]:
    """Those in which `actor` is the one to do something: to advise, or to read the advice they asked for."""
    return [
        found
        for found in known_to(session, actor)
        if may_advise(session, found, actor)
        or (found.state is ConsultationState.ADVISED and found.asked_by_id == actor.account_id)
    ]


# --------------------------------------------------------------------------------------------------------- verbs
def write_consultation(
    session: Session,
    unit: Unit,
    *,
    by: Actor,
    question: str,
    team: Forum | None = None,
    answered: Collection[str] = (),
) -> Consultation:
    """Begin a consultation with `team`, or the one that takes in the unit's concerns; until it is asked, only its writer knows of it.

    Raises NotAllowed, also where that is no team of the unit, and NamesSomebody.
    """
    asked = team or unit.forum
    practices.require(session, Practice.CONSULTATION, "write_consultation")
    may_ask = by.account_id is not None and unit.takes_part and _is_own_staff(by, unit)
    if not may_ask or asked not in teams_to_ask(session, unit):
        raise NotAllowed("write_consultation")
    was_answered = _check(session, unit, asked, question, by=by, answered=answered)
    made = Consultation(
        number=f"K-{reference.new_code()}",
        unit=unit,
        beside=None if asked is unit.forum else asked,
        asked_by_id=by.account_id,
        written_at=clock.now(),
        question=question,
    )
    session.add(made)
    session.flush()
    _log(session, made, "write_consultation", by=by, was_answered=was_answered)
    return made


def correct_consultation(
    session: Session,
    found: Consultation,
    *,
    by: Actor,
    question: str,
    team: Forum | None = None,
    answered: Collection[str] = (),
) -> None:
    """Change what is asked, and where `team` is given whom, before the team knows of it.

    Raises NoSuchReferral, AlreadyMoved, NotAllowed where that is no team to ask, NamesSomebody.
    """
    _require_draft(session, found, by)
    if team is not None and team not in teams_to_ask(session, found.unit):
        raise NotAllowed("correct_consultation")
    was_answered = _check(session, found.unit, team or found.team, question, by=by, answered=answered)
    found.question = question
    if team is not None:
        found.beside = None if team is found.unit.forum else team
    session.flush()
    _log(session, found, "correct_consultation", by=by, was_answered=was_answered)


def discard_consultation(session: Session, found: Consultation, *, by: Actor) -> None:
    """Throw a draft away; nothing of its words stays. Raises NoSuchReferral, AlreadyMoved."""
    _require_draft(session, found, by)
    _log(session, found, "discard_consultation", by=by)
    session.delete(found)
    session.flush()


def ask_team(session: Session, found: Consultation, *, by: Actor) -> None:
    """Give the question to the team; from now on its words stay as they are. Raises NotAllowed, NoSuchReferral, AlreadyMoved."""
    practices.require(session, Practice.CONSULTATION, "ask_team")
    _require_draft(session, found, by)
    if found.team not in teams_to_ask(session, found.unit):
        raise NotAllowed("ask_team")
    found.asked_at = clock.now()
    session.flush()
    _log(session, found, "ask_team", by=by)


def advise(
    session: Session,
    found: Consultation,
    *,
    by: Actor,
    advice: str,
    next_steps: str,
    advises_referral: bool = False,
    answered: Collection[str] = (),
) -> None:
    """Give the team's advice, once. Raises NotAllowed, NamesSomebody, and AlreadyMoved where a colleague was first."""
    session.refresh(found, with_for_update=True)
    if found.advised_at is not None and found.advised_by is not None and _is_in_team(session, found, by):
        raise AlreadyMoved("advise", found.advised_by.name, found.advised_at, by_id=found.advised_by_id)
    if not may_advise(session, found, by):
        raise NotAllowed("advise")
    was_answered = _check(session, found.unit, found.team, advice, next_steps, by=by, answered=answered)
    found.advice, found.next_steps, found.advises_referral = advice, next_steps, advises_referral
    found.advised_at, found.advised_by_id = clock.now(), by.account_id
    session.flush()
    _log(session, found, "advise", by=by, was_answered=was_answered)


def close_consultation(session: Session, found: Consultation, *, by: Actor) -> None:
    """End it; once it is ended, again changes nothing. Raises NotAllowed."""
    session.refresh(found, with_for_update=True)
    if found.closed_at is not None and may_read(session, found, by):
        return
    if not may_close(found, by):
        raise NotAllowed("close_consultation")
    found.closed_at = clock.now()
    session.flush()
    _log(session, found, "close_consultation", by=by)


# -------------------------------------------------------------------------------------------------------- inside
def _is_own_staff(actor: Actor, unit: Unit) -> bool:
    if actor.profession is None or not actor.holds(*WITH_UNIT, unit_id=unit.id):
        return False
    return roster.service_of(actor.profession, unit.school_form) is Recipient.OWN_STAFF


def _beside(found: Consultation) -> uuid.UUID | None:
    """The team that is asked, where it works for the unit beside the one that takes in its concerns."""
    return None if found.team is found.unit.forum else found.team.id


def _is_in_team(session: Session, found: Consultation, actor: Actor) -> bool:
    """Whether they coordinate the team that is asked, sit in it or stand in there today, in a capacity that reads what names nobody."""
    capacity = CONTRIBUTES_AS.get(actor.profession) if actor.profession else None
    if capacity is None or MATRIX[Information.DEIDENTIFIED].get(capacity) is not Cell.READ:
        return False
    unit, beside = found.unit, _beside(found)
    if actor.is_coordinator(unit.id, beside=beside):
        return True
    if beside is not None:
        stands_in = actor.sits_as(unit.id, beside=beside) - {actor.account_id}
        return (beside, unit.id) in actor.teams_beside or len(stands_in) > 0
    if not any(actor.works_for(each.id) for each in unit.forum.units):
        return False
    seat = select(TeamSeat.id).where(
        TeamSeat.forum_id == unit.forum_id, TeamSeat.account_id.in_(actor.sits_as(unit.id))
    )
    return session.scalars(seat.limit(1)).first() is not None


def _near(actor: Actor) -> ColumnElement[bool]:
    """A coarse net around what `actor` may read; `may_read` decides."""
    if actor.account_id is None:
        return false()
    units = {unit_id for _role, unit_id in actor.roles} | {unit_id for _member, unit_id in actor.stands_in_for}
    of_their_teams = Unit.forum.has(Forum.units.any(Unit.id.in_(units)))
    beside = {team for team, _unit in actor.teams_beside} | {team for _member, team, _unit in actor.stands_in_beside}
    return or_(
        Consultation.asked_by_id == actor.account_id,
        Consultation.unit.has(of_their_teams),
        Consultation.beside_id.in_(beside),
    )


def _require_draft(session: Session, found: Consultation, by: Actor) -> None:
    session.refresh(found, with_for_update=True)
    if by.account_id is None or found.asked_by_id != by.account_id:
        raise NoSuchReferral
    if found.asked_at is not None:
        raise AlreadyMoved("ask_team", found.asked_by.name, found.asked_at, by_id=found.asked_by_id)


def _check(session: Session, unit: Unit, team: Forum, *texts: str, by: Actor, answered: Collection[str]) -> bool:
    return identity_check.checker(session, unit, by=by, team=team).require_nobody(texts, answered=answered)


def _log(session: Session, found: Consultation, verb: str, *, by: Actor, was_answered: bool = False) -> None:
    audit.append(session, What.DID, by=by, chain=found.id, subject=verb)
    if was_answered:
        audit.append(session, What.DID, by=by, chain=found.id, subject=ANSWERED)
