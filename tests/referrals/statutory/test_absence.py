"""Unlawful absence: who keeps it, how the morning sums it up, from which share on what is due, and who decides."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, inspect, select

from referrals import clock, db, here
from referrals.access import SYSTEM, Actor, Role
from referrals.errors import AlreadyMoved, Incomplete, NoSuchReferral, NotAllowed, SealBroken
from referrals.models import (
    AbsenceCount,
    AbsenceStep,
    AbsentPupil,
    AuditEvent,
    ClosedDay,
    RegisterEntry,
    RoleAssignment,
    Unit,
)
from referrals.reminders import errands
from referrals.statutory import (
    absence,
    absence_aside,
    absence_corrections,
    absence_elsewhere,
    absence_keepers,
    absence_keeping,
    absence_paper,
)
from referrals.statutory.absence import Entry
from referrals.vocabulary import AbsenceStepKind, Country, DocumentKind, SchoolForm
from tests.people import settle

WARNING, REPORT = AbsenceStepKind
EMIL = Entry("Emil Ahrendt", date(2015, 3, 2), "5.A", 4.0)
THIS, LAST = date(2026, 7, 1), date(2026, 4, 1)
WARNS = {"to_whom": "Dorte Ahrendt", "offer": "Et møde på mandag."}
REPORTS = {
    "told_on": date(2026, 9, 17),
    "done": "Møde den 10. september.",
    "views": "De synes, at dagene er talt rigtigt.",
}


def move_to_denmark(cast):
    there = cast.municipality
    there.country, there.rulepack_version, there.timezone = Country.DK, "dk-2026-07", "Europe/Copenhagen"


@pytest.fixture
def danish(cast, session, wednesday):
    """The municipality is Danish, and the quarter has 37 school days: four are 10 %, six are 15 %."""
    move_to_denmark(cast)
    session.add(ClosedDay(first_on=THIS, last_on=date(2026, 8, 10), label="Sommerferie"))
    session.flush()
    return cast


@pytest.fixture
def enter(danish, session, wednesday):
    def enter(*entries, by=danish.head_teacher, quarter_on=THIS):
        wednesday.shift(timedelta(minutes=1))
        return absence.enter(session, danish.school, by=by.actor(), quarter_on=quarter_on, entries=entries)

    return enter


def sum_up(session):
    today = here.today(session)
    pupils = [session.get_one(AbsentPupil, pupil_id) for pupil_id in absence.counted(session, today=today)]
    return sum(absence.prepare(session, pupil, today=today) for pupil in pupils)


@pytest.fixture
def morning(session, wednesday):
    """The next morning's sum: how many steps are new."""

    def come():
        wednesday.shift(timedelta(days=1))
        return sum_up(session)

    return come


@pytest.fixture
def due(session, enter, morning):
    """Emil has been away so many days, and the morning has summed them up."""

    def days(number):
        enter(replace(EMIL, days=number))
        morning()
        return {step.kind: step for step in session.scalars(select(AbsenceStep))}

    return days


def did(session):
    events = select(AuditEvent.subject).where(AuditEvent.chain_id == session.scalars(select(AbsentPupil.id)).one())
    return list(session.scalars(events.order_by(AuditEvent.number)))


@pytest.mark.parametrize(("day", "first", "last"), [
    (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 6, 30), LAST, date(2026, 6, 30)),
    (date(2026, 9, 16), THIS, date(2026, 9, 30)), (date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
])  # fmt: skip
def test_a_quarter_is_three_months_of_the_calendar_year(day, first, last):
    assert absence.quarter_of(day) == first
    assert absence.last_day(first) == last


def test_in_january_the_quarter_before_lies_in_the_year_before():
    assert absence.quarters(date(2027, 1, 4)) == (date(2027, 1, 1), date(2026, 10, 1))


def test_a_share_is_never_rounded_up_and_of_no_school_days_there_is_none():
    assert [absence.share(days, of=37) for days in (3.5, 4.0, 5.5, 6.0)] == [9.4, 10.8, 14.8, 16.2]
    assert (absence.share(99.9, of=1000), absence.share(1, of=0)) == (9.9, 0.0)


def test_the_quarters_school_days_are_the_basis_and_a_calendar_without_holidays_is_noticed(session, danish):
    assert absence.school_days(session, THIS) == 37
    assert absence.has_closed_days(session, THIS)
    assert not absence.has_closed_days(session, LAST)


