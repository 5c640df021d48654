"""Somebody comes instead of a member who cannot: noted on the seat, called to the day's meetings, and only the two are told."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import closure, notifications, team_review
from referrals.access import Role
from referrals.errors import MeetingMoved, NotAllowed, SeatRefused, WrongStage
from referrals.forums import calling, seats, standing_in
from referrals.forums.calling import Instead
from referrals.forums.standing_in import SteppedIn
from referrals.models import Account, Mail, Referral, RoleAssignment, TeamMeeting, TeamSeat
from referrals.people import roster
from referrals.plans.plan_versions import actions_of
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import MailKind, PlanStatus, Profession
from tests.factories import a_guardian, a_part, a_plan, a_referral, protected
from tests.people import NO_PASSWORD, Cast

TUESDAY = date(2026, 9, 22)
AT = datetime(2026, 9, 22, 12, 30, tzinfo=UTC)


@pytest.fixture
def kims(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> TeamSeat:
    return seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())


@pytest.fixture
def ylva(session: Session, cast: Cast, kims: TeamSeat) -> Account:
    found = Account(
        email="ylva@trivsel.invalid", name="Ylva Strand", profession=Profession.SCHOOL_COUNSELLOR, language="sv",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def called(session: Session, cast: Cast, at: datetime = AT, asked: Sequence[Account] = ()) -> Referral:
    """A referral whose team is called for that time; those `asked` have a part of it."""
    referral = a_referral(session, cast, TO_SCHEDULE)
    for one in asked:
        a_part(session, referral, one, asked_by=cast.coordinator)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=at, place="Rum 12", guardians=[guardian.id],
        called=[cast.head_teacher.id, cast.counsellor.id],
    )  # fmt: skip
    return referral


def meeting_of(session: Session, referral: Referral) -> TeamMeeting:
    meeting = team_review.current_meeting(session, referral)
    assert meeting is not None
    return meeting


def step_in(session: Session, cast: Cast, referral: Referral, who: Account, at: datetime = AT) -> SteppedIn:
    return standing_in.step_in(
        session, referral, cast.counsellor.id, stand_in_id=who.id, by=cast.coordinator.actor(), asked_about=at
    )


def could(session: Session, referral: Referral, cast: Cast) -> list[Account]:
    meeting, by = meeting_of(session, referral), cast.coordinator.actor()
    return standing_in.could_step_in(session, meeting, cast.counsellor.id, by=by)


def told(session: Session, referral: Referral) -> list[tuple[MailKind, str | None]]:
    session.expire_all()
    colleagues = (MailKind.MEETING_SCHEDULED, MailKind.MEETING_CALLED_OFF, MailKind.CALL_TAKEN_BACK)
    mails = notifications.write(session, referral.history[-1])
    return [(one.kind, one.address) for one in mails if one.kind in colleagues]


def test_the_day_is_noted_and_all_meetings_of_that_day_are_called_anew_for_these_two_only(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account
) -> None:
    first, second, later = (called(session, cast, AT + timedelta(hours=hours)) for hours in (0, 1, 24))
    for referral in (first, second, later):
        assert len(told(session, referral)) == 2
    for mail in session.scalars(select(Mail)):
        notifications.note_sent(session, mail)
    assert could(session, first, cast) == [ylva]
    assert step_in(session, cast, first, ylva) == SteppedIn(2, 0)
    (away,) = kims.absences
    assert away.stand_in is ylva
    assert (away.begins_at <= AT < away.ends_at, away.ends_at - away.begins_at) == (True, timedelta(days=1))
    for referral, who in ((first, ylva), (second, ylva), (later, cast.counsellor)):
        assert meeting_of(session, referral).called == [str(cast.head_teacher.id), str(who.id)]
    for referral in (first, second):
        assert len(meeting_of(session, referral).guardians_invited) == 1
        assert told(session, referral) == [
            (MailKind.MEETING_SCHEDULED, ylva.email), (MailKind.MEETING_CALLED_OFF, cast.counsellor.email),
        ]  # fmt: skip
    assert could(session, first, cast) == []


def test_a_later_call_begins_with_who_sits_there_that_day_and_whoever_was_asked_for_a_part(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account
) -> None:
    by, week = cast.coordinator.actor(), timedelta(days=7)
    referral, with_parts = called(session, cast), called(session, cast, asked=[cast.head_teacher, cast.counsellor])
    assert step_in(session, cast, referral, ylva) == SteppedIn(2, 0)
    session.expire_all()

    def usual(about: Referral, at: datetime) -> set[Account]:
        colleagues = roster.for_team(session, about)
        ids = calling.usually_called(session, about, colleagues, at=at, by=by)
        return {one.account for one in colleagues if one.account.id in ids}

    coordinator, head, kim = cast.coordinator, cast.head_teacher, cast.counsellor
    assert usual(referral, AT) == {coordinator, ylva}
    assert usual(referral, AT + week) == {coordinator, kim}, "neither who stood in nor whom somebody called by hand"
    assert usual(with_parts, AT) == {coordinator, ylva, head}, "who is away is away for a part of theirs too"
    assert usual(with_parts, AT + week) == {coordinator, kim, head}
    seats.unseat(session, kims, by=by)
    seats.seat(session, cast.forum, cast.special_educator.id, by=by)
    session.expire_all()
    assert usual(referral, AT + week) == {coordinator, cast.special_educator}
    assert usual(with_parts, AT + week) == {coordinator, cast.special_educator, kim, head}


@pytest.mark.parametrize("named", ["lead_id", "follow_up_by_id", "evaluation_by_id", "action"])
def test_a_later_call_begins_with_whom_the_plan_in_force_names(
    session: Session, cast: Cast, kims: TeamSeat, named: str
) -> None:
    referral, head = called(session, cast), cast.head_teacher
    names = {} if named == "action" else {named: head.id}
    plan = a_plan(session, referral, author=cast.coordinator, **names)
    if named == "action":
        actions_of(plan)[0].owner_id = head.id

    def usual() -> set[Account]:
        session.flush()
        session.expire_all()
        colleagues = roster.for_team(session, referral)
        ids = calling.usually_called(session, referral, colleagues, at=AT, by=cast.coordinator.actor())
        return {one.account for one in colleagues if one.account.id in ids}

    assert usual() == {cast.coordinator, cast.counsellor}, "the plan is not in force"
    plan.status = PlanStatus.ACTIVE
    assert usual() == {cast.coordinator, cast.counsellor, head}


def test_who_is_called_and_does_not_sit_there_that_day_is_named_with_whoever_does(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account
) -> None:
    by, week = cast.coordinator.actor(), timedelta(days=7)
    seats.be_away(session, kims, first_on=TUESDAY, last_on=TUESDAY, stand_in_id=ylva.id, by=by)
    alone = seats.be_away(session, kims, first_on=TUESDAY + week, last_on=TUESDAY + week, stand_in_id=None, by=by)
    kim, held = cast.counsellor, [kims]

    def found(at: datetime, *called: Account) -> list[Instead]:
        return calling.called_instead(held, [one.id for one in called], at)

    assert found(AT, kim) == [Instead(kim, ylva, is_member=True)]
    assert found(AT, ylva) == found(AT, cast.head_teacher) == []
    assert found(AT + week, kim, ylva) == [Instead(kim, None, is_member=True), Instead(ylva, None, is_member=False)]
    later = alone.ends_at
    assert found(later, ylva) == [Instead(ylva, kim, is_member=False)]
    assert found(later, kim, ylva) == [], "somebody chose both"
    kim.is_active = False
    assert found(later, ylva) == found(later, kim, ylva) == [], "nobody sits there whose account is closed"
    assert found(AT, kim) == [Instead(kim, ylva, is_member=True)], "that day it is Ylva's all the same"


def test_a_mail_of_before_still_goes_to_who_is_called_to_the_same(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account
) -> None:
    referral = called(session, cast)
    before = {one.address: one for one in notifications.write(session, referral.history[-1])}
    step_in(session, cast, referral, ylva)
    for mail in before.values():
        notifications.let_rest_if_done(session, mail)
    assert before[cast.head_teacher.email].stopped_at is None
    assert before[cast.counsellor.email].stopped_at is not None
    team_review.schedule_meeting(
        session, referral, by=cast.coordinator.actor(), seen=None, starts_at=AT, place="Aulan",
        called=[cast.head_teacher.id, ylva.id],
    )  # fmt: skip
    notifications.let_rest_if_done(session, before[cast.head_teacher.email])
    assert before[cast.head_teacher.email].stopped_at is not None
    assert [address for _kind, address in told(session, referral)] == [cast.head_teacher.email, ylva.email]


def test_who_is_noted_for_that_day_already_is_the_one_and_an_empty_absence_is_filled(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account
) -> None:
    referral, by = called(session, cast), cast.coordinator.actor()
    away = seats.be_away(session, kims, first_on=TUESDAY, last_on=TUESDAY, stand_in_id=None, by=by)
    assert step_in(session, cast, referral, ylva) == SteppedIn(1, 0)
    assert (kims.absences, away.stand_in) == ([away], ylva)
    other = called(session, cast)
    assert could(session, other, cast) == [ylva]
    assert step_in(session, cast, other, ylva) == SteppedIn(1, 0)
    assert kims.absences == [away]


def test_who_comes_for_a_day_of_a_longer_absence_gets_that_day_and_no_more(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account
) -> None:
    referral, by, day = called(session, cast), cast.coordinator.actor(), timedelta(days=1)
    begins, ends = TUESDAY - 7 * day, TUESDAY + 14 * day
    seats.be_away(session, kims, first_on=begins, last_on=ends, stand_in_id=None, by=by)
    assert step_in(session, cast, referral, ylva) == SteppedIn(1, 0)
    session.expire_all()
    away = [(one.begins_at.date() + day, one.last_moment.date(), one.stand_in) for one in kims.absences]
    assert away == [
        (begins, TUESDAY - day, None), (TUESDAY, TUESDAY, ylva), (TUESDAY + day, ends, None),
    ]  # fmt: skip


def test_a_meeting_the_stand_in_cannot_be_called_to_stays_as_it_was(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account
) -> None:
    first, secret, untold, ending = (called(session, cast) for _ in range(4))
    closure.propose_closure(session, ending, by=cast.coordinator.actor(), reason="Familjen flyttar.")
    protected(session, secret, by=cast.coordinator, let_in=(cast.head_teacher, cast.counsellor))
    a_guardian(session, untold, name="Pelle Testsson")
    assert step_in(session, cast, first, ylva) == SteppedIn(1, 3)
    assert str(cast.counsellor.id) in meeting_of(session, secret).called


def test_nobody_comes_instead_where_that_is_not_theirs_to_say_or_not_so_any_more(
    session: Session, cast: Cast, kims: TeamSeat, ylva: Account, wednesday: time_machine.Traveller
) -> None:
    referral = called(session, cast)
    meeting = meeting_of(session, referral)
    assert standing_in.could_step_in(session, meeting, cast.counsellor.id, by=cast.outsider.actor()) == []
    assert standing_in.could_step_in(session, meeting, cast.head_teacher.id, by=cast.coordinator.actor()) == []
    with pytest.raises(MeetingMoved):
        step_in(session, cast, referral, ylva, AT + timedelta(hours=1))
    with pytest.raises(SeatRefused):
        step_in(session, cast, referral, cast.special_educator)
    for member, by in ((cast.head_teacher, cast.coordinator), (cast.counsellor, cast.outsider)):
        with pytest.raises(NotAllowed):
            standing_in.step_in(session, referral, member.id, stand_in_id=ylva.id, by=by.actor(), asked_about=AT)
    wednesday.move_to(AT)
    assert could(session, referral, cast) == []
    with pytest.raises(WrongStage):
        step_in(session, cast, referral, ylva)
    assert kims.absences == []
