"""Lead times against a table made by hand: three schools, two terms, and a number of concerns that waited as written here."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import clock
from referrals.errors import NotAllowed
from referrals.models import History, Referral, Unit
from referrals.patterns import lead_times
from referrals.patterns.lead_times import Line, Milestone, Wait
from referrals.patterns.school_terms import SchoolTerm
from referrals.stages import Party, Verb
from tests.factories import a_referral, protected
from tests.people import Cast

SPRING, AUTUMN = SchoolTerm(2026, is_autumn=False), SchoolTerm(2026, is_autumn=True)
NOTHING = dict.fromkeys(Milestone)


def concern(session: Session, cast: Cast, school: Unit, came_in: str, **days: int) -> Referral:
    """A concern that came in on a day at eleven in the evening, and after how many days each decision was taken."""
    opened = datetime.fromisoformat(f"{came_in}T23:00:00+02:00").astimezone(UTC)
    referral = a_referral(session, cast, unit_id=school.id, opened_at=opened)
    for number, (verb, after) in enumerate(days.items(), start=2):
        at = opened + timedelta(days=after)
        session.add(
            History(
                referral=referral, number=number, verb=Verb(verb), at=at, written_at=at, by_party=Party.COORDINATOR,
                to_stage=referral.stage, to_status=referral.status,
            )
        )  # fmt: skip
    session.flush()
    return referral


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
    found = lead_times.of_term(session, SPRING, by=cast.manager.actor())
    assert found.is_over
    # Ten waited 1 to 10 days for an answer, seven 1 day, two 40: of 19 in order, the tenth waited 3 and the eighteenth 40.
    assert found.everywhere == Line(
        "", 19, {Milestone.ANSWER: Wait(3, 40), Milestone.MEETING: Wait(50, 90), Milestone.PLAN: None}
    )
    assert {line.name: (line.concerns, line.waits) for line in found.schools} == {
        cast.school.name: (10, {Milestone.ANSWER: Wait(5, 9), Milestone.MEETING: Wait(50, 90), Milestone.PLAN: None}),
        cast.other_school.name: (None, NOTHING),  # two
        "Tredje skolan": (None, NOTHING),  # seven, but 19 - 10 - 7 would be two
    }


def test_while_a_term_goes_on_no_school_stands_apart(session: Session, cast: Cast, lived: None) -> None:
    found = lead_times.of_term(session, AUTUMN, by=cast.manager.actor())
    assert (found.is_over, found.schools) == (False, [])
    assert found.everywhere == Line("", None, NOTHING)


def test_an_empty_term_says_nothing(session: Session, cast: Cast, lived: None) -> None:
    found = lead_times.of_term(session, SchoolTerm(2025, is_autumn=True), by=cast.manager.actor())
    assert found.everywhere.concerns is None
    assert {line.concerns for line in found.schools} == {None}


def test_protected_and_held_referrals_are_in_none_of_the_numbers(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    concerns = [concern(session, cast, cast.school, "2026-03-02") for _ in range(6)]
    assert lead_times.of_term(session, SPRING, by=cast.manager.actor()).everywhere.concerns == 6
    protected(session, concerns[0], by=cast.coordinator)
    assert lead_times.of_term(session, SPRING, by=cast.manager.actor()).everywhere.concerns == 5
    concerns[1].held_since = clock.now()
    session.flush()
    assert lead_times.of_term(session, SPRING, by=cast.manager.actor()).everywhere.concerns is None


@pytest.mark.parametrize("who", ["coordinator", "head_teacher", "administrator", "researcher", "teacher"])
def test_it_is_for_the_management_alone(session: Session, cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        lead_times.of_term(session, SPRING, by=getattr(cast, who).actor())


def test_the_terms_go_from_the_first_concern_to_today(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    assert lead_times.terms(session) == [AUTUMN]
    concern(session, cast, cast.school, "2025-07-31")
    assert lead_times.terms(session) == [
        AUTUMN,
        SPRING,
        SchoolTerm(2025, is_autumn=True),
        SchoolTerm(2025, is_autumn=False),
    ]


@pytest.mark.parametrize("term", [SPRING, AUTUMN])
def test_a_term_is_read_as_it_is_written(term: SchoolTerm) -> None:
    assert SchoolTerm.read(term.code) == term


@pytest.mark.parametrize("written", ["", "2026", "2026-summer", "26-autumn", "²026-autumn", "-autumn", "autumn-2026"])
def test_what_is_no_term_is_none(written: str) -> None:
    assert SchoolTerm.read(written) is None