@pytest.mark.parametrize(("days", "kinds"), [(3.5, []), (4.0, [WARNING]), (5.5, [WARNING]), (6.0, [WARNING, REPORT])])
def test_the_morning_after_prepares_what_the_share_asks_for(session, due, days, kinds):
    steps = due(days)
    assert sorted(steps) == sorted(kinds)
    assert all((step.days, step.school_days, step.is_sent) == (days, 37, None) for step in steps.values())
    assert all(step.due_on == date(2026, 9, 22) for step in steps.values())  # Thursday and three school days


def test_what_is_entered_today_is_summed_up_tomorrow_and_once(session, danish, enter, morning):
    enter(EMIL)
    assert sum_up(session) == 0
    (before,) = absence.sums(session, danish.school, THIS, by=danish.head_teacher.actor())
    assert (before.entered, before.this_morning, before.percent, before.steps) == (4.0, None, None, [])
    assert morning() == 1
    assert sum_up(session) == 0
    (after,) = absence.sums(session, danish.school, THIS, by=danish.head_teacher.actor())
    assert (after.this_morning, after.percent, len(after.steps)) == (4.0, 10.8, 1)


def test_the_same_file_again_changes_nothing_and_a_new_number_takes_the_place_of_the_old(session, danish, enter):
    nobody = Entry("Ida Brask", date(2014, 1, 9), "6.B", 0.0)
    assert enter(EMIL, nobody) == 1
    assert enter(EMIL, replace(EMIL, name="  emil  AHRENDT ")) == 0
    assert enter(replace(EMIL, days=5.0, class_name="")) == 1
    pupil = session.scalars(select(AbsentPupil)).one()
    assert [count.days for count in pupil.counts] == [5.0, 4.0]
    assert (pupil.name, pupil.birth_date, pupil.class_name) == ("Emil Ahrendt", "2015-03-02", "5.A")
    assert did(session) == ["enter_absence", "enter_absence"]


def test_no_name_stands_in_clear(session, enter):
    enter(EMIL)
    stored = session.connection().exec_driver_sql("SELECT * FROM absent_pupil").one()
    counted = session.connection().exec_driver_sql("SELECT * FROM absence_count").one()
    written = " ".join(map(str, (*stored, *counted)))
    assert not any(word in written for word in ("Emil", "Ahrendt", "2015-03-02", "5.A"))


def test_the_same_name_at_another_school_is_another_pupil(session, danish, enter):
    enter(EMIL)
    session.add(RoleAssignment(role="head_teacher", unit=danish.other_school, account=danish.head_teacher))
    session.flush()
    session.expire(danish.head_teacher)
    by = danish.head_teacher.actor()
    absence.enter(session, danish.other_school, by=by, quarter_on=THIS, entries=[EMIL])
    assert len({pupil.unit_id for pupil in session.scalars(select(AbsentPupil))}) == 2


def test_only_the_head_teacher_of_a_folkeskole_keeps_it(session, danish, enter):
    enter(EMIL)
    pupil = session.scalars(select(AbsentPupil)).one()
    for one in (danish.coordinator, danish.teacher, danish.administrator, danish.manager, danish.outsider):
        assert not absence_keepers.may_keep(session, pupil, one.actor())
        assert absence_keepers.units_of(session, one.actor()) == []
        with pytest.raises(NotAllowed):
            enter(EMIL, by=one)
    with pytest.raises(NotAllowed):
        absence.enter(session, danish.school, by=SYSTEM, quarter_on=THIS, entries=[EMIL])
    assert not absence_keepers.may_keep(session, pupil, Actor())
    assert absence_keepers.may_keep(session, pupil, danish.head_teacher.actor())


@pytest.mark.parametrize("changes", [{"rulepack_version": "se-2026-07"}, {}])
def test_where_the_law_counts_no_absence_there_is_none_to_keep(session, danish, changes):
    if changes:
        danish.municipality.rulepack_version = changes["rulepack_version"]
    else:
        danish.school.school_form = SchoolForm.PRESCHOOL
    session.flush()
    assert absence_keepers.units_of(session, danish.head_teacher.actor()) == []
    if changes:
        assert sum_up(session) == 0


