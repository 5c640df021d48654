"""A new demonstration begins with a year of invented work behind it, made through the verbs, and wholly or not at all."""

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from datetime import date
from itertools import pairwise, product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, config, db, documents, queries, wording
from referrals.errors import StartRefused
from referrals.forums import agenda, dates
from referrals.keeping import audit_check
from referrals.models import (
    AbsentPupil,
    Account,
    ClosedDay,
    Concern,
    Consultation,
    ConsultationRound,
    DateCall,
    DevelopmentAction,
    DevelopmentCase,
    Document,
    Forum,
    Lesson,
    Mail,
    Referral,
    RegisterEntry,
    Seminar,
    Step,
    TeamDate,
    TeamMeeting,
    UpwardQuestion,
)  # fmt: skip
from referrals.patterns import kept, quality_report
from referrals.people import founding, organisation
from referrals.plans.childs_plan import LONGEST_GOAL
from referrals.rounds import enrolling, evaluating, report
from referrals.sealing import key_ring, use_key_ring
from referrals.stages import (
    CLOSED,
    FOLLOW_UP_DUE,
    IN_CONSENT,
    IN_TRIAGE,
    MEETING_HELD,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    RETURNED,
    SCHEDULED,
    TO_SCHEDULE,
    WITH_HEAD_TEACHER,
    WITHDRAWN,
    Stage,
)
from referrals.vocabulary import (
    AbsenceStepKind,
    ConsultationState,
    Country,
    DevelopmentKind,
    GovernanceLevel,
    LevelledKind,
    RoundState,
    TeamLevel,
    UpwardState,
)
from referrals.work import worklist
from schemas import municipality as municipality_file
from tests.conftest import A_WEDNESDAY
from webapp import cli
from webapp.demo_year.founding import WHOLE, make_year
from webapp.demo_year.playing import Printer
from webapp.demo_year.stories import Book
from webapp.demo_year.world import World

#: each goes another way, and stands elsewhere when the year ends
IN_SWEDEN = (
    "Elis", "Ines", "Melker", "Saga", "Elvira", "Loke", "Märta", "Hedda", "Arvid", "Juni", "Embla", "Greta", "Freja", "Lage",
    "Gillis", "Ebba", "Malte", "Rut", "Valter", "Hugo", "Ester", "Bo",
    "Namnlös",
)  # fmt: skip
NAMELESS = "Namnlös"
NO_TEAMWORK = {"consultations": [], "questions": [], "rounds": [], "development": [], "lessons": []}


class AtOnce(Executor):
    """A printer that needs no time, and gives a sheet nobody looks at."""

    def submit(self, _fn, /, *_pages, **_more):
        printed: Future[bytes] = Future()
        printed.set_result(b"%PDF-1.7 of the test")
        return printed


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def only(patch: pytest.MonkeyPatch, *names: str, counts_absence: bool = False, **teams: object) -> None:
    """Let only these children be in the book, no absence unless wanted, and of what teams do only what is given, where anything is."""
    whole = Book.of.__func__

    def few(cls: type[Book], country: Country) -> Book:
        book: Book = whole(cls, country)
        children = [one for one in book.children if one.name.split()[0] in names]
        counted = book.absence if counts_absence else {}
        return dataclasses.replace(book, children=children, teams=book.teams | teams, absence=counted)

    patch.setattr(Book, "of", classmethod(few))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of an instance of this module's own, on a Wednesday in term."""
    folder, ring = tmp_path_factory.mktemp("year"), key_ring()
    patch.setenv("TRIVSEL_DATA", str(folder))
    patch.delenv("TRIVSEL_DATABASE_URL", raising=False)
    config.current.cache_clear()
    with time_machine.travel(A_WEDNESDAY, tick=False):
        yield folder
    db.engine_for(f"sqlite:///{folder.resolve() / 'trivsel.sqlite'}").dispose()
    clock.use_shift_file(None)
    use_key_ring(ring)
    patch.undo()
    config.current.cache_clear()


@pytest.fixture(scope="module")
def year(place: Path) -> Path:
    """A Swedish year with some of its children."""
    with pytest.MonkeyPatch.context() as for_now:
        only(for_now, *IN_SWEDEN)
        for_now.setattr("webapp.demo_year.founding.ProcessPoolExecutor", lambda *_given, **_more: AtOnce())
        assert cli.main(["demo-municipality", "--with-year"]) == 0
    return place


