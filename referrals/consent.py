"""Information and consent: who the guardians are, what they were told, what they allow, and when the work may go on."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from referrals import clock, earlier, here, history
from referrals.access import Actor
from referrals.disclosure import coverage
from referrals.errors import AlreadyWithdrawn, Incomplete, NotAllowed, NotAskedAbout, NotInformed
from referrals.keeping import register
from referrals.models import AssessmentPart, Consent, Guardian, History, InformationNotice, Referral
from referrals.safeguarding import protected_identity
from referrals.stages import PARTS_RECEIVED, PARTS_REQUESTED, TO_SCHEDULE, State, Verb
from referrals.vocabulary import (
    ConsentAnswer,
    ConsentForm,
    Counterpart,
    Custody,
    InformationCategory,
    NoticeMethod,
    PartStatus,
    Recipient,
    Registered,
)

#: what a row of the history says where a guardian who was known already was recorded anew
CHANGED: Final = "changed"


@dataclass(frozen=True)
class GuardianDetails:
    """Who a guardian is, and how they can be reached."""

    name: str
    custody: Custody
    language: str
    phone: str = ""
    email: str = ""
    address: str = ""
    #: language of the interpreter, empty where none is needed
    interpreter: str = ""
    may_contact: bool = True
    #: protects this guardian from this moment on; lifting it again is a decision of its own
    has_protected_identity: bool = False


@dataclass(frozen=True)
class Notice:
    """That a guardian was told: how, on which day, by whom and what; or why not."""

    method: NoticeMethod
    told_on: date | None = None
    told_by: str = ""
    told_what: str = ""
    why_not: str = ""
    #: the language it was said in, by itself or through an interpreter; empty for the guardian's own
    language: str = ""


@dataclass(frozen=True)
class ConsentGiven:
    """What a guardian answered, and how far it reaches."""

    answer: ConsentAnswer
    form: ConsentForm
    categories: Sequence[InformationCategory] = ()
    recipients: Sequence[Recipient] = ()
    purpose: str = ""
    from_on: date | None = None
    until_on: date | None = None


def answer_for(
    session: Session,
    referral: Referral,
    *,
    categories: Iterable[InformationCategory],
    recipients: Iterable[Recipient],
) -> ConsentAnswer:
    """The answer a guardian gives by allowing these kinds of information to these: all that is asked about, or some of it."""
    is_all = set(InformationCategory) <= set(categories)
    is_all &= set(coverage.asked_of(session, referral)) <= set(recipients)
    return ConsentAnswer.FULL if is_all else ConsentAnswer.PARTIAL


def record_guardian(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    details: GuardianDetails,
    guardian: Guardian | None = None,
) -> Guardian:
    """Record a guardian, or correct what is known of `guardian`; what stood there is kept. Raises Incomplete without a name."""
    history.guard(session, referral, Verb.RECORD_GUARDIAN, by=by, seen=seen)
    _require(name=details.name)
    before = earlier.stands_for_guardian(guardian) if guardian else None
    if guardian is None:
        guardian = Guardian(
            referral=referral, custody=details.custody, language=details.language, recorded_at=clock.now()
        )
        session.add(guardian)
    _must_belong(guardian, referral, Verb.RECORD_GUARDIAN)
    guardian.custody = details.custody
    guardian.language = details.language
    guardian.interpreter = details.interpreter.strip() or None
    guardian.may_contact = details.may_contact
    guardian.name = details.name.strip()
    guardian.phone = details.phone.strip() or None
    guardian.email = details.email.strip() or None
    guardian.address = details.address.strip() or None
    if details.has_protected_identity and guardian.protected_level is None:
        session.flush()
        level = protected_identity.lowest_level(referral)
        protected_identity.begin(session, referral, guardian, level=level, by=by)
    choice = CHANGED if before else None
    row = history.record(session, referral, Verb.RECORD_GUARDIAN, by=by, seen=seen, choice=choice)
    if before is not None:
        earlier.keep(session, before, guardian, replaced_by=row)
    return guardian


def record_information(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, guardian: Guardian, notice: Notice
) -> InformationNotice:
    """Record that `guardian` was told, or why not. Raises Incomplete without the day, or without the reason why not."""
    history.guard(session, referral, Verb.RECORD_INFORMATION, by=by, seen=seen)
    _must_belong(guardian, referral, Verb.RECORD_INFORMATION)
    is_told = notice.method is not NoticeMethod.NOT_TOLD
    if is_told:
        _require(told_on=notice.told_on)
    else:
        _require(why_not=notice.why_not)
    row = InformationNotice(
        referral=referral,
        guardian=guardian,
        method=notice.method,
        told_on=notice.told_on if is_told else None,
        language=notice.language or guardian.language,
        at=clock.now(),
        by_id=by.account_id,
        told_by=notice.told_by.strip() or None if is_told else None,
        told_what=notice.told_what.strip() or None if is_told else None,
        why_not=None if is_told else notice.why_not.strip(),
    )
    session.add(row)
    history.record(session, referral, Verb.RECORD_INFORMATION, by=by, seen=seen, choice=notice.method)
    return row


def record_consent(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, guardian: Guardian, consent: ConsentGiven
) -> Consent:
    """Record what `guardian` answered. A new answer takes the place of the one before, which stays readable.

    Raises Incomplete where something is allowed but not what, to whom, for what or how long; NotAllowed for an adult
    without custody, who has nothing to consent to, and for an answer with e-identification that is not the guardian's own;
    NotAskedAbout where it names a recipient that nobody is asked about for this referral.
    """
    history.guard(session, referral, Verb.RECORD_CONSENT, by=by, seen=seen)
    _must_belong(guardian, referral, Verb.RECORD_CONSENT, by=by)
    if not guardian.has_custody or (consent.form is ConsentForm.DIGITAL and by.guardian_id is None):
        raise NotAllowed(Verb.RECORD_CONSENT)
    is_given = consent.answer is not ConsentAnswer.REFUSED
    if is_given:
        _require(
            categories=consent.categories,
            recipients=consent.recipients,
            purpose=consent.purpose,
            from_on=consent.from_on,
            until_on=consent.until_on,
        )
        if not set(consent.recipients) <= set(coverage.asked_of(session, referral)):
            raise NotAskedAbout
    first = consent.from_on or here.today(session)
    last = consent.until_on or first
    if last < first:
        raise Incomplete("until_on")
    row = Consent(
        referral=referral,
        guardian=guardian,
        answer=consent.answer,
        form=consent.form,
        categories=[category.value for category in consent.categories] if is_given else [],
        recipients=[recipient.value for recipient in consent.recipients] if is_given else [],
        purpose=consent.purpose.strip() or None,
        from_on=first,
        until_on=last,
        at=clock.now(),
        by_id=by.account_id,
    )
    session.add(row)
    history.record(session, referral, Verb.RECORD_CONSENT, by=by, seen=seen, choice=consent.answer)
    if consent.form is not ConsentForm.ORAL:  # what was said is no document that came in
        _enter(session, referral, row.id)
    return row


def withdraw_consent(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, guardian: Guardian, reason: str = ""
) -> Consent:
    """Record that `guardian` takes their consent back, from now on. Raises AlreadyWithdrawn where none is in force."""
    history.guard(session, referral, Verb.WITHDRAW_CONSENT, by=by, seen=seen)
    _must_belong(guardian, referral, Verb.WITHDRAW_CONSENT, by=by)
    newest = coverage.newest_answer(guardian)
    if newest is None or newest.answer is ConsentAnswer.REFUSED or newest.withdrawn_at is not None:
        raise AlreadyWithdrawn
    newest.withdrawn_at = clock.now()
    newest.withdrawn_by_id = by.account_id
    row = history.record(session, referral, Verb.WITHDRAW_CONSENT, by=by, seen=seen, reason=reason.strip() or None)
    if by.guardian_id is not None:
        _enter(session, referral, row.id)
    return newest


def due_for_reminder(session: Session, today: date) -> list[Referral]:
    """Referrals with a consent that ends within two weeks, of which nobody has been reminded."""
    found = {one.referral_id for one in session.scalars(_to_remind_of(today)) if coverage.counts(one)}
    return list(session.scalars(select(Referral).where(Referral.id.in_(found)).order_by(Referral.opened_at)))


def remind_of_consent(session: Session, referral: Referral, *, by: Actor, seen: int | None = None) -> History | None:
    """Remind the coordinators that a consent is about to end: once for each consent; None where nothing is to be said."""
    history.guard(session, referral, Verb.REMIND_OF_CONSENT, by=by, seen=seen)
    about = session.scalars(_to_remind_of(here.today(session)).where(Consent.referral_id == referral.id))
    ending = [one for one in about if coverage.counts(one)]
    for consent in ending:
        consent.reminded_at = clock.now()
    return history.record(session, referral, Verb.REMIND_OF_CONSENT, by=by, seen=seen) if ending else None


def conclude_consent(session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str = "") -> History:
    """Let the work go on. Raises NotInformed unless every guardian with custody is informed, or the reason why not stands.

    It goes on where triage sent it: to the parts of the assessment, or past them to the team where none is asked for.
    """
    history.guard(session, referral, Verb.CONCLUDE_CONSENT, by=by, seen=seen)
    if not coverage.are_informed(session, referral):
        raise NotInformed
    return history.record(
        session,
        referral,
        Verb.CONCLUDE_CONSENT,
        by=by,
        to=_onward(session, referral),
        seen=seen,
        reason=reason.strip() or None,
    )


def _onward(session: Session, referral: Referral) -> State:
    # What was written before a referral was closed and reopened says nothing about what is asked for now.
    asked = (AssessmentPart.referral_id == referral.id, AssessmentPart.asked_at >= referral.stage_since)
    standing = set(session.scalars(select(AssessmentPart.status).where(*asked).distinct()))
    if not standing:
        return TO_SCHEDULE if referral.skips_assessment else PARTS_REQUESTED
    return PARTS_REQUESTED if PartStatus.REQUESTED in standing else PARTS_RECEIVED


def _to_remind_of(today: date) -> Select[Consent]:
    return coverage.about_to_end(today).where(Consent.reminded_at.is_(None), Consent.until_on >= today)


def _must_belong(guardian: Guardian, referral: Referral, verb: Verb, *, by: Actor | None = None) -> None:
    """Raises NotAllowed for a guardian of another child, and where one guardian would answer for another."""
    is_another = by is not None and by.guardian_id is not None and by.guardian_id != guardian.id
    if guardian.referral_id != referral.id or is_another:
        raise NotAllowed(verb)


def _require(**values: object) -> None:
    missing = [name for name, value in values.items() if not (value.strip() if isinstance(value, str) else value)]
    if missing:
        raise Incomplete(*missing)


def _enter(session: Session, referral: Referral, of: uuid.UUID) -> None:
    register.enter(session, Registered.CONSENT_ANSWER, of, referral=referral, counterpart=Counterpart.GUARDIAN)
