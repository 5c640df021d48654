"""Who gets a paper: the file, the reporter, those called, guardians, the pupil, or another service, each in their own language. Decided from the rows alone."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here, team_review
from referrals.disclosure import coverage
from referrals.languages import SOURCE_LANGUAGE, is_written, local_date
from referrals.models import (
    Account,
    Concern,
    Consent,
    Disclosure,
    Guardian,
    History,
    InformationNotice,
    Municipality,
    Referral,
)
from referrals.vocabulary import NoticeMethod, PieceKind, Recipient

FILE: Final = "file"
REPORTER: Final = "reporter"
#: the professionals called to a meeting: one paper for all of them who read one language, which each of them may read
PROFESSIONALS: Final = "professional"
#: a pupil who speaks for themself
PUPIL: Final = "pupil"
#: how old a pupil is who gets decisions about support and may appeal them (Skollag 29:12)
SPEAKS_FOR_THEMSELF: Final = 16
_GUARDIAN: Final = "guardian:"
_SERVICE: Final = "service:"


@dataclass(frozen=True)
class Reader:
    """Somebody who gets a paper: `file`, `reporter`, `professional` (where it is not in the language of the house, with the language), `pupil`, `guardian:` and an id, or `service:` and which (with the id of what it alone is about); and the language they read."""

    key: str
    language: str


def guardian_key(guardian_id: uuid.UUID) -> str:
    """How a guardian is named as somebody's reader."""
    return f"{_GUARDIAN}{guardian_id}"


def guardian_in(key: str) -> uuid.UUID | None:
    """The guardian that a reader's key names, if it names one."""
    return uuid.UUID(key.removeprefix(_GUARDIAN)) if key.startswith(_GUARDIAN) else None


def can_be_mailed(session: Session, key: str) -> bool:
    """Whether mail may go to a reader: to a guardian only as long as they may be written to."""
    guardian_id = guardian_in(key)
    guardian = session.get(Guardian, guardian_id) if guardian_id else None
    return guardian_id is None or (guardian is not None and guardian.can_be_mailed)


def service_key(service: Recipient, about_id: uuid.UUID | None = None) -> str:
    """How a service is named as somebody's reader; with the action, or the row that referred to it, which the paper alone is about."""
    return f"{_SERVICE}{service}" + (f":{about_id}" if about_id else "")


def service_in(key: str) -> tuple[Recipient, uuid.UUID | None] | None:
    """The service that a reader's key names, and what its paper alone is about; None where it names no service."""
    if not key.startswith(_SERVICE):
        return None
    service, _, action = key.removeprefix(_SERVICE).partition(":")
    return Recipient(service), uuid.UUID(action) if action else None


def house_language(session: Session) -> str:
    """The language of the municipality: of its files, and of whoever reads none that we have."""
    return session.scalars(select(Municipality.language)).first() or SOURCE_LANGUAGE


def the_file(session: Session, _row: History) -> list[Reader]:
    """The referral's own file."""
    return [Reader(FILE, house_language(session))]


def the_reporter(session: Session, row: History) -> list[Reader]:
    """Whoever sent the concern in, in the language they wrote it in."""
    language = session.scalars(select(Concern.language).where(Concern.referral_id == row.referral_id)).first()
    return [Reader(REPORTER, readable(session, language))]


def guardians(session: Session, row: History) -> list[Reader]:
    """Guardians with custody who were told about the referral by then, and may be contacted."""
    return guardians_told_by(session, row.referral, row.at)


def the_pupil(session: Session, row: History) -> list[Reader]:
    """The pupil who is old enough to appeal on the day of `row`, in the language of the house; nobody where no birth date says so."""
    return [Reader(PUPIL, house_language(session))] if speaks_for_themself(session, row) else []


def speaks_for_themself(session: Session, row: History) -> bool | None:
    """Whether the pupil was old enough to appeal on the day of `row`; None where no birth date says so."""
    written = row.referral.child_birth_date
    if written is None:
        return None
    born, zone = date.fromisoformat(written), here.time_zone(session)
    on = local_date(row.at, zone=zone)
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return age >= SPEAKS_FOR_THEMSELF


def guardians_told_by(session: Session, referral: Referral, at: datetime) -> list[Reader]:
    """Guardians with custody who had been told at the instant `at`, and may be contacted."""
    return [
        _guardian(session, guardian)
        for guardian in coverage.deciding_guardians(session, referral)
        if guardian.may_contact and _was_told(guardian, at)
    ]


def without_copy(session: Session, row: History, those: Iterable[Guardian]) -> list[Guardian]:
    """Who of `those` gets no paper that follows `row`, then or later: nobody had told them about the referral by then."""
    keys = {one.key for one in guardians(session, row)}
    return [one for one in those if guardian_key(one.id) not in keys]


