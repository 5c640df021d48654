"""C31: a round is opened, teams enrol until it closes, and only an enrolled team gets a slot; slots never overlap."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from referrals.access import Actor
from referrals.errors import NamesSomebody, NotAllowed, RoundRefused
from referrals.forums import seats
from referrals.models import AuditEvent, ConsultationRound, RoundEnrolment, RoundPaper, RoundSlot
from referrals.rounds import enrolling, papers, people, slots
from referrals.rounds.slots import Series
from referrals.vocabulary import RoundProblem, RoundState
from tests import rounds


def problem(refused):
    return refused.value.problem


def slot_at(hour, minutes=60, day=rounds.FIRST_ON, count=1, pause=0):
    return Series(day, time(hour), minutes=minutes, count=count, pause=pause, place="Rum 12")


def test_an_unenrolled_team_gets_no_slot(session, cast, enrolled):
    """The evidence of C31."""
    by = cast.manager.actor()
    first, second = slots.add(session, enrolled.round, slot_at(9, count=2), by=by)
    elsewhere = rounds.lay_round(session, cast, "En annan vecka")
    other = rounds.enrol(session, cast, elsewhere)
    with pytest.raises(RoundRefused) as refused:
        slots.give(session, first, other.id, by=by)
    assert problem(refused) is RoundProblem.NOT_ENROLLED
    slots.give(session, first, enrolled.id, by=by)
    slots.give(session, first, enrolled.id, by=by)
    assert (first.enrolment, enrolled.slot) == (enrolled, first)
    with pytest.raises(RoundRefused) as refused:
        slots.give(session, second, enrolled.id, by=by)
    assert problem(refused) is RoundProblem.HAS_SLOT
    slots.give(session, first, None, by=by)
    slots.give(session, second, enrolled.id, by=by)
    slots.drop(session, second, by=by)
    session.expire_all()
    assert enrolled.slot is None
    assert session.scalars(select(RoundSlot)).all() == [first]


@pytest.mark.parametrize(
    ("hour", "minutes", "count", "fits"),
    [(8, 60, 1, True), (10, 60, 1, True), (9, 60, 1, False), (8, 61, 1, False), (9, 10, 1, False), (7, 60, 4, False)],
)
def test_overlapping_slots_are_refused_all_together(session, cast, opened, hour, minutes, count, fits):
    by = cast.manager.actor()
    (there,) = slots.add(session, opened, slot_at(9), by=by)
    if fits:
        assert len(slots.add(session, opened, slot_at(hour, minutes, count=count), by=by)) == count
        return
    with pytest.raises(RoundRefused) as refused:
        slots.add(session, opened, slot_at(hour, minutes, count=count), by=by)
    assert problem(refused) is RoundProblem.OVERLAP
    assert session.scalars(select(RoundSlot)).all() == [there]


def test_slots_stand_one_after_the_other_with_a_pause_and_within_the_rounds_days(session, cast, opened):
    by = cast.manager.actor()
    made = slots.add(session, opened, slot_at(9, count=3, pause=15), by=by)
    begin = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)
    assert [slot.starts_at for slot in made] == [begin, begin + timedelta(minutes=75), begin + timedelta(minutes=150)]
    for series in (
        slot_at(9, day=date(2026, 11, 8)),
        slot_at(9, day=date(2026, 11, 14)),
        slot_at(20, minutes=240, count=2),
    ):
        with pytest.raises(RoundRefused) as refused:
            slots.add(session, opened, series, by=by)
        assert problem(refused) is RoundProblem.OUTSIDE


def test_a_team_enrols_once_by_its_coordinator_or_head_teacher_and_while_enrolment_is_open(session, cast, opened, at):
    for somebody in (cast.counsellor, cast.outsider, cast.manager, cast.administrator):
        with pytest.raises(NotAllowed):
            enrolling.enrol(session, opened, cast.forum, by=somebody.actor())
    with pytest.raises(NotAllowed):
        enrolling.enrol(session, opened, cast.forum, by=Actor())
    made = enrolling.enrol(session, opened, cast.forum, by=cast.head_teacher.actor())
    assert enrolling.enrol(session, opened, cast.forum, by=cast.coordinator.actor()) is made
    at(datetime(2026, 10, 16, 22, 0, tzinfo=UTC))  # midnight in Sweden: the last day is over
    with pytest.raises(RoundRefused) as refused:
        enrolling.enrol(session, opened, cast.other_school.forum, by=cast.outsider.actor())
    assert problem(refused) is RoundProblem.NOT_OPEN


def test_enrolment_can_be_closed_early_by_who_leads_the_round(session, cast, opened):
    with pytest.raises(NotAllowed):
        enrolling.close_enrolment(session, opened, by=cast.coordinator.actor())
    enrolling.close_enrolment(session, opened, by=cast.manager.actor())
    closed_at = opened.enrolment_closed_at
    enrolling.close_enrolment(session, opened, by=cast.manager.actor())
    assert opened.enrolment_closed_at == closed_at
    with pytest.raises(RoundRefused):
        enrolling.enrol(session, opened, cast.forum, by=cast.coordinator.actor())


def test_an_enrolment_is_taken_back_with_everything_it_sent_in_and_its_slot_is_free(session, cast, enrolled, at):
    slot = rounds.give_slot(session, cast, enrolled)
    rounds.ask(session, cast, enrolled)
    said = {"round": "Höstens vecka", "questions": [rounds.WORDS.question]}
    draft = papers.draft(session, enrolled.round_id, enrolment_id=enrolled.id, said=said, template="round_agenda")
    papers.keep(session, draft, b"%PDF")
    with pytest.raises(NotAllowed):
        enrolling.withdraw(session, enrolled, by=cast.outsider.actor())
    enrolling.withdraw(session, enrolled, by=cast.coordinator.actor())
    session.expire_all()
    assert session.scalars(select(RoundEnrolment)).all() == []
    assert session.scalars(select(RoundPaper)).all() == [], "no paper has its words either"
    assert slot.enrolment is None
    again = rounds.enrol(session, cast, slot.round)
    enrolling.close_enrolment(session, slot.round, by=cast.manager.actor())
    with pytest.raises(RoundRefused):
        enrolling.withdraw(session, again, by=cast.coordinator.actor())


def test_only_the_management_opens_rounds_and_only_where_they_are_held(session, cast):
    days = enrolling.Days(rounds.ENROLS_UNTIL, rounds.FIRST_ON, rounds.LAST_ON)
    with pytest.raises(NotAllowed):
        enrolling.open_round(session, by=cast.manager.actor(), name="Veckan", days=days)
    rounds.lay_round(session, cast)
    for somebody in (cast.coordinator.actor(), cast.administrator.actor(), Actor()):
        with pytest.raises(NotAllowed):
            enrolling.open_round(session, by=somebody, name="Veckan", days=days)
    with pytest.raises(NamesSomebody):
        enrolling.open_round(session, by=cast.manager.actor(), name="Veckan med Petra", days=days)
    assert [one.name for one in session.scalars(select(ConsultationRound))] == ["Höstens vecka"]


def test_a_round_says_how_far_it_has_come(session, cast, opened):
    days = [(10, 16), (10, 17), (11, 9), (11, 13), (11, 14)]
    assert [enrolling.state_of(opened, date(2026, *day)) for day in days] == [
        RoundState.ENROLLING, RoundState.PREPARING, RoundState.UNDER_WAY, RoundState.UNDER_WAY, RoundState.OVER,
    ]  # fmt: skip
    assert enrolling.term_of(opened).code == "2026-autumn"


def test_who_has_a_team_or_leads_rounds_knows_of_them_and_nobody_where_none_are_held(session, cast, opened):
    seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
    seats.seat(session, cast.forum, cast.volunteer.id, by=cast.coordinator.actor())

    def know_of_it():
        names = [name for name in type(cast).__dataclass_fields__ if hasattr(getattr(cast, name), "email")]
        return {name for name in names if enrolling.known_to(session, getattr(cast, name).actor())}

    # who works at the school without a seat in its team, or sits there for an association, does not
    assert know_of_it() == {
        "coordinator",
        "second_coordinator",
        "head_teacher",
        "counsellor",
        "outsider",
        "manager",
    }
    cast.municipality.holds_rounds = False
    session.flush()
    assert know_of_it() == set()
    assert not people.is_in_team(session, cast.forum, cast.administrator.actor())


def test_the_log_of_a_round_says_what_was_done_in_it(session, cast, enrolled):
    rounds.give_slot(session, cast, enrolled)
    events = select(AuditEvent.subject).where(AuditEvent.chain_id == enrolled.round_id).order_by(AuditEvent.number)
    assert session.scalars(events).all() == ["open_round", "enrol", "add_round_slots", "give_round_slot"]
