"""The papers about unlawful absence: what each is made from, and its bytes, sealed with the pupil's own key and never made again."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from referrals.errors import NoSuchReferral, SealBroken
from referrals.languages import local_date
from referrals.models import AbsenceStep, AbsentPupil, Account, Unit
from referrals.people import organisation
from referrals.sealing import seal_bytes, unseal_bytes
from referrals.statutory import absence
from referrals.vocabulary import AbsenceStepKind


@dataclass(frozen=True)
class PupilOnPaper:
    """A pupil under the names a paper's frame knows. Whose identity is protected stands here by the school's number for them."""

    pupil: AbsentPupil
    owner: Account

    has_protected_identity = False
    school_year = None

    @property
    def number(self) -> str:
        """The pupil's own number here."""
        return self.pupil.number

    @property
    def unit(self) -> Unit:
        """The school."""
        return self.pupil.unit

    @property
    def child_name(self) -> str | None:
        """The name, as the school gave it."""
        return self.pupil.name

    @property
    def child_birth_date(self) -> str | None:
        """The birth date in ISO form."""
        return self.pupil.birth_date

    @property
    def child_group(self) -> str | None:
        """The class."""
        return self.pupil.class_name


@dataclass(frozen=True)
class StepOnPaper:
    """A decided step with the rule it follows."""

    first_on: date
    last_on: date
    days: float
    school_days: int
    percent: float
    limit: int
    #: from which share on the next step is due; None where there is none
    next_limit: int | None
    law: str
    #: whether the quarter was over when it was decided
    is_over: bool
    #: the day on which the parents were warned in the same quarter
    warned_on: date | None
    said: dict[str, Any]
    decided_by: Account
    decided_at: datetime

    @property
    def has_reached_next(self) -> bool:
        """Whether the next limit is reached too: the parents are not told that it may be."""
        return self.next_limit is not None and self.percent >= self.next_limit


def values(session: Session, step: AbsenceStep) -> dict[str, Any]:
    """What the paper is made from, under the names `PaperSource` knows. Raises NoSuchReferral where nothing was sent from here."""
    if not step.is_sent or step.is_elsewhere or step.decided_by is None or step.decided_at is None:
        raise NoSuchReferral
    rule, limits = absence.rule_of(session, step), [each.percent for each in absence.rules(session)]
    days, last_on = step.days or 0.0, absence.last_day(step.quarter_on)
    decided_on = local_date(step.decided_at, zone=organisation.municipality(session).timezone)
    on_paper = StepOnPaper(
        first_on=step.quarter_on, last_on=last_on, days=days, school_days=step.school_days,
        percent=absence.share(days, of=step.school_days), limit=rule.percent,
        next_limit=next((each for each in limits if each > rule.percent), None), law=rule.source,
        is_over=decided_on > last_on, warned_on=_warned_on(session, step), said=step.said or {}, decided_by=step.decided_by, decided_at=step.decided_at,
    )  # fmt: skip
    return {
        "referral": PupilOnPaper(step.pupil, step.decided_by), "municipality": organisation.municipality(session),
        "issued_at": step.decided_at, "absence": on_paper,
    }  # fmt: skip


def keep(session: Session, step: AbsenceStep, content: bytes) -> bytes:
    """Keep the PDF. One that is there already stays, and is what comes back."""
    if (there := read(step)) is not None:
        return there
    step.paper = seal_bytes(content, key=step.data_key(), place=step.seal_place("paper"))
    step.checksum = hashlib.sha256(content).hexdigest()
    session.flush()
    return content


def read(step: AbsenceStep) -> bytes | None:
    """The PDF as it was made; None while there is none. Raises SealBroken when its bytes are not the ones that were kept."""
    if step.paper is None:
        return None
    content = unseal_bytes(step.paper, key=step.data_key(), place=step.seal_place("paper"))
    if hashlib.sha256(content).hexdigest() != step.checksum:
        raise SealBroken("a paper differs from its checksum")
    return content


def _warned_on(session: Session, step: AbsenceStep) -> date | None:
    zone = organisation.municipality(session).timezone
    warned = (
        date.fromisoformat((each.said or {})["decided_on"])
        if each.is_elsewhere
        else local_date(each.decided_at, zone=zone)
        for each in step.pupil.steps
        if each.quarter_on == step.quarter_on
        and each.kind is AbsenceStepKind.WARNING
        and each.is_sent
        and each.decided_at
    )
    return next(warned, None)