def by_child(session: Session) -> dict[str, Referral]:
    """Of one child no name stands anywhere: under what the book calls them."""
    return {(one.child_name or NAMELESS).split()[0]: one for one in session.scalars(select(Referral))}


def person(session: Session, first: str) -> Account:
    return session.scalars(select(Account).where(Account.name.startswith(f"{first} "))).one()


def forum_called(session: Session, slug: str) -> Forum:
    return session.scalars(select(Forum).where(Forum.slug == slug)).one()


def test_children_stand_at_every_stage_when_the_year_ends(year):
    with db.reading() as session:
        states = {name: one.state for name, one in by_child(session).items()}
    assert states == {
        "Elis": CLOSED, "Ines": CLOSED, "Melker": CLOSED, "Saga": FOLLOW_UP_DUE, "Elvira": PLAN_ACTIVE,
        "Loke": PLAN_FOR_APPROVAL, "Märta": PLAN_RETURNED, "Hedda": MEETING_HELD, "Arvid": PARTS_REQUESTED, "Juni": TO_SCHEDULE,
        "Embla": SCHEDULED, "Hugo": IN_CONSENT, "Greta": PARTS_RECEIVED, "Freja": IN_CONSENT, "Lage": PARTS_REQUESTED, "Gillis": WITH_HEAD_TEACHER,
        "Ebba": IN_TRIAGE, "Malte": RETURNED, "Rut": IN_TRIAGE, "Valter": WITHDRAWN, "Ester": CLOSED, "Bo": IN_CONSENT,
        NAMELESS: PARTS_REQUESTED,
    }  # fmt: skip
    assert {state.stage for state in states.values()} == set(Stage)


def test_nothing_is_left_half_done_and_log_and_register_are_whole(year):
    with db.reading() as session:
        assert not session.scalars(select(Step).where(Step.finished_at.is_(None) | Step.failed_at.is_not(None))).all()
        papers = session.scalars(select(Document)).all()
        assert max(Counter((one.kind, one.recipient, one.history_id) for one in papers).values()) == 1
        assert {documents.read_content(paper) for paper in papers} == {b"%PDF-1.7 of the test"}
        by_year = Counter(session.scalars(select(RegisterEntry.year)))
        for year_of_register, count in by_year.items():
            numbers = session.scalars(select(RegisterEntry.number).where(RegisterEntry.year == year_of_register)).all()
            assert sorted(numbers) == list(range(1, count + 1))
        assert not audit_check.verify(session).findings


def test_the_register_goes_on_from_day_to_day_and_never_back(year):
    with db.reading() as session:
        zone = ZoneInfo(organisation.municipality(session).timezone)
        lines = session.scalars(select(RegisterEntry).order_by(RegisterEntry.year, RegisterEntry.number)).all()
        assert {line.paper is None for line in lines} == {True, False}
        for days in ([line.dated_on for line in lines], [line.entered_at.astimezone(zone).date() for line in lines]):
            assert len(set(days)) > 50
            assert [day for before, day in pairwise(days) if day < before] == []
        assert [line.label for before, line in pairwise(lines) if line.entered_at < before.entered_at] == []


def test_everything_happened_in_the_order_of_the_year_and_nothing_after_its_end(year):
    with db.reading() as session:
        for referral in session.scalars(select(Referral)):
            moments = [row.at for row in referral.history]
            assert moments == sorted(moments)
            assert moments[-1] <= A_WEDNESDAY
        first = min(one.opened_at for one in session.scalars(select(Referral)))
        assert (A_WEDNESDAY - first).days > 300
    assert clock.now() == A_WEDNESDAY


def test_mail_of_the_year_lies_in_the_data_folder_and_none_waits(year):
    with db.reading() as session:
        mail = session.scalars(select(Mail)).all()
        assert all(one.sent_at or one.stopped_at for one in mail)
        files = {path.stem for path in (year / "mail").glob("*.eml")}
        alone = {one.message_id.strip("<>").partition("@")[0] for one in mail if one.sent_at and one.date_id is None}
        assert alone <= files, "what is part of no date of a team went by itself, each in a file of its own"
        of_dates = session.scalars(select(DateCall)).all()
        assert len(files - alone) == sum(one.sequence for one in of_dates), "each letter about a date in one"
        assert all(one.sent_at for one in of_dates)
        told = {(one.date_id, one.recipient) for one in mail if one.sent_at and one.date_id}
        assert told, "some of it was part of a date, and that was told of"
        assert told <= {(one.date_id, one.recipient) for one in of_dates}
        assert len(alone) > 50


