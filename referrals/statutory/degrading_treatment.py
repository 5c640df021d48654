"""Degrading treatment (Skollag 6:10): staff report it to the head teacher, who passes it on to the organiser, who has it investigated promptly."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here, history
from referrals.access import Actor, View, may_view, parties
from referrals.errors import Incomplete, NotAllowed
from referrals.languages import local_date
from referrals.models import DegradingReport, History, Referral
from referrals.stages import Party, Verb
from referrals.statutory.carrying_out import may_conclude, own_people
from referrals.vocabulary import DegradingKind, DegradingOutcome


@dataclass(frozen=True)
class Reported:
    """What a report says."""

    kind: DegradingKind | None
    happened: str
    circumstances: str
    #: where something was done at once
    done_at_once: str = ""


@dataclass(frozen=True)
class Result:
    """What an investigation found, and what is done."""

    findings: str
    views: str
    measures: str
    outcome: DegradingOutcome | None


def report_treatment(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, report: Reported
) -> DegradingReport:
    """Report that the child considers itself treated in a degrading way. Raises Incomplete without which kind, what happened, or when and where.

    A report that the head teacher makes has reached the head teacher.
    """
    history.guard(session, referral, Verb.REPORT_DEGRADING_TREATMENT, by=by, seen=seen)
    stated = {
        "kind": report.kind,
        "happened": report.happened.strip(),
        "circumstances": report.circumstances.strip(),
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.REPORT_DEGRADING_TREATMENT, by=by, seen=seen)
    kept = DegradingReport(referral=referral, history_id=row.id, kind=report.kind)
    kept.happened, kept.circumstances = report.happened.strip(), report.circumstances.strip()
    kept.done_at_once = report.done_at_once.strip() or None
    if Party.HEAD_TEACHER in parties(by, referral.facts()):
        kept.received_id = row.id
    session.add(kept)
    session.flush()
    return kept


def receive_report(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, report_id: uuid.UUID
) -> DegradingReport:
    """Record that it has reached the head teacher. Again changes nothing. Raises NotAllowed where this referral has no such report."""
    history.guard(session, referral, Verb.RECEIVE_DEGRADING_REPORT, by=by, seen=seen)
    report = _report(session, referral, report_id, verb=Verb.RECEIVE_DEGRADING_REPORT)
    if report.received_id is None:
        report.received = history.record(session, referral, Verb.RECEIVE_DEGRADING_REPORT, by=by, seen=seen)
        session.flush()
    return report


def pass_on_report(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    report_id: uuid.UUID,
    passed_on_to: str,
    passed_on_on: date | None,
) -> DegradingReport:
    """Record to whom at the organiser it went on, and on which day. Again changes nothing.

    Whoever passes it on has received it. Raises NotAllowed where this referral has no such report, Incomplete without to
    whom, or a day from the report until today.
    """
    history.guard(session, referral, Verb.PASS_ON_DEGRADING_REPORT, by=by, seen=seen)
    report = _report(session, referral, report_id, verb=Verb.PASS_ON_DEGRADING_REPORT)
    if report.passed_on_id is not None:
        return report
    came_on = local_date(report.history.at, zone=here.time_zone(session))
    stated = {
        "passed_on_to": passed_on_to.strip(),
        "passed_on_on": passed_on_on is not None and came_on <= passed_on_on <= here.today(session),
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.PASS_ON_DEGRADING_REPORT, by=by, seen=seen)
    report.passed_on, report.passed_on_on, report.passed_on_to = row, passed_on_on, passed_on_to.strip()
    report.received = report.received or row
    session.flush()
    return report


def begin_investigation(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    report_id: uuid.UUID,
    carried_out_by: uuid.UUID | None,
) -> DegradingReport:
    """Let it be investigated for the organiser, once it has gone on to them. Again changes nothing.

    Raises NotAllowed where this referral has no such report or it has not gone on yet, Incomplete without one of the unit's
    own people to carry it out.
    """
    history.guard(session, referral, Verb.BEGIN_DEGRADING_INVESTIGATION, by=by, seen=seen)
    report = _report(session, referral, report_id, verb=Verb.BEGIN_DEGRADING_INVESTIGATION)
    if report.passed_on_id is None:
        raise NotAllowed(Verb.BEGIN_DEGRADING_INVESTIGATION)
    if report.begun_id is not None:
        return report
    if carried_out_by not in {one.id for one in own_people(session, referral)}:
        raise Incomplete("carried_out_by")
    report.begun = history.record(session, referral, Verb.BEGIN_DEGRADING_INVESTIGATION, by=by, seen=seen)
    report.carried_out_by_id = carried_out_by
    session.flush()
    return report


def conclude_investigation(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, report_id: uuid.UUID, result: Result
) -> DegradingReport:
    """Record what was found, how those it is about see it, and what is done. Again changes nothing.

    Raises NotAllowed where this referral has no such report, nobody investigates it or somebody else does, Incomplete for what
    is not stated.
    """
    history.guard(session, referral, Verb.CONCLUDE_DEGRADING_INVESTIGATION, by=by, seen=seen)
    report = _report(session, referral, report_id, verb=Verb.CONCLUDE_DEGRADING_INVESTIGATION)
    if report.begun_id is None or not may_conclude(by, referral, report.carried_out_by_id):
        raise NotAllowed(Verb.CONCLUDE_DEGRADING_INVESTIGATION)
    if report.concluded_id is not None:
        return report
    texts = {name: getattr(result, name).strip() for name in ("findings", "views", "measures")}
    stated = {**texts, "outcome": result.outcome}
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    report.concluded = history.record(session, referral, Verb.CONCLUDE_DEGRADING_INVESTIGATION, by=by, seen=seen)
    report.outcome = result.outcome
    for name, text in texts.items():
        setattr(report, name, text)
    session.flush()
    return report


def reports_of(session: Session, referral: Referral) -> list[DegradingReport]:
    """Every report about the child of `referral`, the newest first."""
    rows = select(DegradingReport).join(DegradingReport.history).where(DegradingReport.referral_id == referral.id)
    return list(session.scalars(rows.order_by(History.number.desc())))


def reports_for(session: Session, referral: Referral, reader: Actor) -> list[DegradingReport]:
    """The reports that `reader` may read: who only contributes reads their own, and what they investigate until its result."""
    reads_all = may_view(View.DEGRADING_TREATMENT, reader, referral.facts())
    return [
        one
        for one in reports_of(session, referral)
        if reads_all or one.history.by_id == reader.account_id or is_investigated_by(one, reader)
    ]


def is_investigated_by(report: DegradingReport, somebody: Actor) -> bool:
    """Whether they are named to investigate it and it has no result yet."""
    is_running = report.begun_id is not None and report.concluded_id is None
    return is_running and report.carried_out_by_id == somebody.account_id


def _report(session: Session, referral: Referral, wanted: uuid.UUID, *, verb: Verb) -> DegradingReport:
    found = session.get(DegradingReport, wanted)
    if found is None or found.referral_id != referral.id:
        raise NotAllowed(verb)
    return found
