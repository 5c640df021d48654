"""An export for research on its way: asked for with purpose and end, decided by somebody else of the management, given out until its end.

It is made once, at its approval, and given out as it is then, of rows that are the same in every export of their terms.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here, identity_check
from referrals.access import SYSTEM, Actor, Role
from referrals.errors import ExportRefused, NotAllowed
from referrals.forums.consultations import ANSWERED
from referrals.keeping import audit
from referrals.models import ResearchExport, ResearchPackage, What
from referrals.patterns import kept
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import practices
from referrals.research import drawn, package
from referrals.vocabulary import ExportProblem, ExportState, Practice

ASKERS: Final = (Role.RESEARCHER,)
DECIDERS: Final = (Role.MANAGEMENT,)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    purpose: str
    first: SchoolTerm
    last: SchoolTerm
    ends_on: date


def may_read(session: Session, found: ResearchExport, actor: Actor) -> bool:  # noqa: ARG001 - a door asks this of every row alike
    """Whoever asked for it, while they are a researcher, and the management."""
    return _holds(actor, DECIDERS) or may_fetch(found, actor)


def may_ask(session: Session, actor: Actor) -> bool:
    """A researcher, where the municipality gives out exports."""
    return _holds(actor, ASKERS) and practices.is_on(session, Practice.RESEARCH)


def may_fetch(found: ResearchExport, actor: Actor) -> bool:
    """Whoever asked for it."""
    return _holds(actor, ASKERS) and found.asked_by_id == actor.account_id


def may_decide(found: ResearchExport, actor: Actor) -> bool:
    """Everybody of the management but whoever asked for it."""
    return _holds(actor, DECIDERS) and found.asked_by_id != actor.account_id


def known_to(session: Session, actor: Actor) -> list[ResearchExport]:
    """Those that somebody may read, the newest first."""
    rows = session.scalars(select(ResearchExport).order_by(ResearchExport.asked_at.desc(), ResearchExport.id))
    return [one for one in rows if may_read(session, one, actor)]


def state(session: Session, found: ResearchExport) -> ExportState:
    """How far it has come."""
    if found.is_approved is False:
        return ExportState.DECLINED
    if found.ends_on < here.today(session):
        return ExportState.ENDED
    return ExportState.APPROVED if found.is_approved else ExportState.ASKED


def terms(session: Session) -> list[SchoolTerm]:
    """The terms of which one can be: those that are counted, the newest first."""
    return kept.counted(session)


def ask_for_export(session: Session, wish: Wish, *, by: Actor, answered: Collection[str] = ()) -> ResearchExport:
    """Ask for an export. Raises NotAllowed, ExportRefused, NamesSomebody."""
    if not may_ask(session, by):
        raise NotAllowed("ask_for_export")
    if not {wish.first, wish.last} <= set(terms(session)) or wish.first > wish.last:
        raise ExportRefused(ExportProblem.NO_TERMS)
    checker = identity_check.municipal_checker(session, by=by)
    was_answered = checker.require_nobody([wish.purpose], answered=answered)
    found = ResearchExport(
        asked_by_id=by.account_id, asked_at=clock.now(), first_term=wish.first.code, last_term=wish.last.code,
        ends_on=wish.ends_on, is_approved=None, purpose=wish.purpose, pseudonym_key=secrets.token_hex(32),
    )  # fmt: skip
    session.add(found)
    session.flush()
    _log(session, found, "ask_for_export", by=by)
    if was_answered:
        _log(session, found, ANSWERED, by=by)
    return found


def decide_export(session: Session, found: ResearchExport, *, by: Actor, approves: bool) -> None:
    """Approve it, or not. An approval can be taken back by deciding again; approved once more, it gives out the same as before.

    Raises NotAllowed, ExportRefused.
    """
    session.refresh(found, with_for_update=True)
    if not _holds(by, DECIDERS):
        raise NotAllowed("decide_export")
    if not may_decide(found, by):
        raise ExportRefused(ExportProblem.OWN)
    if state(session, found) is ExportState.ENDED:
        raise ExportRefused(ExportProblem.ENDED)
    if found.is_approved is approves:
        return
    if approves:
        practices.require(session, Practice.RESEARCH, "approve_export")
    found.is_approved, found.decided_by_id, found.decided_at = approves, by.account_id, clock.now()
    if approves:
        _make(session, found)
    session.flush()
    _log(session, found, drawn.APPROVED if approves else "decline_export", by=by)


def fetch_export(session: Session, found: ResearchExport, *, by: Actor) -> bytes:
    """What is given out, as a ZIP with its codebook, the same each time. Raises NotAllowed, ExportRefused."""
    if not may_fetch(found, by):
        raise NotAllowed("fetch_export")
    refused = {
        ExportState.ASKED: ExportProblem.NOT_APPROVED,
        ExportState.DECLINED: ExportProblem.DECLINED,
        ExportState.ENDED: ExportProblem.ENDED,
    }.get(state(session, found))
    if refused:
        raise ExportRefused(refused)
    if found.package is None:
        raise ExportRefused(ExportProblem.NOT_MADE)
    return found.package.content


def purpose_as_logged(found: ResearchExport) -> str:
    """Its purpose as the log has it, where nothing stands that was typed: a digest, other for another purpose than the one that was approved."""
    return "purpose " + hashlib.sha256((found.purpose or "").encode()).hexdigest()[:32]


def keep_to_their_ends(session: Session) -> int:
    """Destroy the packages of exports whose last day is over, with the key of their pseudonyms; how many.

    Those that were approved before packages were kept get theirs.
    """
    ended = 0
    for found in session.scalars(select(ResearchExport).order_by(ResearchExport.asked_at).with_for_update()).all():
        if found.package is not None and found.ends_on < here.today(session):
            found.package = found.pseudonym_key = None
            _log(session, found, "destroy_package", by=SYSTEM)
            ended += 1
        elif state(session, found) is ExportState.APPROVED:
            _make(session, found)
    session.flush()
    return ended


def _make(session: Session, found: ResearchExport) -> None:
    """Make its package, unless there is one."""
    if found.package is None:
        session.add(ResearchPackage(found, made_at=clock.now(), content=package.pack(session, found)))


def _holds(actor: Actor, roles: Collection[Role]) -> bool:
    return any(role in roles for role, _unit in actor.roles)


def _log(session: Session, found: ResearchExport, verb: str, *, by: Actor) -> None:
    audit.append(session, What.DID, by=by, chain=found.id, subject=verb, ground=purpose_as_logged(found))