@pytest.mark.parametrize(("values", "quarter_on", "missing"), [
    ({"days": 37.5}, THIS, ("days",)), ({"days": -1.0}, THIS, ("days",)), ({}, date(2026, 1, 1), ("quarter",)),
])  # fmt: skip
def test_more_days_than_the_quarter_has_and_quarters_long_over_are_refused(enter, values, quarter_on, missing):
    with pytest.raises(Incomplete) as refused:
        enter(replace(EMIL, **values), quarter_on=quarter_on)
    assert refused.value.missing == missing


def test_the_last_quarter_can_still_be_entered(session, enter, morning):
    assert enter(replace(EMIL, days=30.0), quarter_on=LAST) == 1
    assert morning() == 2


def test_a_correction_takes_away_what_nobody_has_decided_yet_and_the_log_says_so(session, enter, morning, due):
    due(6.0)
    enter(replace(EMIL, days=5.0))
    assert morning() == 0
    assert [(step.kind, step.days) for step in session.scalars(select(AbsenceStep))] == [(WARNING, 5.0)]
    assert did(session) == [
        "enter_absence", "prepare_absence_warning", "prepare_absence_report", "enter_absence", "drop_absence_report",
    ]  # fmt: skip


def test_the_head_teacher_warns_the_parents_once_and_the_register_has_a_neutral_line(session, danish, due):
    step, by = due(4.0)[WARNING], danish.head_teacher.actor()
    absence.send(session, step, seen=absence.sum_read(step), by=by, said=WARNS, language="da")
    assert (step.is_sent, step.decided_by, step.language, step.said) == (True, danish.head_teacher, "da", WARNS)
    entry = session.scalars(select(RegisterEntry)).one()
    assert (entry.paper, entry.referral_id, entry.unit_id) == (DocumentKind.ABSENCE_WARNING, None, danish.school.id)
    assert entry.counterpart_name is None
    for again in (lambda: absence.send(session, step, seen=absence.sum_read(step), by=by, said=WARNS, language="da"),
                  lambda: absence.leave_unsent(session, step, seen=absence.sum_read(step), by=by, why_not="Fortrudt")):  # fmt: skip
        with pytest.raises(AlreadyMoved):
            again()
    assert absence.waiting_for(session, danish.head_teacher.actor()) == []


def test_what_is_decided_stays_when_days_are_put_right_afterwards(session, danish, enter, morning, due):
    step = due(4.0)[WARNING]
    absence.send(session, step, seen=absence.sum_read(step), by=danish.head_teacher.actor(), said=WARNS, language="da")
    enter(replace(EMIL, days=1.0))
    assert morning() == 0
    assert session.scalars(select(AbsenceStep.is_sent)).one() is True


def test_days_put_right_below_the_limit_wait_for_the_head_teacher_until_whoever_got_it_is_told(
    session, danish, enter, due, wednesday
):
    by, others = danish.head_teacher.actor(), (danish.coordinator, danish.outsider)
    step = due(4.0)[WARNING]
    absence.send(session, step, seen=absence.sum_read(step), by=by, said=WARNS, language="da")
    with pytest.raises(NotAllowed):  # nothing is put right
        absence_corrections.record_told(session, step, by=by)
    assert absence_corrections.waiting_for(session, by) == []
    enter(replace(EMIL, days=5.0))
    assert absence_corrections.waiting_for(session, by) == [], "above the limit all the same"
    enter(replace(EMIL, days=1.0))
    put_right = clock.now()
    assert absence_corrections.waiting_for(session, by) == [step]
    assert absence_corrections.put_right_at(step) == put_right
    today = here.today(session)
    found = errands.everything_for(session, by, today=today, until=today)
    assert [(one.task, one.way, one.since) for one in found] == [
        ("Tell whoever got it that it was put right", f"/absence/{step.pupil_id}/steps/{step.id}", today)
    ]
    for other in others:
        assert absence_corrections.waiting_for(session, other.actor()) == []
        with pytest.raises(NotAllowed):
            absence_corrections.record_told(session, step, by=other.actor())
    wednesday.shift(timedelta(hours=1))
    for _twice in range(2):
        absence_corrections.record_told(session, step, by=by)
        assert (absence_corrections.is_put_right(session, step), absence_corrections.is_to_tell(session, step)) == (
            True, False,
        )  # fmt: skip
        assert step.put_right_told_at == put_right + timedelta(hours=1)
    assert did(session).count("tell_absence_put_right") == 1
    assert absence_corrections.waiting_for(session, by) == []
    enter(replace(EMIL, days=2.0))
    assert absence_corrections.waiting_for(session, by) == [step], "the days are others again"