def test_those_who_decide_find_work_waiting_and_a_board_that_lives(year):
    today = A_WEDNESDAY.date()
    with db.reading() as session:
        coordinator, head = person(session, "Karin").actor(), person(session, "Henrik").actor()
        assert len(worklist.waiting_for(session, coordinator, today=today)) > 5
        assert len(worklist.waiting_for(session, head, today=today)) >= 3
        columns = queries.board(session, coordinator, queries.Filters(today))
        assert sum(bool(column.cards) for column in columns) >= 6
        assert worklist.waiting_for(session, person(session, "Otto").actor(), today=today)
        late = [
            one for one in session.scalars(select(Referral)) if one.is_open and one.target_on and one.target_on < today
        ]
        assert 2 <= len(late) <= 8


def test_teams_have_met_advised_asked_upward_developed_and_learnt(year):
    with db.reading() as session:
        first, last = (session.scalars(select(TeamDate.starts_at).order_by(order)).first() for order in (TeamDate.starts_at, TeamDate.starts_at.desc()))  # fmt: skip
        assert first < A_WEDNESDAY < last
        asked = session.scalars(select(Consultation).order_by(Consultation.asked_at)).all()
        assert [(one.state, one.team.level) for one in asked] == [
            (ConsultationState.CLOSED, TeamLevel.STAFF),
            (ConsultationState.ASKED, TeamLevel.STAFF),
        ]
        assert_that_teams_talked_developed_and_learnt(session)


def assert_that_teams_talked_developed_and_learnt(session: Session) -> None:
    """A round is over with its report and one is under way, work of each kind is there, and lessons with a seminar to come."""
    past, under_way = session.scalars(select(ConsultationRound).order_by(ConsultationRound.first_on)).all()
    today = A_WEDNESDAY.date()
    assert [enrolling.state_of(one, today) for one in (past, under_way)] == [RoundState.OVER, RoundState.UNDER_WAY]
    assert report.report(session, past)
    assert evaluating.results(session, past).mean
    assert not report.report(session, under_way)
    work = session.scalars(select(DevelopmentCase)).all()
    assert {one.kind for one in work} == set(DevelopmentKind)
    assert [one.closed_at is None for one in work].count(False) == 1
    planned = {(one.level, one.kind) for one in session.scalars(select(DevelopmentAction))}
    assert planned == set(product(GovernanceLevel, LevelledKind))
    assert sorted(one.state for one in session.scalars(select(Lesson))) == ["published"] * 3 + ["to_check"]
    assert session.scalars(select(Seminar.starts_at)).one() > A_WEDNESDAY


def test_questions_go_from_level_to_level_and_those_that_wait_stand_on_an_agenda(year):
    with db.reading() as session:
        asked = session.scalars(select(UpwardQuestion).order_by(UpwardQuestion.asked_at)).all()
        assert [(one.from_forum.level, one.to_forum.level, one.state, one.date_id is not None) for one in asked] == [
            (TeamLevel.CHILD, TeamLevel.AREA, UpwardState.CLOSED, False),
            (TeamLevel.AREA, TeamLevel.MUNICIPALITY, UpwardState.CLOSED, False),
            (TeamLevel.CHILD, TeamLevel.MUNICIPALITY, UpwardState.ANSWERED, False),
            (TeamLevel.CHILD, TeamLevel.MUNICIPALITY, UpwardState.ASKED, True),
            (TeamLevel.CHILD, TeamLevel.AREA, UpwardState.ASKED, True),
        ]
        assert {one.level for one in session.scalars(select(Forum))} == set(TeamLevel)
        karin = person(session, "Karin").actor()
        first, second, *_later = dates.coming(session, forum_called(session, "htl-linden"))
        slots = [(slot, slot.item.referral) for date in (first, second) for slot in agenda.slots(session, date)]
        assert len(slots) >= 3
        assert all(agenda.may_see(referral, karin) for _slot, referral in slots)
        called = {referral.id: slot.starts_at for slot, referral in slots if referral.state == SCHEDULED}
        meetings = session.scalars(select(TeamMeeting).where(TeamMeeting.referral_id.in_(called)))
        assert {one.referral_id: one.starts_at for one in meetings} == called


