"""Two people in one piece of development work: nobody writes over the other unseen, and what one took away is said to be gone."""

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from referrals import db
from referrals.access import Actor
from referrals.development import actions, analysis, cases, closing, leaders, terms
from referrals.development.analysis import Analysis
from referrals.errors import AlreadyMoved, DevelopmentClosed, TakenAway
from referrals.models import DevelopmentCase
from referrals.vocabulary import DevelopmentAct, DevelopmentPhase
from tests.development import ANALYSIS, AUTUMN, REPORT, THEMES, WORDS, act, begin, close, count, mark
from tests.people import Cast, settle

OTHER_WORDS = cases.Words("En annan rubrik", WORDS.background, WORDS.aim)
DROPS: dict[str, Callable[[Session, DevelopmentCase, uuid.UUID, Actor], object]] = {
    "action": lambda session, found, part, by: actions.drop_action(session, found, part, by=by),
    "milestone": lambda session, found, part, by: terms.drop_milestone(session, found, part, by=by),
    "counts": lambda session, found, part, by: analysis.drop_result(session, found, part, by=by),
    "work": lambda session, found, _part, by: cases.discard_case(session, found, by=by),
}
LATER = DROPS | {
    "done": lambda session, found, part, by: actions.end_action(session, found, part, by=by),
    "reached": lambda session, found, part, by: terms.reach_milestone(session, found, part, by=by),
}
TAKEN = {"done": "action", "reached": "milestone"}


def write_analysis(session: Session, cast: Cast, found: DevelopmentCase, seen: int, *, is_second: bool) -> object:
    said = Analysis(strengths="Annat.") if is_second else ANALYSIS
    return analysis.write_analysis(session, found, by=cast.manager.actor(), analysis=said, seen=seen)


def write_report(session: Session, cast: Cast, found: DevelopmentCase, seen: int, *, is_second: bool) -> object:
    said = closing.Report("Annat.") if is_second else REPORT
    return closing.write_report(session, found, by=cast.manager.actor(), report=said, seen=seen)


def correct(session: Session, cast: Cast, found: DevelopmentCase, seen: int, *, is_second: bool) -> object:
    words = WORDS if is_second else OTHER_WORDS
    return cases.correct_case(session, found, by=cast.manager.actor(), themes=THEMES, words=words, seen=seen)


def set_terms(session: Session, cast: Cast, found: DevelopmentCase, seen: int, *, is_second: bool) -> object:
    phase = DevelopmentPhase.PLANNING if is_second else DevelopmentPhase.ANALYSIS
    return terms.set_terms(session, found, by=cast.manager.actor(), first=AUTUMN, last=AUTUMN, phase=phase, seen=seen)


def hand_over(session: Session, cast: Cast, found: DevelopmentCase, seen: int, *, is_second: bool) -> object:
    whom = cast.head_teacher if is_second else cast.coordinator
    return leaders.hand_over(
        session, found, by=cast.manager.actor(), unit_id=cast.school.id, account_id=whom.id, seen=seen
    )


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (write_analysis, DevelopmentAct.WRITE_ANALYSIS),
        (write_report, DevelopmentAct.WRITE_REPORT),
        (correct, DevelopmentAct.CORRECT),
        (set_terms, DevelopmentAct.SET_TERMS),
        (hand_over, DevelopmentAct.HAND_OVER),
    ],
)
def test_what_somebody_else_wrote_since_the_page_was_opened_is_not_written_over(
    session: Session, cast: Cast, write: Callable[..., object], what: DevelopmentAct
) -> None:
    found = begin(session, cast)
    assert cases.times(found, what) == 0
    write(session, cast, found, 0, is_second=False)
    mark(session, cast, found, date(2026, 10, 1))  # what is done elsewhere in it is in nobody's way
    before = analysis.analysis_of(found), closing.report_of(found), found.title, [one.phase for one in found.terms]
    with pytest.raises(AlreadyMoved) as refused:
        write(session, cast, found, 0, is_second=True)
    assert (refused.value.who, refused.value.by_id) == (cast.manager.name, cast.manager.id)
    assert before == (
        analysis.analysis_of(found), closing.report_of(found), found.title, [one.phase for one in found.terms],
    )  # fmt: skip
    write(session, cast, found, 1, is_second=True)
    assert cases.times(found, what) == 2


def test_who_writes_on_while_it_is_closed_is_told_so(session: Session, cast: Cast) -> None:
    found = begin(session, cast)
    close(session, cast, found)
    with pytest.raises(DevelopmentClosed):
        write_report(session, cast, found, 1, is_second=True)
    assert closing.report_of(found) == REPORT


def lay(session: Session, what: str) -> tuple[uuid.UUID, uuid.UUID, Actor]:
    """Work with one part of this kind, and who may do everything in it."""
    cast = settle(session)
    found = begin(session, cast)
    parts = {
        "action": lambda: act(session, cast, found).id,
        "milestone": lambda: mark(session, cast, found, date(2026, 10, 1)).id,
        "counts": lambda: count(session, cast, found).id,
    }
    return found.id, parts.get(what, lambda: found.id)(), cast.manager.actor()


@pytest.mark.parametrize("later", list(LATER))
def test_what_a_colleague_took_away_in_the_same_moment_is_gone_and_no_fault(fresh_address: str, later: str) -> None:
    taken = TAKEN.get(later, later)
    with db.writing(fresh_address) as session:
        found_id, part_id, by = lay(session, taken)
    with Session(db.engine_for(fresh_address), expire_on_commit=False) as slow:
        found = slow.get_one(DevelopmentCase, found_id)
        assert len(found.actions) + len(found.milestones) + len(found.results) == (taken != "work")
        if fresh_address.startswith("sqlite"):
            slow.commit()  # where one writes at a time, whoever is later has not begun to write yet
        with db.writing(fresh_address) as session:
            DROPS[taken](session, session.get_one(DevelopmentCase, found_id), part_id, by)
        with pytest.raises(TakenAway):
            LATER[later](slow, found, part_id, by)