def test_the_parents_are_told_before_a_report_and_each_part_is_needed(session, danish, due):
    step, by = due(6.0)[REPORT], danish.head_teacher.actor()
    with pytest.raises(Incomplete) as refused:
        absence.send(session, step, seen=absence.sum_read(step), by=by, said={}, language="da")
    assert refused.value.missing == ("told_on", "done", "views")
    with pytest.raises(Incomplete) as refused:
        absence.send(
            session,
            step,
            seen=absence.sum_read(step),
            by=by,
            said=REPORTS | {"told_on": date(2026, 9, 18)},
            language="da",
        )
    assert refused.value.missing == ("told_on",)
    absence.send(session, step, seen=absence.sum_read(step), by=by, said=REPORTS, language="da")
    assert step.said == {**REPORTS, "told_on": "2026-09-17"}


def test_days_entered_since_the_morning_are_summed_up_before_anything_is_sent(session, danish, enter, due):
    step = due(6.0)[REPORT]
    enter(replace(EMIL, days=6.5))
    with pytest.raises(Incomplete) as refused:
        absence.send(
            session, step, seen=absence.sum_read(step), by=danish.head_teacher.actor(), said=REPORTS, language="da"
        )
    assert refused.value.missing == ("changed",)


def test_nobody_decides_about_another_sum_than_they_read(session, danish, enter, morning, due):
    step, by = due(6.0)[WARNING], danish.head_teacher.actor()
    before = absence.sum_read(step)
    enter(replace(EMIL, days=8.0))
    morning()
    with pytest.raises(Incomplete) as refused:
        absence.send(session, step, by=by, seen=before, said=WARNS, language="da")
    assert refused.value.missing == ("overtaken",)
    with pytest.raises(Incomplete) as refused:
        absence.leave_unsent(session, step, by=by, seen=before, why_not="Sygdom.")
    assert (refused.value.missing, step.decided_at) == (("overtaken",), None)


def test_what_fell_away_meanwhile_and_whoever_was_taken_away_are_not_there(session, danish, due):
    steps, by = due(6.0), danish.head_teacher.actor()
    pupil, seen = steps[REPORT].pupil, absence.sum_read(steps[REPORT])
    gone = delete(AbsenceStep).where(AbsenceStep.id == steps[REPORT].id)
    session.execute(gone, execution_options={"synchronize_session": False})
    with pytest.raises(NoSuchReferral):
        absence.send(session, steps[REPORT], by=by, seen=seen, said=REPORTS, language="da")
    absence.remove(session, pupil, by=by)
    with pytest.raises(NoSuchReferral):
        absence.prepare(session, pupil, today=here.today(session))


@pytest.fixture
def folkeskole(fresh_postgres):
    """A Danish school of its own, whose head teacher enters Emil's days. SQLite lets one writer in at a time anyway."""
    with db.writing(fresh_postgres) as session:
        cast = settle(session)
        move_to_denmark(cast)
        by, unit_id = cast.head_teacher.actor(), cast.school.id

    def enter(session, days):
        this, _last = absence.quarters(here.today(session))
        return absence.enter(
            session, session.get_one(Unit, unit_id), by=by, quarter_on=this, entries=[replace(EMIL, days=days)]
        )

    return fresh_postgres, enter, by


def test_two_who_enter_the_same_new_pupil_in_the_same_moment_enter_one(folkeskole):
    address, enter, _by = folkeskole
    ready = threading.Barrier(2, timeout=20)

    def come(days):
        with db.writing(address) as session:
            ready.wait()
            return enter(session, days)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(come, (4.0, 4.0))) == [0, 1]
    with db.reading(address) as session:
        assert len(session.scalars(select(AbsentPupil)).all()) == 1


def test_what_is_decided_while_the_morning_sums_up_keeps_its_reason(folkeskole):
    address, enter, by = folkeskole
    with db.writing(address) as session:
        enter(session, 30.0)
        pupil = session.scalars(select(AbsentPupil)).one()
        morning, pupil_id = here.today(session) + timedelta(days=1), pupil.id
        absence.prepare(session, pupil, today=morning)
        enter(session, 0.0)
    with db.writing(address) as sweep:
        pupil = sweep.get_one(AbsentPupil, pupil_id)
        assert [step.decided_at for step in pupil.steps] == [None, None]
        with db.writing(address) as session:
            for step in session.get_one(AbsentPupil, pupil_id).steps:
                absence.leave_unsent(session, step, by=by, seen=absence.sum_read(step), why_not="Sygdom.")
        absence.prepare(sweep, pupil, today=morning)
    with db.reading(address) as session:
        assert [step.said for step in session.scalars(select(AbsenceStep))] == [{"why_not": "Sygdom."}] * 2