def test_of_a_protected_child_no_name_stands_anywhere_and_only_those_on_the_list_know(year):
    with db.reading() as session:
        protected = by_child(session)[NAMELESS]
        assert protected.has_protected_identity
        know = {
            one.name.split()[0] for one in session.scalars(select(Account)) if agenda.may_see(protected, one.actor())
        }
        assert know == {"Karin", "Henrik", "Petra", "Kim"}
        concern = session.scalars(select(Concern).where(Concern.referral_id == protected.id)).one()
        assert (protected.child_name, protected.child_group) == (None, None)
        assert (concern.observations or "").startswith("Eleven ")


def test_terms_that_are_over_are_counted_by_area_on_their_day(year):
    with db.reading() as session:
        manager, (newest, *_earlier) = person(session, "Margit").actor(), kept.counted(session)
        told = kept.of_term(session, newest, by=manager)
        assert kept.day_of(session, told) == newest.counted_on
        assert told.tables[0].columns == ("Norr", "Söder")
        assert any(kept.told_of(session, term).concerns for term in kept.counted(session)), "a visitor sees numbers"
        assert quality_report.to_issue(session), "the first night prints the year's report"


def test_a_second_year_is_refused(year):
    with db.writing() as session, pytest.raises(StartRefused, match="this one holds referrals"):
        make_year(session, tell=print)
    assert cli.main(["demo-municipality", "--with-year"]) == 0, "a municipality that is there stays as it is"
    with db.reading() as session:
        assert len(session.scalars(select(Referral.id)).all()) == len(IN_SWEDEN) + 1  # one moved to another school


