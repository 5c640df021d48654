"""What a guardian's own page says, and what they say there: where the referral stands in plain words, answers, own text."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from referrals import clock, here, team_review
from referrals.access import Actor, parties, parties_for
from referrals.errors import KeptOutside, MeetingCalledOff, MeetingMoved, NotAllowed, WrongStage
from referrals.guardians import guardian_access
from referrals.keeping import audit, register
from referrals.languages import local_date
from referrals.models import Guardian, GuardianWords, History, MeetingAnswer, Referral, TeamMeeting, What
from referrals.people import coordinating
from referrals.plans import plan_versions
from referrals.stages import (
    CLOSED,
    CLOSURE_PROPOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    RETURNED,
    SCHEDULED,
    SUBMITTED,
    TO_SCHEDULE,
    WITH_HEAD_TEACHER,
    WITHDRAWN,
    Party,
    State,
    Verb,
)
from referrals.vocabulary import N_, Counterpart, DeadlineSource, InvitationReply, Registered

_CONCERN, _ASSESSMENT, _PLAN = (
    N_("The team has received a concern and is deciding how to go on."),
    N_("Those who know the child describe how things are."),
    N_("A plan is being written. You are asked before it is decided."),
)
#: where a referral stands, told to a guardian: no word of the team's own and nothing of what it is about
STANDS: Final[dict[State, str]] = {
    SUBMITTED: _CONCERN,
    RETURNED: _CONCERN,
    IN_TRIAGE: _CONCERN,
    WITH_HEAD_TEACHER: _CONCERN,
    IN_CONSENT: N_("The team informs you and asks what you agree to."),
    PARTS_REQUESTED: _ASSESSMENT,
    PARTS_RECEIVED: _ASSESSMENT,
    TO_SCHEDULE: N_("The team is planning a meeting."),
    SCHEDULED: N_("A meeting is planned."),
    MEETING_HELD: N_("The meeting has been held. The team is putting together what was agreed."),
    PLAN_DRAFT: _PLAN,
    PLAN_RETURNED: _PLAN,
    PLAN_FOR_APPROVAL: _PLAN,
    PLAN_ACTIVE: N_("The plan has been decided and is being carried out."),
    FOLLOW_UP_DUE: N_("It is time to see together how it has gone."),
    CLOSURE_PROPOSED: N_("The team suggests finishing its work."),
    CLOSED: N_("The team has finished its work."),
    WITHDRAWN: N_("The concern was taken back. The team does nothing more."),
}
#: the same once another unit's team has taken it over
TAKEN_OVER: Final = N_("Another team has taken the work over.")
#: where nothing has come in the place of a meeting that was called off: another can be called, or it is proposed to call none
_WITHOUT_A_MEETING: Final = {IN_CONSENT, PARTS_REQUESTED, PARTS_RECEIVED, TO_SCHEDULE, CLOSURE_PROPOSED}
#: that a meeting was called off before the work ended and was taken up again: it begins anew then
_IS_OF_BEFORE: Final = (
    select(History.id)
    .where(History.referral_id == TeamMeeting.referral_id, History.number > TeamMeeting.called_off_in)
    .where(History.verb == Verb.REOPEN_REFERRAL)
    .exists()
)
#: how the log names an answer that a coordinator wrote down
NOTED: Final = "note_answer_to_invitation"


@dataclass(frozen=True)
class Invitation:
    """A meeting this guardian is invited to, and what they answered about its present date."""

    meeting: TeamMeeting
    answer: MeetingAnswer | None

    @property
    def is_to_answer(self) -> bool:
        """Whether they are still asked: not once it has begun."""
        return self.meeting.is_to_come


@dataclass(frozen=True)
class Outline:
    """What may be shown without e-identification: where it stands, dates, whom to call."""

    stands: str
    is_open: bool
    #: the day by which the team means to have come further; None where it has passed, or comes before the meeting they are invited to
    target_on: date | None
    #: where that day comes from
    target_source: DeadlineSource | None
    follow_up_on: date | None
    invitation: Invitation | None
    #: whom to call; empty where the school itself is a secret
    contact: str
    phone: str


@dataclass(frozen=True)
class Unread:
    """Something guardians wrote that nobody has read yet: in which referral, whether it answers an invitation, since when."""

    referral: Referral
    is_answer: bool
    since: datetime


def outline(session: Session, guardian: Guardian) -> Outline:
    """What `guardian` may know of their referral without e-identification."""
    referral = guardian.referral
    plan = plan_versions.plan_in_force(session, referral)
    unit = None if referral.has_protected_identity else referral.unit
    invited, today = invitation(session, guardian), here.today(session)
    # Whoever is not invited is not to work out on which day the others meet.
    meets_on = local_date(invited.meeting.starts_at, zone=here.time_zone(session)) if invited else today
    return Outline(
        stands=TAKEN_OVER if referral.handed_over_at else STANDS[referral.state],
        is_open=referral.is_open,
        target_on=_unless_before(max(today, meets_on), referral.target_on) if referral.is_open else None,
        target_source=referral.target_source,
        # once it is open the day that was planned says nothing more: it can have been opened before it
        follow_up_on=_unless_before(today, plan_versions.next_follow_up_on(session, plan))
        if plan and referral.state != FOLLOW_UP_DUE
        else None,
        invitation=invited,
        contact=(unit.contact or unit.name) if unit else "",
        phone=(unit.phone or "") if unit else "",
    )


def invitation(session: Session, guardian: Guardian) -> Invitation | None:
    """The meeting that is planned, if this guardian is invited to it; nobody else learns when and where it is."""
    meeting = _planned(session, guardian.referral)
    if meeting is None or str(guardian.id) not in meeting.guardians_invited:
        return None
    return Invitation(meeting, answers_to(session, meeting).get(str(guardian.id)))


def called_off(session: Session, guardian: Guardian) -> TeamMeeting | None:
    """The meeting this guardian was invited to that was called off, until a new one is called or the work goes on without one.

    None of work that ended and was taken up again.
    """
    referral = guardian.referral
    newest = team_review.called_meeting(session, referral)
    if newest is None or newest.called_off_in is None or referral.state not in _WITHOUT_A_MEETING:
        return None
    is_of_before = session.scalar(select(TeamMeeting.id).where(TeamMeeting.id == newest.id, _IS_OF_BEFORE)) is not None
    return newest if str(guardian.id) in newest.guardians_invited and not is_of_before else None


def answers_to(session: Session, meeting: TeamMeeting) -> dict[str, MeetingAnswer]:
    """What each guardian answered last about the meeting's present date, by the guardian's id."""
    rows = select(MeetingAnswer).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.starts_at == meeting.starts_at
    )
    return {str(row.guardian_id): row for row in session.scalars(rows.order_by(MeetingAnswer.number))}


def answers_before(session: Session, meeting: TeamMeeting) -> list[MeetingAnswer]:
    """What each guardian answered last about each date that the meeting had before it was moved, the first answer first."""
    rows = select(MeetingAnswer).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.starts_at != meeting.starts_at
    )
    last = {(row.guardian_id, row.starts_at): row for row in session.scalars(rows.order_by(MeetingAnswer.number))}
    return sorted(last.values(), key=lambda row: (row.at, row.number))


def answer_invitation(
    session: Session,
    guardian: Guardian,
    *,
    by: Actor,
    asked_about: datetime,
    reply: InvitationReply,
    support_person: str = "",
    interpreter: str = "",
    words: str = "",
) -> MeetingAnswer:
    """Answer the invitation to the meeting that is planned. The same answer again changes nothing.

    `asked_about` is when it was to begin on the page they answer on. It leaves no row in the history: nothing is decided with
    it, and whoever is writing about this child is not held up. Raises NotAllowed for anybody but this guardian and for one
    who is not invited; WrongStage once the meeting has begun; MeetingMoved where it begins at another time by now;
    MeetingCalledOff where it is called off.
    """
    guardian_access.require_same(guardian, by)
    said = _said(reply, support_person=support_person, interpreter=interpreter, words=words)
    row, is_new = _keep_answer(session, guardian, said, asked_about=asked_about, noted_by_id=None)
    if is_new:
        _note(session, row, by=by, subject="answer_invitation")
    return row


def note_answer(
    session: Session,
    guardian: Guardian,
    *,
    by: Actor,
    asked_about: datetime,
    reply: InvitationReply,
    support_person: str = "",
    interpreter: str = "",
    words: str = "",
) -> MeetingAnswer:
    """Write down what a guardian answered by telephone: read by whoever notes it, and otherwise as if they had written it.

    Raises NotAllowed for anybody but whoever calls the team, for a guardian who is not invited; WrongStage, KeptOutside,
    MeetingMoved, MeetingCalledOff.
    """
    referral = guardian.referral
    if not parties_for(Verb.SCHEDULE_MEETING, by, referral.facts()):
        raise NotAllowed(NOTED)
    if referral.kept_outside_at is not None:
        raise KeptOutside
    said = _said(reply, support_person=support_person, interpreter=interpreter, words=words)
    row, is_new = _keep_answer(session, guardian, said, asked_about=asked_about, noted_by_id=by.account_id)
    if is_new:
        row.read_at, row.read_by_id = row.at, by.account_id
        session.flush()
        what, party = What.DID, Party.COORDINATOR
        audit.append(session, what, by=by, chain=referral.id, party=party, subject=NOTED, object_id=row.id)
    return row


def own_words(session: Session, guardian: Guardian, *, until: datetime | None = None) -> GuardianWords | None:
    """The guardian's own text as they left it last, up to and with the instant `until`; None where it is empty."""
    rows = select(GuardianWords).where(GuardianWords.guardian_id == guardian.id)
    if until is not None:
        rows = rows.where(GuardianWords.at <= until)
    newest = session.scalars(rows.order_by(GuardianWords.number.desc()).limit(1)).one_or_none()
    return newest if newest is not None and newest.text else None


