"""What a referral on a team's date still lacks before the day: for those only who may know all of it."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import assessment, team_review
from referrals.access import Actor, View, may_view
from referrals.disclosure import coverage
from referrals.forums import clashes, seats
from referrals.forums.agenda import Slot
from referrals.meetings import conflict, meeting_answers, own_calls
from referrals.models import Account, AssessmentPart, Forum, Guardian, Referral, TeamMeeting, TeamSeat
from referrals.people import roster
from referrals.vocabulary import CalledReply, PartStatus, Profession
from referrals.work import worklist


@dataclass(frozen=True)
class Readiness:
    """What is missing, and who of the team's table cannot sit there for this one."""

    #: without which the team is not complete for this referral
    missing: tuple[Profession, ...]
    #: guardians with custody who are not told, and without a reason why not
    to_inform: tuple[Guardian, ...]
    #: whether anybody with custody is recorded at all
    has_guardians: bool
    #: parts that were asked for and are not in
    parts: tuple[AssessmentPart, ...]
    #: whether the assessment waits for parts that nobody was asked for
    nobody_asked: bool
    #: who sits there then and stands too close to the matter
    too_close: tuple[Account, ...]
    #: who sits there then and whose service the guardians' consent does not reach
    without_consent: tuple[Account, ...]
    #: who comes and is called to another meeting at the same time
    at_once: tuple[Account, ...]
    #: who comes and sits in another team that meets at the same time
    at_other_tables: tuple[tuple[Account, Forum], ...]
    #: who is called and answered that they cannot come
    cannot: tuple[Account, ...]
    #: who is called and asks for somebody to stand in
    ask_for_stand_in: tuple[Account, ...]
    #: who is called, may answer and has not yet; whoever called the team is taken to come
    not_answered: tuple[Account, ...]
    #: when the team is called to meet about it; None until it is
    called_for: datetime | None
    #: until when it is then
    called_until: datetime | None
    #: whether that is the time the agenda has for it, from beginning to end
    is_called_then: bool

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing, and the team is called for just this time."""
        lacks = (
            self.missing, self.to_inform, self.parts, self.too_close, self.without_consent, self.at_once,
            self.ask_for_stand_in,
        )  # fmt: skip
        return not any(lacks) and self.has_guardians and not self.nobody_asked and self.is_called_then


def may_know(referral: Referral, by: Actor) -> bool:
    """Whether somebody may know what is missing: it tells of guardians, of parts behind walls, and of who is kept out."""
    return referral.kept_outside_at is None and may_view(View.GUARDIANS, by, referral.facts())


def readiness(session: Session, slot: Slot, held: Sequence[TeamSeat]) -> Readiness:
    """What the referral in `slot` lacks, with those who hold the team's seats."""
    referral = slot.item.referral
    table = [one.account for one in seats.sitting(held, slot.starts_at)]
    able = {one.account.id: one for one in roster.for_team(session, referral)}
    locked = [one for one in table if one.id in able and able[one.id].locked_by is not None]
    kept_out = conflict.kept_out(referral)
    meeting = team_review.current_meeting(session, referral) if team_review.is_called(session, referral) else None
    away = {one.account_id for one in held} - {one.id for one in table}
    cannot, ask, silent = _answered(session, meeting, away=away) if meeting else ((), (), ())
    if meeting is not None:
        coming = _called(session, meeting, away=away | {one.id for one in (*cannot, *ask)})
    else:
        coming = [one for one in table if one.id in able and one not in locked]
    starts_at, minutes = (meeting.starts_at, meeting.minutes) if meeting else (slot.starts_at, slot.item.minutes)
    ends_at = starts_at + timedelta(minutes=minutes)
    at_once = clashes.at_once(session, coming, starts_at=starts_at, minutes=minutes, but=[referral])
    elsewhere = clashes.at_other_tables(session, coming, starts_at=starts_at, minutes=minutes, but=referral.forum)
    return Readiness(
        # As long as nobody sits in the team and nobody is called, nobody knows who will be missing.
        missing=tuple(team_review.missing_professions(referral, coming)) if held or meeting else (),
        to_inform=tuple(team_review.guardians_to_inform(session, referral)),
        has_guardians=bool(coverage.deciding_guardians(session, referral)),
        parts=tuple(one for one in assessment.parts_of(session, referral) if one.status is PartStatus.REQUESTED),
        nobody_asked=bool(worklist.with_nobody_asked(session, [referral])),
        too_close=tuple(one for one in table if one in kept_out or (one.id in able and able[one.id].is_too_close)),
        without_consent=tuple(locked),
        at_once=tuple(at_once),
        at_other_tables=tuple(elsewhere),
        cannot=cannot,
        ask_for_stand_in=ask,
        not_answered=silent,
        called_for=starts_at if meeting else None,
        called_until=ends_at if meeting else None,
        is_called_then=meeting is not None and (starts_at, ends_at) == (slot.starts_at, slot.ends_at),
    )


def _answered(
    session: Session, meeting: TeamMeeting, *, away: Collection[uuid.UUID]
) -> tuple[tuple[Account, ...], tuple[Account, ...], tuple[Account, ...]]:
    """Who is called and cannot come, who asks for a stand-in, and who has not answered, each by name.

    Nobody waits for the answer of who is `away` then, or of who was shut out since and therefore cannot give one.
    """
    said = {one: answer.reply for one, answer in meeting_answers.answers_of_called(session, meeting).items()}
    said.setdefault(meeting.called_by_id, CalledReply.COMES)
    called = _called(session, meeting, away=())
    cannot, ask, silent = (
        tuple(one for one in called if said.get(one.id) is reply)
        for reply in (CalledReply.CANNOT, CalledReply.STAND_IN, None)
    )
    facts, starts_at = meeting.referral.facts(), meeting.starts_at
    awaited = (one for one in silent if one.id not in away and own_calls.parties_then(one, facts, starts_at))
    return cannot, ask, tuple(awaited)


def _called(session: Session, meeting: TeamMeeting, *, away: Collection[uuid.UUID]) -> list[Account]:
    """Who is called to the meeting and, as far as the team's seats tell, is there then."""
    ids = {uuid.UUID(one) for one in meeting.called} - set(away)
    return list(session.scalars(select(Account).where(Account.is_active, Account.id.in_(ids)).order_by(Account.name)))
