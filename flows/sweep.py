"""The sweep: what falls due with the calendar and not with a decision. Over our own database only, and harmless when repeated."""

import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from prefect import flow
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows import signs_of_life
from flows.apart import Apart
from flows.failures import StepFailed, neutral
from flows.opening import logger, open_instance
from flows.team_dates import tell_of_dates
from flows.terms import count_terms
from referrals import clock, db, drafts, mailer
from referrals.access import SYSTEM
from referrals.consent import due_for_reminder, remind_of_consent
from referrals.development import stages
from referrals.development import targets as development_targets
from referrals.follow_up import due_for_follow_up, open_follow_up
from referrals.forums import date_letters
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


@dataclass(frozen=True)
class Sweep:
    """One sweep: over which database, of which day, and what of it did not come about."""

    database: str
    today: date
    apart: Apart

    def find(self, due: Callable[[Session], Iterable[uuid.UUID]]) -> list[uuid.UUID]:
        """The ids of what is due."""
        with db.reading(self.database) as session:
            return list(due(session))

    def each(self, what: str, ids: Iterable[uuid.UUID], act: Callable[[Session, uuid.UUID], int | None]) -> int:
        """One transaction a row: what cannot be done to one must not keep it from the others. How much came of it, one each by default."""
        done = 0
        for row_id in ids:
            with self.apart.one(f"{what} {row_id}"):
                with db.writing(self.database) as session:
                    came = act(session, row_id)
                done += 1 if came is None else came
        return done


@flow(name="sweep", persist_result=False)
def sweep() -> None:
    """The same sweep, as something operators can see and start on Prefect's pages. It fails there where something was left."""
    settings = open_instance()
    if not sweep_database(settings.database):
        raise StepFailed("sweep", again=False)


@neutral("database")
def sweep_database(database: str) -> bool:
    """What falls due with the calendar, one duty after the other; whether nothing of it was left over.

    What was left stands in the log, and the next sweep finds it again.
    """
    with db.reading(database) as session:
        zone = session.scalars(select(Municipality.timezone)).first()
    if zone is None:
        return True  # not set up yet
    this = Sweep(database, clock.today(zone), Apart("sweep"))
    done = dict.fromkeys(_DUTIES, 0)
    for name, duty in _DUTIES.items():
        with this.apart.one(name):
            done[name] = duty(this)
    with this.apart.one("a disposal", tells_place=False):
        _let_reports_go(this)
    logger().info("sweep: %s", ", ".join(f"{count} {what}" for what, count in done.items()))
    if this.apart.failed:
        logger().warning("sweep: %d left over", this.apart.failed)
        return False
    signs_of_life.note_sweep(database)
    return True


# ------------------------------------------------------------------------------------------------------ the duties
def _open_follow_ups(this: Sweep) -> int:
    due = this.find(lambda session: [one.id for one in due_for_follow_up(session, this.today)])
    return this.each("referral", due, _open_follow_up)


def _look_back_on_work(this: Sweep) -> int:
    due = this.find(lambda session: [one.id for one in development_targets.due_for_follow_up(session, this.today)])
    return this.each("development work", due, _look_back)


def _remind_of_consents(this: Sweep) -> int:
    ending = this.find(lambda session: [one.id for one in due_for_reminder(session, this.today)])
    return this.each("referral", ending, _remind_of_consent)


def _remind_of_conflicts(this: Sweep) -> int:
    held = this.find(lambda session: [one.id for one in conflict_settling.held_too_long(session, this.today)])
    return this.each("referral", held, _remind_of_conflict)


def _delete_drafts(this: Sweep) -> int:
    with db.writing(this.database) as session:
        return drafts.expire_drafts(session, this.today)


def _prepare_absence(this: Sweep) -> int:
    absent = this.find(lambda session: absence.counted(session, today=this.today))
    return this.each(
        "absence",
        absent,
        lambda session, row_id: absence.prepare(session, session.get_one(AbsentPupil, row_id), today=this.today),
    )


def _let_pupils_go(this: Sweep) -> int:
    outlived = this.find(lambda session: absence_keeping.outlived(session, today=this.today))
    return this.each(
        "absence", outlived, lambda session, row_id: absence_keeping.let_go(session, row_id, today=this.today)
    )


def _draw_samples(this: Sweep) -> int:
    """Draw last week's visits for each unit that has none yet."""
    with db.reading(this.database) as session:
        week_on = log_samples.last_week(session)
        units = log_samples.units_without(session, week_on)
    return this.each(
        "sample of unit",
        units,
        lambda session, unit_id: log_samples.draw(session, unit_id, week_on=week_on) is not None,
    )


def _write_about_samples(this: Sweep) -> int:
    """Each more would be waited for as long where the post office does not answer: then the duty ends, and the next sweep goes on."""
    untold = this.find(lambda session: [sample.id for sample in log_samples.untold(session)])
    for sample_id in untold:
        with this.apart.one(f"sample {sample_id}", through=(mailer.OfficeAway,)):
            _tell(this, sample_id)
    return len(untold)


