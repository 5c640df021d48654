"""What the municipality does: what is switched off begins no more, and what is there is read and carried to its end."""

from collections.abc import Callable

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.errors import NotAllowed
from referrals.forums import consultations, seats, upward
from referrals.learning import lessons, seminars
from referrals.models import Forum
from referrals.patterns import kept
from referrals.people import organisation, practices
from referrals.research import exports
from referrals.vocabulary import ExportState, Practice, TeamLevel
from tests import development
from tests.lessons import a_plan, publish, write
from tests.people import Cast
from tests.referrals.patterns.lived import a_course
from tests.referrals.research.test_exports import asked as an_export

QUESTION = "En elev i årskurs 4 är borta på måndagar. Vad kan vi pröva?"


def switch_off(session: Session, cast: Cast, practice: Practice) -> None:
    practices.switch(session, set(Practice) - {practice}, by=cast.administrator.actor())


def consult(session: Session, cast: Cast) -> None:
    consultations.write_consultation(session, cast.school, by=cast.teacher.actor(), question=QUESTION)


def ask_upward(session: Session, cast: Cast) -> None:
    above = session.scalars(select(Forum).where(Forum.slug == "ovan")).one_or_none()
    if above is None:
        above = Forum(slug="ovan", name="Ovan", quorum=[], level=TeamLevel.MUNICIPALITY)
        session.add(above)
        session.flush()
        seats.seat(session, above, cast.outsider.id, by=cast.administrator.actor())
    upward.ask(session, cast.forum, above, by=cast.coordinator.actor(), question=QUESTION)


def plan_seminar(session: Session, cast: Cast) -> None:
    seminars.plan_seminar(session, by=cast.manager.actor(), plan=a_plan([]))


BEGIN: list[tuple[Practice, Callable[[Session, Cast], object]]] = [
    (Practice.CONSULTATION, consult), (Practice.UPWARD, ask_upward), (Practice.DEVELOPMENT, development.begin),
    (Practice.LEARNING, write), (Practice.LEARNING, plan_seminar),
]  # fmt: skip


@pytest.mark.parametrize(("practice", "begin"), BEGIN)
def test_what_is_switched_off_begins_no_more_and_switched_on_again_it_does(
    session: Session, cast: Cast, practice: Practice, begin: Callable[[Session, Cast], object]
) -> None:
    switch_off(session, cast, practice)
    with pytest.raises(NotAllowed):
        begin(session, cast)
    assert not practices.has_any(session, practice)
    practices.switch(session, set(Practice), by=cast.administrator.actor())
    begin(session, cast)
    assert practices.has_any(session, practice)


def test_a_draft_is_given_to_no_team_while_consultations_are_off_and_what_was_asked_is_advised(
    session: Session, cast: Cast
) -> None:
    by = cast.teacher.actor()
    draft, asked = (
        consultations.write_consultation(session, cast.school, by=by, question=QUESTION) for _number in range(2)
    )
    consultations.ask_team(session, asked, by=by)
    switch_off(session, cast, Practice.CONSULTATION)
    assert consultations.units_to_ask_in(session, by) == []
    with pytest.raises(NotAllowed):
        consultations.ask_team(session, draft, by=by)
    assert set(consultations.known_to(session, by)) == {draft, asked}
    consultations.advise(session, asked, by=cast.coordinator.actor(), advice="Pröva.", next_steps="Fråga igen.")
    consultations.close_consultation(session, asked, by=by)


def test_no_term_is_counted_while_patterns_are_off_and_no_export_asked_for_or_approved_while_those_are(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    a_course(session, cast, cast.school)
    switch_off(session, cast, Practice.PATTERNS)
    assert kept.due(session) == []
    practices.switch(session, set(Practice), by=cast.administrator.actor())
    assert kept.due(session)
    found = an_export(session, cast)
    switch_off(session, cast, Practice.RESEARCH)
    assert exports.known_to(session, cast.researcher.actor()) == [found]
    with pytest.raises(NotAllowed):
        an_export(session, cast)
    with pytest.raises(NotAllowed):
        exports.decide_export(session, found, by=cast.manager.actor(), approves=True)
    exports.decide_export(session, found, by=cast.manager.actor(), approves=False)
    assert exports.state(session, found) is ExportState.DECLINED


def test_what_is_published_is_read_while_lessons_are_off(session: Session, cast: Cast) -> None:
    made = publish(session, cast)
    switch_off(session, cast, Practice.LEARNING)
    assert lessons.may_read(session, made, cast.teacher.actor())
    assert lessons.to_learn_from(session, cast.coordinator.actor()) == []


def test_administrators_switch_and_each_change_is_logged(session: Session, cast: Cast) -> None:
    for somebody in (cast.manager.actor(), cast.coordinator.actor()):
        with pytest.raises(NotAllowed):
            practices.switch(session, set(Practice), by=somebody)
    practices.switch(session, {Practice.ROUNDS, Practice.UPWARD}, by=cast.administrator.actor())
    assert {one for one in Practice if practices.is_on(session, one)} == {Practice.ROUNDS, Practice.UPWARD}
    here = cast.municipality.id
    assert {(row.subject, row.before, row.after) for row in organisation.changes(session)} == {
        (f"municipality.switched_off {here}", "", "consultation, development, learning, patterns, research"),
        (f"municipality.holds_rounds {here}", "False", "True"),
    }