def test_nobody_else_decides_and_not_to_send_needs_a_reason(session, danish, due):
    step = due(4.0)[WARNING]
    with pytest.raises(NotAllowed):
        absence.send(
            session, step, seen=absence.sum_read(step), by=danish.coordinator.actor(), said=WARNS, language="da"
        )
    with pytest.raises(Incomplete):
        absence.leave_unsent(session, step, seen=absence.sum_read(step), by=danish.head_teacher.actor(), why_not=" ")
    absence.leave_unsent(
        session, step, seen=absence.sum_read(step), by=danish.head_teacher.actor(), why_not="Sygdom, meldt for sent."
    )
    assert (step.is_sent, step.said) == (False, {"why_not": "Sygdom, meldt for sent."})
    with pytest.raises(NoSuchReferral):
        absence_paper.values(session, step)


def test_what_was_not_sent_is_due_anew_once_the_sum_grows_and_what_was_sent_is_not(
    session, danish, enter, morning, due
):
    step, by = due(4.0)[WARNING], danish.head_teacher.actor()
    absence.leave_unsent(session, step, seen=absence.sum_read(step), by=by, why_not="En dag var aftalt fri.")
    assert morning() == 0
    enter(replace(EMIL, days=3.0))
    assert morning() == 0
    enter(replace(EMIL, days=5.0))
    assert morning() == 1
    (again,) = absence.waiting_for(session, by)
    assert (again.kind, again.turn, again.days) == (WARNING, 2, 5.0)
    (now,) = absence.sums(session, danish.school, THIS, by=danish.head_teacher.actor())
    assert now.steps == [step, again]
    absence.send(session, again, seen=absence.sum_read(again), by=by, said=WARNS, language="da")
    enter(replace(EMIL, days=5.5))
    assert morning() == 0


def test_a_name_that_is_protected_gives_way_to_the_schools_own_number(session, danish, enter, due):
    pupil, by = due(4.0)[WARNING].pupil, danish.head_teacher.actor()
    with pytest.raises(NotAllowed):
        absence.protect(session, pupil, by=danish.coordinator.actor(), own_number="5-017")
    absence.protect(session, pupil, by=by, own_number="5-017")
    absence.protect(session, pupil, by=by, own_number="5-017")
    assert (pupil.name, did(session)[-1]) == ("5-017", "protect_absent_pupil")
    assert enter(replace(EMIL, name="5-017", days=4.5)) == 1
    assert [count.days for count in pupil.counts] == [4.5, 4.0]
    assert enter(replace(EMIL, days=5.0)) == 1  # the next file still has the name
    assert (session.scalars(select(AbsentPupil)).one(), pupil.name) == (pupil, "5-017")
    absence.protect(session, pupil, by=by, own_number="5-018")
    assert enter(replace(EMIL, days=5.0)) == 0
    absence.protect(session, pupil, by=by, own_number="5-017")
    enter(replace(EMIL, name="Ida Brask"))
    other = session.scalars(select(AbsentPupil).where(AbsentPupil.id != pupil.id)).one()
    with pytest.raises(Incomplete) as refused:
        absence.protect(session, other, by=by, own_number="5-017")
    assert refused.value.missing == ("own_number",)


def test_whoever_was_entered_by_mistake_goes_without_a_trace_until_something_is_decided(session, danish, due):
    step, by = due(4.0)[WARNING], danish.head_teacher.actor()
    with pytest.raises(NotAllowed):
        absence.remove(session, step.pupil, by=danish.coordinator.actor())
    absence.remove(session, step.pupil, by=by)
    assert [session.scalars(select(kind)).all() for kind in (AbsentPupil, AbsenceCount, AbsenceStep)] == [[], [], []]
    other = due(5.0)[WARNING]
    absence.send(session, other, seen=absence.sum_read(other), by=by, said=WARNS, language="da")
    with pytest.raises(NotAllowed):
        absence.remove(session, other.pupil, by=by)


