"""Several teams at one school: each opens, lists, finds and keeps its own referrals, and nothing of another's."""

from collections.abc import Callable, Collection
from datetime import date

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import audiences, clock, queries
from referrals.access import Actor, Role, View, capacities, may_view
from referrals.errors import HasReferrals, NotAllowed, OutsideMandate
from referrals.forums import agenda, dates, mandate, seats, upward
from referrals.keeping import register, retention
from referrals.learning import lessons
from referrals.meetings import conflict
from referrals.models import Account, Concern, History, Referral, TeamDate, TeamSeat
from referrals.people import coordinating, organisation, roster
from referrals.queries import Filters, Openness
from referrals.reading import reading_requests
from referrals.reminders import waiting
from referrals.rounds import people as rounds
from referrals.safeguarding import protected_identity
from referrals.stages import CLOSED, SUBMITTED, TO_SCHEDULE
from referrals.vocabulary import Counterpart, Fate, MeetingOutcome, Registered, Standing
from referrals.vocabulary.knowing import Capacity
from referrals.work import worklist
from tests.factories import a_member, a_referral, protected
from tests.people import Cast
from tests.teams import Beside, a_team_beside

TODAY = date(2026, 9, 16)
EVERY = Filters(TODAY, openness=Openness.ALL)


@pytest.fixture(autouse=True)
def _today(wednesday: time_machine.Traveller) -> None:
    """It is Wednesday the 16th of September 2026."""


@pytest.fixture
def beside(session: Session, cast: Cast) -> Beside:
    return a_team_beside(session, cast)


@pytest.fixture
def first(session: Session, cast: Cast, beside: Beside) -> Referral:
    """A referral of the team that takes in concerns."""
    return a_referral(session, cast, SUBMITTED, child_name_index=protected_identity.index_of("Mila Testsson"))


@pytest.fixture
def second(session: Session, cast: Cast, beside: Beside) -> Referral:
    """A referral of the team beside it, at the same school."""
    index = protected_identity.index_of("Mila Testsson")
    return a_referral(session, cast, SUBMITTED, child_name_index=index, forum_id=beside.forum.id)


def at_desk(cast: Cast, beside: Beside, first: Referral, second: Referral) -> dict[Account, list[Referral]]:
    """Who has what of both before them."""
    return {
        cast.coordinator: [first],
        cast.second_coordinator: [first],
        beside.coordinator: [second],
        cast.head_teacher: [first, second],
        cast.outsider: [],
        cast.teacher: [],
        beside.member: [],
    }


def numbers(rows: Collection[Referral]) -> set[str]:
    return {row.number for row in rows}


READS: dict[str, Callable[[Session, Actor, list[Referral]], set[str]]] = {
    "what they are to it": lambda _session, by, both: {one.number for one in both if capacities(by, one.facts())},
    "board": lambda session, by, _both: {
        card.number for column in queries.board(session, by, Filters(TODAY)) for card in column.cards
    },
    "list": lambda session, by, _both: numbers(queries.listing(session, by, EVERY).rows),
    "process": lambda session, by, _both: {line.number for line in queries.process_lines(session, by, EVERY)},
    "by number": lambda session, by, both: {one.number for one in both if queries.find(session, by, one.number)},
    "by child": lambda session, by, _both: numbers(queries.find_by_child(session, by, "mila testsson")),
    "reading": lambda _session, by, both: {one.number for one in both if reading_requests.may_record(by, one)},
}


@pytest.mark.parametrize("read", READS)
def test_each_team_has_its_own_referrals_before_it_and_nothing_of_the_other(
    session: Session, cast: Cast, beside: Beside, first: Referral, second: Referral, read: str
) -> None:
    for account, theirs in at_desk(cast, beside, first, second).items():
        assert READS[read](session, account.actor(), [first, second]) == numbers(theirs), account.name


def test_what_waits_lies_with_the_team_it_waits_for(
    session: Session, cast: Cast, beside: Beside, first: Referral, second: Referral
) -> None:
    second.owner, first.owner = beside.coordinator, cast.coordinator
    for account, theirs in ((cast.coordinator, [first]), (beside.coordinator, [second]), (cast.second_coordinator, [])):
        shown = worklist.waiting_for(session, account.actor(), today=TODAY)
        assert {item.number for item in shown} == numbers(theirs), account.name
        assert {item.number for item in waiting.everything_for(session, account.actor(), today=TODAY)} == numbers(
            theirs
        )
    assert [one.facts().has_owner() for one in (first, second)] == [True, True]
    beside.coordinator.roles.clear()  # who leaves the school leaves its team
    session.flush()
    assert not capacities(beside.coordinator.actor(), second.facts())
    assert not second.facts().has_owner()
    nobodys = select(Referral).where(~coordinating.HAS_OWNER)
    assert session.scalars(nobodys).all() == [second]


