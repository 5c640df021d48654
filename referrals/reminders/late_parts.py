"""Parts of the assessment that are late while others of the same referral are still in time: the referral's own day is the last of them."""

import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from referrals import calendar
from referrals.access import Actor, Role, View, is_from_another_service, may_view, parties_for
from referrals.languages import local_date
from referrals.models import AssessmentPart, History, Referral
from referrals.people import coordinating, organisation
from referrals.stages import MOVE_BY_VERB, PARTS_REQUESTED, Party, Verb
from referrals.vocabulary import PartStatus
from referrals.work import worklist
from referrals.work.waiting_items import Waiting, WaitingItem

#: who keeps referrals moving: a head teacher where they stand in as coordinator
_KEEPS_MOVING: Final = (Role.COORDINATOR, Role.HEAD_TEACHER)


def waiting_for(session: Session, actor: Actor, *, today: date) -> list[WaitingItem]:
    """The referrals that `actor` keeps moving with a late part of somebody else, unless the referral stands there as late for it: a line each."""
    if not any(role in _KEEPS_MOVING for role, _unit in actor.roles):
        return []
    mine_or_nobodys = or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER)
    assessed_late = and_(
        Referral.stage == PARTS_REQUESTED.stage, Referral.status == PARTS_REQUESTED.status, Referral.target_on < today
    )
    where = (
        worklist.in_units(actor, Role.COORDINATOR),
        mine_or_nobodys,
        or_(Referral.target_on.is_(None), ~assessed_late),
    )
    return list(_first_of_each(_late(session, actor, *where, today=today)))


def left_lying(session: Session, actor: Actor, *, today: date, but: Collection[uuid.UUID] = ()) -> list[WaitingItem]:
    """The same in the units `actor` heads, once a part is late for as long as it was meant to take.

    Left out are referrals that are told of themselves, by their ids in `but`, and wait for parts.
    """
    if not any(role is Role.HEAD_TEACHER for role, _unit in actor.roles):
        return []
    found = _late(session, actor, worklist.in_units(actor, Role.HEAD_TEACHER), today=today)
    zone, closed = organisation.municipality(session).timezone, calendar.closed_days(session)
    stalled = (
        part
        for part in found
        if not (part.referral_id in but and part.referral.state == PARTS_REQUESTED)
        and today >= calendar.twice_overdue(local_date(part.asked_at, zone=zone), part.due_on, closed=closed)
        and may_view(View.REFERRAL, actor, part.referral.facts())
    )
    return [replace(line, is_stalled=True) for line in _first_of_each(stalled)]


def _late(session: Session, actor: Actor, *conditions: ColumnElement[bool], today: date) -> list[AssessmentPart]:
    """Late parts of others that are still wanted, the earliest first.

    The team did not wait any longer for those that were out when it said that it had enough. And nobody lets one lie whose
    service consent does not reach: they cannot come to it.
    """
    had_enough = select(History.id).where(
        History.referral_id == AssessmentPart.referral_id,
        History.verb == Verb.CONCLUDE_ASSESSMENT,
        History.at >= AssessmentPart.asked_at,
    )
    states = MOVE_BY_VERB[Verb.SUBMIT_PART].frm
    rows = (
        select(AssessmentPart)
        .join(AssessmentPart.referral)
        .where(
            AssessmentPart.status == PartStatus.REQUESTED,
            AssessmentPart.due_on < today,
            AssessmentPart.assessor_id != actor.account_id,
            Referral.is_open,
            or_(*(and_(Referral.stage == state.stage, Referral.status == state.status) for state in states)),
            ~had_enough.exists(),
            *conditions,
        )
        .order_by(AssessmentPart.due_on, AssessmentPart.id)
        .limit(500)
        .options(
            contains_eager(AssessmentPart.referral).selectinload(Referral.unit),
            contains_eager(AssessmentPart.referral).selectinload(Referral.memberships),
            selectinload(AssessmentPart.assessor),
        )
    )
    return [part for part in session.scalars(rows) if _can_be_written(part)]


def _can_be_written(part: AssessmentPart) -> bool:
    """Whether its writer comes to it; only of somebody from another service is that asked, for each referral by itself."""
    writer = part.assessor
    if not is_from_another_service(Actor(profession=writer.profession)):
        return True  # all else about the writer would be a few questions to the database for each
    return bool(parties_for(Verb.SUBMIT_PART, writer.actor(), part.referral.facts()))


def _first_of_each(parts: Iterable[AssessmentPart]) -> Iterator[WaitingItem]:
    shown: set[uuid.UUID] = set()
    for part in parts:
        referral = part.referral
        if referral.id in shown:
            continue
        shown.add(referral.id)
        yield WaitingItem(
            number=referral.number, kind=Waiting.OTHERS_PART, subject_id=referral.id, verb=Verb.SUBMIT_PART,
            party=Party.ASSESSOR, due_on=part.due_on, source=part.due_source, state=referral.state,
            rulepack=referral.rulepack, unit=worklist.shown_unit(referral), topics=tuple(referral.topics), is_others=True,
        )  # fmt: skip
