"""Interpreters for a meeting: what guardians need or asked for, and that one is booked, which a person notes and no record says by itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from referrals import clock, team_review
from referrals.access import Actor
from referrals.errors import Incomplete, KeptOutside, MeetingMoved, NotAllowed, WrongStage
from referrals.keeping import audit
from referrals.languages import plain_name
from referrals.meetings import meeting_answers
from referrals.models import Guardian, History, MeetingAnswer, MeetingVersion, Referral, TeamMeeting, What
from referrals.stages import Party, Verb
from referrals.vocabulary import InvitationReply

#: how the log names it
BOOKED: Final = "note_interpreter_booked"


@dataclass(frozen=True)
class Wanted:
    """A language in which guardians who come need an interpreter."""

    language: str
    guardians: tuple[Guardian, ...]
    #: with whom one is booked for the time at which the meeting is now; None until somebody noted that
    booked_with: str | None


@dataclass(frozen=True)
class ToBook:
    """A meeting to come for which an interpreter is still to be booked, and since when it is called as it is."""

    meeting: TeamMeeting
    since: datetime


def asked_for(
    session: Session, call: TeamMeeting | MeetingVersion, *, until: datetime | None = None
) -> dict[uuid.UUID, str]:
    """The languages that guardians asked for when they answered the invitation to this meeting, by the guardian's id.

    What they need stays when the meeting moves. `until`: as far as they had answered by then.
    """
    meeting_id = call.meeting_id if isinstance(call, MeetingVersion) else call.id
    answers = _answers(session, [meeting_id])
    return {
        one.guardian_id: one.interpreter for one in answers if one.interpreter and (until is None or one.at <= until)
    }


def booked(call: TeamMeeting | MeetingVersion, *, until: datetime | None = None) -> dict[str, str]:
    """With whom an interpreter is booked for the time at which `call` says the meeting is, by `plain_name`; as noted `until` then."""
    kept = (call.interpreters if isinstance(call, TeamMeeting) else None) or []
    return {
        plain_name(one["language"]): one["with"]
        for one in kept
        if datetime.fromisoformat(one["starts_at"]) == call.starts_at
        and (until is None or datetime.fromisoformat(one["at"]) <= until)
    }


def wanted(session: Session, meeting: TeamMeeting) -> list[Wanted]:
    """The languages needed at `meeting` by the guardians invited, but for those who said that they do not come then."""
    return _wanted(session, [meeting])[meeting.id]


def book(
    session: Session, referral: Referral, *, by: Actor, asked_about: datetime, language: str, booked_with: str
) -> None:
    """Note with whom an interpreter is booked for the time the meeting has now, in place of what was noted. It leaves no row in the history.

    Without words none is booked any more. Raises NotAllowed for anybody but whoever calls the team; WrongStage where no meeting is to
    be held; MeetingMoved where it begins at another time than `asked_about` by now, or nobody needs that language there any more;
    Incomplete without words where nothing was noted; KeptOutside.
    """
    if not meeting_answers.may_note(referral, by):
        raise NotAllowed(BOOKED)
    team_review.hold_meetings_still(session, referral)
    if referral.kept_outside_at is not None:
        raise KeptOutside
    meeting = team_review.current_meeting(session, referral)
    if meeting is None or not meeting.is_to_hold:
        raise WrongStage(BOOKED, referral.stage, referral.status)
    if meeting.starts_at != asked_about:
        raise MeetingMoved
    if (name := plain_name(language)) not in {plain_name(one.language) for one in wanted(session, meeting)}:
        raise MeetingMoved
    if not booked_with.strip() and name not in booked(meeting):
        raise Incomplete("booked_with")
    noted = {
        "language": language, "with": booked_with.strip(), "starts_at": meeting.starts_at.isoformat(),
        "at": clock.now().isoformat(),
    }  # fmt: skip
    others = [one for one in meeting.interpreters or [] if plain_name(one["language"]) != name]
    meeting.interpreters = [*others, *([noted] if booked_with.strip() else [])]
    session.flush()
    audit.append(
        session, What.DID, by=by, chain=referral.id, party=Party.COORDINATOR, subject=BOOKED, object_id=meeting.id
    )  # fmt: skip


def to_book(session: Session, actor: Actor) -> list[ToBook]:
    """The meetings to come of the referrals `actor` coordinates for which an interpreter is still to be booked, the next first."""
    called_at = (
        select(func.max(History.at))
        .where(History.referral_id == TeamMeeting.referral_id, History.verb == Verb.SCHEDULE_MEETING)
        .scalar_subquery()
    )
    rows = (
        select(TeamMeeting, called_at)
        .join(TeamMeeting.referral)
        .where(meeting_answers.to_come_of(actor))
        .order_by(TeamMeeting.starts_at, TeamMeeting.id)
        .options(contains_eager(TeamMeeting.referral).selectinload(Referral.unit))
    )
    found = [(meeting, since) for meeting, since in session.execute(rows) if meeting.guardians_invited]
    needed = _wanted(session, [meeting for meeting, _since in found])
    return [
        ToBook(meeting, since) for meeting, since in found if any(one.booked_with is None for one in needed[meeting.id])
    ]


def _wanted(session: Session, meetings: Sequence[TeamMeeting]) -> dict[uuid.UUID, list[Wanted]]:
    """The same for each of `meetings`, by its id."""
    if not meetings:
        return {}
    begins = {one.id: one.starts_at for one in meetings}
    asked: dict[tuple[uuid.UUID, uuid.UUID], str | None] = {}
    not_then: dict[tuple[uuid.UUID, uuid.UUID], bool] = {}
    for answer in _answers(session, list(begins)):
        key = answer.meeting_id, answer.guardian_id
        asked[key] = answer.interpreter or asked.get(key)
        if answer.starts_at == begins[answer.meeting_id]:
            not_then[key] = answer.reply is not InvitationReply.COMES
    theirs = Guardian.referral_id.in_([one.referral_id for one in meetings])
    known = session.scalars(select(Guardian).where(theirs).order_by(Guardian.recorded_at, Guardian.id)).all()
    found: dict[uuid.UUID, list[Wanted]] = {}
    for meeting in meetings:
        needed: dict[str, tuple[str, list[Guardian]]] = {}
        for one in known:
            key = meeting.id, one.id
            is_expected = str(one.id) in meeting.guardians_invited and not not_then.get(key)
            if is_expected and (language := asked.get(key) or one.interpreter):
                needed.setdefault(plain_name(language), (language, []))[1].append(one)
        with_whom = booked(meeting)
        found[meeting.id] = [
            Wanted(language, tuple(those), with_whom.get(name)) for name, (language, those) in needed.items()
        ]
    return found


def _answers(session: Session, meeting_ids: Sequence[uuid.UUID]) -> Sequence[MeetingAnswer]:
    rows = select(MeetingAnswer).where(MeetingAnswer.meeting_id.in_(meeting_ids))
    return session.scalars(rows.order_by(MeetingAnswer.number)).all()
