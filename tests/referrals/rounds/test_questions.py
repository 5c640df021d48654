"""C32: learning questions are due at the end of the day seven days before the slot; what comes later is marked and not lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import inspect, select

from referrals.errors import NamesSomebody, NotAllowed, RoundRefused
from referrals.forums import seats
from referrals.models import AuditEvent, LearningQuestion, RoundEnrolment, RoundPaper
from referrals.rounds import papers, people, questions, slots
from referrals.rounds.questions import Words
from referrals.vocabulary import QualityTheme
from tests import rounds


def test_questions_are_due_at_the_end_of_the_day_seven_days_before_and_late_ones_are_marked_not_lost(
    session, cast, enrolled, at
):
    """The evidence of C32 around the boundary: the last moment of that day in the municipality's time, and the next."""
    rounds.give_slot(session, cast, enrolled)
    assert slots.due_at(enrolled, zone="Europe/Stockholm") == rounds.TOO_LATE
    at(rounds.TOO_LATE - timedelta(seconds=1))
    in_time = rounds.ask(session, cast, enrolled)
    at(rounds.TOO_LATE)
    late = rounds.ask(session, cast, enrolled)
    session.expire_all()
    assert [(one, one.is_late) for one in enrolled.questions] == [(in_time, False), (late, True)]


def test_before_there_is_a_slot_nothing_is_due_and_what_came_in_time_stays_so(session, cast, enrolled, at):
    early = rounds.ask(session, cast, enrolled)
    assert slots.due_at(enrolled, zone="Europe/Stockholm") is None
    at(rounds.TOO_LATE)
    rounds.give_slot(session, cast, enrolled)
    assert not early.is_late


@pytest.mark.parametrize("field", ["question", "background", "tried", "help_wanted"])
@pytest.mark.parametrize("text", ["Olle i 4B är borta.", "Fråga vidmark.", "160112-0000 är borta."])
def test_no_text_that_tells_who_it_is_about_gets_in(session, cast, enrolled, field, text):
    words = Words(**{"question": "Vad missar vi?", field: text})
    with pytest.raises(NamesSomebody):
        rounds.ask(session, cast, enrolled, words)
    assert session.scalars(select(LearningQuestion)).all() == []


def test_there_is_no_place_for_a_person_and_the_words_are_sealed(session, cast, enrolled):
    asked = rounds.ask(session, cast, enrolled)
    for model in (LearningQuestion, RoundEnrolment):
        led_to = {key.column.table.name for column in inspect(model).local_table.columns for key in column.foreign_keys}
        assert led_to <= {"round_enrolment", "consultation_round", "forum", "account"}
    row = session.execute(select(LearningQuestion.__table__.c.question)).one()
    assert b"arbetsro" not in row.question
    session.expire_all()
    assert (asked.question, asked.help_wanted) == (rounds.WORDS.question, rounds.WORDS.help_wanted)


def test_a_question_is_written_anew_or_taken_back_until_it_is_due(session, cast, enrolled, at):
    rounds.give_slot(session, cast, enrolled)
    asked, gone = rounds.ask(session, cast, enrolled), rounds.ask(session, cast, enrolled)
    by, anew = cast.head_teacher.actor(), {"theme": QualityTheme.COLLEGIAL, "words": Words("Vad lär vi av varandra?")}
    with pytest.raises(NotAllowed):
        questions.correct(session, asked, by=cast.outsider.actor(), **anew)
    with pytest.raises(NamesSomebody):
        questions.correct(session, asked, by=by, theme=QualityTheme.COLLEGIAL, words=Words("Vad säger Olle?"))
    questions.correct(session, asked, by=by, **anew)
    questions.take_back(session, gone, by=by)
    session.expire_all()
    assert [(one.question, one.background, one.theme) for one in enrolled.questions] == [
        ("Vad lär vi av varandra?", None, QualityTheme.COLLEGIAL)
    ]
    at(rounds.TOO_LATE)
    for verb in (lambda: questions.correct(session, asked, by=by, **anew), lambda: questions.take_back(session, asked, by=by)):  # fmt: skip
        with pytest.raises(RoundRefused):
            verb()
    told = select(AuditEvent.subject).where(AuditEvent.chain_id == enrolled.round_id).order_by(AuditEvent.number)
    assert session.scalars(told).all()[-4:] == [
        "send_question", "send_question", "correct_question", "take_question_back",
    ]  # fmt: skip


def test_the_team_writes_until_its_slot_is_over_and_nobody_else_does(session, cast, enrolled, at):
    slot = rounds.give_slot(session, cast, enrolled)
    seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
    names = [name for name in type(cast).__dataclass_fields__ if hasattr(getattr(cast, name), "email")]
    writes = {name for name in names if questions.may_write(session, enrolled, getattr(cast, name).actor())}
    assert writes == {"coordinator", "second_coordinator", "head_teacher", "counsellor"}
    reads = {name for name in names if people.may_read(session, enrolled, getattr(cast, name).actor())}
    assert reads == writes | {"manager"}
    at(slot.ends_at)
    with pytest.raises(NotAllowed):
        rounds.ask(session, cast, enrolled)


@pytest.mark.parametrize("verb", ["correct", "take_back"])
def test_words_that_are_taken_back_stand_on_no_agenda_made_before(session, cast, enrolled, at, verb):
    """An agenda was issued, and then the slot became a later one: the questions are not due any more."""
    slot = rounds.give_slot(session, cast, enrolled, date(2026, 11, 9))
    asked, by = rounds.ask(session, cast, enrolled), cast.coordinator.actor()
    at(datetime(2026, 11, 3, 6, 0, tzinfo=UTC))
    (draft,) = papers.agendas_to_issue(session)
    papers.keep(session, draft, b"%PDF")
    slots.give(session, slot, None, by=cast.manager.actor())
    rounds.give_slot(session, cast, enrolled, date(2026, 11, 13))
    if verb == "correct":
        questions.correct(session, asked, by=by, theme=QualityTheme.COLLEGIAL, words=Words("Vad lär vi av varandra?"))
    else:
        questions.take_back(session, asked, by=by)
    assert session.scalars(select(RoundPaper)).all() == []


def test_a_team_without_a_slot_changes_its_questions_until_the_day_of_the_report(session, cast, enrolled, at):
    asked, by = rounds.ask(session, cast, enrolled), cast.coordinator.actor()
    at(datetime(2026, 11, 12, 22, 59, tzinfo=UTC))
    assert questions.may_change(session, asked, by)
    at(datetime(2026, 11, 12, 23, 0, tzinfo=UTC))
    with pytest.raises(RoundRefused):
        questions.take_back(session, asked, by=by)
