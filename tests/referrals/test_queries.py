"""Board, list and search: what they show, to whom, and with how many questions to the database."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from referrals import clock, db, history, queries
from referrals.access import Actor, Role
from referrals.disclosure import hand_over
from referrals.guardians import guardian_page
from referrals.keeping import contents
from referrals.meetings import conflict, meeting_answers
from referrals.models import Referral, RoleAssignment
from referrals.queries import Column, Filters, Openness
from referrals.reminders import waiting
from referrals.rules import targets
from referrals.safeguarding import protected_identity
from referrals.stages import CLOSED, IN_CONSENT, IN_TRIAGE, PLAN_ACTIVE, PLAN_DRAFT, SCHEDULED, SUBMITTED, State, Verb
from referrals.vocabulary import ContentKind, Profession, Topic
from referrals.work import worklist
from tests.factories import a_meeting, a_member, a_referral, consented
from tests.people import Cast, settle

TODAY = date(2026, 9, 16)
ALL = Filters(today=TODAY)


@contextmanager
def counted_queries(session: Session) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def cards(session: Session, actor: Actor, filters: Filters = ALL) -> dict[Column, list[str]]:
    return {
        column.column: [card.number for card in column.cards]
        for column in queries.board(session, actor, filters)
        if column.count
    }


def test_a_running_plan_has_a_column_of_its_own(session: Session, cast: Cast) -> None:
    drafted, running = a_referral(session, cast, PLAN_DRAFT), a_referral(session, cast, PLAN_ACTIVE)
    shown = cards(session, cast.coordinator.actor())
    assert shown == {Column.ACTION_PLAN: [drafted.number], Column.IMPLEMENTATION: [running.number]}


def test_the_board_shows_every_column_even_when_nothing_stands_there(session: Session, cast: Cast) -> None:
    assert [column.column for column in queries.board(session, cast.coordinator.actor(), ALL)] == list(Column)


def test_ended_referrals_leave_the_board(session: Session, cast: Cast) -> None:
    a_referral(session, cast, CLOSED)
    assert cards(session, cast.coordinator.actor()) == {}


def test_the_earliest_target_stands_first_and_none_at_all_stands_last(session: Session, cast: Cast) -> None:
    later = a_referral(session, cast, target_on=TODAY + timedelta(days=2))
    none = a_referral(session, cast, target_on=None)
    late = a_referral(session, cast, target_on=TODAY - timedelta(days=1))
    assert cards(session, cast.coordinator.actor())[Column.TRIAGE] == [late.number, later.number, none.number]


def test_a_full_column_shows_the_most_pressing_and_counts_all(session: Session, cast: Cast) -> None:
    for days in range(5):
        a_referral(session, cast, target_on=TODAY + timedelta(days=days - 2))
    column = queries.board(session, cast.coordinator.actor(), Filters(today=TODAY, column=Column.TRIAGE), most=3)[0]
    assert (column.count, column.late, len(column.cards)) == (5, 2, 3)


def test_head_teachers_see_their_unit_and_assessors_what_they_are_asked_for(session: Session, cast: Cast) -> None:
    asked, other = a_referral(session, cast), a_referral(session, cast)
    a_member(session, asked, cast.special_educator)
    assert set(cards(session, cast.head_teacher.actor())[Column.TRIAGE]) == {asked.number, other.number}
    assert cards(session, cast.special_educator.actor()) == {Column.TRIAGE: [asked.number]}


def test_who_stands_in_from_elsewhere_finds_the_referral_beside_their_own(session: Session, cast: Cast) -> None:
    here, elsewhere = a_referral(session, cast, SUBMITTED), a_referral(session, cast, unit_id=cast.other_school.id)
    conflict.keep_out(session, here, [Profession.COORDINATOR, Profession.HEAD_TEACHER])
    actor = cast.outsider.actor()
    assert queries.find(session, actor, here.number) == here
    assert set(queries.listing(session, actor, ALL).rows) == {here, elsewhere}


@pytest.mark.parametrize("who", ["outsider", "administrator", "counsellor"])
def test_who_has_nothing_to_do_with_it_sees_nothing(session: Session, cast: Cast, who: str) -> None:
    referral = a_referral(session, cast, owner_id=cast.second_coordinator.id)
    actor = getattr(cast, who).actor()
    assert cards(session, actor) == {}
    assert queries.listing(session, actor, ALL).total == 0
    assert queries.find(session, actor, referral.number) is None
    assert referral.unit not in queries.units_of(session, actor)
    assert queries.owners_of(session, actor) == []


def test_a_member_who_works_at_another_unit_now_finds_it_no_more(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    a_member(session, referral, cast.special_educator)
    assert queries.find(session, cast.special_educator.actor(), referral.number) == referral
    cast.special_educator.roles = [RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)]
    session.flush()
    actor = cast.special_educator.actor()
    assert queries.find(session, actor, referral.number) is None
    assert queries.listing(session, actor, ALL).total == 0
    assert cards(session, actor) == {}


def test_a_member_from_another_service_finds_it_while_consent_reaches_them(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    a_member(session, referral, cast.social_worker)
    actor = cast.social_worker.actor()
    assert queries.find(session, actor, referral.number) is None
    given = consented(session, referral, cast)
    assert queries.find(session, actor, referral.number) == referral
    given.withdrawn_at = clock.now()
    session.flush()
    assert queries.find(session, actor, referral.number) is None
    assert queries.listing(session, actor, ALL).total == 0


def test_nobody_sees_nothing(session: Session, cast: Cast) -> None:
    a_referral(session, cast)
    assert queries.listing(session, Actor(), ALL).total == 0


FILTERS: dict[str, tuple[Callable[[Cast], Filters], str]] = {
    "unit": (lambda cast: Filters(TODAY, unit=cast.school.slug), "wanted other"),
    "unit elsewhere": (lambda cast: Filters(TODAY, unit=cast.other_school.slug), ""),
    "column": (lambda _: Filters(TODAY, column=Column.CONSENT), "wanted"),
    "owner": (lambda cast: Filters(TODAY, owner=cast.second_coordinator.id), "wanted"),
    "topic": (lambda _: Filters(TODAY, topic=Topic.LANGUAGE), "wanted"),
    "late": (lambda _: Filters(TODAY, late=True), "wanted"),
    "mine": (lambda _: Filters(TODAY, mine=True), "other"),
    "ended": (lambda _: Filters(TODAY, openness=Openness.ENDED), "ended"),
    "all": (lambda _: Filters(TODAY, openness=Openness.ALL), "wanted other ended"),
}


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_leaves_what_it_says(session: Session, cast: Cast, name: str) -> None:
    rows = {
        "wanted": a_referral(
            session,
            cast,
            IN_CONSENT,
            owner=cast.second_coordinator,
            topics=["language"],
            target_on=TODAY - timedelta(1),
        ),
        "other": a_referral(session, cast, IN_TRIAGE, owner=cast.coordinator, target_on=TODAY + timedelta(1)),
        "ended": a_referral(session, cast, CLOSED, target_on=TODAY - timedelta(1)),
    }
    made, left = FILTERS[name]
    page = queries.listing(session, cast.coordinator.actor(), made(cast))
    assert {row.number for row in page.rows} == {rows[word].number for word in left.split()}


def test_filters_know_whether_anything_is_narrowed() -> None:
    assert not ALL.are_set
    assert Filters(TODAY, late=True).are_set


def test_a_list_comes_in_pages_and_stops_at_its_last(session: Session, cast: Cast) -> None:
    for _ in range(5):
        a_referral(session, cast)
    page = queries.listing(session, cast.coordinator.actor(), ALL, number=9, size=2)
    assert (page.total, page.pages, page.number, len(page.rows)) == (5, 3, 3, 1)
    assert queries.listing(session, cast.outsider.actor(), ALL, number=0).pages == 1


def test_ended_referrals_come_newest_first(session: Session, cast: Cast) -> None:
    older = a_referral(session, cast, CLOSED)
    newer = a_referral(session, cast, CLOSED, opened_at=older.opened_at + timedelta(days=1))
    page = queries.listing(session, cast.coordinator.actor(), Filters(TODAY, openness=Openness.ENDED))
    assert [row.number for row in page.rows] == [newer.number, older.number]


def test_a_number_is_found_however_it_is_typed(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    assert queries.find(session, cast.coordinator.actor(), f"  {referral.number.lower()} ") == referral


def test_a_child_is_found_by_the_whole_name_however_it_is_typed_in_every_referral_of_ones_unit(
    session: Session, cast: Cast
) -> None:
    ended, running, other = (
        a_referral(session, cast, CLOSED, child_birth_date="2016-03-04", opened_at=clock.now() - timedelta(days=400)),
        a_referral(session, cast),
        a_referral(session, cast, child_name="Noa Testsson"),
    )
    namesake = a_referral(session, cast, child_birth_date="2012-09-01", opened_at=clock.now() - timedelta(days=3))
    for each in (ended, running, other, namesake):
        protected_identity.set_index(each)
    actor = cast.coordinator.actor()
    for typed in ("Mila Testsson", "  mila   TESTSSON "):
        assert queries.find_by_child(session, actor, typed) == [running, namesake, ended]
    assert queries.find_by_child(session, actor, "Mila") == []


def test_no_child_is_found_who_is_protected_elsewhere_disposed_of_or_held(session: Session, cast: Cast) -> None:
    protected, elsewhere, gone, held = (
        a_referral(session, cast),
        a_referral(session, cast, unit_id=cast.other_school.id),
        a_referral(session, cast, CLOSED),
        a_referral(session, cast, held_since=clock.now()),
    )
    for each in (protected, elsewhere, gone, held):
        protected_identity.set_index(each)
    actor = cast.coordinator.actor()
    assert set(queries.find_by_child(session, actor, "Mila Testsson")) == {protected, gone}
    level = protected_identity.lowest_level(protected)
    protected_identity.begin(session, protected, protected, level=level, by=actor)
    contents.take_out(session, gone, [ContentKind.CHILD])
    assert queries.find_by_child(session, actor, "Mila Testsson") == []


def test_a_child_who_is_protected_in_one_referral_is_found_by_no_other(session: Session, cast: Cast) -> None:
    protected, ended, namesake = (
        a_referral(session, cast, child_birth_date="2016-03-04"),
        a_referral(session, cast, CLOSED),
        a_referral(session, cast, CLOSED, child_birth_date="2012-12-12"),
    )
    for each in (protected, ended, namesake):
        protected_identity.set_index(each)
    actor, level = cast.coordinator.actor(), protected_identity.lowest_level(protected)
    assert set(queries.find_by_child(session, actor, "Mila Testsson")) == {protected, ended, namesake}
    protected_identity.begin(session, protected, protected, level=level, by=actor)
    assert queries.find_by_child(session, actor, "Mila Testsson") == [namesake]
    protected_identity.lift_protection(session, protected, by=actor, seen=None, reason="Hävd av myndigheten.")
    assert set(queries.find_by_child(session, actor, "Mila Testsson")) == {protected, ended, namesake}
    protected_identity.begin(session, protected, protected, level=level, by=actor)
    contents.take_out(session, protected, [ContentKind.CHILD])
    assert protected.hidden_name_index is None


def test_who_may_not_know_the_child_does_not_find_it_by_name(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    protected_identity.set_index(referral)
    for member in (cast.special_educator, cast.social_worker, cast.leisure_worker):
        a_member(session, referral, member)
    found = {
        name: queries.find_by_child(session, getattr(cast, name).actor(), "Mila Testsson")
        for name in ("special_educator", "social_worker", "leisure_worker", "outsider", "administrator")
    }
    assert {name for name, rows in found.items() if rows} == {"special_educator"}
    consented(session, referral, cast)
    assert queries.find_by_child(session, cast.social_worker.actor(), "Mila Testsson") == [referral]
    conflict.keep_out(session, referral, [Profession.SPECIAL_EDUCATOR])
    assert queries.find_by_child(session, cast.special_educator.actor(), "Mila Testsson") == []


def test_units_and_owners_to_filter_by_are_those_one_may_see(session: Session, cast: Cast) -> None:
    asked = a_referral(session, cast, owner=cast.coordinator)
    a_member(session, asked, cast.special_educator)
    assert queries.units_of(session, cast.special_educator.actor()) == [cast.school]
    assert queries.owners_of(session, cast.special_educator.actor()) == [cast.coordinator]


def test_the_mark_changes_when_something_happens_and_only_then(session: Session, cast: Cast) -> None:
    assert queries.change_mark(session) == "-/-/-"
    referral = a_referral(session, cast)
    before = queries.change_mark(session)
    assert queries.change_mark(session) == before
    history.record(session, referral, Verb.ASSIGN_OWNER, by=cast.coordinator.actor())
    assert queries.change_mark(session) != before


def home(session: Session, actor: Actor, filters: queries.Filters) -> object:
    return worklist.waiting_for(session, actor, today=filters.today)


def test_what_is_done_about_a_duty_is_told_to_who_reads_of_it_and_to_who_did_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE, owner=cast.coordinator)
    for member in (cast.teacher, cast.counsellor, cast.school_nurse):
        a_member(session, referral, member)
    done = [
        (Verb.RECORD_GUARDIAN, cast.coordinator),
        (Verb.REPORT_SUPPORT_NEED, cast.teacher),
        (Verb.REPORT_DEGRADING_TREATMENT, cast.counsellor),
        (Verb.BEGIN_ABSENCE_INVESTIGATION, cast.head_teacher),
    ]
    before = len(queries.timeline(session, referral, cast.teacher.actor()))
    for verb, account in done:
        history.record(session, referral, verb, by=account.actor())
    guardian, support, degrading, absence = (verb for verb, _account in done)
    people = {
        cast.coordinator: [absence, degrading, support, guardian],
        cast.head_teacher: [absence, degrading, support, guardian],
        cast.teacher: [support, guardian],
        cast.counsellor: [degrading, guardian],
        cast.school_nurse: [guardian],
        cast.special_educator: [],
        cast.outsider: [],
    }
    for somebody, told in people.items():
        rows = queries.timeline(session, referral, somebody.actor())
        assert [row.verb for row in rows[: len(rows) - before]] == told, somebody.name
    assert queries.timeline(session, referral, Actor()) == []


def days_of_meetings(session: Session, _actor: Actor, _filters: queries.Filters) -> object:
    return targets.meeting_days(session, session.scalars(select(Referral)).all())


@pytest.mark.parametrize("state", [SUBMITTED, SCHEDULED])
@pytest.mark.parametrize("read", [queries.board, queries.listing, home, days_of_meetings])
def test_more_referrals_do_not_mean_more_questions_to_the_database(
    session: Session, cast: Cast, read: Callable[..., object], state: State
) -> None:
    actor = cast.coordinator.actor()

    def questions(number: int) -> int:
        for _ in range(number):
            referral = a_referral(session, cast, state, owner=cast.coordinator)
            if state == SCHEDULED:
                a_meeting(session, referral, called_by=cast.coordinator, starts_at=clock.now())
        session.expire_all()
        with counted_queries(session) as asked:
            read(session, actor, ALL)
        return len(asked)

    few = questions(10)
    assert questions(110) <= few  # a question more for each page or card would show long before


def test_a_list_opens_no_sealed_value(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_referral(session, cast)
    monkeypatch.setattr(Referral, "key_of", lambda *_: pytest.fail("a sealed value was opened"))
    queries.listing(session, cast.coordinator.actor(), ALL)


READS: dict[str, Callable[[Session, Actor], object]] = {
    "board": lambda session, actor: queries.board(session, actor, ALL),
    "list": lambda session, actor: queries.listing(session, actor, ALL),
    "mine": lambda session, actor: queries.listing(session, actor, Filters(TODAY, mine=True)),
    "waiting": lambda session, actor: worklist.waiting_for(session, actor, today=TODAY),
    "everything waiting": lambda session, actor: waiting.everything_for(session, actor, today=TODAY),
    "unread": guardian_page.unread_for,
    "not coming": meeting_answers.not_coming,
    "offered": hand_over.offered_to,
    "units": queries.units_of,
    "owners": queries.owners_of,
    "mark": lambda session, _actor: queries.change_mark(session),
}


@pytest.mark.parametrize("name", READS)
def test_what_has_ended_is_not_gone_through_to_show_what_is_open(fresh_sqlite: str, name: str) -> None:
    with db.writing(fresh_sqlite) as session:
        cast = settle(session)
        actor = cast.coordinator.actor()
        a_referral(session, cast, owner=cast.coordinator)

        def work(ended: int) -> int:
            for _ in range(ended):
                row = a_referral(session, cast, CLOSED, owner=cast.coordinator)
                a_member(session, row, cast.coordinator)
            session.expire_all()
            READS[name](session, actor)  # whatever it reads once and keeps
            done: list[None] = []
            connection = session.connection().connection.dbapi_connection
            assert isinstance(connection, sqlite3.Connection)
            connection.set_progress_handler(lambda: done.append(None), 10)  # each ten steps of the database's machine
            READS[name](session, actor)
            connection.set_progress_handler(None, 0)
            return len(done)

        few = work(10)
        assert work(100) <= few * 1.25 + 5
