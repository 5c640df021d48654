"""Who sits in a team and who stands in: named by its keepers, within the team and the time, and no wider."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import queries
from referrals.access import Role, View, may_view
from referrals.errors import NotAllowed, SeatRefused
from referrals.forums import dates, seats
from referrals.models import Account, RoleAssignment, TeamSeat
from referrals.people import organisation, roster
from referrals.queries import Filters
from referrals.vocabulary import Profession, SeatProblem
from tests.factories import a_member, a_referral
from tests.people import NO_PASSWORD, Cast

AT = datetime(2026, 9, 16, 10, tzinfo=UTC)
WEEK = {"first_on": date(2026, 9, 16), "last_on": date(2026, 9, 18)}


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def stand_in(session: Session, cast: Cast) -> Account:
    """A school counsellor of the other school."""
    account = Account(
        email="ylva@trivsel.invalid", name="Ylva Strand", profession=Profession.SCHOOL_COUNSELLOR, language="sv",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


@pytest.fixture
def kims(session: Session, cast: Cast) -> TeamSeat:
    """The counsellor's seat."""
    return seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())


def refused(session: Session, cast: Cast, found: TeamSeat, stand_in_id: object) -> SeatProblem:
    with pytest.raises(SeatRefused) as told:
        seats.be_away(session, found, stand_in_id=stand_in_id, by=cast.coordinator.actor(), **WEEK)
    return told.value.problem


def test_who_stands_in_sees_in_the_teams_units_what_the_seat_sees_in_that_time_only(
    session: Session, cast: Cast, kims: TeamSeat, stand_in: Account, wednesday: time_machine.Traveller
) -> None:
    here, other = a_referral(session, cast), a_referral(session, cast)
    a_member(session, here, cast.counsellor)
    a_member(session, other, cast.teacher)

    def seen() -> list[bool]:
        by = stand_in.actor()
        one, another = here.facts(), other.facts()
        listed = queries.listing(session, by, Filters(date(2026, 9, 16))).rows
        return [may_view(View.REFERRAL, by, one), may_view(View.REFERRAL, by, another), here in listed, other in listed]

    assert seen() == [False] * 4
    away = seats.be_away(session, kims, stand_in_id=stand_in.id, by=cast.coordinator.actor(), **WEEK)
    assert seen() == [True, False, True, False]
    assert not may_view(View.ALL_PARTS, stand_in.actor(), here.facts())
    assert not may_view(View.CONCERN, stand_in.actor(), here.facts())
    assert cast.forum in dates.forums_of(session, stand_in.actor())
    assert stand_in in [one.account for one in roster.colleagues(session, here)]
    wednesday.move_to(away.last_moment)
    assert seen()[0]
    wednesday.move_to(away.ends_at)
    assert seen() == [False] * 4
    assert stand_in not in [one.account for one in roster.colleagues(session, here)]


def test_what_the_team_lacks_is_known_before_the_date(
    session: Session, cast: Cast, kims: TeamSeat, stand_in: Account
) -> None:
    by = cast.coordinator.actor()
    head = seats.seat(session, cast.forum, cast.head_teacher.id, by=by)
    assert seats.missing(cast.forum, [head, kims], AT) == []
    away = seats.be_away(session, kims, stand_in_id=None, by=by, **WEEK)
    assert seats.missing(cast.forum, [head, kims], AT) == [Profession.SCHOOL_COUNSELLOR]
    assert seats.to_come(kims) == [away]
    seats.come_back(session, kims, away.id, by=by)
    with pytest.raises(NotAllowed):
        seats.come_back(session, kims, away.id, by=by)
    seats.be_away(session, kims, stand_in_id=stand_in.id, by=by, **WEEK)
    table = seats.sitting([head, kims], AT)
    assert [(one.account, one.instead_of) for one in table] == [(cast.head_teacher, None), (stand_in, cast.counsellor)]
    stand_in.is_active = False
    assert seats.missing(cast.forum, [head, kims], AT) == [Profession.SCHOOL_COUNSELLOR]


