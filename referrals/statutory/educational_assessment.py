"""Educational-psychological assessment (PPV) in Danish schools: the head teacher asks the service for it, after talking with pupil and parents."""

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
from referrals.models import EducationalAssessment, History, Referral
from referrals.stages import Verb
from referrals.statutory.carrying_out import may_conclude, own_people
from referrals.vocabulary import EducationalNeed, EducationalWish

#: what is written when it is asked for, and when it has come
ASKED: Final = ("reasons", "tried", "strengths", "views", "question")
ASSESSED: Final = ("basis", "resources", "difficulties", "perspectives", "judgement", "proposals")


@dataclass(frozen=True)
class Request:
    """What the service is asked for, and what it is told."""

    wish: EducationalWish | None
    #: when it was talked over with pupil and parents
    consulted_on: date | None
    reasons: str
    tried: str
    strengths: str
    views: str
    question: str
    #: one of the service, or who receives its assessment for the school
    carried_out_by: uuid.UUID | None
    #: by when it is to be there, where a day was agreed with the service
    agreed_on: date | None = None


@dataclass(frozen=True)
class Result:
    """What the assessment says, and when it came to the school."""

    received_on: date | None
    basis: str
    resources: str
    difficulties: str
    perspectives: str
    judgement: str
    proposals: str
    need: EducationalNeed | None


def ask_assessment(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, request: Request
) -> EducationalAssessment:
    """Ask the service to assess the pupil. While one runs, again changes nothing.

    Raises Incomplete for what is not stated, a conversation with pupil and parents that has not been, an agreed day that has
    passed, and without one of the school's own people or of the service to carry it out.
    """
    history.guard(session, referral, Verb.ASK_EDUCATIONAL_ASSESSMENT, by=by, seen=seen)
    if (running := running_assessment(session, referral)) is not None:
        return running
    today = here.today(session)
    texts = {name: getattr(request, name).strip() for name in ASKED}
    stated = {
        "wish": request.wish,
        "consulted_on": request.consulted_on is not None and request.consulted_on <= today,
        **texts,
        "agreed_on": request.agreed_on is None or request.agreed_on >= today,
        "carried_out_by": request.carried_out_by in {one.id for one in own_people(session, referral)},
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    row = history.record(session, referral, Verb.ASK_EDUCATIONAL_ASSESSMENT, by=by, seen=seen)
    asked = EducationalAssessment(
        referral=referral, begun_id=row.id, carried_out_by_id=request.carried_out_by, wish=request.wish,
        consulted_on=request.consulted_on, agreed_on=request.agreed_on,
    )  # fmt: skip
    for name, text in texts.items():
        setattr(asked, name, text)
    session.add(asked)
    session.flush()
    return asked


def conclude_assessment(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, assessment_id: uuid.UUID, result: Result
) -> EducationalAssessment:
    """Record what the assessment says. Again changes nothing.

    Raises NotAllowed where this referral has asked for no such assessment or somebody else is named for it, Incomplete for
    what is not stated, or a day of arrival that is not one from the request until today.
    """
    history.guard(session, referral, Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT, by=by, seen=seen)
    found = session.get(EducationalAssessment, assessment_id)
    if found is None or found.referral_id != referral.id or not may_conclude(by, referral, found.carried_out_by_id):
        raise NotAllowed(Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT)
    if found.concluded_id is not None:
        return found
    asked_on = local_date(found.begun.at, zone=here.time_zone(session))
    texts = {name: getattr(result, name).strip() for name in ASSESSED}
    stated = {
        "received_on": result.received_on is not None and asked_on <= result.received_on <= here.today(session),
        **texts,
        "need": result.need,
    }
    if missing := [name for name, value in stated.items() if not value]:
        raise Incomplete(*missing)
    found.concluded = history.record(session, referral, Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT, by=by, seen=seen)
    found.received_on, found.need = result.received_on, result.need
    for name, text in texts.items():
        setattr(found, name, text)
    session.flush()
    return found


def assessments_of(session: Session, referral: Referral) -> list[EducationalAssessment]:
    """The assessments of the pupil of `referral`, the newest first."""
    rows = select(EducationalAssessment).join(EducationalAssessment.begun)
    found = rows.where(EducationalAssessment.referral_id == referral.id).order_by(History.number.desc())
    return list(session.scalars(found))


def assessments_for(session: Session, referral: Referral, reader: Actor) -> list[EducationalAssessment]:
    """The assessments that `reader` may read: who is named for one reads that, until it has its result."""
    reads_all = may_view(View.EDUCATIONAL_ASSESSMENT, reader, referral.facts())
    return [
        one
        for one in assessments_of(session, referral)
        if reads_all or (one.concluded_id is None and one.carried_out_by_id == reader.account_id)
    ]


def running_assessment(session: Session, referral: Referral) -> EducationalAssessment | None:
    """The assessment that was asked for and has not come yet; there is one at most."""
    return next((one for one in assessments_of(session, referral) if one.concluded_id is None), None)