def test_the_paper_is_kept_once_sealed_and_checked(session, danish, due):
    steps, by = due(6.0), danish.head_teacher.actor()
    absence.send(session, steps[REPORT], seen=absence.sum_read(steps[REPORT]), by=by, said=REPORTS, language="da")
    assert absence_paper.values(session, steps[REPORT])["absence"].warned_on is None
    absence.send(session, steps[WARNING], seen=absence.sum_read(steps[WARNING]), by=by, said=WARNS, language="da")
    values = absence_paper.values(session, steps[REPORT])
    assert values["absence"].warned_on == date(2026, 9, 17)
    assert (values["referral"].child_name, values["referral"].unit) == ("Emil Ahrendt", danish.school)
    assert (values["absence"].limit, values["absence"].next_limit) == (15, None)
    assert absence_paper.values(session, steps[WARNING])["absence"].next_limit == 15
    step = steps[WARNING]
    assert absence_paper.read(step) is None
    assert absence_paper.keep(session, step, b"a paper") == b"a paper"
    assert absence_paper.keep(session, step, b"another") == b"a paper"
    step.checksum = "0"
    with pytest.raises(SealBroken):
        absence_paper.read(step)


def test_a_warning_knows_that_the_next_limit_is_reached_or_the_quarter_over(session, danish, due, wednesday):
    step, by = due(6.0)[WARNING], danish.head_teacher.actor()
    absence.send(session, step, seen=absence.sum_read(step), by=by, said=WARNS, language="da")
    stated = absence_paper.values(session, step)["absence"]
    assert (stated.has_reached_next, stated.is_over) == (True, False)
    assert not replace(stated, percent=14.9).has_reached_next
    assert not replace(stated, next_limit=None).has_reached_next
    step.decided_at += timedelta(days=14)  # the first of October
    assert absence_paper.values(session, step)["absence"].is_over


def test_the_most_pressing_comes_first(session, danish, due, enter, morning):
    due(4.0)
    enter(replace(EMIL, name="Ida Brask", days=7.0))
    morning()
    waiting = absence.waiting_for(session, danish.head_teacher.actor())
    assert next(step.pupil.name for step in waiting) == "Emil Ahrendt"
    assert absence.step_of(waiting[0].pupil, waiting[0].id) is waiting[0]
    assert absence.step_of(waiting[0].pupil, waiting[1].id) is None
    assert [one.pupil.name for one in absence.sums(session, danish.school, THIS, by=danish.head_teacher.actor())] == [
        "Emil Ahrendt",
        "Ida Brask",
    ]


def test_nothing_of_it_leads_to_a_referral():
    for kind in (AbsentPupil, AbsenceCount, AbsenceStep):
        assert not any("referral" in column.name for column in kind.__table__.columns)


def test_whose_quarters_are_over_goes_by_itself_and_what_was_decided_or_waits_is_listed(
    session, danish, enter, morning, due, wednesday
):
    steps = due(6.0)
    enter(replace(EMIL, name="Ida Brask", days=4.0), replace(EMIL, name="Liv Damm", days=1.0))
    morning()
    absence.send(
        session,
        steps[WARNING],
        seen=absence.sum_read(steps[WARNING]),
        by=danish.head_teacher.actor(),
        said=WARNS,
        language="da",
    )
    gone = next(
        one.pupil.id
        for one in absence.sums(session, danish.school, THIS, by=danish.head_teacher.actor())
        if one.pupil.name == "Liv Damm"
    )
    wednesday.shift(timedelta(days=100))  # the last days of December: the quarter can still be put right
    assert absence_keeping.outlived(session, today=here.today(session)) == []
    assert absence_keeping.earlier(session, danish.school, by=danish.head_teacher.actor()) == []
    wednesday.shift(timedelta(days=10))
    today = here.today(session)
    assert absence_keeping.outlived(session, today=today) == [gone]
    assert absence_keeping.let_go(session, gone, today=today)
    assert not absence_keeping.let_go(session, gone, today=today)
    assert not absence_keeping.let_go(session, steps[WARNING].pupil_id, today=today)
    chain = session.scalars(select(AuditEvent.subject).where(AuditEvent.chain_id == gone).order_by(AuditEvent.number))
    assert chain.all() == ["enter_absence", "let_absent_pupil_go"]
    found = absence_keeping.earlier(session, danish.school, by=danish.head_teacher.actor())
    assert [(one.pupil.name, len(one.steps)) for one in found] == [("Emil Ahrendt", 2), ("Ida Brask", 1)]
    assert len(session.scalars(select(AbsenceCount)).all()) == 2