def _tell_of_dates(this: Sweep) -> int:
    """The worker does so every few seconds; here stands what came of it, for whoever starts a sweep by hand."""
    with db.writing(this.database) as session:
        date_letters.forget_old(session)
    return tell_of_dates(this.database, this.apart)


def _count_terms(this: Sweep) -> int:
    return count_terms(this.database, this.apart)


def _give_keys(this: Sweep) -> int:
    keyless = this.find(content_keys.without)
    return this.each("referral", keyless, _give_key)


def _carry_out_disposals(this: Sweep) -> int:
    """One transaction a disposal: content and receipt go and come together. A hold may have been put on it meanwhile."""
    approved = this.find(lambda session: [one.id for one in retention.approved(session, today=this.today)])
    return this.each("disposal", approved, _carry_out)


def _end_exports(this: Sweep) -> int:
    with db.writing(this.database) as session:
        return exports.keep_to_their_ends(session)


#: what is done, in this order, under the name that the log counts it by; terms are counted before anything in them is let go
_DUTIES: Final[dict[str, Callable[[Sweep], int]]] = {
    "follow-ups opened": _open_follow_ups,
    "development work to look back on": _look_back_on_work,
    "reminders of consents": _remind_of_consents,
    "reminders of conflicts": _remind_of_conflicts,
    "drafts deleted": _delete_drafts,
    "absence steps prepared": _prepare_absence,
    "absent pupils let go": _let_pupils_go,
    "samples drawn": _draw_samples,
    "samples written about": _write_about_samples,
    "letters about team dates": _tell_of_dates,
    "terms counted": _count_terms,
    "referrals given keys by kind": _give_keys,
    "disposals": _carry_out_disposals,
    "exports ended": _end_exports,
}


def _let_reports_go(this: Sweep) -> None:
    """What two people approved, and what was never given and its sender was asked about. Counted nowhere: a number would tell.

    A failure says nothing of which: a hold was put on it, its day was put right, or it was given meanwhile.
    """
    with db.writing(this.database) as session:
        protection_disposal.ask_senders(session, today=this.today)
    with db.reading(this.database) as session:
        approved = [disposal.id for disposal in protection_disposal.approved(session, today=this.today)]
        never_given = [report.id for report in protection_disposal.never_given(session, today=this.today)]
    for ids, act in ((approved, _carry_out_report), (never_given, _let_never_given_go)):
        for row_id in ids:
            with this.apart.one("a disposal", tells_place=False), db.writing(this.database) as session:
                act(session, row_id)


# --------------------------------------------------------------------------------------------------- one row each
#: the letters about samples that are still untold which the post office took of this process, by their Message-ID: while the mailbox
#: of one head teacher is full, the sweep comes back to it every ten minutes, and the others are written to once
_TAKEN: Final[set[str]] = set()


def _open_follow_up(session: Session, row_id: uuid.UUID) -> None:
    open_follow_up(session, session.get_one(Referral, row_id), by=SYSTEM)


def _look_back(session: Session, row_id: uuid.UUID) -> None:
    stages.open_follow_up(session, session.get_one(DevelopmentCase, row_id), by=SYSTEM)


def _remind_of_consent(session: Session, row_id: uuid.UUID) -> None:
    remind_of_consent(session, session.get_one(Referral, row_id), by=SYSTEM)


def _remind_of_conflict(session: Session, row_id: uuid.UUID) -> None:
    remind_of_conflict(session, session.get_one(Referral, row_id), by=SYSTEM)


def _give_key(session: Session, row_id: uuid.UUID) -> None:
    content_keys.give(session, session.get_one(Referral, row_id))


def _carry_out(session: Session, row_id: uuid.UUID) -> None:
    retention.carry_out(session, session.get_one(Disposal, row_id))


def _carry_out_report(session: Session, row_id: uuid.UUID) -> None:
    protection_disposal.carry_out(session, session.get_one(ProtectionDisposal, row_id))


def _let_never_given_go(session: Session, row_id: uuid.UUID) -> None:
    protection_disposal.let_go(session, session.get_one(ProtectionReport, row_id))


def _tell(this: Sweep, sample_id: uuid.UUID) -> None:
    """Write to the head teachers; what the post office does not take of it, the next sweep writes again, and nothing else."""
    with db.reading(this.database) as session:
        letters = log_samples.letters(session, session.get_one(LogSample, sample_id))
    for letter in letters:
        if letter.message_id not in _TAKEN:
            with this.apart.one(f"sample {sample_id}", through=(mailer.OfficeAway,)):
                with suppress(mailer.AddressRefused):  # another try would not help
                    mailer.send(letter)
                _TAKEN.add(letter.message_id)
    ours = {letter.message_id for letter in letters}
    if ours <= _TAKEN:
        with db.writing(this.database) as session:
            log_samples.note_told(session, session.get_one(LogSample, sample_id))
        _TAKEN.difference_update(ours)