def test_what_makes_no_seat_and_no_stand_in_is_refused_with_its_reason(
    session: Session, cast: Cast, kims: TeamSeat
) -> None:
    by = cast.coordinator.actor()
    for account, problem in ((cast.counsellor, SeatProblem.TWICE), (cast.outsider, SeatProblem.NOT_HERE)):
        with pytest.raises(SeatRefused) as told:
            seats.seat(session, cast.forum, account.id, by=by)
        assert told.value.problem is problem
    assert refused(session, cast, kims, cast.counsellor.id) is SeatProblem.SELF
    assert refused(session, cast, kims, cast.teacher.id) is SeatProblem.OTHER_PROFESSION
    seats.be_away(session, kims, stand_in_id=None, by=by, **WEEK)
    assert refused(session, cast, kims, None) is SeatProblem.OVERLAP


def test_who_stands_in_as_a_rule_comes_first_as_long_as_they_can_and_sees_nothing_by_it(
    session: Session, cast: Cast, kims: TeamSeat, stand_in: Account
) -> None:
    by = cast.coordinator.actor()
    other = Account(
        email="alva@trivsel.invalid", name="Alva Hed", profession=Profession.SCHOOL_COUNSELLOR, language="sv",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(other)
    session.flush()
    assert seats.could_stand_in(session, kims) == [other, stand_in]
    assert seats.stands_in_as_a_rule(session, kims) is None
    with pytest.raises(NotAllowed):
        seats.name_stand_in(session, kims, stand_in.id, by=cast.teacher.actor())
    with pytest.raises(SeatRefused):
        seats.name_stand_in(session, kims, cast.teacher.id, by=by)
    seats.name_stand_in(session, kims, stand_in.id, by=by)
    assert seats.could_stand_in(session, kims) == [stand_in, other]
    assert (kims.stand_in, seats.stands_in_as_a_rule(session, kims)) == (stand_in, stand_in)
    assert cast.forum not in dates.forums_of(session, stand_in.actor())
    stand_in.is_active = False
    session.flush()
    assert seats.stands_in_as_a_rule(session, kims) is None
    seats.name_stand_in(session, kims, None, by=by)
    assert kims.stand_in is None
    assert [row.subject.split()[0] for row in organisation.changes(session)].count("team_seat.stand_in_id") == 2


def test_only_its_keepers_name_who_sits_there_and_each_change_is_a_line(
    session: Session, cast: Cast, kims: TeamSeat, stand_in: Account
) -> None:
    for who in (cast.teacher, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            seats.find(session, cast.forum, kims.id, by=who.actor())
        with pytest.raises(NotAllowed):
            seats.seat(session, cast.forum, cast.teacher.id, by=who.actor())
    with pytest.raises(NotAllowed):
        seats.find(session, cast.other_school.forum, kims.id, by=cast.outsider.actor())
    by = cast.coordinator.actor()
    assert seats.find(session, cast.forum, kims.id, by=by) is kims
    seats.be_away(session, kims, stand_in_id=stand_in.id, by=by, **WEEK)
    seats.unseat(session, kims, by=by)
    assert seats.seats_of(session, cast.forum) == []
    lines = {row.subject.split()[0]: row.after or row.before for row in organisation.changes(session)}
    assert set(lines) == {"team_seat.added", "seat_absence.added", "team_seat.removed"}
    assert lines["seat_absence.added"].endswith(f"2026-09-15 22:00 UTC, 2026-09-18 21:59 UTC, {stand_in.id}")


@pytest.mark.parametrize(
    ("profession", "role"),
    [
        (Profession.TEACHER, Role.REGISTRAR),
        (Profession.REGISTRAR, Role.ASSESSOR),
        (Profession.RESEARCHER, Role.ASSESSOR),
    ],
)
def test_who_is_to_see_no_content_is_offered_no_seat(
    session: Session, cast: Cast, stand_in: Account, profession: Profession, role: Role
) -> None:
    stand_in.roles = [RoleAssignment(role=Role.ASSESSOR, unit=cast.forum.units[0])]
    session.flush()
    assert stand_in in seats.could_sit(session, cast.forum)
    stand_in.profession, stand_in.roles[0].role = profession, role
    session.flush()
    assert stand_in in dates.members(session, cast.forum)
    assert stand_in not in seats.could_sit(session, cast.forum)
    with pytest.raises(SeatRefused):
        seats.seat(session, cast.forum, stand_in.id, by=cast.coordinator.actor())