def test_mail_and_lists_of_people_name_the_teams_own(
    session: Session, cast: Cast, beside: Beside, first: Referral, second: Referral
) -> None:
    def told(referral: Referral) -> set[str]:
        row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
        return {one.address for one in audiences.coordinators(session, row)}

    assert told(first) == {cast.coordinator.email, cast.second_coordinator.email}
    assert told(second) == {beside.coordinator.email}
    assert beside.coordinator in conflict.deciders(session, second)
    assert beside.coordinator not in conflict.deciders(session, first)
    asked = [one.account for one in roster.colleagues(session, second)]
    assert beside.member in asked
    assert cast.teacher in asked
    assert beside.member not in [one.account for one in roster.colleagues(session, first)]
    assert beside.member in conflict.people_of(session, second)
    for one, in_charge in ((first, cast.coordinator), (second, beside.coordinator)):
        protected(session, one, by=cast.head_teacher)
        listed = {each.account for each in one.access_list}
        assert in_charge in listed
        assert listed.isdisjoint({cast.coordinator, cast.second_coordinator, beside.coordinator} - {in_charge}) or (
            one is first and listed >= {cast.coordinator, cast.second_coordinator}
        )


def test_who_is_asked_in_it_sees_it_from_either_school_and_a_stand_in_for_that_time(
    session: Session, cast: Cast, beside: Beside, first: Referral, second: Referral
) -> None:
    for account in (cast.teacher, cast.coordinator, beside.member):
        a_member(session, second, account)
    a_member(session, first, beside.member)

    def listed(account: Account) -> list[Referral]:
        session.expire(account)
        rows = queries.listing(session, account.actor(), EVERY).rows
        assert {row for row in (first, second) if may_view(View.REFERRAL, account.actor(), row.facts())} == set(rows)
        return sorted(rows, key=lambda row: row is second)

    assert listed(cast.teacher) == [second]
    assert listed(cast.coordinator) == [first, second]
    assert capacities(cast.coordinator.actor(), second.facts()) == {Capacity.TEACHER}
    assert listed(beside.member) == [second]
    stand_in = cast.outsider
    stand_in.profession = beside.member.profession
    seat = session.scalars(select(TeamSeat).where(TeamSeat.account_id == beside.member.id)).one()
    away = {"first_on": TODAY, "last_on": TODAY, "stand_in_id": stand_in.id, "by": beside.coordinator.actor()}
    assert listed(stand_in) == []
    held = seats.be_away(session, seat, **away)
    assert listed(stand_in) == [second]
    assert beside.forum in dates.forums_of(session, stand_in.actor())
    seats.come_back(session, seat, held.id, by=beside.coordinator.actor())
    assert listed(stand_in) == []
    seats.unseat(session, seat, by=beside.coordinator.actor())
    assert listed(beside.member) == []


def test_who_let_go_of_it_or_stands_in_is_asked_of_the_team_too(
    session: Session, cast: Cast, beside: Beside, first: Referral, second: Referral
) -> None:
    held = a_member(session, second, beside.coordinator)
    second.memberships[0].standing = Standing.RELEASED
    second.owner = beside.coordinator
    session.flush()
    assert queries.listing(session, held.actor(), EVERY).rows == []
    second.memberships[0].standing = Standing.STANDS_IN
    session.flush()
    assert queries.listing(session, held.actor(), EVERY).rows == [second]
    assert queries.units_of(session, held.actor()) == [cast.other_school, cast.school]


