"""The need of special support: reported to the head teacher, who lets it be investigated, beside the team's work and never a stage of it."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import history
from referrals.access import Actor, View, may_view
from referrals.errors import Incomplete, NotAllowed
from referrals.models import History, Referral, SupportInvestigation, SupportReport
from referrals.stages import Verb
from referrals.statutory.carrying_out import may_conclude, own_people
from referrals.vocabulary import HealthTeamAsked, SupportGround, SupportNeed


@dataclass(frozen=True)
class Reported:
    """What a report says."""

    ground: SupportGround | None
    observed: str
    tried: str


@dataclass(frozen=True)
class Result:
    """What an investigation found, and what it came to."""

    health_team: HealthTeamAsked | None
    #: needed where the student health team was not consulted
    why_not_asked: str
    findings: str
    views: str
    judgement: str
    need: SupportNeed | None


def report_need(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, report: Reported
) -> SupportReport:
    """Report that the pupil may need special support. Raises Incomplete without its ground, what was seen or what was tried.

    A report that comes while an investigation runs belongs to that one.
    """
    history.guard(session, referral, Verb.REPORT_SUPPORT_NEED, by=by, seen=seen)
    stated = {"ground": report.ground, "observed": report.observed.strip(), "tried": report.tried.strip()}
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.REPORT_SUPPORT_NEED, by=by, seen=seen)
    running = running_investigation(session, referral)
    kept = SupportReport(referral=referral, history_id=row.id, ground=report.ground, investigation=running)
    kept.observed, kept.tried = report.observed.strip(), report.tried.strip()
    session.add(kept)
    session.flush()
    return kept


def begin_investigation(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, carried_out_by: uuid.UUID | None
) -> SupportInvestigation:
    """Let the need be investigated, whether somebody has reported it or not. While one runs, again changes nothing.

    It answers every report that waits. Raises Incomplete without one of the school's own people to carry it out.
    """
    history.guard(session, referral, Verb.BEGIN_SUPPORT_INVESTIGATION, by=by, seen=seen)
    if (running := running_investigation(session, referral)) is not None:
        return running
    if carried_out_by not in {one.id for one in own_people(session, referral)}:
        raise Incomplete("carried_out_by")
    waiting = [report for report in reports_of(session, referral) if report.investigation_id is None]
    row = history.record(session, referral, Verb.BEGIN_SUPPORT_INVESTIGATION, by=by, seen=seen)
    begun = SupportInvestigation(referral=referral, begun_id=row.id, carried_out_by_id=carried_out_by)
    session.add(begun)
    session.flush()
    for report in waiting:
        report.investigation = begun
    session.flush()
    return begun


def conclude_investigation(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, investigation_id: uuid.UUID, result: Result
) -> SupportInvestigation:
    """Record what the investigation found and came to. Again changes nothing.

    Raises NotAllowed where this referral has no such investigation or somebody else is named for it, Incomplete for what is
    not stated: whether the student health team was consulted or why that was unnecessary, what was found, how pupil and
    guardians see it, and the judgement.
    """
    history.guard(session, referral, Verb.CONCLUDE_SUPPORT_INVESTIGATION, by=by, seen=seen)
    investigation = session.get(SupportInvestigation, investigation_id)
    if (
        investigation is None
        or investigation.referral_id != referral.id
        or not may_conclude(by, referral, investigation.carried_out_by_id)
    ):
        raise NotAllowed(Verb.CONCLUDE_SUPPORT_INVESTIGATION)
    if investigation.concluded_id is not None:
        return investigation
    was_asked = result.health_team is not HealthTeamAsked.UNNECESSARY
    texts = {name: getattr(result, name).strip() for name in ("findings", "views", "judgement")}
    stated = {
        "health_team": result.health_team, "why_not_asked": was_asked or result.why_not_asked.strip(), **texts,
        "need": result.need,
    }  # fmt: skip
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.CONCLUDE_SUPPORT_INVESTIGATION, by=by, seen=seen)
    investigation.health_team, investigation.need = result.health_team, result.need
    investigation.why_not_asked = None if was_asked else result.why_not_asked.strip()
    for name, text in texts.items():
        setattr(investigation, name, text)
    investigation.concluded = row
    session.flush()
    return investigation


def reports_of(session: Session, referral: Referral) -> list[SupportReport]:
    """Every report about the pupil of `referral`, the newest first."""
    rows = select(SupportReport).join(SupportReport.history).where(SupportReport.referral_id == referral.id)
    return list(session.scalars(rows.order_by(History.number.desc())))


def reports_for(session: Session, referral: Referral, reader: Actor) -> list[SupportReport]:
    """The reports that `reader` may read: who only contributes reads their own, who investigates those it answers."""
    if may_view(View.SPECIAL_SUPPORT, reader, referral.facts()):
        return reports_of(session, referral)
    carried_out = {one.id for one in investigations_for(session, referral, reader)}
    return [
        one
        for one in reports_of(session, referral)
        if one.history.by_id == reader.account_id or one.investigation_id in carried_out
    ]


def investigations_of(session: Session, referral: Referral) -> list[SupportInvestigation]:
    """The investigations of `referral`, the newest first."""
    rows = select(SupportInvestigation).join(SupportInvestigation.begun)
    found = rows.where(SupportInvestigation.referral_id == referral.id).order_by(History.number.desc())
    return list(session.scalars(found))


def investigations_for(session: Session, referral: Referral, reader: Actor) -> list[SupportInvestigation]:
    """The investigations that `reader` may read: who is named for one reads that, until it has its result."""
    reads_all = may_view(View.SPECIAL_SUPPORT, reader, referral.facts())
    return [
        one
        for one in investigations_of(session, referral)
        if reads_all or (one.concluded_id is None and one.carried_out_by_id == reader.account_id)
    ]


def running_investigation(session: Session, referral: Referral) -> SupportInvestigation | None:
    """The investigation that has begun and has no result yet; there is one at most."""
    return next((one for one in investigations_of(session, referral) if one.concluded_id is None), None)