def guardians_to_reach(session: Session, referral: Referral) -> list[Reader]:
    """Every guardian who may be contacted, whatever they were told; of a pupil who has come of age the pupil alone."""
    known = coverage.guardians_of(session, referral)
    able = [each for each in known if each.may_contact and (each.has_custody or not referral.is_of_age)]
    return [_guardian(session, each) for each in able]


def professionals_called(session: Session, row: History) -> list[Reader]:
    """Those called to the meeting that `row` called: a paper in the language of the house, and one in each other they read."""
    meeting, house = team_review.called_then(session, row.referral, after=row), house_language(session)
    called = {uuid.UUID(one) for one in (meeting.called if meeting else ())}
    read = session.scalars(select(Account.language).where(Account.id.in_(called), Account.is_active).distinct())
    others = sorted({readable(session, language) for language in read} - {house})
    return [Reader(professionals_key(session, language), language) for language in (house, *others)]


def professionals_key(session: Session, language: str) -> str:
    """How those called who read `language` are named as readers."""
    written = readable(session, language)
    return PROFESSIONALS if written == house_language(session) else f"{PROFESSIONALS}:{written}"


def are_professionals(key: str) -> bool:
    """Whether a reader's key names the professionals called to a meeting, in whichever language."""
    return key.partition(":")[0] == PROFESSIONALS


def services_shared_with(session: Session, row: History) -> list[Reader]:
    """The services for which a version of the plan was shared by what `row` records, in the language of the house."""
    before = session.scalars(
        select(History.at).where(History.referral_id == row.referral_id, History.number == row.number - 1)
    ).first()
    shared = select(Disclosure).where(
        Disclosure.referral_id == row.referral_id,
        Disclosure.kind == PieceKind.RENDERING,
        Disclosure.recipient == row.choice,
        Disclosure.at <= row.at,
        Disclosure.at >= before,
    )
    whole = row.referral_id
    keys = {
        service_key(one.recipient, None if one.object_id == whole else one.object_id) for one in session.scalars(shared)
    }
    return [Reader(key, house_language(session)) for key in sorted(keys)]


def service_referred_to(session: Session, row: History) -> list[Reader]:
    """The service that `row` refers to, in the language of the house."""
    return [Reader(service_key(Recipient(row.choice or ""), row.id), house_language(session))]


def guardians_invited(session: Session, row: History) -> list[Reader]:
    """The guardians invited to the meeting that `row` called."""
    meeting = team_review.called_then(session, row.referral, after=row)
    invited = set(meeting.guardians_invited) if meeting else set()
    return [
        _guardian(session, each)
        for each in coverage.guardians_of(session, row.referral)
        if str(each.id) in invited and each.recorded_at <= row.at
    ]


def guardian_told(session: Session, row: History) -> list[Reader]:
    """The guardian who was just told; the file where they were not, since the reason why not is not for them."""
    notices = session.scalars(
        select(InformationNotice).where(
            InformationNotice.referral_id == row.referral_id, InformationNotice.at <= row.at
        )
    ).all()
    about = _newest([(notice.at, notice.guardian) for notice in notices])
    if about is None or row.choice == NoticeMethod.NOT_TOLD or not about.may_contact:
        return the_file(session, row)
    return [_guardian(session, about)]


def guardian_answering(session: Session, row: History) -> list[Reader]:
    """The guardian who just answered, or took the answer back."""
    answers = session.scalars(select(Consent).where(Consent.referral_id == row.referral_id, Consent.at <= row.at)).all()
    moments = [
        (at, each.guardian)
        for each in answers
        for at in (each.at, each.withdrawn_at)
        if at is not None and at <= row.at
    ]
    about = _newest(moments)
    if about is None or not about.may_contact:
        return the_file(session, row)
    return [_guardian(session, about)]


def _was_told(guardian: Guardian, at: datetime) -> bool:
    """Whether they had been told at the instant `at`, and nobody wrote since that they are not to be told."""
    notices = (guardian.notice_until(at), guardian.notice_until(None))
    return all(notice is not None and notice.method is not NoticeMethod.NOT_TOLD for notice in notices)


def _newest(moments: list[tuple[datetime, Guardian]]) -> Guardian | None:
    return max(moments, key=lambda moment: moment[0])[1] if moments else None


def _guardian(session: Session, guardian: Guardian) -> Reader:
    return Reader(guardian_key(guardian.id), readable(session, guardian.language))


def readable(session: Session, language: str | None) -> str:
    """The language itself where we have its catalogue, else the municipality's own."""
    code = (language or "").lower()
    return code if is_written(code) else house_language(session)