def test_lists_and_sums_leave_the_papers_where_they_are(session, danish, due):
    step = due(4.0)[WARNING]
    absence.send(session, step, seen=absence.sum_read(step), by=danish.head_teacher.actor(), said=WARNS, language="da")
    absence_paper.keep(session, step, b"a paper")
    session.expunge_all()
    (one,) = absence.sums(session, danish.school, THIS, by=danish.head_teacher.actor())
    assert "paper" in inspect(one.steps[0]).unloaded
    assert absence_paper.read(one.steps[0]) == b"a paper"


@pytest.fixture
def asides(session, danish):
    """Who leads the school, a deputy there, and who leads another folkeskole, by name."""
    danish.other_school.school_form = danish.school.school_form
    for who, unit in ((danish.second_coordinator, danish.school), (danish.outsider, danish.other_school)):
        session.add(RoleAssignment(account=who, role=Role.HEAD_TEACHER, unit_id=unit.id))
    session.flush()
    return danish.head_teacher, danish.second_coordinator, danish.outsider


def test_a_head_teacher_who_is_too_close_steps_aside_and_the_deputy_goes_on(
    session, danish, due, asides, enter, morning
):
    step, (head, deputy, _other) = due(4.0)[WARNING], asides
    pupil, by = step.pupil, head.actor()
    absence_aside.step_aside(session, pupil, by=by)
    assert did(session)[-1] == "step_aside_from_absence"
    assert not absence_keepers.may_keep(session, pupil, by)
    assert absence.waiting_for(session, by) == absence.sums(session, danish.school, THIS, by=by) == []
    for deed in (
        lambda: absence_aside.step_aside(session, pupil, by=by),
        lambda: absence.correct(session, pupil, by=by, quarter_on=THIS, days=1.0),
        lambda: absence.leave_unsent(session, step, by=by, seen=absence.sum_read(step), why_not="Mit barn"),
        lambda: absence.protect(session, pupil, by=by, own_number="17"),
        lambda: absence.remove(session, pupil, by=by),
    ):
        with pytest.raises(NotAllowed):
            deed()
    entries = [replace(EMIL, days=9.0), replace(EMIL, name="Ida Brask", days=1.0)]
    assert absence.left_to_others(session, danish.school, by=by, entries=entries) == 1
    assert enter(*entries) == 1, "of a file, everybody else's"
    assert absence.newest(pupil, THIS) == 4.0
    by = deputy.actor()
    assert absence.waiting_for(session, by) == [step]
    assert absence.left_to_others(session, danish.school, by=by, entries=entries) == 0
    assert absence.correct(session, pupil, by=by, quarter_on=THIS, days=5.0) == 1
    assert absence.correct(session, pupil, by=by, quarter_on=THIS, days=5.0) == 0
    for wrong, why in (({"days": 99.0}, "days"), ({"quarter_on": date(2025, 1, 1)}, "quarter")):
        with pytest.raises(Incomplete) as refused:
            absence.correct(session, pupil, **({"by": by, "quarter_on": THIS, "days": 5.0} | wrong))
        assert refused.value.missing == (why,)
    morning()
    absence.send(session, step, seen=absence.sum_read(step), by=by, said=WARNS, language="da")


def test_who_stepped_aside_from_one_pupil_keeps_all_others_and_no_other_school_sees_any(
    session, danish, due, asides, enter
):
    first, (head, deputy, other) = due(4.0)[WARNING].pupil, asides
    enter(replace(EMIL, name="Ida Brask", days=5.0))
    second = session.scalars(select(AbsentPupil).where(AbsentPupil.id != first.id)).one()
    for pupil, one in ((first, head), (second, deputy)):
        absence_aside.step_aside(session, pupil, by=one.actor())
    kept = {
        one.name: [pupil.name for pupil in (first, second) if absence_keepers.may_keep(session, pupil, one.actor())]
        for one in asides
    }
    assert kept == {head.name: ["Ida Brask"], deputy.name: ["Emil Ahrendt"], other.name: []}


def test_the_last_one_of_a_school_does_not_step_aside(session, danish, due, asides):
    pupil, (head, deputy, _other) = due(4.0)[WARNING].pupil, asides
    absence_aside.step_aside(session, pupil, by=deputy.actor())
    with pytest.raises(Incomplete):
        absence_aside.step_aside(session, pupil, by=head.actor())
    assert absence_keepers.may_keep(session, pupil, head.actor())


