"""Lead times against a table made by hand: three schools, two terms, and a number of concerns that waited as written here."""

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import clock
from referrals.models import HandOver, ReceivedHandOver, Unit
from referrals.patterns.figures import Milestone, Wait
from referrals.patterns.kept import Line
from referrals.patterns.school_terms import SchoolTerm
from referrals.vocabulary import ActionStatus, HandOverState
from tests.factories import protected
from tests.people import Cast
from tests.referrals.patterns.lived import concern, lines_anew

SPRING, AUTUMN = SchoolTerm(2026, is_autumn=False), SchoolTerm(2026, is_autumn=True)
NOTHING = dict.fromkeys(Milestone)


@pytest.fixture
def third(session: Session, cast: Cast) -> Unit:
    unit = Unit(slug="tredje", name="Tredje skolan", school_form=cast.school.school_form, forum=cast.forum)
    session.add(unit)
    session.flush()
    return unit


@pytest.fixture
def lived(session: Session, cast: Cast, third: Unit, wednesday: time_machine.Traveller) -> None:
    """It is Wednesday 16 September 2026. In the spring: ten concerns at Lindskolan, seven at the third school, two at Askskolan."""
    for number in range(10):
        days = {"send_to_assessment": number + 1, "record_meeting": 10 * (number + 1)}
        concern(session, cast, cast.school, "2026-03-02", **days | ({"approve_action_plan": 100} if number < 4 else {}))
    for _ in range(7):
        concern(session, cast, third, "2026-05-04", send_to_team=3, end_at_triage=1)
    for _ in range(2):
        concern(session, cast, cast.other_school, "2026-01-08", end_at_triage=40)
    concern(session, cast, cast.school, "2026-08-20", send_to_team=5)


def test_the_lead_times_of_a_term_are_those_of_the_table_made_by_hand(
    session: Session, cast: Cast, lived: None
) -> None:
    *schools, everywhere = lines_anew(session, SPRING)
    # Ten waited 1 to 10 days for an answer, seven 1 day, two 40: of 19 in order, the tenth waited 3 and the eighteenth 40.
    # Nine of ten of ten are not told at Lindskolan: that ten got there would tell that nobody was left.
    # Nobody met but those at Lindskolan: with its days under its name, all would know that nobody else did.
    assert everywhere == Line("", 19, NOTHING | {Milestone.ANSWER: Wait(3, 40), Milestone.MEETING: Wait(50, 90)})
    assert {line.name: (line.concerns, line.waits) for line in schools} == {
        cast.school.name: (10, NOTHING | {Milestone.ANSWER: Wait(5, None)}),
        cast.other_school.name: (None, NOTHING),  # two
        "Tredje skolan": (None, NOTHING),  # seven, but 19 - 10 - 7 would be two
    }


def test_the_first_action_counts_from_the_day_it_was_first_recorded_as_ongoing_or_done(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    """C10: by hand, twelve plans on day 20. Ten began after 21 to 30 days; of two it stands nowhere when they began, at follow-up and closing only that they were done."""
    hindered, ongoing, done = ActionStatus.HINDERED, ActionStatus.ONGOING, ActionStatus.DONE
    for number in range(21, 31):
        begun = [(hindered, 20), (ongoing if number % 2 else done, number), (done, 60)]
        concern(session, cast, cast.school, "2026-03-02", begun, approve_action_plan=20)
    for status in (hindered, ActionStatus.NOT_DONE):
        ended = {"approve_action_plan": 20, "record_follow_up": 22, "close_referral": 40}
        concern(session, cast, cast.school, "2026-03-02", [(status, 20)], **ended)
    waits = lines_anew(session, SPRING)[-1].waits
    # the fifth and the ninth of ten
    assert waits == NOTHING | {Milestone.PLAN: Wait(20, 20), Milestone.ACTION: Wait(25, 29)}


def test_median_and_ninetieth_percentile_of_each_unit_to_first_answer_team_and_action(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    """C10: by hand, twenty concerns at each of two schools, of which five got nowhere and the others as far as all three."""
    for school, slower in ((cast.school, 1), (cast.other_school, 2)):
        for number in range(1, 16):
            days = slower * number
            begun = [(ActionStatus.ONGOING, 60 + days)]
            concern(session, cast, school, "2026-01-12", begun, send_to_assessment=days, record_meeting=30 + days)
        for _ in range(5):
            concern(session, cast, school, "2026-01-12")
    waits = {line.name: line.waits for line in lines_anew(session, SPRING)}
    three = (Milestone.ANSWER, Milestone.MEETING, Milestone.ACTION)
    # of fifteen in order the eighth and the fourteenth; of thirty the fifteenth and the twenty-seventh
    assert [waits[cast.school.name][one] for one in three] == [Wait(8, 14), Wait(38, 44), Wait(68, 74)]
    assert [waits[cast.other_school.name][one] for one in three] == [Wait(16, 28), Wait(46, 58), Wait(76, 88)]
    assert [waits[""][one] for one in three] == [Wait(10, 24), Wait(40, 54), Wait(70, 84)]


def test_an_empty_term_says_nothing(session: Session, cast: Cast, lived: None) -> None:
    lines = lines_anew(session, SchoolTerm(2025, is_autumn=True))
    assert {line.concerns for line in lines} == {None}
    assert lines[-1] == Line("", None, NOTHING)


def test_no_number_changes_when_somebody_is_protected_or_a_conflict_is_to_be_settled(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    """Whoever kept the number of before would know that there is such a child, and where."""
    concerns = [concern(session, cast, cast.school, "2026-03-02") for _ in range(6)]
    before = lines_anew(session, SPRING)
    assert before[-1].concerns == 6
    protected(session, concerns[0], by=cast.coordinator)
    concerns[1].held_since = clock.now()
    session.flush()
    assert lines_anew(session, SPRING) == before


def test_a_concern_that_was_handed_over_counts_once_where_it_came_in(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for number in range(6):
        found = concern(session, cast, cast.school, "2026-03-02")
        if number == 0:
            went = HandOver(
                referral=found, to_unit_id=cast.other_school.id, state=HandOverState.ACCEPTED, chosen=[],
                offered_id=found.history[0].id,
            )  # fmt: skip
            session.add(went)
            session.flush()
            there = concern(session, cast, cast.other_school, "2026-03-09")
            session.add(ReceivedHandOver(referral=there, hand_over_id=went.id))
    session.flush()
    assert lines_anew(session, SPRING)[-1].concerns == 6


def test_of_fewer_than_ten_no_longest_wait_is_told(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for number in range(9):
        concern(session, cast, cast.school, "2026-03-02", send_to_team=number)
    answer = lines_anew(session, SPRING)[-1].waits[Milestone.ANSWER]
    assert answer == Wait(4, None), "it would be one family's"


def test_where_five_came_in_it_is_not_told_that_five_got_there(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for _ in range(5):
        concern(session, cast, cast.school, "2026-03-02", send_to_team=3)
    everywhere = lines_anew(session, SPRING)[-1]
    assert (everywhere.concerns, everywhere.waits[Milestone.ANSWER]) == (5, None)


@pytest.mark.parametrize("term", [SPRING, AUTUMN])
def test_a_term_is_read_as_it_is_written(term: SchoolTerm) -> None:
    assert SchoolTerm.read(term.code) == term


@pytest.mark.parametrize("written", ["", "2026", "2026-summer", "26-autumn", "²026-autumn", "-autumn", "autumn-2026"])
def test_what_is_no_term_is_none(written: str) -> None:
    assert SchoolTerm.read(written) is None