def write_own_words(session: Session, guardian: Guardian, *, by: Actor, text: str) -> GuardianWords | None:
    """Keep the guardian's own text, or with an empty one take it back. The same text again changes nothing.

    Raises NotAllowed for anybody but this guardian; WrongStage once the referral has ended.
    """
    guardian_access.require_same(guardian, by)
    if not guardian.referral.is_open:
        raise WrongStage("write_own_words", guardian.referral.stage, guardian.referral.status)
    before = own_words(session, guardian)
    if (before.text if before else "") == text.strip():
        return before
    row = GuardianWords(
        referral=guardian.referral,
        guardian_id=guardian.id,
        number=_next(session, GuardianWords, guardian),
        at=clock.now(),
        text=text.strip(),
    )
    session.add(row)
    _note(session, row, by=by, subject="write_own_words")
    if row.text:
        counterpart = Counterpart.GUARDIAN
        register.enter(session, Registered.GUARDIAN_TEXT, row.id, referral=guardian.referral, counterpart=counterpart)
    return own_words(session, guardian)


def mark_read(session: Session, referral: Referral, *, by: Actor) -> None:
    """Note that the team has read what guardians answered and wrote. Raises NotAllowed for anybody without an account."""
    if by.account_id is None:
        raise NotAllowed("mark_read")
    for row in unread(session, referral):
        row.read_at, row.read_by_id = clock.now(), by.account_id
    session.flush()