def test_where_nobody_is_left_administrators_read_how_many_wait_until_somebody_leads_the_school(
    session, danish, due, asides
):
    pupil, (head, deputy, other) = due(4.0)[WARNING].pupil, asides
    left = absence_keepers.left_without_anybody
    administrator = danish.administrator.actor()
    absence_aside.step_aside(session, pupil, by=head.actor())
    assert left(session, administrator) == 0
    deputy.is_active = False
    session.flush()
    assert left(session, administrator) == 1
    assert left(session, other.actor()) == left(session, head.actor()) == 0
    assert not absence_keepers.may_keep(session, pupil, other.actor()), "nobody of another school stands in unasked"
    session.add(RoleAssignment(account=danish.coordinator, role=Role.HEAD_TEACHER, unit_id=danish.school.id))
    session.flush()
    assert left(session, administrator) == 0
    assert absence_keepers.may_keep(session, pupil, danish.coordinator.actor())


def point(session, step, by, *, kept_in=" Skolens journal ", decided_on=date(2026, 9, 10)):
    seen = absence.sum_read(step)
    absence_elsewhere.point(session, step, by=by.actor(), seen=seen, kept_in=kept_in, decided_on=decided_on)


def test_a_pointer_holds_like_what_was_sent_has_no_paper_and_can_be_taken_away(session, danish, due, enter, morning):
    step, head = due(4.0)[WARNING], danish.head_teacher
    point(session, step, head)
    assert (step.is_sent, step.is_elsewhere) == (True, True)
    assert step.said == {"kept_in": "Skolens journal", "decided_on": "2026-09-10"}
    with pytest.raises(NoSuchReferral):
        absence_paper.values(session, step)
    assert list(session.scalars(select(RegisterEntry))) == []
    with pytest.raises(AlreadyMoved):
        point(session, step, head)
    enter(replace(EMIL, days=5.0))
    assert morning() == 0, "it is as good as sent"
    enter(replace(EMIL, days=3.0))
    assert absence_corrections.is_to_tell(session, step)
    enter(replace(EMIL, days=4.0))
    absence_elsewhere.take_away(session, step, by=head.actor())
    absence_elsewhere.take_away(session, step, by=head.actor())
    assert (step.is_sent, step.decided_at, step.decided_by, step.said) == (None, None, None, None)
    assert absence.waiting_for(session, head.actor()) == [step]
    assert did(session)[-1] == "unpoint_absence_warning"
    assert did(session).count("unpoint_absence_warning") == did(session).count("point_absence_warning") == 1


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        ({"kept_in": " "}, "kept_in"),
        ({"decided_on": None}, "decided_on"),
        ({"decided_on": date(2026, 9, 18)}, "decided_on"),
        ({"decided_on": THIS - timedelta(days=1)}, "before_quarter"),
    ],
)
def test_a_pointer_that_lacks_something_is_refused(session, danish, due, typed, missing):
    step = due(4.0)[WARNING]
    with pytest.raises(Incomplete) as refused:
        point(session, step, danish.head_teacher, **typed)
    assert (refused.value.missing, step.decided_at) == ((missing,), None)


def test_a_pointer_waits_for_the_sum_where_days_were_entered_anew_since_this_morning(session, danish, due, enter):
    step = due(4.0)[WARNING]
    enter(replace(EMIL, days=3.0))
    with pytest.raises(Incomplete) as refused:
        point(session, step, danish.head_teacher)
    assert (refused.value.missing, step.decided_at) == (("changed",), None)


def test_only_who_keeps_the_absence_points_and_what_was_decided_here_is_not_taken_away(session, danish, due):
    step, head = due(4.0)[WARNING], danish.head_teacher
    with pytest.raises(NotAllowed):
        point(session, step, danish.coordinator)
    point(session, step, head)
    with pytest.raises(NotAllowed):
        absence_elsewhere.take_away(session, step, by=danish.coordinator.actor())
    absence_elsewhere.take_away(session, step, by=head.actor())
    absence.leave_unsent(session, step, by=head.actor(), seen=absence.sum_read(step), why_not="Sygdom.")
    with pytest.raises(NotAllowed):
        absence_elsewhere.take_away(session, step, by=head.actor())
