"""A part of the assessment that is late while others are still in time: its coordinator reads of it, and in time the head teacher."""

from datetime import date, timedelta
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy.orm import Session

from referrals import clock, history
from referrals.access import Role
from referrals.models import Account, AssessmentPart, Referral, RoleAssignment
from referrals.reminders import digest, late_parts, waiting
from referrals.stages import CLOSURE_PROPOSED, PARTS_REQUESTED, TO_SCHEDULE, State, Verb
from referrals.vocabulary import DeadlineSource, PartStatus, Standing
from referrals.work.waiting_items import Waiting, WaitingItem
from tests.factories import a_member, a_part, a_referral, consented
from tests.people import Cast
from tests.referrals.test_queries import counted_queries

pytestmark = pytest.mark.usefixtures("wednesday")

#: asked for on Wednesday: two school days, and late for as long again on Tuesday
FRIDAY, MONDAY, TUESDAY = date(2026, 9, 18), date(2026, 9, 21), date(2026, 9, 22)
LATER = date(2026, 10, 14)


def with_parts(
    session: Session, cast: Cast, state: State = PARTS_REQUESTED, writer: Account | None = None, **values: Any
) -> tuple[Referral, AssessmentPart]:
    """A referral with a part that is wanted by Friday, and another one by the day that is its own."""
    referral = a_referral(session, cast, state, owner=cast.coordinator, target_on=LATER)
    given = {"due_on": FRIDAY, "due_source": DeadlineSource.TARGET} | values
    part = a_part(session, referral, writer or cast.counsellor, asked_by=cast.coordinator, **given)
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator, due_on=LATER)
    session.flush()
    return referral, part


def of_parts(session: Session, person: Account, today: date) -> list[WaitingItem]:
    items = waiting.everything_for(session, person.actor(), today=today)
    return [item for item in items if item.verb is Verb.SUBMIT_PART]


def test_its_coordinator_reads_of_it_when_it_is_late_and_the_head_teacher_when_it_is_twice(
    session: Session, cast: Cast
) -> None:
    referral, part = with_parts(session, cast)
    assert of_parts(session, cast.coordinator, FRIDAY) == []
    (item,) = of_parts(session, cast.coordinator, MONDAY)
    assert (item.kind, item.subject_id, item.due_on) == (Waiting.OTHERS_PART, referral.id, FRIDAY)
    assert (item.source, item.is_others, item.is_stalled) == (DeadlineSource.TARGET, True, False)
    assert of_parts(session, cast.head_teacher, MONDAY) == []
    (told,) = of_parts(session, cast.head_teacher, TUESDAY)
    assert (told.subject_id, told.due_on, told.is_others, told.is_stalled) == (referral.id, FRIDAY, True, True)
    for other in (cast.second_coordinator, cast.outsider, cast.special_educator, cast.administrator):
        assert [one for one in of_parts(session, other, TUESDAY) if one.kind is Waiting.OTHERS_PART] == []
    part.status, part.received_at = PartStatus.RECEIVED, clock.now()
    session.flush()
    assert of_parts(session, cast.coordinator, TUESDAY) == of_parts(session, cast.head_teacher, TUESDAY) == []


def test_a_head_teacher_who_stands_in_as_coordinator_reads_of_it_as_soon_as_it_is_late(
    session: Session, cast: Cast
) -> None:
    referral, _part = with_parts(session, cast)
    referral.owner = a_member(session, referral, cast.head_teacher)
    standing = next(one for one in referral.memberships if one.account_id == cast.head_teacher.id)
    standing.standing = Standing.STANDS_IN
    session.flush()
    (item,) = of_parts(session, cast.head_teacher, MONDAY)
    assert (item.kind, item.due_on, item.is_stalled) == (Waiting.OTHERS_PART, FRIDAY, False)


def test_what_is_late_as_a_whole_stands_there_once(session: Session, cast: Cast) -> None:
    referral, _part = with_parts(session, cast)
    referral.target_on = FRIDAY
    session.flush()
    for person in (cast.coordinator, cast.head_teacher):
        (item,) = of_parts(session, person, TUESDAY)
        assert (item.kind, item.due_on) == (Waiting.REFERRAL, FRIDAY)
    referral.target_on = None  # being worked out
    session.flush()
    assert [item.kind for item in of_parts(session, cast.coordinator, TUESDAY)] == [Waiting.OTHERS_PART]


