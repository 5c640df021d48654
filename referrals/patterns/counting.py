"""What of referrals is counted by school and term: only what stands in clear, and each referral once."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import ColumnElement

from referrals.models import (
    ActionFollowUp,
    ActionPlan,
    Closure,
    FollowUp,
    Goal,
    GoalOutcome,
    History,
    ReceivedHandOver,
    Referral,
)
from referrals.patterns.school_terms import SchoolTerm
from referrals.people import organisation
from referrals.stages import Verb
from referrals.vocabulary import GoalResult, Helped

#: a concern of the term is counted once, where it came in: not again at the school that another one handed it over to. Children whose
#: identity is protected count like all others: a number that went down by one when it was would tell of that child
CAME_IN_HERE: Final = ~select(ReceivedHandOver.id).where(ReceivedHandOver.referral_id == Referral.id).exists()
TAKEN_UP: Final = (Verb.SEND_TO_ASSESSMENT, Verb.SEND_TO_TEAM)
ANSWERS: Final = (*TAKEN_UP, Verb.END_AT_TRIAGE)

#: how many by what is counted, and by school
ByWord = dict[str, Counter[uuid.UUID]]


def zone_of(session: Session) -> ZoneInfo:
    """By whose clock the days of the municipality begin."""
    return ZoneInfo(organisation.municipality(session).timezone)


def came_within(column: InstrumentedAttribute[datetime], term: SchoolTerm, zone: ZoneInfo) -> ColumnElement[bool]:
    """That an instant lies in the term."""
    begins, ends = (datetime.combine(one.first_on, time(), zone) for one in (term, term.next))
    return and_(column >= begins, column < ends)


def taken_up(session: Session, term: SchoolTerm) -> Counter[uuid.UUID]:
    """How many of the concerns that came in during the term were taken up in it, as the first answer to them."""
    first = (
        select(History.referral_id, func.min(History.number).label("number"))
        .where(History.verb.in_(ANSWERS))
        .group_by(History.referral_id)
        .subquery()
    )
    query = (
        select(Referral.unit_id)
        .join(History, History.referral_id == Referral.id)
        .join(first, and_(first.c.referral_id == History.referral_id, first.c.number == History.number))
        .where(CAME_IN_HERE, History.verb.in_(TAKEN_UP))
        .where(*(came_within(column, term, zone_of(session)) for column in (Referral.opened_at, History.at)))
    )
    return Counter(session.scalars(query))


def topics(session: Session, term: SchoolTerm) -> ByWord:
    """What the concerns of the term were about; one can be about several things."""
    came_in = came_within(Referral.opened_at, term, zone_of(session))
    rows = session.execute(select(Referral.id, Referral.unit_id, Referral.topics).where(CAME_IN_HERE, came_in))
    return _by_word((topic, unit_id, referral_id) for referral_id, unit_id, about in rows for topic in about)


def domains(session: Session, term: SchoolTerm) -> ByWord:
    """On which domains the plans worked that came into force in the term; one can work on several."""
    query = (
        select(Goal.domain, Referral.unit_id, Referral.id)
        .join(ActionPlan, Goal.plan_id == ActionPlan.id)
        .join(Referral, ActionPlan.referral_id == Referral.id)
        .where(ActionPlan.approved_at.is_not(None), Goal.domain.is_not(None))
        .where(came_within(ActionPlan.approved_at, term, zone_of(session)))  # type: ignore[arg-type]  # not None above
    )
    return _by_word((domain.value, unit, referral) for domain, unit, referral in session.execute(query) if domain)


def closings(session: Session, term: SchoolTerm) -> tuple[ByWord, Counter[uuid.UUID]]:
    """Why referrals were closed in the term, by the last closing of each; and in how many of them a goal was reached."""
    query = (
        select(Closure.id, Closure.reason, Referral.unit_id, Referral.id)
        .join(Referral, Closure.referral_id == Referral.id)
        .where(came_within(Closure.closed_at, term, zone_of(session)))
        .order_by(Closure.number)
    )
    last = {referral: (closure, reason, unit) for closure, reason, unit, referral in session.execute(query)}
    reached = set(session.scalars(select(GoalOutcome.closure_id).where(GoalOutcome.result == GoalResult.REACHED)))
    reasons = _by_word((reason.value, unit, referral) for referral, (_closure, reason, unit) in last.items())
    return reasons, Counter(unit for closure, _reason, unit in last.values() if closure in reached)


def followed_up(session: Session, term: SchoolTerm) -> ByWord:
    """Families at follow-ups held in the term: `all` of them, those of which `child` or `guardian` answered, and whom it `helped`.

    Until its guardians' answers are counted, a follow-up is no follow-up of these.
    """
    query = (
        select(FollowUp.id, FollowUp.child_declined, FollowUp.guardians_heard, Referral.unit_id, Referral.id)
        .join(Referral, FollowUp.referral_id == Referral.id)
        .where(FollowUp.guardians_heard.is_not(None))
        .where(FollowUp.held_on >= term.first_on, FollowUp.held_on < term.next.first_on)
    )
    yes = select(ActionFollowUp.follow_up_id).where(ActionFollowUp.helped.in_((Helped.YES, Helped.PARTLY)))
    helped = set(session.scalars(yes))
    return _by_word(
        (word, unit_id, referral_id)
        for follow_up_id, child_declined, guardians_heard, unit_id, referral_id in session.execute(query)
        for word, is_so in (
            ("all", True),
            ("child", not child_declined),
            ("guardian", guardians_heard),
            ("helped", follow_up_id in helped),
        )
        if is_so
    )


def _by_word(found: Iterable[tuple[str, uuid.UUID, Any]]) -> ByWord:
    """Each referral once for each word."""
    counted: ByWord = {}
    for word, unit_id, _referral in sorted(set(found)):
        counted.setdefault(word, Counter())[unit_id] += 1
    return counted
