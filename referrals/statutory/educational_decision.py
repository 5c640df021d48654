"""What the head teacher decides once an educational-psychological assessment has come, and when each guardian got to know."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from referrals import here, history
from referrals.access import Actor
from referrals.disclosure import coverage
from referrals.errors import Incomplete, NotAllowed
from referrals.languages import local_date
from referrals.models import EducationalAssessment, EducationalDecision, EducationalTold, Guardian, Referral
from referrals.stages import Verb
from referrals.vocabulary import EducationalOutcome


@dataclass(frozen=True)
class Decided:
    """What is decided, and why."""

    outcome: EducationalOutcome | None
    reasons: str


def decide_help(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, assessment_id: uuid.UUID, decided: Decided
) -> EducationalDecision:
    """Decide upon an assessment. Again changes nothing.

    Raises NotAllowed where this referral has asked for no such assessment, Incomplete for what is not stated, or with
    `assessed` while it has not come.
    """
    history.guard(session, referral, Verb.DECIDE_EDUCATIONAL_HELP, by=by, seen=seen)
    assessment = _assessment(session, referral, assessment_id, verb=Verb.DECIDE_EDUCATIONAL_HELP)
    if assessment.decision is not None:
        return assessment.decision
    reasons = decided.reasons.strip()
    stated = {"outcome": decided.outcome, "reasons": reasons, "assessed": assessment.concluded_id}
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.DECIDE_EDUCATIONAL_HELP, by=by, seen=seen)
    decision = EducationalDecision(referral=referral, history_id=row.id, outcome=decided.outcome)
    decision.reasons = reasons
    session.add(decision)
    decision.assessment = assessment
    session.flush()
    return decision


def record_told(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    assessment_id: uuid.UUID,
    guardian_id: uuid.UUID | None,
    told_on: date | None,
) -> EducationalTold:
    """Record on which day a guardian got the decision: from then they may complain. Told again, the day is corrected.

    Raises NotAllowed where this referral has no such decision or guardian, Incomplete without a day from the decision's own
    until today.
    """
    history.guard(session, referral, Verb.RECORD_EDUCATIONAL_TOLD, by=by, seen=seen)
    decision = _assessment(session, referral, assessment_id, verb=Verb.RECORD_EDUCATIONAL_TOLD).decision
    if decision is None or guardian_id not in {one.id for one in coverage.guardians_of(session, referral)}:
        raise NotAllowed(Verb.RECORD_EDUCATIONAL_TOLD)
    decided_on = local_date(decision.history.at, zone=here.time_zone(session))
    if told_on is None or not decided_on <= told_on <= here.today(session):
        raise Incomplete("told_on")
    row = history.record(session, referral, Verb.RECORD_EDUCATIONAL_TOLD, by=by, seen=seen)
    told = next((one for one in decision.told if one.guardian_id == guardian_id), None)
    if told is None:
        told = EducationalTold(referral=referral, guardian_id=guardian_id, told_on=told_on, history_id=row.id)
        decision.told.append(told)
    told.told_on, told.history_id = told_on, row.id
    session.flush()
    return told


def not_told(session: Session, decision: EducationalDecision) -> list[Guardian]:
    """The guardians with custody whom no day is recorded for, as far as they may be contacted."""
    told = {one.guardian_id for one in decision.told}
    deciding = coverage.deciding_guardians(session, decision.referral)
    return [one for one in deciding if one.may_contact and one.id not in told]


def _assessment(session: Session, referral: Referral, wanted: uuid.UUID, *, verb: Verb) -> EducationalAssessment:
    found = session.get(EducationalAssessment, wanted)
    if found is None or found.referral_id != referral.id:
        raise NotAllowed(verb)
    return found
