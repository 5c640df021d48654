"""The weekly look at the access log: drawn by chance, one for each unit and week, and answered by the unit's head teacher."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, config
from referrals.access import Role
from referrals.errors import Incomplete, NoSuchReferral
from referrals.keeping import audit, log_samples
from referrals.keeping.log_samples import Answer
from referrals.models import (
    GENERAL,
    AuditEvent,
    Base,
    LogSample,
    LogSampleVisit,
    Membership,
    Referral,
    RoleAssignment,
    What,
)
from referrals.stages import Party
from referrals.vocabulary import Standing, VisitAnswer
from tests.factories import a_referral
from tests.people import Cast

THE_WEEK = date(2026, 9, 7)
RIGHT, ASK = VisitAnswer.LOOKS_RIGHT, VisitAnswer.ASK


@pytest.fixture(autouse=True)
def now(wednesday: time_machine.Traveller) -> time_machine.Traveller:
    return wednesday


def visit(session: Session, referral: Referral, by: Any, *, days_ago: float = 7, what: What = What.OPENED_PAGE) -> None:
    at = clock.machine_now() - timedelta(days=days_ago)
    with time_machine.travel(at, tick=False):
        audit.append(session, what, by=by.actor(), chain=referral.id, subject="casework.referral")


def drawn(session: Session, cast: Cast) -> LogSample:
    sample = log_samples.draw(session, cast.school.id, week_on=THE_WEEK)
    assert sample is not None
    session.expire(sample, ["visits"])
    return sample


@pytest.fixture
def sample(session: Session, cast: Cast) -> LogSample:
    """Two visits of last week, by two people, to one referral."""
    referral = a_referral(session, cast)
    visit(session, referral, cast.coordinator)
    visit(session, referral, cast.special_educator)
    return drawn(session, cast)


def test_last_week_is_counted_from_its_monday(session: Session, cast: Cast) -> None:
    assert log_samples.last_week(session) == THE_WEEK


def test_ten_visits_are_drawn_of_many_and_each_once(session: Session, cast: Cast) -> None:
    referrals = [a_referral(session, cast) for _ in range(3)]
    for number in range(24):
        visit(session, referrals[number % 3], cast.coordinator)
    sample = drawn(session, cast)
    chosen = {(each.referral_id, each.event_number) for each in sample.visits}
    assert len(chosen) == len(sample.visits) == log_samples.SIZE
    assert sample.label == "2026-W37"


def test_chance_decides_and_not_the_order(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def last_first(rows: list[Any], most: int) -> list[Any]:
        asked.append((len(rows), most))
        return rows[::-1][:most]

    monkeypatch.setattr(log_samples._CHANCE, "sample", last_first)
    referral = a_referral(session, cast)
    for _ in range(12):
        visit(session, referral, cast.coordinator)
    numbers = [each.event_number for each in drawn(session, cast).visits]
    assert asked == [(12, 10)]
    assert numbers == sorted(numbers, reverse=True)


def test_drawing_again_gives_the_same_sample(session: Session, cast: Cast, sample: LogSample) -> None:
    visit(session, session.scalars(select(Referral)).one(), cast.counsellor)
    assert log_samples.draw(session, cast.school.id, week_on=THE_WEEK) is sample
    assert len(sample.visits) == 2
    assert log_samples.units_without(session, THE_WEEK) == [cast.other_school.id]


@pytest.mark.parametrize("days_ago", [0.5, 2.3, 9.5, 30])
def test_only_visits_of_that_very_week_count(session: Session, cast: Cast, days_ago: float) -> None:
    visit(session, a_referral(session, cast), cast.coordinator, days_ago=days_ago)
    assert log_samples.draw(session, cast.school.id, week_on=THE_WEEK) is None


def test_what_was_done_or_happened_by_itself_is_no_visit(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    visit(session, referral, cast.coordinator, what=What.DID)
    visit(session, referral, cast.head_teacher)
    visit(session, a_referral(session, cast, unit_id=cast.other_school.id), cast.coordinator)
    with time_machine.travel(clock.machine_now() - timedelta(days=7), tick=False):
        audit.append(session, What.OPENED_PAGE, by=log_samples.SYSTEM, chain=referral.id)
    assert log_samples.draw(session, cast.school.id, week_on=THE_WEEK) is None


def test_who_was_turned_away_is_looked_at_too(session: Session, cast: Cast) -> None:
    visit(session, a_referral(session, cast), cast.outsider, what=What.REFUSED)
    assert len(drawn(session, cast).visits) == 1


def test_nothing_is_drawn_where_nobody_could_look_at_it(session: Session, cast: Cast) -> None:
    visit(session, a_referral(session, cast, unit_id=cast.other_school.id), cast.outsider)
    assert log_samples.draw(session, cast.other_school.id, week_on=THE_WEEK) is None


def test_what_a_head_teacher_is_kept_out_of_is_not_drawn(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    visit(session, referral, cast.coordinator)
    keep_out(session, cast, referral)
    assert log_samples.draw(session, cast.school.id, week_on=THE_WEEK) is None


def keep_out(session: Session, cast: Cast, referral: Referral) -> None:
    session.add(
        Membership(referral=referral, account_id=cast.head_teacher.id, standing=Standing.SHUT_OUT, since=clock.now())
    )
    session.flush()
    session.refresh(referral, ["memberships"])


def test_the_head_teacher_is_written_to_once_with_the_week_and_a_link(
    session: Session, cast: Cast, sample: LogSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_samples, "current", lambda: config.Settings(public_url="https://trivsel.invalid"))
    assert log_samples.untold(session) == [sample]
    (letter,) = log_samples.letters(session, sample)
    assert (letter.to, letter.language) == (cast.head_teacher.email, "sv")
    assert "2026-W37" in letter.subject
    assert f"https://trivsel.invalid/log-samples/{sample.id}" in letter.body
    for word in (cast.school.name, "Mila", cast.coordinator.name, sample.visits[0].referral.number):
        assert word not in letter.subject + letter.body
    assert log_samples.letters(session, sample) == [letter]
    for _ in range(2):
        log_samples.note_told(session, sample)
    assert log_samples.untold(session) == []
    told = select(AuditEvent).where(AuditEvent.chain_id == GENERAL, AuditEvent.what == What.SENT_MAIL)
    assert [event.object_id for event in session.scalars(told)] == [sample.id]


def test_only_a_head_teacher_of_the_unit_finds_it(session: Session, cast: Cast, sample: LogSample) -> None:
    assert log_samples.find(session, sample.id, by=cast.head_teacher.actor()) is sample
    for stranger in (cast.coordinator, cast.outsider, cast.administrator):
        assert log_samples.samples_for(session, stranger.actor(), is_done=False) == []
        with pytest.raises(NoSuchReferral):
            log_samples.find(session, sample.id, by=stranger.actor())
        with pytest.raises(NoSuchReferral):
            log_samples.look_through(session, sample, by=stranger.actor(), answers={})


def test_it_waits_until_the_last_visit_is_answered(session: Session, cast: Cast, sample: LogSample) -> None:
    henrik = cast.head_teacher.actor()
    first, second = (each.row for each in log_samples.visits_of(session, sample, by=henrik))
    assert not log_samples.look_through(session, sample, by=henrik, answers={first.id: Answer(RIGHT)})
    assert log_samples.samples_for(session, henrik, is_done=False) == [sample]
    asks = {second.id: Answer(ASK, " Varför på en lördag? ")}
    assert log_samples.look_through(session, sample, by=henrik, answers=asks)
    assert log_samples.samples_for(session, henrik, is_done=True) == [sample]
    assert log_samples.samples_for(session, henrik, is_done=False) == []
    assert (second.note, second.answered_by_id, sample.done_by_id) == (
        "Varför på en lördag?",
        cast.head_teacher.id,
        cast.head_teacher.id,
    )
    row = session.execute(select(Base.metadata.tables["log_sample_visit"])).all()
    assert "lördag" not in repr(row)


def test_an_answer_stands_in_the_log_of_the_referral_once(session: Session, cast: Cast, sample: LogSample) -> None:
    henrik = cast.head_teacher.actor()
    first = sample.visits[0]
    for _ in range(2):
        log_samples.look_through(session, sample, by=henrik, answers={first.id: Answer(RIGHT)})
    left = select(AuditEvent).where(AuditEvent.chain_id == first.referral_id, AuditEvent.what == What.SENT_FORM)
    (event,) = session.scalars(left)
    assert (event.by_id, event.by_party, event.subject, event.ground) == (
        cast.head_teacher.id,
        Party.HEAD_TEACHER,
        log_samples.PAGE,
        RIGHT,
    )


def test_an_answer_can_be_changed_once_it_was_asked_about(session: Session, cast: Cast, sample: LogSample) -> None:
    henrik, done_at = cast.head_teacher.actor(), None
    for said in (Answer(ASK, "Varför?"), Answer(RIGHT, "Hon vikarierade.")):
        answers = {each.id: said for each in sample.visits}
        assert log_samples.look_through(session, sample, by=henrik, answers=answers)
        done_at = done_at or sample.done_at
    assert {each.answer for each in sample.visits} == {RIGHT}
    assert sample.done_at == done_at


def test_who_wants_to_ask_says_what(session: Session, cast: Cast, sample: LogSample) -> None:
    with pytest.raises(Incomplete):
        log_samples.look_through(
            session, sample, by=cast.head_teacher.actor(), answers={sample.visits[0].id: Answer(ASK, " ")}
        )
    assert sample.visits[0].answer is None


def test_a_visit_of_another_sample_cannot_be_answered_here(session: Session, cast: Cast, sample: LogSample) -> None:
    referral = a_referral(session, cast, unit_id=cast.other_school.id)
    session.add(
        RoleAssignment(account_id=cast.second_coordinator.id, role=Role.HEAD_TEACHER, unit_id=cast.other_school.id)
    )
    session.flush()
    visit(session, referral, cast.outsider)
    other = log_samples.draw(session, cast.other_school.id, week_on=THE_WEEK)
    assert other is not None
    foreign = session.scalars(select(LogSampleVisit).where(LogSampleVisit.sample_id == other.id)).one()
    with pytest.raises(NoSuchReferral):
        log_samples.look_through(session, sample, by=cast.head_teacher.actor(), answers={foreign.id: Answer(RIGHT)})


def test_who_is_kept_out_since_neither_sees_the_visit_nor_has_to_answer_it(
    session: Session, cast: Cast, sample: LogSample
) -> None:
    keep_out(session, cast, session.scalars(select(Referral)).one())
    henrik = cast.head_teacher.actor()
    assert log_samples.visits_of(session, sample, by=henrik) == []
    assert log_samples.look_through(session, sample, by=henrik, answers={})


def test_the_instant_of_a_visit_counts_where_the_municipality_is(session: Session, cast: Cast) -> None:
    # ten past midnight on Monday the 14th in Lindköping, still Sunday in UTC
    with time_machine.travel(datetime.fromisoformat("2026-09-13T22:10:00+00:00"), tick=False):
        audit.append(session, What.OPENED_PAGE, by=cast.coordinator.actor(), chain=a_referral(session, cast).id)
    assert log_samples.draw(session, cast.school.id, week_on=THE_WEEK) is None
