"""The sweep: what falls due with the calendar and not with a decision. Over our own database only, and harmless when repeated."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from typing import TypeVar

from prefect import flow
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.failures import neutral
from flows.opening import logger, open_instance
from flows.terms import count_terms
from referrals import clock, db, drafts, mailer
from referrals.access import SYSTEM
from referrals.consent import due_for_reminder, remind_of_consent
from referrals.development import stages
from referrals.development import targets as development_targets
from referrals.errors import ReferralError
from referrals.follow_up import due_for_follow_up, open_follow_up
from referrals.keeping import content_keys, log_samples, retention
from referrals.meetings import conflict_settling
from referrals.meetings.conflict_settling import remind_of_conflict
from referrals.models import (
    AbsentPupil,
    DevelopmentCase,
    Disposal,
    LogSample,
    Municipality,
    ProtectionDisposal,
    ProtectionReport,
    Referral,
)
from referrals.research import exports
from referrals.safeguarding import protection_disposal
from referrals.statutory import absence, absence_keeping

_Row = TypeVar("_Row", Referral, DevelopmentCase)


@flow(name="sweep", persist_result=False)
def sweep() -> None:
    """The same sweep, as something operators can see and start on Prefect's pages."""
    settings = open_instance()
    _sweep(settings.database)


def sweep_database(database: str) -> None:
    """What falls due with the calendar: follow-ups, reminders, old drafts, absence, last week's visits, content whose time is over, terms, exports."""
    _sweep(database)


@neutral("database")
def _sweep(database: str) -> None:
    with db.reading(database) as session:
        zone = session.scalars(select(Municipality.timezone)).first()
        if zone is None:
            return  # not set up yet
        today = clock.today(zone)
        due = [referral.id for referral in due_for_follow_up(session, today)]
        held = [referral.id for referral in conflict_settling.held_too_long(session, today)]
        looked_back = [found.id for found in development_targets.due_for_follow_up(session, today)]
        ending = [referral.id for referral in due_for_reminder(session, today)]
    opened = sum(_one_by_one(database, Referral, referral_id, act=_open) for referral_id in due)
    opened += sum(_one_by_one(database, DevelopmentCase, case_id, act=_look_back) for case_id in looked_back)
    reminded = sum(_one_by_one(database, Referral, referral_id, act=_remind) for referral_id in ending)
    reminded += sum(_one_by_one(database, Referral, referral_id, act=_remind_of_conflict) for referral_id in held)
    with db.writing(database) as session:
        deleted = drafts.expire_drafts(session, today)
    with db.reading(database) as session:
        absent = absence.counted(session, today=today)
        outlived = absence_keeping.outlived(session, today=today)
    prepared = sum(_sum_up(database, pupil_id, today) for pupil_id in absent)
    let_go = sum(_let_pupil_go(database, pupil_id, today) for pupil_id in outlived)
    drawn = _draw_samples(database)
    counted = count_terms(database)  # before anything it counts is let go
    with db.reading(database) as session:
        keyless = content_keys.without(session)
    given = sum(_one_by_one(database, Referral, referral_id, act=content_keys.give) for referral_id in keyless)
    with db.reading(database) as session:
        approved = [disposal.id for disposal in retention.approved(session, today=today)]
    gone = sum(_let_go(database, disposal_id) for disposal_id in approved)
    _let_reports_go(database, today)
    with db.writing(database) as session:
        ended = exports.keep_to_their_ends(session)
    done = {
        "follow-ups opened": opened,
        "reminders": reminded,
        "drafts deleted": deleted,
        "absence steps prepared": prepared,
        "absent pupils let go": let_go,
        "samples drawn": drawn,
        "referrals given keys by kind": given,
        "disposals": gone,
        "terms counted": counted,
        "exports ended": ended,
    }
    logger().info("sweep: %s", ", ".join(f"{count} {what}" for what, count in done.items()))


def _let_go(database: str, disposal_id: uuid.UUID) -> bool:
    """One transaction a disposal: content and receipt go and come together."""
    try:
        with db.writing(database) as session:
            retention.carry_out(session, session.get_one(Disposal, disposal_id))
    except ReferralError:
        return False  # a hold was put on it, or somebody changed their mind
    except SQLAlchemyError as error:
        logger().warning("sweep: disposal %s: %s", disposal_id, type(error).__name__)
        return False
    return True


def _let_report_go(database: str, act: Callable[[Session], None]) -> None:
    """One transaction a report; a failure says nothing here of which."""
    try:
        with db.writing(database) as session:
            act(session)
    except ReferralError:
        return  # a hold was put on it, its day was put right, or it was given meanwhile
    except SQLAlchemyError as error:
        logger().warning("sweep: a disposal: %s", type(error).__name__)