@pytest.fixture
def danish(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The Danish municipality, new, and a shift file to play with."""
    monkeypatch.setenv("TRIVSEL_DATA", str(tmp_path))
    config.current.cache_clear()
    founding.set_up(session, municipality_file.read(cli.DEMONSTRATIONS / "dk.toml"), password_hashes={})
    with time_machine.travel(A_WEDNESDAY, tick=False):
        yield session
    clock.use_shift_file(None)
    config.current.cache_clear()


def test_a_danish_year_is_printed_beside_the_work(danish, monkeypatch):
    consultations = [row | {"ago": min(row["ago"], 10)} for row in Book.of(Country.DK).teams["consultations"]]
    only(monkeypatch, "Asger", "Stella", **NO_TEAMWORK | {"consultations": consultations})
    told: list[tuple[str, int, int]] = []
    make_year(danish, tell=lambda *line: told.append(line))
    assert {name: one.state for name, one in by_child(danish).items()} == {
        "Asger": PARTS_REQUESTED,
        "Stella": IN_TRIAGE,
    }
    papers = danish.scalars(select(Document)).all()
    assert len(papers) >= 6
    assert all(documents.read_content(paper).startswith(b"%PDF-") for paper in papers)
    assert {one.level for one in danish.scalars(select(Forum))} == set(TeamLevel)
    asked = danish.scalars(select(Consultation).order_by(Consultation.asked_at)).all()
    assert [(one.state, one.team.level) for one in asked] == [
        (ConsultationState.CLOSED, TeamLevel.STAFF),
        (ConsultationState.ASKED, TeamLevel.STAFF),
    ]
    assert (told[0], told[-1]) == ((WHOLE, 0, 1), (WHOLE, 1, 1))
    assert {part for part, _done, _of in told[1:-1]} == {"a year of invented work, autumn term 2026"}
    assert all(0 <= done <= of for _part, done, of in told)


def test_in_a_danish_year_teams_talk_ask_upward_develop_and_learn_too(danish, monkeypatch):
    """With one child alone whose referral is closed by then: lessons come from it."""
    only(monkeypatch, "Elias")
    make_year(danish, tell=lambda *_line: None, printers=AtOnce())
    assert_that_teams_talked_developed_and_learnt(danish)
    asked = danish.scalars(select(UpwardQuestion).order_by(UpwardQuestion.asked_at)).all()
    assert Counter(one.state for one in asked) == {UpwardState.CLOSED: 2, UpwardState.ANSWERED: 1, UpwardState.ASKED: 2}


def test_a_years_holidays_stand_once_and_begin_and_end_on_school_days(danish):
    world = World(danish, Book.of(Country.DK), clock.now(), Printer(AtOnce()))
    stretches = danish.scalars(select(ClosedDay)).all()
    assert max(Counter((one.label, one.first_on.year) for one in stretches).values()) == 1
    assert {one.label for one in stretches} == {label for label, _first, _last in world.book.holidays}
    assert max(day.weekday() for one in stretches for day in (one.first_on, one.last_on)) == 4  # a Friday
    days = world.school_days(date(2026, 6, 25))
    assert days[:3] == [date(2026, 6, 25), date(2026, 6, 26), date(2026, 8, 10)], "the summer is no work"


def test_unlawful_absence_is_warned_of_and_reported_by_the_head_teacher_and_one_report_waits(danish, monkeypatch):
    only(monkeypatch, "Stella", counts_absence=True, **NO_TEAMWORK)
    make_year(danish, tell=lambda *_line: None, printers=AtOnce())
    steps = {
        pupil.name.split()[0]: [
            (step.kind, step.is_sent) for step in sorted(pupil.steps, key=lambda step: step.prepared_at)
        ]
        for pupil in danish.scalars(select(AbsentPupil))
    }
    warned, reported, waits = (
        (AbsenceStepKind.WARNING, True),
        (AbsenceStepKind.REPORT, True),
        (AbsenceStepKind.REPORT, None),
    )
    assert steps == {"Bastian": [], "Nanna": [warned], "Silas": [warned, waits], "Viola": [warned, reported]}


def test_what_fails_half_way_leaves_nothing_behind_and_the_date_where_it_was(danish, monkeypatch):
    only(monkeypatch, "Asger", **NO_TEAMWORK)
    monkeypatch.setattr("referrals.notifications.write", lambda *_given: 1 / 0)
    with danish.begin_nested() as attempt:
        with pytest.raises(ZeroDivisionError):
            make_year(danish, tell=print, printers=AtOnce())
        attempt.rollback()
    assert not danish.scalars(select(Referral)).all()
    assert clock.now() == A_WEDNESDAY


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [("TRIVSEL_SMTP_HOST", "post.invalid", "must not reach a post office"), ("TRIVSEL_MODE", "production", "for demonstrations only")],
)  # fmt: skip
def test_it_is_for_demonstrations_that_mail_nobody(danish, monkeypatch, name, value, why):
    settings = config.current().model_copy(
        update={"mode": config.Mode.PRODUCTION} if "MODE" in name else {"smtp_host": value}
    )
    monkeypatch.setattr("webapp.demo_year.founding.current", lambda: settings)
    with pytest.raises(StartRefused, match=why):
        make_year(danish, tell=print)


@pytest.mark.parametrize("country", list(Country))
def test_what_is_written_is_whole_kind_to_the_wordlists_and_different_for_each_child(country):
    book = Book.of(country)
    for child in book.children:
        assert child.theme in book.themes, child.name
    assert set(book.themes) == {child.theme for child in book.children}
    for text in [
        *book.words.values(),
        *(text for one in (*book.children, *book.themes.values()) for text in texts_of(one)),
    ]:
        assert not wording.look(text), text
        assert text == text.strip()
    assert all(len(theme.plain) <= LONGEST_GOAL for theme in book.themes.values())
    for told in ("name", "seen", "strengths", "voice"):
        said = [getattr(child, told) for child in book.children]
        assert len(set(said)) == len(said)


def texts_of(one: object) -> list[str]:
    return [value for value in dataclasses.asdict(one).values() if isinstance(value, str)]  # type: ignore[call-overload]


def test_the_two_countries_tell_of_the_same_things():
    swedish, danish = Book.of(Country.SE), Book.of(Country.DK)
    assert swedish.words.keys() == danish.words.keys()
    assert swedish.themes.keys() == danish.themes.keys()
    assert [(one.theme, one.ago, one.turn, one.rests) for one in swedish.children] == [
        (one.theme, one.ago, one.turn, one.rests) for one in danish.children
    ]


@pytest.mark.parametrize(("longer", "way"), [("", "forkserver"), ("long" * 25, "spawn")])
def test_printers_end_with_whoever_is_killed_while_they_print(longer: str, way: str) -> None:
    """They hold the output that is read here open, so that its end is theirs. A data folder may have a long name."""
    dies = """if __name__ == "__main__":
        import os
        from webapp.demo_year import founding
        printers = founding._printers()
        print(printers._mp_context.get_start_method(), printers.submit(os.getpid).result() > 0, flush=True)
        os.kill(os.getpid(), 9)"""
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        place = Path(short, longer)
        place.mkdir(exist_ok=True)
        around = os.environ | {"TMPDIR": str(place)}
        died = subprocess.run(
            [sys.executable, "-c", dies], env=around, capture_output=True, text=True, check=False, timeout=90
        )
    assert (died.returncode, died.stdout) == (-signal.SIGKILL, f"{way} True\n")
