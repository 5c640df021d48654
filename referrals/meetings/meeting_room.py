"""What everybody in the room may know at a team meeting: for a screen that all of them see; and whose turn it is on that day."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import assessment, here, team_review
from referrals.access import Actor, View, is_from_another_service, may_view, parties_for
from referrals.disclosure import coverage, pieces
from referrals.guardians import guardian_page
from referrals.languages import local_date
from referrals.models import Account, AssessmentPart, Forum, Referral, TeamMeeting
from referrals.stages import MOVE_BY_VERB, Verb
from referrals.vocabulary import About, Compartment, PartStatus, Profession


@dataclass(frozen=True)
class Said:
    """Words as they were said or written, and who handed them in: a profession, or a guardian by name."""

    text: str
    profession: Profession | None = None
    name: str | None = None


@dataclass(frozen=True)
class CommonGround:
    """What nobody in the room learns here for the first time against the rules."""

    #: None where somebody called may not know it, or where it may stand nowhere
    child_name: str | None
    strengths: tuple[Said, ...]
    child_words: tuple[Said, ...]
    guardians_words: tuple[Said, ...]


def common_ground(session: Session, referral: Referral, meeting: TeamMeeting) -> CommonGround:
    """What each professional called and each guardian may read anyhow. What is kept from one of them leaves no trace here.

    Nothing that was written behind a wall belongs to it, nor what is about somebody else than the child; a guardian's own
    text only as long as no other guardian is invited, nor anybody from another service.
    """
    ids = [uuid.UUID(value) for value in meeting.called]
    called = session.scalars(select(Account).where(Account.id.in_(ids), Account.is_active))
    readers, facts = [account.actor() for account in called], referral.facts()
    parts = list(_parts(session, referral))
    is_named = referral.protected_since is None and all(may_view(View.CHILD, one, facts) for one in readers)
    return CommonGround(
        child_name=referral.child_name if is_named else None,
        strengths=tuple(_said(parts, "protective_factors", readers)),
        child_words=tuple(_said(parts, "child_voice", readers)),
        guardians_words=tuple(_own_texts(session, meeting, readers)),
    )


def notes_kept_from_somebody(session: Session, referral: Referral, meeting: TeamMeeting) -> frozenset[str]:
    """The notes of the meeting's minutes that are kept from a guardian, by their names."""
    return frozenset(name for object_id, name in _kept(session, referral) if object_id == meeting.id)


def meetings_today(session: Session, forum: Forum, *, by: Actor) -> list[TeamMeeting]:
    """The meetings of this day whose minutes `by` can write, in the order in which the team meets."""
    return _meetings(session, forum.id, here.today(session), by=by)


def meetings_beside(session: Session, meeting: TeamMeeting, *, by: Actor) -> list[TeamMeeting]:
    """The same for the day of `meeting`, which is among them."""
    day = local_date(meeting.starts_at, zone=here.time_zone(session))
    return _meetings(session, meeting.referral.forum_id, day, by=by)


def _meetings(session: Session, forum_id: uuid.UUID, day: date, *, by: Actor) -> list[TeamMeeting]:
    zone = ZoneInfo(here.time_zone(session))
    begins = datetime.combine(day, time.min, zone)
    rows = (
        select(TeamMeeting)
        .join(Referral, Referral.id == TeamMeeting.referral_id)
        .where(Referral.forum_id == forum_id, TeamMeeting.starts_at >= begins, TeamMeeting.starts_at < begins + timedelta(days=1))
        .order_by(TeamMeeting.starts_at, TeamMeeting.id)
    )  # fmt: skip
    return [one for one in session.scalars(rows) if _is_written_now(session, one, by)]


def _is_written_now(session: Session, meeting: TeamMeeting, by: Actor) -> bool:
    referral, move = meeting.referral, MOVE_BY_VERB[Verb.RECORD_MEETING]
    if referral.kept_outside_at is not None or referral.state not in move.frm:
        return False
    is_theirs = bool(parties_for(Verb.RECORD_MEETING, by, referral.facts()))
    return is_theirs and team_review.current_meeting(session, referral) is meeting


def _kept(session: Session, referral: Referral) -> frozenset[pieces.Key]:
    return pieces.kept_from_somebody(session, referral) | pieces.kept_out(session, referral)


def _parts(session: Session, referral: Referral) -> Iterator[AssessmentPart]:
    kept = _kept(session, referral)
    for part in assessment.parts_of(session, referral):
        is_open = part.status is PartStatus.RECEIVED and part.compartment is Compartment.PEDAGOGICAL
        if is_open and part.about is About.CHILD and (part.id, "") not in kept:
            yield part


def _said(parts: Sequence[AssessmentPart], name: str, readers: Sequence[Actor]) -> Iterator[Said]:
    for part in parts:
        text = getattr(part, name)
        if text and all(name in assessment.read_part(part, one).texts for one in readers):
            yield Said(text, profession=part.assessor.profession)


def _own_texts(session: Session, meeting: TeamMeeting, readers: Sequence[Actor]) -> Iterator[Said]:
    invited = set(meeting.guardians_invited)
    for guardian in coverage.guardians_of(session, meeting.referral):
        is_alone = invited <= {str(guardian.id)} and not guardian.has_protected_identity
        words = guardian_page.own_words(session, guardian) if is_alone else None
        if words is not None and words.text and not any(map(is_from_another_service, readers)):
            yield Said(words.text, name=guardian.name)
