"""The weekly look at the access log: some visits drawn by chance for each unit, and looked through by its head teacher."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from referrals import clock, languages
from referrals.access import SYSTEM, Actor, Role, View, may_view
from referrals.config import current
from referrals.errors import Incomplete, NoSuchReferral
from referrals.keeping import audit
from referrals.languages import local_date
from referrals.mailer import Letter
from referrals.models import (
    Account,
    AuditEvent,
    LogSample,
    LogSampleVisit,
    Membership,
    Referral,
    RoleAssignment,
    Unit,
    What,
)
from referrals.notifications import environment
from referrals.people import organisation
from referrals.stages import Party
from referrals.vocabulary import MailKind, Standing, VisitAnswer

#: visits drawn for a unit and week; all of them where there were fewer
SIZE: Final = 10
#: what counts as a visit: somebody looked, took something out, or was turned away
VISITS: Final = (What.OPENED_PAGE, What.OPENED_PAPER, What.PREVIEWED_PAPER, What.EXPORTED, What.REFUSED)
#: how the log calls the page on which a sample is looked through
PAGE: Final = "casework.log_sample"
_CHANCE: Final = secrets.SystemRandom()
#: from the Monday of the week whose visits were drawn
_TO_FRIDAY_OF_THE_NEXT_WEEK: Final = timedelta(days=11)


@dataclass(frozen=True)
class Answer:
    """What a head teacher says of one visit."""

    answer: VisitAnswer
    note: str | None = None


@dataclass(frozen=True)
class SampledVisit:
    """A visit of a sample together with what the audit log says of it."""

    row: LogSampleVisit
    event: AuditEvent


# ------------------------------------------------------------------------------------------------------ drawing
def last_week(session: Session) -> date:
    """The Monday of the week before this one, by the machine's clock: the log goes by it too."""
    today = local_date(clock.machine_now(), zone=organisation.municipality(session).timezone)
    return today - timedelta(days=today.weekday() + 7)


def units_without(session: Session, week_on: date) -> list[uuid.UUID]:
    """The units for which nothing was drawn of that week yet."""
    drawn = select(LogSample.unit_id).where(LogSample.week_on == week_on)
    return list(session.scalars(select(Unit.id).where(Unit.id.not_in(drawn)).order_by(Unit.slug)))


def draw(session: Session, unit_id: uuid.UUID, *, week_on: date) -> LogSample | None:
    """Draw the visits of one week and keep them; None where there was none, or nobody to look at them.

    Left out are the visits of the head teachers themselves, who would judge their own, and whatever one of them is kept
    out of or nobody may read yet. What was drawn already comes back as it is.
    """
    already = select(LogSample).where(LogSample.unit_id == unit_id, LogSample.week_on == week_on)
    if (found := session.scalars(already).one_or_none()) is not None:
        return found
    heads = [account.id for account in _heads(session, unit_id)]
    visits = _visits(session, unit_id, week_on, heads=heads) if heads else []
    if not visits:
        return None
    sample = LogSample(id=uuid.uuid4(), unit_id=unit_id, week_on=week_on, drawn_at=clock.machine_now())
    session.add(sample)
    session.flush()
    for position, (referral_id, number) in enumerate(_CHANCE.sample(visits, min(SIZE, len(visits)))):
        referral = session.get_one(Referral, referral_id)
        session.add(LogSampleVisit(referral=referral, sample_id=sample.id, position=position, event_number=number))
    session.flush()
    return sample


def untold(session: Session) -> list[LogSample]:
    """The samples nobody was written to about yet."""
    rows = select(LogSample).where(LogSample.told_at.is_(None), LogSample.done_at.is_(None))
    return list(session.scalars(rows.order_by(LogSample.week_on, LogSample.unit_id)))


def due_on(sample: LogSample) -> date:
    """The day by which it is looked through: the Friday of the week in which it was drawn."""
    return sample.week_on + _TO_FRIDAY_OF_THE_NEXT_WEEK


def letters(session: Session, sample: LogSample) -> list[Letter]:
    """The mail to each head teacher of the unit: the week and a link. Its Message-ID is the same each time it is tried."""
    settings, written = current(), []
    for account in _heads(session, sample.unit_id):
        words = environment(languages.known_language(account.language))
        values = {"reference": sample.label, "link": f"{settings.base_url}/log-samples/{sample.id}"}
        folder = f"emails/{MailKind.LOG_SAMPLE}"
        written.append(
            Letter(
                to=account.email,
                subject=words.get_template(f"{folder}/subject.txt").render(values).strip(),
                body=words.get_template(f"{folder}/body.txt").render(values),
                language=languages.known_language(account.language),
                message_id=f"<{uuid.uuid5(sample.id, str(account.id)).hex}@{settings.mail_from.rpartition('@')[2]}>",
                written_at=sample.drawn_at,
            )
        )
    return written


