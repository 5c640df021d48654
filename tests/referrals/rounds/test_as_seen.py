"""What a colleague in the team has written since the page was opened is written over by nobody unseen, and what is gone is said to be."""

import pytest
from sqlalchemy.orm import Session

from referrals import clock, db
from referrals.errors import AlreadyMoved, TakenAway
from referrals.models import LearningQuestion, RoundEnrolment
from referrals.rounds import questions, report
from referrals.rounds.as_seen import as_it_stands, require_as_seen
from referrals.vocabulary import QualityTheme
from tests import rounds
from tests.people import Cast, settle


def test_a_question_that_was_written_anew_since_is_not_written_over(
    session: Session, cast: Cast, enrolled: RoundEnrolment
) -> None:
    asked = rounds.ask(session, cast, enrolled)
    seen = as_it_stands(asked, questions.WRITTEN)
    by, words = cast.head_teacher.actor(), questions.Words("Hur gör andra?")
    questions.correct(session, asked, by=by, theme=QualityTheme.TEACHING, words=words, seen=seen)
    with pytest.raises(AlreadyMoved) as refused:
        questions.correct(
            session, asked, by=cast.coordinator.actor(), theme=QualityTheme.TEACHING, words=rounds.WORDS, seen=seen
        )
    assert (refused.value.who, refused.value.by_id) == (cast.head_teacher.name, cast.head_teacher.id)
    assert asked.question == words.question
    summed_up = as_it_stands(enrolled, report.SUMMARISED)
    require_as_seen(session, enrolled, report.SUMMARISED, verb="summarise_round", seen=summed_up)
    with pytest.raises(AlreadyMoved) as refused:
        require_as_seen(session, enrolled, report.SUMMARISED, verb="summarise_round", seen="no such thing")
    assert refused.value.by_id == cast.coordinator.id, "nobody has: it is whoever let the team take part"
    unknown = RoundEnrolment(
        round_id=enrolled.round_id, forum_id=cast.other_school.forum_id, enrolled_by_id=cast.coordinator.id,
        enrolled_at=clock.now(),
    )  # fmt: skip
    session.add(unknown)
    session.flush()
    with pytest.raises(AlreadyMoved) as refused:
        require_as_seen(session, unknown, report.SUMMARISED, verb="summarise_round", seen="no such thing")
    assert refused.value.by_id is None


def test_a_question_that_was_taken_back_in_the_same_moment_is_gone_and_no_fault(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        cast = settle(session)
        asked_id = rounds.ask(session, cast, rounds.enrol(session, cast, rounds.lay_round(session, cast))).id
        by = cast.coordinator.actor()
    with Session(db.engine_for(fresh_address), expire_on_commit=False) as slow:
        asked = slow.get_one(LearningQuestion, asked_id)
        assert asked.enrolment.round.name
        if fresh_address.startswith("sqlite"):
            slow.commit()  # where one writes at a time, whoever is later has not begun to write yet
        with db.writing(fresh_address) as session:
            questions.take_back(session, session.get_one(LearningQuestion, asked_id), by=by)
        with pytest.raises(TakenAway):
            questions.take_back(slow, asked, by=by)
