"""What stood there before: earlier versions of guardians and of calls to meetings, and how both stood at a moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import Consent, Guardian, GuardianVersion, History, InformationNotice, MeetingVersion, TeamMeeting
from referrals.vocabulary import ConsentState, Custody, Recipient

_Version = TypeVar("_Version", GuardianVersion, MeetingVersion)
_OF_GUARDIAN: Final = (
    "custody", "may_contact", "protected_level", "name", "language", "interpreter", "phone", "email", "address",
)  # fmt: skip
_OF_CALL: Final = ("starts_at", "minutes", "called", "guardians_invited", "place", "agenda")


def stands_for_guardian(guardian: Guardian) -> GuardianVersion:
    """What stands about `guardian` now, taken down before it is corrected; `keep` writes it."""
    known = {name: getattr(guardian, name) for name in _OF_GUARDIAN}
    return GuardianVersion(referral=guardian.referral, guardian_id=guardian.id, **known)


def stands_for_call(meeting: TeamMeeting) -> MeetingVersion:
    """How the team is called to `meeting` now, taken down before it is moved; `keep` writes it."""
    known = {name: getattr(meeting, name) for name in _OF_CALL}
    return MeetingVersion(referral=meeting.referral, meeting_id=meeting.id, **known)


def keep(
    session: Session, before: GuardianVersion | MeetingVersion, now: Guardian | TeamMeeting, *, replaced_by: History
) -> None:
    """Keep what stood there `before` the row `replaced_by`, unless `now` says the same."""
    names = _OF_GUARDIAN if isinstance(before, GuardianVersion) else _OF_CALL
    if any(getattr(before, name) != getattr(now, name) for name in names):
        before.replaced_by_id = replaced_by.id
        session.add(before)
        session.flush()


def versions_of_guardian(session: Session, guardian: Guardian) -> list[GuardianVersion]:
    """What stood about a guardian before, the newest correction first."""
    rows = select(GuardianVersion).where(GuardianVersion.guardian_id == guardian.id)
    return _newest_first(session.scalars(rows).all())


def versions_of_call(session: Session, meeting: TeamMeeting) -> list[MeetingVersion]:
    """How the team was called to a meeting before, the newest change first."""
    rows = select(MeetingVersion).where(MeetingVersion.meeting_id == meeting.id)
    return _newest_first(session.scalars(rows).all())


def call_after(session: Session, meeting: TeamMeeting, row: History) -> TeamMeeting | MeetingVersion:
    """How the team was called to `meeting` when the history row `row` was written."""
    return standing_after(versions_of_call(session, meeting), row) or meeting


def guardian_after(session: Session, guardian: Guardian, row: History) -> "Guardian | GuardianThen":
    """`guardian` as they were recorded when the history row `row` was written."""
    version = standing_after(versions_of_guardian(session, guardian), row)
    return GuardianThen(guardian, version) if version else guardian


@dataclass(frozen=True)
class GuardianThen:
    """A guardian as they were recorded then. Whose identity is protected now is protected on a late paper too."""

    guardian: Guardian
    version: GuardianVersion

    @property
    def id(self) -> UUID:
        """The guardian's own id."""
        return self.guardian.id

    @property
    def name(self) -> str | None:
        """Their name then."""
        return self.version.name

    @property
    def custody(self) -> Custody:
        """Their part in custody then."""
        return self.version.custody

    @property
    def has_custody(self) -> bool:
        """Whether they decide for the child by that part."""
        return self.version.has_custody

    @property
    def language(self) -> str | None:
        """Their language then."""
        return self.version.language

    @property
    def interpreter(self) -> str | None:
        """The language of the interpreter they needed then."""
        return self.version.interpreter

    @property
    def has_protected_identity(self) -> bool:
        """Whether their identity was protected, or is by now."""
        return self.version.has_protected_identity or self.guardian.has_protected_identity

    def notice_until(self, at: datetime | None) -> InformationNotice | None:
        """What they were told last by then."""
        return self.guardian.notice_until(at)

    def answer_until(self, at: datetime | None) -> Consent | None:
        """What they answered last by then."""
        return self.guardian.answer_until(at)

    def consent_state(
        self, today: date, *, at: datetime | None = None, asked: Collection[Recipient] = ()
    ) -> ConsentState:
        """Where consent stood then."""
        return self.guardian.consent_state(today, at=at, asked=asked)


def _newest_first(versions: Sequence[_Version]) -> list[_Version]:
    return sorted(versions, key=lambda version: version.replaced_by.number, reverse=True)


def standing_after(versions: list[_Version], row: History) -> _Version | None:
    """The version that stood when `row` was written: the first that was replaced later; None where what stands now did."""
    later = [version for version in versions if version.replaced_by.number > row.number]
    return later[-1] if later else None