def unread(session: Session, referral: Referral) -> list[MeetingAnswer | GuardianWords]:
    """What guardians answered and wrote about this referral, and somebody is still to read."""
    return [
        *session.scalars(select(MeetingAnswer).where(MeetingAnswer.referral_id == referral.id, _waits(MeetingAnswer))),
        *session.scalars(select(GuardianWords).where(GuardianWords.referral_id == referral.id, _waits(GuardianWords))),
    ]


def has_unread(session: Session, referral: Referral) -> bool:
    """Whether a guardian wrote something that somebody is still to read."""
    return bool(unread(session, referral))


def unread_for(session: Session, actor: Actor) -> list[Unread]:
    """What guardians wrote and somebody is still to read, in open referrals that `actor` looks after as a coordinator."""
    mine = or_(Referral.owner_id == actor.account_id, Referral.owner_id.is_(None))
    theirs = Referral.is_open, coordinating.coordinated_by(actor), mine
    kinds: tuple[type[MeetingAnswer | GuardianWords], ...] = (MeetingAnswer, GuardianWords)
    return [
        Unread(referral, kind is MeetingAnswer, since)
        for kind in kinds
        for referral, since in session.execute(
            select(Referral, func.min(kind.at))
            .join(kind, kind.referral_id == Referral.id)
            .where(_waits(kind), *theirs)
            .group_by(Referral.id)
            .order_by(Referral.number)
        )
        if Party.COORDINATOR in parties(actor, referral.facts())
    ]


