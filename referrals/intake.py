"""Intake: the concern as it is sent in, and what its reporter can still do afterwards."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import additions, clock, history, reference
from referrals.access import Actor, Role, parties
from referrals.errors import Incomplete, NotAllowed, WrongCode
from referrals.files import attachments, draft_files
from referrals.keeping import register
from referrals.meetings import conflict
from referrals.models import (
    Account,
    AdditionKind,
    Concern,
    ConcernAddition,
    Draft,
    History,
    Municipality,
    Referral,
    RoleAssignment,
    Unit,
)
from referrals.safeguarding import protected_identity
from referrals.stages import ENDED, RETURNED, SUBMITTED, WITHDRAWN, Stage, Verb
from referrals.vocabulary import (
    ConflictAnswer,
    Counterpart,
    GuardiansKnow,
    Profession,
    ProtectionAnswer,
    Registered,
    ReporterKind,
    ReportProgress,
    SchoolYear,
    Topic,
)


@dataclass(frozen=True)
class ConcernInput:
    """Everything the public form asks. What may be left out is None or empty and shown as missing later."""

    reporter_kind: ReporterKind
    reporter_name: str
    #: empty where the identity is protected and the reporter would rather say it than write it
    child_name: str
    observations: str
    protection: ProtectionAnswer
    guardians_know: GuardiansKnow
    guardians_know_reason: str | None = None
    conflict: ConflictAnswer | None = None
    conflict_functions: tuple[Profession, ...] = ()
    conflict_text: str | None = None
    reporter_function: str | None = None
    reporter_phone: str | None = None
    reporter_email: str | None = None
    child_birth_date: date | None = None
    child_group: str | None = None
    has_protected_identity: bool = False
    school_year: SchoolYear | None = None
    topics: tuple[Topic, ...] = ()
    observed_when: str | None = None
    observed_where: str | None = None
    duration: str | None = None
    strengths: str | None = None
    child_voice: str | None = None
    guardians_view: str | None = None
    tried: str | None = None
    tried_result: str | None = None
    wished_help: str | None = None
    urgency: str | None = None


#: what goes to the concern's columns under the same name
_OF_CONCERN = (
    "reporter_kind", "protection", "guardians_know", "guardians_know_reason", "conflict_text", "reporter_name", "reporter_function",
    "reporter_phone", "reporter_email", "observations", "observed_when", "observed_where", "duration", "strengths", "child_voice",
    "guardians_view", "tried", "tried_result", "wished_help", "urgency",
)  # fmt: skip


def submit_concern(
    session: Session, draft: Draft, *, unit: Unit, concern: ConcernInput, language: str | None = None
) -> Referral:
    """Make a referral of what was written. A draft that was sent in before gives the same referral again.

    `language` is the one the reporter reads, for the receipt and mail; by default the draft's.
    """
    session.refresh(draft, with_for_update=True)
    if draft.referral_id is not None:
        return session.get_one(Referral, draft.referral_id)
    if not unit.takes_concerns:
        raise Incomplete("unit")
    if concern.conflict is ConflictAnswer.NO:  # it takes back what was ticked and written before it
        concern = replace(concern, conflict_functions=(), conflict_text=None)
    municipality = session.scalars(select(Municipality)).one()
    code = reference.new_code()
    referral = _new_referral(session, municipality=municipality, unit=unit, concern=concern)
    history.begin(session, referral, by=Actor(reported=referral.id))
    row = Concern(
        referral=referral,
        language=language or draft.language,
        conflict=concern.conflict or ConflictAnswer.UNSURE,
        conflict_functions=[function.value for function in concern.conflict_functions],
        return_code_index=reference.code_digest(reference.RETURN, code),
        submitted_at=clock.now(),
        return_code=code,
        **{name: getattr(concern, name) for name in _OF_CONCERN},
    )
    session.add(row)
    number_of_files = draft_files.hand_over(session, draft, referral)
    if conflict.is_in_words(row):
        conflict.hold(session, referral)
    conflict.keep_out(session, referral, concern.conflict_functions)
    if concern.has_protected_identity:
        level = protected_identity.lowest_level(referral)
        protected_identity.begin(session, referral, referral, level=level, by=None)
    draft.referral_id = referral.id
    draft.answers = None  # it stands in the concern now; the draft only remembers that it was sent
    draft.code = code
    draft.expires_on = (clock.now() + timedelta(days=1)).date()
    session.flush()
    _register(session, Registered.CONCERN, row)
    files = attachments.beside_concern(session, referral) if number_of_files else ()
    attachments.enter(session, files, counterpart=Counterpart.REPORTER, function=row.reporter_kind)
    return referral


def find_reported(session: Session, number: str, code: str) -> Referral:
    """The referral that a reporter comes back to. Raises WrongCode where number and code do not belong together."""
    referral = session.scalars(
        select(Referral)
        .join(Concern, Concern.referral_id == Referral.id)
        .where(
            Referral.number == reference.as_number(number),
            Concern.return_code_index == reference.code_digest(reference.RETURN, code),
        )
    ).one_or_none()
    if referral is None:
        raise WrongCode
    return referral


def progress(referral: Referral) -> ReportProgress:
    """How far it has come, no more exactly than the one who sent it in may know."""
    if referral.state in ENDED:
        return ReportProgress.FINISHED
    return ReportProgress.RECEIVED if referral.stage in {Stage.INTAKE, Stage.TRIAGE} else ReportProgress.IN_WORK


def question_to_reporter(referral: Referral) -> str | None:
    """What the coordinator asks while the concern is returned for completion; None at any other time."""
    if referral.state != RETURNED or referral.kept_outside_at is not None:
        return None
    returns = [row for row in referral.history if row.verb is Verb.RETURN_CONCERN]
    return returns[-1].reason if returns else None


def resubmit_concern(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, text: str
) -> ConcernAddition:
    """Answer a return for completion: the concern is submitted again, with `text` beside what stood there."""
    history.guard(session, referral, Verb.RESUBMIT_CONCERN, by=by, seen=seen)
    row = _written_later(session, referral, kind=AdditionKind.COMPLETION, text=text)
    history.record(session, referral, Verb.RESUBMIT_CONCERN, by=by, to=SUBMITTED, seen=seen)
    _register(session, Registered.COMPLETION, row)
    return row


def add_to_concern(session: Session, referral: Referral, *, by: Actor, seen: int | None, text: str) -> ConcernAddition:
    """Add something to a concern that is under way; where it stands does not change. The same text twice is one addition."""
    history.guard(session, referral, Verb.ADD_TO_CONCERN, by=by, seen=seen)
    if (newest := _newest_addition(session, referral)) and newest.text == text:
        return newest
    row = _written_later(session, referral, kind=AdditionKind.ADDITION, text=text)
    history.record(session, referral, Verb.ADD_TO_CONCERN, by=by, seen=seen)
    _register(session, Registered.ADDITION, row)
    return row


def read_addition(
    session: Session, referral: Referral, *, by: Actor, seen: int | None = None, addition: ConcernAddition
) -> ConcernAddition:
    """Keep who has read what the reporter added, and when. Again changes nothing."""
    history.guard(session, referral, Verb.READ_ADDITION, by=by, seen=seen)
    if addition.referral_id != referral.id:
        raise NotAllowed(Verb.READ_ADDITION)
    if addition in additions.unread(session, referral):
        additions.note_read([addition], by=by)
        history.record(session, referral, Verb.READ_ADDITION, by=by, seen=seen)
    return addition


def withdraw_concern(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str | None = None
) -> History:
    """Take a concern back before the team has begun with it."""
    return history.record(session, referral, Verb.WITHDRAW_CONCERN, by=by, to=WITHDRAWN, seen=seen, reason=reason)


def possible_duplicates(session: Session, referral: Referral, *, by: Actor) -> list[Referral]:
    """Other open referrals of the same unit that may be about the same child and that `by` may know of; the oldest first.

    Same name, and no birth dates that tell the children apart.
    """
    if referral.child_name_index is None:
        return []
    found = session.scalars(
        select(Referral)
        .where(
            Referral.child_name_index == referral.child_name_index,
            Referral.unit_id == referral.unit_id,
            Referral.id != referral.id,
            Referral.is_open,
        )
        .order_by(Referral.opened_at)
    )
    return [
        other for other in found if protected_identity.may_be_same_child(other, referral) and parties(by, other.facts())
    ]


def functions_of_forum(session: Session, unit: Unit, *, without: Collection[Account] = ()) -> list[Profession]:
    """The functions that may come to read or meet about a concern at `unit`, in the order of the controlled list.

    Those that nobody but who is `without` a part in it has are not among them.
    """
    held = set(
        session.scalars(
            select(Account.profession)
            .join(RoleAssignment)
            .where(RoleAssignment.unit_id == unit.id, RoleAssignment.role != Role.REGISTRAR, Account.is_active)
            .where(Account.id.not_in([account.id for account in without]))
            .distinct()
        )
    )
    return [profession for profession in Profession if profession in held]


def open_units(session: Session) -> list[Unit]:
    """The units the public form is offered for, by name."""
    return list(session.scalars(select(Unit).where(Unit.takes_concerns).order_by(Unit.name)))


def units_to_come(session: Session) -> list[Unit]:
    """The units that do not take part yet, by name."""
    return list(session.scalars(select(Unit).where(~Unit.takes_part).order_by(Unit.name)))


def _new_referral(session: Session, *, municipality: Municipality, unit: Unit, concern: ConcernInput) -> Referral:
    now = clock.now()
    referral = Referral(
        number=reference.new_number(session, municipality.country),
        unit_id=unit.id,
        forum_id=unit.forum_id,
        stage=SUBMITTED.stage,
        status=SUBMITTED.status,
        topics=[topic.value for topic in concern.topics],
        school_year=concern.school_year,
        rulepack=municipality.rulepack_version,
        language=municipality.language,
        opened_at=now,
        stage_since=now,
        child_name=concern.child_name or None,
        child_birth_date=concern.child_birth_date.isoformat() if concern.child_birth_date else None,
        child_group=concern.child_group,
    )
    protected_identity.set_index(referral)
    return referral


def _written_later(session: Session, referral: Referral, *, kind: AdditionKind, text: str) -> ConcernAddition:
    if not text.strip():
        raise Incomplete("text")
    row = ConcernAddition(referral=referral, kind=kind, at=clock.now(), text=text)
    session.add(row)
    session.flush()
    return row


def _register(session: Session, kind: Registered, row: Concern | ConcernAddition) -> None:
    if isinstance(row, Concern):
        concern = row
    else:
        concern = session.scalars(select(Concern).where(Concern.referral_id == row.referral_id)).one()
    register.enter(
        session,
        kind,
        row.id,
        referral=row.referral,
        counterpart=Counterpart.REPORTER,
        function=concern.reporter_kind,
    )


def _newest_addition(session: Session, referral: Referral) -> ConcernAddition | None:
    return session.scalars(
        select(ConcernAddition)
        .where(ConcernAddition.referral_id == referral.id)
        .order_by(ConcernAddition.at.desc())
        .limit(1)
    ).one_or_none()