def _let_reports_go(database: str, today: date) -> None:
    """What two people approved, and what was never given and its sender was asked about. Counted nowhere: a number would tell."""
    with db.writing(database) as session:
        protection_disposal.ask_senders(session, today=today)
    with db.reading(database) as session:
        approved = [disposal.id for disposal in protection_disposal.approved(session, today=today)]
        never_given = [report.id for report in protection_disposal.never_given(session, today=today)]
    for disposal_id in approved:
        _let_report_go(database, partial(_carry_out_report, disposal_id=disposal_id))
    for report_id in never_given:
        _let_report_go(database, partial(_let_never_given_go, report_id=report_id))


def _carry_out_report(session: Session, disposal_id: uuid.UUID) -> None:
    protection_disposal.carry_out(session, session.get_one(ProtectionDisposal, disposal_id))


def _let_never_given_go(session: Session, report_id: uuid.UUID) -> None:
    protection_disposal.let_go(session, session.get_one(ProtectionReport, report_id))


def _open(session: Session, referral: Referral) -> None:
    open_follow_up(session, referral, by=SYSTEM)


def _remind(session: Session, referral: Referral) -> None:
    remind_of_consent(session, referral, by=SYSTEM)


def _remind_of_conflict(session: Session, referral: Referral) -> None:
    remind_of_conflict(session, referral, by=SYSTEM)


def _look_back(session: Session, case: DevelopmentCase) -> None:
    stages.open_follow_up(session, case, by=SYSTEM)


def _one_by_one(database: str, kind: type[_Row], row_id: uuid.UUID, *, act: Callable[[Session, _Row], None]) -> bool:
    """One transaction a row: what cannot be done to one must not keep it from the others."""
    try:
        with db.writing(database) as session:
            act(session, session.get_one(kind, row_id))
    except ReferralError:
        return False  # a person was quicker
    except SQLAlchemyError as error:
        logger().warning("sweep: %s %s: %s", kind.__tablename__, row_id, type(error).__name__)
        return False
    return True


def _sum_up(database: str, pupil_id: uuid.UUID, today: date) -> int:
    """One transaction a pupil, who may have been taken away meanwhile. How many steps are new."""
    try:
        with db.writing(database) as session:
            return absence.prepare(session, session.get_one(AbsentPupil, pupil_id), today=today)
    except (ReferralError, SQLAlchemyError) as error:
        logger().warning("sweep: absence %s: %s", pupil_id, type(error).__name__)
        return 0


def _let_pupil_go(database: str, pupil_id: uuid.UUID, today: date) -> bool:
    """One transaction a pupil whose quarters are over."""
    try:
        with db.writing(database) as session:
            return absence_keeping.let_go(session, pupil_id, today=today)
    except SQLAlchemyError as error:
        logger().warning("sweep: absence %s: %s", pupil_id, type(error).__name__)
        return False


def _draw_samples(database: str) -> int:
    """Draw last week's visits for each unit that has none yet, and write to the head teachers. How many were drawn."""
    with db.reading(database) as session:
        week_on = log_samples.last_week(session)
        units = log_samples.units_without(session, week_on)
    drawn = sum(_draw_one(database, unit_id, week_on) for unit_id in units)
    with db.reading(database) as session:
        untold = [sample.id for sample in log_samples.untold(session)]
    try:
        for sample_id in untold:
            _tell(database, sample_id)
    except mailer.OfficeAway:  # each more would be waited for as long
        logger().warning("sweep: the post office does not answer; the next sweep writes about samples")
    return drawn


def _draw_one(database: str, unit_id: uuid.UUID, week_on: date) -> bool:
    try:
        with db.writing(database) as session:
            return log_samples.draw(session, unit_id, week_on=week_on) is not None
    except SQLAlchemyError as error:  # another worker was quicker, or the next sweep may go better
        logger().warning("sweep: sample of unit %s: %s", unit_id, type(error).__name__)
        return False


def _tell(database: str, sample_id: uuid.UUID) -> None:
    """Write to the head teachers; what the post office does not take, the next sweep tries again. Raises OfficeAway."""
    with db.reading(database) as session:
        letters = log_samples.letters(session, session.get_one(LogSample, sample_id))
    try:
        for letter in letters:
            with suppress(mailer.AddressRefused):  # the others are still told, and only once
                mailer.send(letter)
    except mailer.OfficeAway:
        raise
    except OSError as error:
        logger().warning("sweep: sample %s: %s", sample_id, type(error).__name__)
        return
    with db.writing(database) as session:
        log_samples.note_told(session, session.get_one(LogSample, sample_id))
