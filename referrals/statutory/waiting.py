"""What waits for whom beside the team's work: reports for the head teacher, investigations for whoever carries them out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from referrals import calendar
from referrals.access import Actor, Role, View, may_view, parties_for
from referrals.languages import local_date
from referrals.models import (
    AbsenceInvestigation,
    DegradingReport,
    EducationalAssessment,
    EducationalDecision,
    EducationalTold,
    Guardian,
    History,
    Referral,
    StatutoryDecision,
    SupportInvestigation,
    SupportProgramme,
    SupportReport,
    SupportReview,
    SupportTold,
)
from referrals.people import organisation
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.statutory import carrying_out, educational_decision, programme_reviews, support_programme
from referrals.vocabulary import Custody, DeadlineSource, ProgrammeKind, SupportReviewKind
from referrals.work.waiting_items import Waiting, WaitingItem
from referrals.work.worklist import in_units, shown_unit

#: so long before its day it is shown that a programme is to be looked at again
AHEAD: Final = timedelta(days=7)
_POINTED, _SINCE, _ENDED = aliased(History), aliased(History), aliased(History)
#: the day as the database counts it: in the first two hours of a summer's day it can be the one before, never a later one
_SINCE_ON: Final = func.date(_SINCE.at, type_=Date)
_LATER, _LATER_BEGUN, _BEGUN = aliased(SupportProgramme), aliased(History), aliased(History)


def _is_pointed_to(kind: Any, track: str, *, since: Any) -> ColumnElement[bool]:
    """Whether a pointer beside the same referral says that it is decided elsewhere: then it waits for nobody here.

    One that was there before, and is of an earlier day, is about an earlier one: what came since waits all the same.
    """
    pointer = select(StatutoryDecision.id).join(_POINTED, StatutoryDecision.history_id == _POINTED.id)
    pointer = pointer.join(_SINCE, _SINCE.id == since).where(
        StatutoryDecision.referral_id == kind.referral_id, StatutoryDecision.taken_away_at.is_(None),
        _POINTED.choice == track, (_POINTED.number > _SINCE.number) | (StatutoryDecision.decided_on >= _SINCE_ON),
    )  # fmt: skip
    return pointer.correlate(kind).exists()


def _is_taken_elsewhere(kind: Any, track: str) -> ColumnElement[bool]:
    """Whether a pointer that came while it ran here, and is of no day before it was begun, says that it is decided elsewhere.

    One that was there before, or is of an earlier day, is about an earlier one, and one that came after its end about a later one:
    this one waits all the same.
    """
    later = select(StatutoryDecision.id).join(_POINTED, StatutoryDecision.history_id == _POINTED.id)
    later = later.join(_SINCE, _SINCE.id == kind.begun_id).outerjoin(_ENDED, _ENDED.id == kind.concluded_id)
    later = later.where(
        StatutoryDecision.referral_id == kind.referral_id, StatutoryDecision.taken_away_at.is_(None),
        _POINTED.verb == Verb.LINK_STATUTORY_DECISION, _POINTED.choice == track, _POINTED.number > _SINCE.number,
        StatutoryDecision.decided_on >= _SINCE_ON,
        _ENDED.id.is_(None) | (_POINTED.number < _ENDED.number),
    )  # fmt: skip
    return later.correlate(kind).exists()


#: each line: the verb that is waited for, what it is done to, since which of its history rows, and where it waits
_FOR_HEAD_TEACHER: Final[tuple[tuple[Verb, Any, Any, ColumnElement[bool]], ...]] = (
    (
        Verb.BEGIN_SUPPORT_INVESTIGATION, SupportReport, SupportReport.history_id,
        SupportReport.investigation_id.is_(None)
        & ~_is_pointed_to(SupportReport, "special_support_investigation", since=SupportReport.history_id),
    ),
    (
        Verb.REPORT_ABSENCE, AbsenceInvestigation, AbsenceInvestigation.begun_id,
        AbsenceInvestigation.reported_id.is_(None) & ~_is_taken_elsewhere(AbsenceInvestigation, "absence_investigation"),
    ),
    (
        Verb.PASS_ON_DEGRADING_REPORT, DegradingReport, DegradingReport.history_id, DegradingReport.passed_on_id.is_(None),
    ),
    (
        Verb.BEGIN_DEGRADING_INVESTIGATION, DegradingReport, DegradingReport.passed_on_id,
        DegradingReport.begun_id.is_(None)
        & ~_is_pointed_to(DegradingReport, "degrading_treatment", since=DegradingReport.history_id),
    ),
    (
        Verb.DECIDE_EDUCATIONAL_HELP, EducationalAssessment, EducationalAssessment.concluded_id,
        EducationalAssessment.concluded_id.is_not(None) & ~EducationalAssessment.decision.has()
        & ~_is_pointed_to(EducationalAssessment, "educational_assessment", since=EducationalAssessment.begun_id),
    ),
)  # fmt: skip
#: what is carried out by whoever is named, until it has its result
_FOR_WHO_INVESTIGATES: Final[tuple[tuple[Verb, Any], ...]] = (
    (Verb.CONCLUDE_SUPPORT_INVESTIGATION, SupportInvestigation),
    (Verb.CONCLUDE_ABSENCE_INVESTIGATION, AbsenceInvestigation),
    (Verb.CONCLUDE_DEGRADING_INVESTIGATION, DegradingReport),
    (Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT, EducationalAssessment),
)

#: what can be appealed: the verb that tells of it, the decision, since which of its history rows, and who was told of it
_APPEALED: Final[tuple[tuple[Verb, Any, Any, Any, Any], ...]] = (
    (Verb.RECORD_SUPPORT_TOLD, SupportProgramme, SupportProgramme.decided_id, SupportTold, SupportTold.programme_id),
    (
        Verb.RECORD_EDUCATIONAL_TOLD, EducationalDecision, EducationalDecision.history_id, EducationalTold,
        EducationalTold.decision_id,
    ),
)  # fmt: skip


def waiting_for(session: Session, actor: Actor, *, today: date) -> list[WaitingItem]:
    """Everything beside the team's work that waits for `actor`. The law says "promptly": each with the day since when it waits.

    A programme of special support waits for the head teacher by the day that it names itself, from a week before; so does the
    last day on which a decision about it can be appealed.
    """
    zone = organisation.municipality(session).timezone
    items = []
    if any(role is Role.HEAD_TEACHER for role, _unit in actor.roles):
        for verb, kind, since, waits in _FOR_HEAD_TEACHER:
            found = _rows(session, kind, since=since, waits=waits & in_units(actor, Role.HEAD_TEACHER))
            items += [_item(row, verb, actor, on=local_date(at, zone=zone)) for row, at in found]
        items += [
            *_programmes(session, actor, today),
            *_to_tell(session, actor, zone),
            *_to_tell_after_assessment(session, actor, zone),
            *_appeals(session, actor, today),
            *_under_way(session, actor, zone),
        ]
    for verb, kind in _FOR_WHO_INVESTIGATES:
        mine = (kind.carried_out_by_id == actor.account_id) & kind.concluded_id.is_(None)
        items += [
            _by_agreement(_item(row, verb, actor, on=local_date(at, zone=zone)), row)
            for row, at in _rows(session, kind, since=kind.begun_id, waits=mine)
        ]
    return [item for item in items if item is not None]


def _under_way(session: Session, actor: Actor, zone: str) -> Iterable[WaitingItem | None]:
    """Investigations that somebody else carries out in the units `actor` heads: who, and since when; never what it says."""
    for verb, kind in _FOR_WHO_INVESTIGATES:
        others = kind.carried_out_by_id.is_not(None) & (kind.carried_out_by_id != actor.account_id)
        running = others & kind.concluded_id.is_(None) & in_units(actor, Role.HEAD_TEACHER)
        for row, at in _rows(session, kind, since=kind.begun_id, waits=running):
            item = _by_agreement(_item(row, verb, actor, on=local_date(at, zone=zone)), row)
            if item is not None:
                is_there = carrying_out.works_there(row.carried_out_by, row.referral)
                lies = Waiting.UNDER_WAY if is_there else Waiting.LEFT_INVESTIGATION
                yield replace(item, kind=lies, carried_out_by=row.carried_out_by.name, is_others=is_there)


def _by_agreement(item: WaitingItem | None, row: Any) -> WaitingItem | None:
    """The line with the day that was agreed with the service, where the law names none and one was agreed."""
    agreed_on = row.agreed_on if isinstance(row, EducationalAssessment) else None
    if item is None or agreed_on is None:
        return item
    return replace(item, due_on=agreed_on, waits_since=None, source=DeadlineSource.AGREEMENT)


def has_open_duties(session: Session, referral: Referral) -> bool:
    """Whether something that the law lays upon the unit of `referral` is begun or reported and not done yet, whoever does it."""
    running = (
        (kind, kind.begun_id.is_not(None) & kind.concluded_id.is_(None)) for _verb, kind in _FOR_WHO_INVESTIGATES
    )
    waits = ((kind, condition) for _verb, kind, _since, condition in _FOR_HEAD_TEACHER)
    return any(
        session.scalar(select(kind.id).where(kind.referral_id == referral.id, condition).limit(1)) is not None
        for kind, condition in (*waits, *running)
    )


def _programmes(session: Session, actor: Actor, today: date) -> Iterable[WaitingItem | None]:
    """Programmes in force that are to be followed up or evaluated now."""
    soon = today + AHEAD
    follow_up_on, is_followed_up = SupportProgramme.follow_up_on, _is_done(SupportReviewKind.FOLLOW_UP)
    is_next = is_followed_up | follow_up_on.is_(None)
    due = (follow_up_on <= soon) & ~is_followed_up | (SupportProgramme.evaluation_on <= soon) & is_next
    in_force = (SupportProgramme.kind == ProgrammeKind.PROGRAMME) & ~_is_replaced()
    held = in_force & ~_is_done(SupportReviewKind.EVALUATION) & due & in_units(actor, Role.HEAD_TEACHER)
    zone, closed = organisation.municipality(session).timezone, calendar.closed_days(session)
    for row, at in _rows(session, SupportProgramme, since=SupportProgramme.decided_id, waits=held):
        item = _item(row, Verb.REVIEW_SUPPORT_PROGRAMME, actor, on=today)
        if item is not None and (coming := programme_reviews.next_review(session, row)):
            stalls_on = calendar.twice_overdue(local_date(at, zone=zone), coming[1], closed=closed)
            yield replace(
                item, due_on=coming[1], waits_since=None, source=DeadlineSource.SET, is_stalled=today >= stalls_on
            )


def _to_tell(session: Session, actor: Actor, zone: str) -> Iterable[WaitingItem | None]:
    """Newest decisions about a programme that nobody is told of, or not everybody who can appeal: the day counts for that."""
    told = select(SupportTold.id).where(SupportTold.programme_id == SupportProgramme.id)
    knows = told.where(SupportTold.guardian_id == Guardian.id).correlate(SupportProgramme, Guardian).exists()
    left_out = select(Guardian.id).where(
        Guardian.referral_id == SupportProgramme.referral_id,
        Guardian.custody != Custody.OTHER,
        Guardian.may_contact,
        ~knows,
    )  # as `support_programme.not_told` says of one decision, and `is_pupil_to_tell`
    pupil = SupportProgramme.pupil_appeals.is_(True) & ~told.where(SupportTold.guardian_id.is_(None)).exists()
    waits = ~_is_replaced() & (~told.exists() | left_out.exists() | pupil) & in_units(actor, Role.HEAD_TEACHER)
    for row, at in _rows(session, SupportProgramme, since=SupportProgramme.decided_id, waits=waits):
        if not row.told or support_programme.not_told(session, row) or support_programme.is_pupil_to_tell(row):
            yield _item(row, Verb.RECORD_SUPPORT_TOLD, actor, on=local_date(at, zone=zone))


def _to_tell_after_assessment(session: Session, actor: Actor, zone: str) -> Iterable[WaitingItem | None]:
    """Decisions after an educational-psychological assessment of which a guardian with custody is not told yet."""
    told = select(EducationalTold.id).where(EducationalTold.decision_id == EducationalDecision.id)
    knows = told.where(EducationalTold.guardian_id == Guardian.id).correlate(EducationalDecision, Guardian).exists()
    left_out = select(Guardian.id).where(
        Guardian.referral_id == EducationalDecision.referral_id,
        Guardian.custody != Custody.OTHER,
        Guardian.may_contact,
        ~knows,
    )
    waits = (~told.exists() | left_out.exists()) & in_units(actor, Role.HEAD_TEACHER)
    for row, at in _rows(session, EducationalDecision, since=EducationalDecision.history_id, waits=waits):
        if not row.told or educational_decision.not_told(session, row):
            yield _item(row, Verb.RECORD_EDUCATIONAL_TOLD, actor, on=local_date(at, zone=zone))


def _appeals(session: Session, actor: Actor, today: date) -> Iterable[WaitingItem | None]:
    """Decisions for which the time to appeal ends within a week for somebody who was told."""
    for verb, kind, since, told, told_of in _APPEALED:
        lately = told_of == kind.id, told.told_on >= today - support_programme.LONGEST_APPEAL
        waits = select(told.id).where(*lately).exists() & in_units(actor, Role.HEAD_TEACHER)
        for row, _at in _rows(session, kind, since=since, waits=waits):
            last_on = support_programme.next_last_day(row, on=today)
            item = _item(row, verb, actor, on=today)
            if item is not None and last_on is not None and last_on <= today + AHEAD:
                yield replace(item, kind=Waiting.APPEAL, due_on=last_on, waits_since=None, source=DeadlineSource.LAW)


def _is_done(kind: SupportReviewKind) -> ColumnElement[bool]:
    """Whether a programme was looked at again so: what has been lies in the database for good, and is not gone through."""
    done = SupportReview.programme_id == SupportProgramme.id, SupportReview.kind == kind
    return select(SupportReview.id).where(*done).exists()


def _is_replaced() -> ColumnElement[bool]:
    """Whether a later decision took the place of a programme, as `programme_reviews.in_force` says of one referral."""
    decided = _LATER.referral_id == SupportProgramme.referral_id, _LATER.decided_id.is_not(None)
    begun = _BEGUN.id == SupportProgramme.begun_id, _LATER_BEGUN.id == _LATER.begun_id
    return select(_LATER.id).where(*decided, *begun, _LATER_BEGUN.number > _BEGUN.number).exists()


def _rows(session: Session, kind: Any, *, since: Any, waits: ColumnElement[bool]) -> Iterable[Any]:
    rows = select(kind, History.at).join(History, since == History.id).join(Referral, kind.referral_id == Referral.id)
    return session.execute(rows.where(waits).options(selectinload(kind.referral).selectinload(Referral.unit))).all()


def _item(row: Any, verb: Verb, actor: Actor, *, on: date) -> WaitingItem | None:
    """The line for one of them; None where `actor` may not do it there."""
    referral: Referral = row.referral
    facts = referral.facts()
    if referral.state not in MOVE_BY_VERB[verb].frm or not parties_for(verb, actor, facts):
        return None
    sees_referral = may_view(View.REFERRAL, actor, facts)
    return WaitingItem(
        number=referral.number, kind=Waiting.STATUTORY, subject_id=row.id, verb=verb, party=Party.HEAD_TEACHER, due_on=None,
        state=referral.state, rulepack=referral.rulepack, unit=shown_unit(referral) if sees_referral else "",
        topics=tuple(referral.topics) if sees_referral else (), waits_since=on, is_all_they_see=not sees_referral,
    )  # fmt: skip