def _unless_before(first: date, day: date | None) -> date | None:
    return None if day is None or day < first else day


def _said(reply: InvitationReply, **typed: str) -> dict[str, Any]:
    return {"reply": reply, **{name: value.strip() or None for name, value in typed.items()}}


def _keep_answer(
    session: Session,
    guardian: Guardian,
    said: dict[str, Any],
    *,
    asked_about: datetime,
    noted_by_id: uuid.UUID | None,
) -> tuple[MeetingAnswer, bool]:
    """The guardian's answer to the invitation, and whether it is another than the one before."""
    referral = guardian.referral
    team_review.hold_meetings_still(session, referral)
    meeting = _planned(session, referral)
    if meeting is None:
        off = called_off(session, guardian)
        kind = MeetingCalledOff if off is not None and off.starts_at == asked_about else WrongStage
        raise kind("answer_invitation", referral.stage, referral.status)
    if str(guardian.id) not in meeting.guardians_invited:
        raise NotAllowed("answer_invitation")
    if meeting.starts_at != asked_about:
        raise MeetingMoved
    if not meeting.is_to_come:
        raise WrongStage("answer_invitation", referral.stage, referral.status)
    said = said | {"noted_by_id": noted_by_id}
    before = answers_to(session, meeting).get(str(guardian.id))
    if before is not None and all(getattr(before, name) == value for name, value in said.items()):
        return before, False
    number, at = _next(session, MeetingAnswer, guardian), clock.now()
    row = MeetingAnswer(
        referral=referral, guardian_id=guardian.id, number=number, meeting_id=meeting.id, starts_at=meeting.starts_at, at=at, **said
    )  # fmt: skip
    session.add(row)
    session.flush()
    counterpart = Counterpart.GUARDIAN
    register.enter(session, Registered.INVITATION_ANSWER, row.id, referral=referral, counterpart=counterpart)
    return row, True


def _planned(session: Session, referral: Referral) -> TeamMeeting | None:
    """The meeting that is called and not held yet."""
    meeting = team_review.current_meeting(session, referral)
    return meeting if referral.state == SCHEDULED and meeting is not None and meeting.held_at is None else None


def _waits(kind: type[MeetingAnswer | GuardianWords]) -> ColumnElement[bool]:
    """That nobody has read it, and somebody is to: an answer only until its meeting is over, or called off and no day is sought."""
    is_unread = kind.read_at.is_(None)
    if kind is GuardianWords:
        return is_unread
    other = aliased(TeamMeeting)
    newest = select(func.max(other.number)).where(other.referral_id == TeamMeeting.referral_id).scalar_subquery()
    is_sought = TeamMeeting.referral.has(stage=TO_SCHEDULE.stage, status=TO_SCHEDULE.status) & ~_IS_OF_BEFORE
    stands = or_(TeamMeeting.called_off_in.is_(None), is_sought)
    current = select(TeamMeeting.id).where(TeamMeeting.approved_at.is_(None), TeamMeeting.number == newest, stands)
    return is_unread & MeetingAnswer.meeting_id.in_(current)


def _next(session: Session, kind: type[MeetingAnswer] | type[GuardianWords], guardian: Guardian) -> int:
    return (session.scalar(select(func.max(kind.number)).where(kind.guardian_id == guardian.id)) or 0) + 1


def _note(session: Session, row: MeetingAnswer | GuardianWords, *, by: Actor, subject: str) -> None:
    session.flush()
    audit.append(
        session,
        What.SENT_FORM,
        by=by,
        chain=row.referral_id,
        party=Party.GUARDIAN,
        subject=subject,
        object_id=row.id,
    )