def note_told(session: Session, sample: LogSample) -> None:
    """Write that the head teachers were written to. Again changes nothing."""
    if sample.told_at is None:
        sample.told_at = clock.machine_now()
        session.flush()
        audit.append(session, What.SENT_MAIL, by=SYSTEM, subject=MailKind.LOG_SAMPLE, object_id=sample.id)


# ----------------------------------------------------------------------------------------------- looking through
def samples_for(session: Session, actor: Actor, *, is_done: bool) -> list[LogSample]:
    """The samples of the units `actor` heads: those that wait, oldest first, or those looked through, newest first."""
    heads = [unit_id for role, unit_id in actor.roles if role is Role.HEAD_TEACHER]
    rows = select(LogSample).where(LogSample.unit_id.in_(heads)).options(selectinload(LogSample.unit))
    if is_done:
        rows = rows.where(LogSample.done_at.is_not(None)).order_by(LogSample.week_on.desc(), LogSample.unit_id)
    else:
        rows = rows.where(LogSample.done_at.is_(None)).order_by(LogSample.week_on, LogSample.unit_id)
    return list(session.scalars(rows.limit(60)))


def find(session: Session, sample_id: uuid.UUID, *, by: Actor) -> LogSample:
    """One sample of a unit that `by` heads. Raises NoSuchReferral where there is none."""
    found = session.get(LogSample, sample_id)
    if found is None or (Role.HEAD_TEACHER, found.unit_id) not in by.roles:
        raise NoSuchReferral
    return found


def visits_of(session: Session, sample: LogSample, *, by: Actor) -> list[SampledVisit]:
    """The visits of a sample with what the log says of each, but for referrals whose log `by` may not read any more."""
    shown = [visit for visit in sample.visits if may_view(View.ACCESS_LOG, by, visit.referral.facts())]
    return [
        SampledVisit(visit, session.get_one(AuditEvent, (visit.referral_id, visit.event_number))) for visit in shown
    ]


def look_through(session: Session, sample: LogSample, *, by: Actor, answers: Mapping[uuid.UUID, Answer]) -> bool:
    """Keep the answers to some visits, by their ids; whether the whole sample is looked through now.

    Raises NoSuchReferral for anybody but a head teacher of the unit, and for a visit that is not theirs to judge;
    Incomplete where one is to be asked about and nothing says what.
    """
    find(session, sample.id, by=by)
    shown = {visit.row.id: visit.row for visit in visits_of(session, sample, by=by)}
    if not shown.keys() >= answers.keys():
        raise NoSuchReferral
    if any(said.answer is VisitAnswer.ASK and not (said.note or "").strip() for said in answers.values()):
        raise Incomplete("note")
    for visit_id, said in answers.items():
        _keep(session, shown[visit_id], said, by=by)
    if sample.done_at is None and all(visit.answer for visit in shown.values()):
        sample.done_at, sample.done_by_id = clock.machine_now(), by.account_id
    session.flush()
    return sample.done_at is not None


def _keep(session: Session, visit: LogSampleVisit, said: Answer, *, by: Actor) -> None:
    note = (said.note or "").strip() or None
    if (visit.answer, visit.note) == (said.answer, note):
        return
    visit.answer, visit.note = said.answer, note
    visit.answered_at, visit.answered_by_id = clock.machine_now(), by.account_id
    session.flush()
    audit.append(
        session, What.SENT_FORM, by=by, chain=visit.referral_id, party=Party.HEAD_TEACHER, subject=PAGE,
        object_id=visit.id, ground=said.answer,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- inside
def _heads(session: Session, unit_id: uuid.UUID) -> list[Account]:
    holds = Account.roles.any((RoleAssignment.unit_id == unit_id) & (RoleAssignment.role == Role.HEAD_TEACHER))
    return list(session.scalars(select(Account).where(Account.is_active, holds).order_by(Account.email)))


def _visits(
    session: Session, unit_id: uuid.UUID, week_on: date, *, heads: list[uuid.UUID]
) -> list[tuple[uuid.UUID, int]]:
    zone = ZoneInfo(organisation.municipality(session).timezone)
    begins, ends = (datetime.combine(day, time(), tzinfo=zone) for day in (week_on, week_on + timedelta(days=7)))
    kept_out = select(Membership.referral_id).where(
        Membership.account_id.in_(heads), Membership.standing == Standing.SHUT_OUT
    )
    rows = (
        select(AuditEvent.chain_id, AuditEvent.number)
        .join(Referral, Referral.id == AuditEvent.chain_id)
        .where(
            Referral.unit_id == unit_id,
            Referral.id.not_in(kept_out),
            Referral.held_since.is_(None),
            AuditEvent.at >= begins,
            AuditEvent.at < ends,
            AuditEvent.what.in_(VISITS),
            AuditEvent.by_id.is_not(None),
            AuditEvent.by_id.not_in(heads),
        )
        .order_by(AuditEvent.chain_id, AuditEvent.number)
    )
    return [(chain, number) for chain, number in session.execute(rows)]
