"""Closed days and targets that change while something runs: what is counted anew, what keeps its day, and what then says so."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from referrals import clock, triage
from referrals.access import Actor
from referrals.development import targets as work_targets
from referrals.history import record
from referrals.models import Account, AssessmentPart, ClosedDay, DevelopmentCase, Mail, Referral
from referrals.people import organisation
from referrals.rules import targets
from referrals.stages import (
    CLOSED,
    IN_TRIAGE,
    MEETING_HELD,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    SCHEDULED,
    SUBMITTED,
    State,
    Verb,
)
from referrals.vocabulary import DeadlineSource, PartStatus, PlanStatus
from tests.development import begin
from tests.factories import a_meeting, a_part, a_plan, a_referral
from tests.people import Cast
from tests.referrals.test_queries import counted_queries

pytestmark = pytest.mark.usefixtures("wednesday")

WEDNESDAY, THURSDAY, FRIDAY = date(2026, 9, 16), date(2026, 9, 17), date(2026, 9, 18)
TUESDAY, NEXT_WEDNESDAY = date(2026, 9, 22), date(2026, 9, 23)
#: how the statements begin with which rows are held still
HOLDS = ("SELECT municipality.id \nFROM", "SELECT referral.id \nFROM", "SELECT development_case.id \nFROM")
#: and those that write and log, all in the order in which they are to come
IN_ORDER = (*HOLDS, "UPDATE assessment_part", "UPDATE referral", "UPDATE development_case", "SELECT audit_head")


def close(session: Session, cast: Cast, first: date, last: date | None = None) -> ClosedDay:
    """Close the schools from `first` to `last`, as an administrator does."""
    stretch = ClosedDay(label="Lov", first_on=first, last_on=last or first)
    assert organisation.add_closed_days(session, [stretch], by=cast.administrator.actor()) == 1
    return stretch


def with_target(session: Session, cast: Cast, state: State = IN_TRIAGE, **values: Any) -> Referral:
    referral = a_referral(session, cast, state, **values)
    targets.set_target(session, referral)
    return referral


def asked(
    session: Session, cast: Cast, referral: Referral, writer: Account | None = None, **values: Any
) -> AssessmentPart:
    given = {"due_on": date(2026, 9, 30), "due_source": DeadlineSource.TARGET} | values  # ten school days
    return a_part(session, referral, writer or cast.counsellor, asked_by=cast.coordinator, **given)


def with_day(session: Session, cast: Cast) -> DevelopmentCase:
    """Development work that has just begun, with the day by which it is to be taken up."""
    found = begin(session, cast)
    work_targets.set_target(session, found)
    return found


def stands(row: Referral) -> tuple[date | None, DeadlineSource | None]:
    return row.target_on, row.target_source


def test_what_runs_follows_the_closed_days_and_nobody_is_written_to(session: Session, cast: Cast) -> None:
    referral = with_target(session, cast)
    version = referral.version
    assert stands(referral) == (FRIDAY, DeadlineSource.TARGET)
    stretch = close(session, cast, THURSDAY, FRIDAY)
    assert stands(referral) == (TUESDAY, DeadlineSource.TARGET)
    assert targets.source_of(session, referral) is DeadlineSource.TARGET
    organisation.remove_closed_days(session, stretch, by=cast.administrator.actor())
    assert stands(referral) == (FRIDAY, DeadlineSource.TARGET)
    assert referral.version == version
    assert session.scalar(select(func.count(Mail.id))) == 0


@pytest.mark.parametrize("first", [WEDNESDAY, date(2026, 9, 21)])
def test_days_before_the_count_or_after_its_end_move_nothing(session: Session, cast: Cast, first: date) -> None:
    referral = with_target(session, cast)
    close(session, cast, first)
    assert referral.target_on == FRIDAY


def test_a_target_in_weeks_moves_only_where_its_own_day_is_closed(session: Session, cast: Cast) -> None:
    cast.municipality.targets = {"triage": {"calendar_days": 7}}
    referral = with_target(session, cast)
    close(session, cast, THURSDAY, FRIDAY)
    assert referral.target_on == NEXT_WEDNESDAY
    close(session, cast, NEXT_WEDNESDAY)
    assert referral.target_on == date(2026, 9, 24)


def test_pauses_stay_and_the_count_does_not_begin_again(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast)
    wednesday.shift(timedelta(days=1))
    triage.return_concern(session, referral, by=cast.coordinator.actor(), seen=None, reason="Hur länge?")
    wednesday.shift(timedelta(days=4))
    record(session, referral, Verb.RESUBMIT_CONCERN, by=Actor(reported=referral.id), to=SUBMITTED)
    targets.set_target(session, referral)
    assert referral.target_on == TUESDAY, "one of the two days was used on Thursday"
    close(session, cast, TUESDAY)
    assert stands(referral) == (NEXT_WEDNESDAY, DeadlineSource.TARGET)


def test_minutes_count_on_from_the_day_of_the_meeting(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral = a_referral(session, cast, SCHEDULED)
    meeting = a_meeting(session, referral, called_by=cast.coordinator, starts_at=clock.now())
    wednesday.shift(timedelta(days=2))
    meeting.held_at = clock.now()
    record(session, referral, Verb.RECORD_MEETING, by=cast.coordinator.actor(), to=MEETING_HELD)
    targets.set_target(session, referral)
    assert referral.target_on == date(2026, 9, 21), "three school days after Wednesday"
    close(session, cast, date(2026, 9, 21))
    assert referral.target_on == TUESDAY


def test_parts_that_are_out_follow_and_their_referral_with_them(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PARTS_REQUESTED)
    counted = asked(session, cast, referral)
    wanted = asked(
        session, cast, referral, cast.special_educator, due_on=date(2026, 10, 1), due_source=DeadlineSource.SET
    )
    received = asked(session, cast, referral, cast.school_nurse, status=PartStatus.RECEIVED)
    targets.set_target(session, referral)
    assert stands(referral) == (date(2026, 10, 1), DeadlineSource.SET), "the last of them is one that people wrote"
    close(session, cast, date(2026, 9, 28), date(2026, 9, 30))
    assert [part.due_on for part in (counted, wanted, received)] == [
        date(2026, 10, 5), date(2026, 10, 1), date(2026, 9, 30),
    ]  # fmt: skip
    assert stands(referral) == (date(2026, 10, 5), DeadlineSource.TARGET)


def test_what_people_wrote_keeps_its_day(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, follow_up_on=date(2026, 10, 28))
    targets.set_target(session, referral)
    close(session, cast, date(2026, 10, 26), date(2026, 10, 30))
    assert stands(referral) == (date(2026, 10, 28), DeadlineSource.SET)


def test_what_has_ended_or_has_no_day_yet_gets_none(session: Session, cast: Cast) -> None:
    ended, coming = a_referral(session, cast, CLOSED), a_referral(session, cast)
    close(session, cast, THURSDAY)
    assert ended.target_on is coming.target_on is None


def test_development_work_follows_too(session: Session, cast: Cast) -> None:
    found = with_day(session, cast)
    before = found.target_on
    assert before is not None
    close(session, cast, WEDNESDAY + timedelta(days=1), before)
    assert found.target_on is not None
    assert found.target_on > before


def test_a_changed_target_leaves_what_runs_its_day_and_each_says_so(session: Session, cast: Cast) -> None:
    referral, out = with_target(session, cast), a_referral(session, cast, PARTS_REQUESTED)
    part = asked(session, cast, out)
    targets.set_target(session, out)
    own = {"triage": {"school_days": 4}, "assessment": {"school_days": 12}}
    admin = cast.administrator.actor()
    organisation.change(session, cast.municipality, by=admin, targets=own)
    assert stands(referral) == (FRIDAY, DeadlineSource.EARLIER)
    assert part.due_source is DeadlineSource.EARLIER
    assert stands(out) == (date(2026, 9, 30), DeadlineSource.EARLIER)
    assert targets.source_of(session, out) is targets.source_of(session, referral) is DeadlineSource.EARLIER
    close(session, cast, FRIDAY)
    assert (referral.target_on, part.due_on, out.target_on) == (FRIDAY, date(2026, 9, 30), date(2026, 9, 30))
    same = {"triage": {"school_days": 1, "source": "agreement"}, "assessment": {"school_days": 9}}
    organisation.change(session, cast.municipality, by=admin, targets=same)
    assert stands(referral) == (FRIDAY, DeadlineSource.EARLIER), "a day later by the closed day, and not by the target"
    assert (part.due_source, out.target_source) == (DeadlineSource.LOCAL, DeadlineSource.LOCAL)


def test_a_day_from_before_rows_said_where_theirs_comes_from_follows_and_is_marked_too(
    session: Session, cast: Cast
) -> None:
    referral, followed = with_target(session, cast), a_referral(session, cast, PLAN_ACTIVE)
    a_plan(session, followed, author=cast.coordinator, status=PlanStatus.ACTIVE, follow_up_on=date(2026, 10, 28))
    targets.set_target(session, followed)
    referral.target_source = followed.target_source = None
    close(session, cast, THURSDAY, FRIDAY)
    assert stands(referral) == (TUESDAY, DeadlineSource.TARGET)
    referral.target_source = None
    own = {"triage": {"school_days": 4}}
    organisation.change(session, cast.municipality, by=cast.administrator.actor(), targets=own)
    assert stands(referral) == (TUESDAY, DeadlineSource.EARLIER)
    assert stands(followed) == (date(2026, 10, 28), None), "what people wrote; each plan would have to be asked for it"


def test_what_moved_on_in_the_same_moment_keeps_the_day_of_its_move(session: Session, cast: Cast) -> None:
    referral, work, closed = with_target(session, cast), with_day(session, cast), with_day(session, cast)
    elsewhere = {"synchronize_session": False}
    session.execute(update(Referral).values(target_on=TUESDAY), execution_options=elsewhere)
    for found, day in ((work, TUESDAY), (closed, None)):
        moved = update(DevelopmentCase).where(DevelopmentCase.id == found.id).values(target_on=day)
        session.execute(moved, execution_options=elsewhere)
    close(session, cast, THURSDAY)
    session.expire_all()
    assert (referral.target_on, work.target_on, closed.target_on) == (TUESDAY, TUESDAY, None)


def test_what_runs_is_held_before_any_of_it_is_written_and_the_log_comes_last(session: Session, cast: Cast) -> None:
    with_target(session, cast)
    asked(session, cast, a_referral(session, cast, PARTS_REQUESTED))
    with_day(session, cast)
    by = cast.administrator.actor()
    with counted_queries(session) as closed:
        stretch = close(session, cast, THURSDAY, FRIDAY)
    with counted_queries(session) as opened:
        organisation.remove_closed_days(session, stretch, by=by)
    with counted_queries(session) as changed:
        organisation.change(session, cast.municipality, by=by, targets={"triage": {"school_days": 4}})
    locks = session.get_bind().dialect.name == "postgresql"
    for done in (closed, opened, changed):
        steps = [step for said in done for step in IN_ORDER if said.startswith(step)]
        assert steps == sorted(steps, key=IN_ORDER.index)
        assert {*HOLDS, "UPDATE referral", "SELECT audit_head"} <= set(steps)
        assert all(("FOR NO KEY UPDATE" in said) is locks for said in done if said.startswith(HOLDS))


def test_more_referrals_do_not_mean_more_statements(session: Session, cast: Cast) -> None:
    def statements(number: int, day: date) -> int:
        for _ in range(number):
            with_target(session, cast)
            part = asked(session, cast, a_referral(session, cast, PARTS_REQUESTED))
            targets.set_target(session, part.referral)
            with_day(session, cast)
        session.expire_all()
        with counted_queries(session) as done:
            close(session, cast, day)
        return len(done)

    few = statements(2, THURSDAY)
    assert statements(20, FRIDAY) <= few
