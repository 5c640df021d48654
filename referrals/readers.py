"""Who gets a paper: the file, the reporter, or guardians, each in their own language. Decided from the rows, without exceptions by hand."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.languages import LANGUAGES, SOURCE_LANGUAGE
from referrals.models import Concern, Consent, Guardian, History, InformationNotice, Municipality, Referral, TeamMeeting
from referrals.vocabulary import NoticeMethod

FILE: Final = "file"
REPORTER: Final = "reporter"
_GUARDIAN: Final = "guardian:"


@dataclass(frozen=True)
class Reader:
    """Somebody who gets a paper: `file`, `reporter`, or `guardian:` and an id; and the language they read."""

    key: str
    language: str


def guardian_key(guardian_id: uuid.UUID) -> str:
    """How a guardian is named as somebody's reader."""
    return f"{_GUARDIAN}{guardian_id}"


def guardian_in(key: str) -> uuid.UUID | None:
    """The guardian that a reader's key names, if it names one."""
    return uuid.UUID(key.removeprefix(_GUARDIAN)) if key.startswith(_GUARDIAN) else None


def house_language(session: Session) -> str:
    """The language of the municipality: of its files, and of whoever reads none that we have."""
    return session.scalars(select(Municipality.language)).first() or SOURCE_LANGUAGE


def the_file(session: Session, _row: History) -> list[Reader]:
    """The referral's own file."""
    return [Reader(FILE, house_language(session))]


def the_reporter(session: Session, row: History) -> list[Reader]:
    """Whoever sent the concern in, in the language they wrote it in."""
    language = session.scalars(select(Concern.language).where(Concern.referral_id == row.referral_id)).first()
    return [Reader(REPORTER, _readable(session, language))]


def guardians(session: Session, row: History) -> list[Reader]:
    """Guardians with custody who were told about the referral and may be contacted."""
    return [
        _guardian(session, guardian)
        for guardian in _recorded(session, row.referral)
        if guardian.has_custody and guardian.may_contact and _was_told(guardian)
    ]


def guardians_invited(session: Session, row: History) -> list[Reader]:
    """The guardians invited to the newest meeting."""
    meeting = newest_meeting(session, row.referral)
    invited = set(meeting.guardians_invited) if meeting else set()
    return [_guardian(session, each) for each in _recorded(session, row.referral) if str(each.id) in invited]


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


def newest_meeting(session: Session, referral: Referral) -> TeamMeeting | None:
    """The meeting that was planned or held last."""
    meetings = select(TeamMeeting).where(TeamMeeting.referral_id == referral.id)
    return session.scalars(meetings.order_by(TeamMeeting.number.desc()).limit(1)).one_or_none()


def _recorded(session: Session, referral: Referral) -> list[Guardian]:
    rows = select(Guardian).where(Guardian.referral_id == referral.id)
    return list(session.scalars(rows.order_by(Guardian.recorded_at, Guardian.id)))


def _was_told(guardian: Guardian) -> bool:
    return bool(guardian.notices) and guardian.notices[-1].method is not NoticeMethod.NOT_TOLD


def _newest(moments: list[tuple[datetime, Guardian]]) -> Guardian | None:
    return max(moments, key=lambda moment: moment[0])[1] if moments else None


def _guardian(session: Session, guardian: Guardian) -> Reader:
    return Reader(guardian_key(guardian.id), _readable(session, guardian.language))


def _readable(session: Session, language: str | None) -> str:
    code = (language or "").lower()
    return code if code in LANGUAGES else house_language(session)
