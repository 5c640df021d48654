"""Absence at school (Skollag 7:19 a): investigated promptly, reported to the organiser once that has begun, beside the team's work."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here, history
from referrals.access import Actor, View, may_view
from referrals.errors import Incomplete, NotAllowed
from referrals.languages import local_date
from referrals.models import AbsenceInvestigation, History, Referral
from referrals.stages import Verb
from referrals.statutory.carrying_out import may_conclude, own_people
from referrals.statutory.tracks import told_first
from referrals.vocabulary import AbsenceKind, AbsencePattern, SupportToo

#: what an investigation came to, in words; the law names the three who take part
TEXTS: Final = ("causes", "pupils_view", "guardians_view", "health_team_view", "measures")


@dataclass(frozen=True)
class Beginning:
    """What is known of the absence when its investigation begins, and who carries it out."""

    pattern: AbsencePattern | None
    absence: AbsenceKind | None
    known: str
    carried_out_by: uuid.UUID | None
    #: not needed for a pupil who is of age
    guardians_told_on: date | None = None


@dataclass(frozen=True)
class Findings:
    """What an investigation found and came to."""

    causes: str
    pupils_view: str
    guardians_view: str
    health_team_view: str
    measures: str
    support_too: SupportToo | None


def begin_investigation(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, beginning: Beginning
) -> AbsenceInvestigation:
    """Let repeated or longer absence be investigated, valid or not. While one runs, again changes nothing.

    Raises Incomplete without what is known of the absence, one of the school's own people to carry it out, and the day on
    which the guardians were told, which nobody has to be of a pupil who is of age.
    """
    history.guard(session, referral, Verb.BEGIN_ABSENCE_INVESTIGATION, by=by, seen=seen)
    if (running := running_investigation(session, referral)) is not None:
        return running
    stated = {
        "pattern": beginning.pattern,
        "absence": beginning.absence,
        "known": beginning.known.strip(),
        "carried_out_by": beginning.carried_out_by in {one.id for one in own_people(session, referral)},
        "guardians_told_on": told_first(referral, beginning.guardians_told_on, here.today(session)),
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.BEGIN_ABSENCE_INVESTIGATION, by=by, seen=seen)
    begun = AbsenceInvestigation(
        referral=referral, begun_id=row.id, carried_out_by_id=beginning.carried_out_by, pattern=beginning.pattern,
        absence=beginning.absence, guardians_told_on=beginning.guardians_told_on,
    )  # fmt: skip
    begun.known = beginning.known.strip()
    session.add(begun)
    session.flush()
    return begun


def report_absence(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    investigation_id: uuid.UUID,
    reported_to: str,
    reported_on: date | None,
) -> AbsenceInvestigation:
    """Record to whom and on which day the absence was reported to the organiser. Again changes nothing.

    Raises NotAllowed where this referral has no such investigation, Incomplete without to whom, or a day from the beginning
    until today.
    """
    history.guard(session, referral, Verb.REPORT_ABSENCE, by=by, seen=seen)
    investigation = _investigation(session, referral, investigation_id, verb=Verb.REPORT_ABSENCE)
    if investigation.reported_id is not None:
        return investigation
    begun_on = local_date(investigation.begun.at, zone=here.time_zone(session))
    stated = {
        "reported_to": reported_to.strip(),
        "reported_on": reported_on is not None and begun_on <= reported_on <= here.today(session),
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.REPORT_ABSENCE, by=by, seen=seen)
    investigation.reported, investigation.reported_on = row, reported_on
    investigation.reported_to = reported_to.strip()
    session.flush()
    return investigation


def conclude_investigation(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    investigation_id: uuid.UUID,
    findings: Findings,
) -> AbsenceInvestigation:
    """Record why the pupil is away, how each sees it, what is done, and whether special support is investigated too. Again changes nothing.

    Raises NotAllowed where this referral has no such investigation or somebody else is named for it, Incomplete for what is not stated.
    """
    history.guard(session, referral, Verb.CONCLUDE_ABSENCE_INVESTIGATION, by=by, seen=seen)
    investigation = _investigation(session, referral, investigation_id, verb=Verb.CONCLUDE_ABSENCE_INVESTIGATION)
    if not may_conclude(by, referral, investigation.carried_out_by_id):
        raise NotAllowed(Verb.CONCLUDE_ABSENCE_INVESTIGATION)
    if investigation.concluded_id is not None:
        return investigation
    texts = {name: getattr(findings, name).strip() for name in TEXTS}
    stated = {**texts, "support_too": findings.support_too}
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.CONCLUDE_ABSENCE_INVESTIGATION, by=by, seen=seen)
    for name, text in texts.items():
        setattr(investigation, name, text)
    investigation.support_too, investigation.concluded = findings.support_too, row
    session.flush()
    return investigation


def investigations_of(session: Session, referral: Referral) -> list[AbsenceInvestigation]:
    """The investigations of absence of `referral`, the newest first."""
    rows = select(AbsenceInvestigation).join(AbsenceInvestigation.begun)
    found = rows.where(AbsenceInvestigation.referral_id == referral.id).order_by(History.number.desc())
    return list(session.scalars(found))


def investigations_for(session: Session, referral: Referral, reader: Actor) -> list[AbsenceInvestigation]:
    """The investigations that `reader` may read: who is named for one reads that, until it has its result."""
    reads_all = may_view(View.ABSENCE_INVESTIGATION, reader, referral.facts())
    return [
        one
        for one in investigations_of(session, referral)
        if reads_all or (one.concluded_id is None and one.carried_out_by_id == reader.account_id)
    ]


def running_investigation(session: Session, referral: Referral) -> AbsenceInvestigation | None:
    """The investigation that has begun and has no result yet; there is one at most."""
    return next((one for one in investigations_of(session, referral) if one.concluded_id is None), None)


def _investigation(session: Session, referral: Referral, wanted: uuid.UUID, *, verb: Verb) -> AbsenceInvestigation:
    found = session.get(AbsenceInvestigation, wanted)
    if found is None or found.referral_id != referral.id:
        raise NotAllowed(verb)
    return found