def test_register_and_disposal_are_the_teams_and_the_head_teachers(
    session: Session, cast: Cast, beside: Beside
) -> None:
    old = {"opened_at": clock.now().replace(year=2010), "stage_since": clock.now().replace(year=2011)}
    first = a_referral(session, cast, CLOSED, **old)
    second = a_referral(session, cast, CLOSED, forum_id=beside.forum.id, **old)
    cast.municipality.retention = {"plan": "2026", "kinds": {"concern": {"years": 1, "then": "dispose"}}}
    for one in (first, second):
        concern = session.scalars(select(Concern.id).where(Concern.referral_id == one.id)).one()
        register.enter(session, Registered.CONCERN, concern, referral=one, counterpart=Counterpart.REPORTER)
    for account, theirs in at_desk(cast, beside, first, second).items():
        by = account.actor()
        assert {due.referral for due in retention.due(session, by, today=TODAY)} == set(theirs), account.name
        lines = register.listing(session, by, register.Wanted()).rows
        assert {line.referral for line in lines} == set(theirs), account.name
    with pytest.raises(NotAllowed):
        retention.propose_disposal(session, second, by=cast.coordinator.actor(), fate=Fate.DISPOSE)
    made = retention.propose_disposal(session, second, by=beside.coordinator.actor(), fate=Fate.DISPOSE)
    assert retention.disposals(session, beside.coordinator.actor()) == [made]
    assert retention.disposals(session, cast.coordinator.actor()) == []


def test_a_team_beside_is_kept_by_who_coordinates_it_and_seen_by_who_sits_in_it(
    session: Session, cast: Cast, beside: Beside
) -> None:
    sees = {
        account: beside.forum in dates.forums_of(session, account.actor())
        for account in (cast.coordinator, beside.coordinator, beside.member, cast.head_teacher, cast.teacher)
    }
    assert [*sees.values()] == [False, True, True, True, False]
    keeps = [dates.may_keep(beside.forum, account.actor()) for account in sees]
    assert keeps == [False, True, False, True, False]
    assert not dates.may_keep(cast.forum, beside.coordinator.actor())
    assert set(dates.members(session, beside.forum)) >= {cast.teacher, beside.member, cast.outsider}
    assert rounds.is_in_team(session, beside.forum, beside.member.actor())
    assert not rounds.is_in_team(session, beside.forum, cast.coordinator.actor())
    assert {beside.member.id, beside.coordinator.id} <= rounds.in_any(session, [beside.forum.id])
    assert upward.is_asked(session, beside.forum, beside.member.actor())
    assert not upward.is_asked(session, beside.forum, cast.coordinator.actor())
    seat = next(one for one in seats.seats_of(session, beside.forum) if one.account is beside.coordinator)
    for somebody in (beside.coordinator, cast.coordinator):
        with pytest.raises(NotAllowed):
            seats.let_coordinate(session, seat, does=True, by=somebody.actor())
    seats.let_coordinate(session, seat, does=False, by=cast.head_teacher.actor())
    assert not beside.coordinator.actor().coordinates
    assert (Role.COORDINATOR, None) not in beside.coordinator.actor().roles
    logged = {(row.subject, row.before, row.after) for row in organisation.changes(session)}
    assert (f"team_seat.coordinates {seat.id}", "True", "False") in logged
    assert ("unit.other_teams lindskolan", "", "trivsel") in logged


def test_its_agenda_its_mandate_and_its_lessons_are_its_own(session: Session, cast: Cast, beside: Beside) -> None:
    ours, theirs = (a_referral(session, cast, TO_SCHEDULE, forum_id=one.id) for one in (cast.forum, beside.forum))
    date_ = TeamDate(forum=beside.forum, starts_at=clock.now(), minutes=60, place="Salen")
    session.add(date_)
    session.flush()
    assert agenda.lined_up(session, date_, by=beside.coordinator.actor()) == [theirs]
    beside.forum.outcomes = [MeetingOutcome.CLOSE.value]
    mandate.require(ours, MeetingOutcome.PLAN)
    with pytest.raises(OutsideMandate):
        mandate.require(theirs, MeetingOutcome.PLAN)
    closed = a_referral(session, cast, CLOSED, forum_id=beside.forum.id)
    assert lessons.may_learn_from(session, closed, beside.coordinator.actor())
    assert not lessons.may_learn_from(session, closed, cast.coordinator.actor())


def test_a_team_that_has_referrals_of_a_unit_stays_beside_its_first(
    session: Session, cast: Cast, beside: Beside, second: Referral
) -> None:
    by = cast.administrator.actor()
    for values in ({"other_teams": []}, {"forum": beside.forum}):
        with pytest.raises(HasReferrals):
            organisation.change(session, cast.school, by=by, **values)
    organisation.change(session, cast.other_school, by=by, other_teams=[], forum=beside.forum)
    assert cast.other_school.forum is beside.forum
