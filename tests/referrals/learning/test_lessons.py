"""Lessons: from what they are written, who stands behind their words, what never gets in, and that nothing leads back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.errors import AlreadyMoved, NamesSomebody, NotAllowed
from referrals.forums.consultations import ANSWERED
from referrals.learning import catalogue, lessons
from referrals.models import AuditEvent, Lesson
from referrals.stages import CLOSED, PLAN_ACTIVE, STATES, Stage
from referrals.vocabulary import AgeGroup, LessonSource, LessonState, LessonTheme
from tests import development, rounds
from tests.factories import a_referral, protected
from tests.lessons import SHELF, WORDS, publish, seat_the_team, send, write
from tests.people import Cast

OTHER_WORDS = replace(WORDS, tried="En vuxen mötte på morgonen i några veckor.")


@pytest.fixture(autouse=True)
def team(session: Session, cast: Cast) -> None:
    seat_the_team(session, cast)


def did(session: Session, found: Lesson) -> list[str | None]:
    events = select(AuditEvent).where(AuditEvent.chain_id == found.id).order_by(AuditEvent.number)
    return [event.subject for event in session.scalars(events)]


def test_a_lesson_can_be_published_only_from_a_closed_case_and_after_a_second_persons_check(
    session: Session, cast: Cast
) -> None:
    """C04: the first half of its evidence."""
    by, written = cast.coordinator.actor(), {"shelf": SHELF, "words": WORDS}
    for state in set(STATES) - {CLOSED}:
        with pytest.raises(NotAllowed):
            lessons.write_lesson(session, a_referral(session, cast, state, owner_id=by.account_id), by=by, **written)
    made = lessons.write_lesson(session, a_referral(session, cast, CLOSED, owner_id=by.account_id), by=by, **written)
    lessons.send_lesson(session, made, by=by)
    with pytest.raises(NotAllowed):
        lessons.check_lesson(session, made, by=by, words=WORDS)
    assert catalogue.published(session) == []
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=WORDS)
    assert catalogue.published(session) == [made]
    assert did(session, made) == ["write_lesson", "send_lesson", "check_lesson"]


def test_a_lesson_is_learnt_from_a_round_once_it_is_over_and_never_before(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: Callable[[datetime], None] = lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)  # noqa: E731
    at(rounds.MORNING)
    enrolled, by = rounds.enrol(session, cast, rounds.lay_round(session, cast)), cast.counsellor.actor()
    with pytest.raises(NotAllowed):
        lessons.write_lesson(session, enrolled, by=by, shelf=SHELF, words=WORDS)
    at(datetime.combine(rounds.LAST_ON + timedelta(days=1), rounds.MORNING.timetz()))
    assert lessons.to_learn_from(session, by) == [enrolled]
    made = lessons.write_lesson(session, enrolled, by=by, shelf=SHELF, words=WORDS)
    assert (made.source, made.forum) == (LessonSource.ROUND, cast.forum)
    assert not lessons.may_learn_from(session, enrolled, cast.outsider.actor())
    cast.municipality.holds_rounds = False
    session.flush()
    assert lessons.to_learn_from(session, by) == []


def test_a_finished_phase_of_development_work_gives_a_lesson_after_the_second_persons_check(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    at: Callable[[datetime], None] = lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)  # noqa: E731
    at(datetime(2026, 9, 7, 8, 0, tzinfo=UTC))
    by, waiting, found = cast.coordinator.actor(), development.begin(session, cast), development.begin(session, cast)
    for one in (waiting, found):  # the autumn is for the analysis
        development.plan(session, cast, one)
    development.carry(session, cast, found, Stage.ASSESSMENT)
    at(datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    with pytest.raises(NotAllowed):
        lessons.write_lesson(session, found, by=by, shelf=SHELF, words=WORDS)
    at(datetime(2027, 1, 7, 8, 0, tzinfo=UTC))
    assert lessons.to_learn_from(session, by) == [found]  # what nobody took up has finished nothing
    made = lessons.write_lesson(session, found, by=by, shelf=SHELF, words=WORDS)
    assert (made.source, made.forum) == (LessonSource.DEVELOPMENT, cast.forum)
    lessons.send_lesson(session, made, by=by)
    with pytest.raises(NotAllowed):
        lessons.check_lesson(session, made, by=by, words=WORDS)
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=WORDS)
    assert catalogue.published(session) == [made]


def test_somebody_of_the_team_who_sees_the_referral_writes_it_and_nobody_else(session: Session, cast: Cast) -> None:
    closed = a_referral(session, cast, CLOSED, owner_id=cast.coordinator.id)
    a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
    assert lessons.to_learn_from(session, cast.coordinator.actor()) == [closed]
    # the counsellor sits in the team and had nothing to do with it; the outsider is of another team
    for somebody in (
        cast.counsellor.actor(),
        cast.outsider.actor(),
        cast.manager.actor(),
        cast.volunteer.actor(),
        Actor(),
    ):
        assert lessons.to_learn_from(session, somebody) == []
        with pytest.raises(NotAllowed):
            lessons.write_lesson(session, closed, by=somebody, shelf=SHELF, words=WORDS)


def test_nothing_is_told_of_a_referral_whose_identity_is_protected(session: Session, cast: Cast) -> None:
    closed = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
    protected(session, closed, by=cast.coordinator)
    closed.stage, closed.status, closed.is_open = CLOSED.stage, CLOSED.status, False
    session.flush()
    assert not lessons.may_learn_from(session, closed, cast.coordinator.actor())


def test_no_column_leads_back_and_the_referral_keeps_no_trace(session: Session, cast: Cast) -> None:
    closed = a_referral(session, cast, CLOSED, owner_id=cast.coordinator.id)
    before = len(did_to_referral(session, closed.id))
    made = lessons.write_lesson(session, closed, by=cast.coordinator.actor(), shelf=SHELF, words=WORDS)
    columns = inspect(Lesson).local_table.columns
    assert {key.column.table.name for column in columns for key in column.foreign_keys} == {"forum", "account"}
    row = session.execute(select(Lesson.__table__).where(Lesson.__table__.c.id == made.id)).one()
    assert not {str(closed.id), closed.id.hex, closed.number} & set(map(str, row))
    assert b"grinden" not in row.tried
    assert len(did_to_referral(session, closed.id)) == before


def did_to_referral(session: Session, referral_id: object) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).where(AuditEvent.chain_id == referral_id)))


@pytest.mark.parametrize(
    "text", ["Olle i 4B är borta.", "160112-0000 är borta.", "Fråga vidmark.", "Mila kom tillbaka."]
)
@pytest.mark.parametrize("field", ["title", "tried", "outcome", "for_others"])
def test_the_check_for_identities_runs_before_anything_is_stored_anywhere(
    session: Session, cast: Cast, text: str, field: str
) -> None:
    closed = a_referral(session, cast, CLOSED, owner_id=cast.coordinator.id)
    events = len(session.scalars(select(AuditEvent)).all())
    words = replace(WORDS, **{field: text})
    with pytest.raises(NamesSomebody):
        lessons.write_lesson(session, closed, by=cast.coordinator.actor(), shelf=SHELF, words=words)
    assert not session.new
    assert session.scalars(select(Lesson)).all() == []
    assert len(session.scalars(select(AuditEvent)).all()) == events


def test_every_later_text_is_checked_too_and_a_false_alarm_can_be_answered(session: Session, cast: Cast) -> None:
    made, by, named = send(session, cast), cast.counsellor.actor(), replace(WORDS, tried="Fråga Olle.")
    with pytest.raises(NamesSomebody):
        lessons.correct_lesson(session, made, by=cast.coordinator.actor(), shelf=SHELF, words=named)
    with pytest.raises(NamesSomebody):
        lessons.check_lesson(session, made, by=by, words=named)
    with pytest.raises(NamesSomebody):
        lessons.return_lesson(session, made, by=by, note="Ta bort Olle.")
    assert (made.state, made.tried) == (LessonState.TO_CHECK, WORDS.tried)
    saying = replace(WORDS, tried="Vi provade en Rosa timme.")
    lessons.check_lesson(session, made, by=by, words=saying, answered=["rosa"])
    assert did(session, made)[-2:] == ["check_lesson", ANSWERED]
    assert made.tried == saying.tried


def test_what_the_second_person_changes_is_visible_to_the_first_who_publishes_it_or_writes_it_anew(
    session: Session, cast: Cast
) -> None:
    made, by = send(session, cast), cast.coordinator.actor()
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=OTHER_WORDS)
    assert (made.state, lessons.words_of(made)) == (LessonState.CHANGED, OTHER_WORDS)
    assert lessons.changed_in_check(made) == {"tried": WORDS.tried}
    assert catalogue.published(session) == []
    for somebody in (cast.counsellor.actor(), cast.second_coordinator.actor(), Actor()):
        with pytest.raises(NotAllowed):
            lessons.agree_lesson(session, made, by=somebody)
    lessons.send_lesson(session, made, by=by)  # it is with its writer: nothing to send
    lessons.agree_lesson(session, made, by=by)
    lessons.agree_lesson(session, made, by=by)
    assert (made.state, made.as_sent) == (LessonState.PUBLISHED, None)
    assert did(session, made)[-1] == "agree_lesson"
    session.expire(made)
    assert lessons.changed_in_check(made) == {}
    another = send(session, cast)
    lessons.check_lesson(session, another, by=cast.counsellor.actor(), words=OTHER_WORDS)
    lessons.correct_lesson(session, another, by=by, shelf=SHELF, words=WORDS)
    assert (another.state, another.as_sent) == (LessonState.DRAFT, None)
    with pytest.raises(NotAllowed):
        lessons.agree_lesson(session, another, by=by)


def test_a_lesson_changed_after_the_check_needs_a_new_check(session: Session, cast: Cast) -> None:
    made, by = publish(session, cast), cast.coordinator.actor()
    assert not lessons.correct_lesson(session, made, by=by, shelf=SHELF, words=WORDS)
    assert made.state is LessonState.PUBLISHED
    elsewhere = lessons.Shelf(LessonTheme.HOME, AgeGroup.ALL)
    assert lessons.correct_lesson(session, made, by=by, shelf=elsewhere, words=OTHER_WORDS)
    assert (made.state, made.theme, made.ages) == (LessonState.DRAFT, LessonTheme.HOME, AgeGroup.ALL)
    assert catalogue.published(session) == []
    lessons.send_lesson(session, made, by=by)
    lessons.send_lesson(session, made, by=by)
    assert did(session, made)[-2:] == ["correct_lesson", "send_lesson"]
    assert catalogue.published(session) == []
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=OTHER_WORDS)
    assert catalogue.published(session) == [made]


def test_a_check_of_words_that_changed_meanwhile_publishes_nothing_its_writer_did_not_read(
    session: Session, cast: Cast
) -> None:
    made, by = send(session, cast), cast.coordinator.actor()
    lessons.correct_lesson(session, made, by=by, shelf=SHELF, words=OTHER_WORDS)
    with pytest.raises(NotAllowed):
        lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=WORDS)
    lessons.send_lesson(session, made, by=by)
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=WORDS)
    assert made.state is LessonState.CHANGED


def test_one_colleague_checks_and_the_next_is_told_who_was_first(session: Session, cast: Cast) -> None:
    made = send(session, cast)
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=WORDS)
    for verb, words in ((lessons.check_lesson, {"words": WORDS}), (lessons.return_lesson, {"note": "Nej."})):
        with pytest.raises(AlreadyMoved) as refused:
            verb(session, made, by=cast.second_coordinator.actor(), **words)
        assert refused.value.by_id == cast.counsellor.id
        with pytest.raises(NotAllowed):
            verb(session, made, by=cast.outsider.actor(), **words)


def test_what_is_given_back_says_why_and_is_its_writers_alone_again(session: Session, cast: Cast) -> None:
    made = send(session, cast)
    lessons.return_lesson(session, made, by=cast.counsellor.actor(), note="Det går att se vilken skola det är.")
    assert (made.state, made.checked_by_id) == (LessonState.DRAFT, cast.counsellor.id)
    assert not lessons.may_read(session, made, cast.counsellor.actor())
    assert lessons.waiting_for(session, cast.coordinator.actor()) == [made]
    lessons.send_lesson(session, made, by=cast.coordinator.actor())
    assert (made.note, made.checked_by_id) == (None, None)


def test_a_lesson_can_be_withdrawn_by_its_writer_the_team_and_the_management(session: Session, cast: Cast) -> None:
    for name in ("coordinator", "counsellor", "manager"):
        made, by = publish(session, cast), getattr(cast, name).actor()
        for stranger in (cast.outsider.actor(), cast.researcher.actor(), Actor()):
            with pytest.raises(NotAllowed):
                lessons.withdraw_lesson(session, made, by=stranger)
        lessons.withdraw_lesson(session, made, by=by)
        assert (made.state, made.withdrawn_by_id) == (LessonState.WITHDRAWN, by.account_id)
        assert catalogue.published(session) == []
        lessons.withdraw_lesson(session, made, by=cast.coordinator.actor())
        assert did(session, made)[-2:] == ["check_lesson", "withdraw_lesson"]
        lessons.send_lesson(session, made, by=cast.coordinator.actor())
        assert made.state is LessonState.TO_CHECK


def test_a_lesson_is_thrown_away_without_a_word_left_but_not_while_others_read_it(session: Session, cast: Cast) -> None:
    made, by = publish(session, cast), cast.coordinator.actor()
    with pytest.raises(NotAllowed):
        lessons.discard_lesson(session, made, by=by)
    lessons.withdraw_lesson(session, made, by=by)
    with pytest.raises(NotAllowed):
        lessons.discard_lesson(session, made, by=cast.counsellor.actor())
    lessons.discard_lesson(session, made, by=by)
    assert session.scalars(select(Lesson)).all() == []


def readers(session: Session, cast: Cast, found: Lesson) -> set[str]:
    people = (name for name in Cast.__dataclass_fields__ if hasattr(getattr(cast, name), "email"))
    return {name for name in people if lessons.may_read(session, found, getattr(cast, name).actor())}


def test_a_draft_is_its_writers_what_is_sent_the_teams_and_what_is_published_the_staffs(
    session: Session, cast: Cast
) -> None:
    made, team = (
        write(session, cast),
        {"coordinator", "second_coordinator", "head_teacher", "counsellor", "social_worker"},
    )
    assert readers(session, cast, made) == {"coordinator"}
    lessons.send_lesson(session, made, by=cast.coordinator.actor())
    assert readers(session, cast, made) == team
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=WORDS)
    assert readers(session, cast, made) == team | {
        "special_educator", "school_nurse", "teacher", "outsider", "manager", "researcher",
    }  # fmt: skip
    assert not lessons.may_read(session, made, Actor())
    lessons.withdraw_lesson(session, made, by=cast.coordinator.actor())
    assert readers(session, cast, made) == team


def test_it_waits_for_the_team_and_then_for_its_writer(session: Session, cast: Cast) -> None:
    made = send(session, cast)

    def waits_for() -> set[str]:
        names = ("coordinator", "second_coordinator", "counsellor", "volunteer", "outsider", "manager")
        return {name for name in names if lessons.waiting_for(session, getattr(cast, name).actor())}

    assert waits_for() == {"second_coordinator", "counsellor"}
    lessons.check_lesson(session, made, by=cast.counsellor.actor(), words=OTHER_WORDS)
    assert waits_for() == {"coordinator"}
    lessons.agree_lesson(session, made, by=cast.coordinator.actor())
    assert waits_for() == set()
    assert lessons.of_teams(session, cast.counsellor.actor()) == [made]
    assert lessons.of_teams(session, cast.outsider.actor()) == []
    assert lessons.of_teams(session, Actor()) == []


def test_a_round_and_the_newest_come_first_among_what_can_be_learnt_from(session: Session, cast: Cast) -> None:
    cast.municipality.holds_rounds = True
    closed = a_referral(session, cast, CLOSED, owner_id=cast.coordinator.id)
    over = [rounds.lay_a_round_that_is_over(session, cast, day) for day in (date(2026, 3, 2), date(2026, 5, 4))]
    assert lessons.to_learn_from(session, cast.coordinator.actor()) == [*reversed(over), closed]