def test_who_heads_the_school_and_coordinates_reads_of_one_assessment_once(session: Session, cast: Cast) -> None:
    referral, _part = with_parts(session, cast)
    referral.owner, referral.target_on = cast.head_teacher, MONDAY  # late, and not yet twice as its part is
    cast.head_teacher.roles.append(RoleAssignment(role=Role.COORDINATOR, unit=cast.school))
    session.flush()
    (item,) = of_parts(session, cast.head_teacher, TUESDAY)
    assert (item.kind, item.due_on, item.is_stalled) == (Waiting.REFERRAL, MONDAY, False)


def test_several_late_ones_are_one_line_with_the_first_day(session: Session, cast: Cast) -> None:
    referral, _part = with_parts(session, cast)
    a_part(session, referral, cast.school_nurse, asked_by=cast.coordinator, due_on=FRIDAY - timedelta(days=1))
    session.flush()
    for person in (cast.coordinator, cast.head_teacher):
        (item,) = of_parts(session, person, TUESDAY)
        assert item.due_on == FRIDAY - timedelta(days=1)


def test_nobody_waits_for_one_that_was_still_out_when_the_team_had_enough(session: Session, cast: Cast) -> None:
    referral, _part = with_parts(session, cast)
    history.record(session, referral, Verb.CONCLUDE_ASSESSMENT, by=cast.coordinator.actor(), to=TO_SCHEDULE)
    for person in (cast.coordinator, cast.head_teacher):
        assert of_parts(session, person, TUESDAY) == []
    asked_later = clock.now() + timedelta(minutes=1)
    a_part(session, referral, cast.school_nurse, asked_by=cast.coordinator, due_on=FRIDAY, asked_at=asked_later)
    session.flush()
    for person in (cast.coordinator, cast.head_teacher):
        assert [item.kind for item in of_parts(session, person, TUESDAY)] == [Waiting.OTHERS_PART]


def test_nobody_waits_for_one_while_closing_is_proposed(session: Session, cast: Cast) -> None:
    with_parts(session, cast, CLOSURE_PROPOSED)
    for person in (cast.coordinator, cast.head_teacher):
        assert of_parts(session, person, TUESDAY) == []


def test_one_that_consent_keeps_from_its_writer_is_not_let_lie(session: Session, cast: Cast) -> None:
    referral, _part = with_parts(session, cast, writer=cast.health_worker)
    for person in (cast.coordinator, cast.head_teacher):
        assert of_parts(session, person, TUESDAY) == []
    consented(session, referral, cast)
    session.expire_all()
    for person in (cast.coordinator, cast.head_teacher):
        assert [item.kind for item in of_parts(session, person, TUESDAY)] == [Waiting.OTHERS_PART]


def test_ones_own_stands_there_as_ones_own(session: Session, cast: Cast) -> None:
    with_parts(session, cast, writer=cast.head_teacher)
    assert [item.kind for item in of_parts(session, cast.head_teacher, TUESDAY)] == [Waiting.PART]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "Ett underlag från en kollega har inte kommit in (försenat sedan"),
        ("da", "En kollegas bidrag er ikke kommet ind (forsinket siden"),
    ],
)
def test_the_morning_mail_says_so(session: Session, cast: Cast, language: str, said: str) -> None:
    referral, _part = with_parts(session, cast, due_on=date(2026, 9, 15))
    cast.coordinator.language = language
    letter = digest.write(session, cast.coordinator.id)
    assert letter is not None
    assert f"{referral.number}: {said}" in letter.body


@pytest.mark.parametrize("person", ["coordinator", "head_teacher"])
def test_more_late_parts_do_not_mean_more_questions_to_the_database(session: Session, cast: Cast, person: str) -> None:
    actor = getattr(cast, person).actor()
    writers = (cast.counsellor, cast.school_nurse, cast.teacher, cast.second_coordinator)

    def questions(number: int) -> int:
        for _, writer in zip(range(number), cycle(writers), strict=False):
            with_parts(session, cast, writer=writer)
        session.expire_all()
        with counted_queries(session) as asked:
            assert late_parts.waiting_for(session, actor, today=TUESDAY) or late_parts.left_lying(
                session, actor, today=TUESDAY
            )
        return len(asked)

    few = questions(2)
    assert questions(20) <= few
