"""The register: one numbered line for everything that came in or went out, told by nobody's name."""

import threading
import uuid
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, db, documents, intake, migrations
from referrals.access import Actor, Role
from referrals.errors import SealBroken
from referrals.keeping import register
from referrals.keeping.register import Wanted
from referrals.models import (
    Account,
    Base,
    Document,
    History,
    Membership,
    Referral,
    RegisterEntry,
    RegisterYear,
    RoleAssignment,
    Unit,
)
from referrals.safeguarding import protection
from referrals.stages import RETURNED
from referrals.vocabulary import (
    Counterpart,
    Direction,
    DocumentKind,
    Profession,
    Registered,
    ReporterKind,
    Standing,
)
from tests import straight_way
from tests.factories import a_guardian, a_referral, protected
from tests.people import NO_PASSWORD, Cast, settle

#: the migration before the one that brings the register in
BEFORE = f"{int(next(Path(migrations.__file__).parent.glob('versions/*_add_the_register.py')).name[:4]) - 1:04d}"
#: no filter at all
EVERYTHING = Wanted()


@pytest.fixture
def registrar(session: Session, cast: Cast) -> Actor:
    """Somebody who keeps the register of the school and sees nothing else."""
    account = Account(
        email="rut.arkivsson@trivsel.invalid", name="Rut Arkivsson", profession=Profession.ADMINISTRATOR, language="sv",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.REGISTRAR, unit=cast.school)],
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account.actor()


def enter(session: Session, referral: Referral, of: uuid.UUID | None = None, **details: object) -> RegisterEntry:
    details.setdefault("counterpart", Counterpart.OTHER)
    return register.enter(session, Registered.ATTACHMENT, of or uuid.uuid4(), referral=referral, **details)  # type: ignore[arg-type]


def seen_by(session: Session, actor: Actor, wanted: Wanted = EVERYTHING) -> set[str]:
    return {entry.label for entry in register.listing(session, actor, wanted).rows}


@pytest.mark.usefixtures("wednesday")
def test_a_concern_gets_a_line_the_moment_it_comes_in(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    (entry,) = register.entries_beside(session, referral)
    assert (entry.label, entry.dated_on, entry.direction) == ("2026-000001", date(2026, 9, 16), Direction.RECEIVED)
    assert (entry.counterpart, entry.function, entry.subject) == (
        Counterpart.REPORTER,
        ReporterKind.TEACHER,
        "Concern to the team",
    )
    assert (entry.unit_id, entry.secrecy) == (cast.school.id, "secrecy")


def test_what_a_reporter_adds_and_completes_gets_lines_of_its_own(session: Session, cast: Cast) -> None:
    added, returned = a_referral(session, cast), a_referral(session, cast, RETURNED)
    intake.add_to_concern(session, added, by=Actor(reported=added.id), seen=None, text="Hon grät i dag.")
    intake.add_to_concern(session, added, by=Actor(reported=added.id), seen=None, text="Hon grät i dag.")
    intake.resubmit_concern(session, returned, by=Actor(reported=returned.id), seen=None, text="Sedan i våras.")
    assert [entry.kind for entry in register.entries_beside(session, added)] == [Registered.ADDITION]
    assert [entry.kind for entry in register.entries_beside(session, returned)] == [Registered.COMPLETION]


def test_a_part_that_comes_in_is_entered_by_the_profession_of_its_writer(session: Session, cast: Cast) -> None:
    referral = straight_way.submit(session, cast.school)
    for decide in straight_way.DECISIONS[:7]:
        decide(session, cast, referral)
    entry = register.entries_beside(session, referral)[-1]
    assert (entry.kind, entry.counterpart, entry.function) == (
        Registered.PART,
        Counterpart.STAFF,
        Profession.SPECIAL_EDUCATOR,
    )


@pytest.mark.parametrize(
    ("recipient", "counterpart"),
    [
        ("file", Counterpart.FILE),
        ("reporter", Counterpart.REPORTER),
        (f"guardian:{uuid.UUID(int=1)}", Counterpart.GUARDIAN),
    ],
)
def test_each_issued_paper_is_entered_once_by_whom_it_is_for(
    session: Session, cast: Cast, recipient: str, counterpart: Counterpart
) -> None:
    referral = a_referral(session, cast)
    row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
    paper = documents.Paper(DocumentKind.REFERRAL, recipient, "sv")
    issued = documents.issue(session, row, paper, content=b"%PDF")
    documents.issue(session, row, paper, content=b"%PDF")
    (entry,) = register.entries_beside(session, referral)
    assert (entry.object_id, entry.direction, entry.paper) == (issued.id, Direction.ISSUED, DocumentKind.REFERRAL)
    assert (entry.counterpart, entry.subject) == (counterpart, "Concern to the team")
    assert register.numbers_beside(session, referral) == {issued.id: entry.label}


def test_the_numbers_of_a_year_have_no_gap_and_begin_anew_each_year(session: Session, cast: Cast, wednesday) -> None:  # type: ignore[no-untyped-def]
    referral = a_referral(session, cast)
    first = [enter(session, referral).label for _ in range(3)]
    wednesday.move_to("2027-01-02T09:00:00+00:00")
    assert [*first, enter(session, referral).label] == ["2026-000001", "2026-000002", "2026-000003", "2027-000001"]
    assert register.years(session) == [2027, 2026]


def test_what_is_taken_back_takes_its_number_back(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        referral_id = a_referral(session, settle(session)).id

    def fail() -> None:
        with db.writing(fresh_address) as session:
            enter(session, session.get_one(Referral, referral_id))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with db.writing(fresh_address) as session:
        assert enter(session, session.get_one(Referral, referral_id)).number == 1


def test_those_who_enter_at_the_same_moment_get_one_number_each(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        referral_id = a_referral(session, settle(session)).id
    ready = threading.Barrier(4)

    def work() -> None:
        ready.wait()
        for _ in range(5):
            with db.writing(fresh_address) as session:
                enter(session, session.get_one(Referral, referral_id))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(fresh_address) as session:
        assert sorted(session.scalars(select(RegisterEntry.number))) == list(range(1, 21))
        assert session.scalars(select(RegisterYear.last)).one() == 20


def test_a_name_is_sealed_and_kept_beside_a_referral_only(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    entry = enter(session, referral, name="Viola Vattenmelonsson")
    session.expire_all()
    assert entry.counterpart_name == "Viola Vattenmelonsson"
    row = session.execute(select(Base.metadata.tables["register_entry"]).where(RegisterEntry.id == entry.id)).one()
    assert "Vattenmelon" not in repr(row)
    with pytest.raises(SealBroken):
        enter(session, None, name="Viola Vattenmelonsson")  # type: ignore[arg-type]


def test_coordinators_heads_and_the_registrar_read_the_lines_of_their_units(
    session: Session, cast: Cast, registrar: Actor
) -> None:
    label = enter(session, a_referral(session, cast)).label
    elsewhere = enter(session, a_referral(session, cast, unit_id=cast.other_school.id)).label
    for reader in (cast.coordinator.actor(), cast.head_teacher.actor(), registrar):
        assert seen_by(session, reader) == {label}
    assert seen_by(session, cast.outsider.actor()) == {elsewhere}
    for stranger in (cast.special_educator.actor(), cast.administrator.actor(), Actor()):
        assert seen_by(session, stranger) == set()
    assert [unit.name for unit in register.units_of(session, registrar)] == ["Lindskolan"]


def test_who_is_kept_out_of_a_referral_sees_no_line_of_it(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    enter(session, referral)
    session.add(
        Membership(referral=referral, account_id=cast.coordinator.id, standing=Standing.SHUT_OUT, since=clock.now())
    )
    session.flush()
    assert seen_by(session, cast.coordinator.actor()) == set()


def test_the_register_is_narrowed_by_unit_direction_kind_and_year(session: Session, cast: Cast) -> None:
    referral, reader = a_referral(session, cast), cast.coordinator.actor()
    came = enter(session, referral)
    went = enter(session, referral, direction=Direction.ISSUED, paper=DocumentKind.MINUTES)
    both = {came.label, went.label}
    assert seen_by(session, reader, Wanted(unit="lindskolan")) == both
    assert seen_by(session, reader, Wanted(unit="askskolan")) == set()
    assert seen_by(session, reader, Wanted(direction=Direction.ISSUED)) == {went.label}
    assert seen_by(session, reader, Wanted(kind=Registered.ATTACHMENT)) == both
    assert seen_by(session, reader, Wanted(kind=Registered.PART)) == set()
    assert seen_by(session, reader, Wanted(year=came.year)) == both
    assert seen_by(session, reader, Wanted(year=1999)) == set()
    assert {entry.label for entry in register.everything(session, reader, EVERYTHING)} == both
    assert (Wanted().are_set, Wanted(year=1999).are_set) == (False, True)


def test_the_lines_of_a_protected_child_are_for_its_access_list_and_tell_no_school(
    session: Session, cast: Cast, registrar: Actor
) -> None:
    referral = a_referral(session, cast, owner_id=cast.coordinator.id)
    entry, plain = enter(session, referral), enter(session, a_referral(session, cast))
    protected(session, referral, by=cast.coordinator)
    assert (register.shown_unit(entry), register.shown_unit(plain)) == ("", "Lindskolan")
    listed, not_listed = cast.coordinator.actor(), cast.second_coordinator.actor()
    assert {entry.label, plain.label} <= seen_by(session, listed)
    assert entry.label not in seen_by(session, listed, Wanted(unit="lindskolan"))
    assert entry.label not in seen_by(session, not_listed) | seen_by(session, registrar)
    assert plain.label in seen_by(session, not_listed) & seen_by(session, registrar)


def test_a_page_past_the_end_is_the_last_one(session: Session, cast: Cast) -> None:
    referral, reader = a_referral(session, cast), cast.coordinator.actor()
    labels = [enter(session, referral).label for _ in range(3)]
    page = register.listing(session, reader, Wanted(), number=9, size=2)
    assert (page.number, page.pages, page.total) == (2, 2, 3)
    assert [entry.label for entry in page.rows] == [labels[0]]


def test_a_paper_that_was_stopped_keeps_its_line(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
    paper = documents.Paper(DocumentKind.MINUTES, f"guardian:{guardian.id}", "sv")
    issued = documents.issue(session, row, paper, content=b"%PDF")
    documents.stop(session, referral, issued, by=cast.coordinator.actor())
    assert register.stopped_among(session, register.entries_beside(session, referral)) == {issued.id}


# ------------------------------------------------------------------------------------- protection reports
def a_report(session: Session, cast: Cast, **recorded: object):  # type: ignore[no-untyped-def]
    referral = straight_way.submit(session, cast.school)
    report = protection.write_report(
        session, by=cast.counsellor.actor(), written={"seen": "Blåmärken.", **recorded}, unit=cast.school
    )
    return referral, report


def everybodys(session: Session, cast: Cast, registrar: Actor) -> list[str]:
    readers = [registrar, *(account.actor() for account in session.scalars(select(Account)))]
    return [entry.label for reader in readers for entry in register.everything(session, reader, EVERYTHING)]


def test_a_protection_report_takes_no_number_before_all_guardians_were_told(
    session: Session, cast: Cast, registrar: Actor
) -> None:
    referral, report = a_report(session, cast)
    before, last = everybodys(session, cast, registrar), session.scalars(select(RegisterYear.last)).one()
    protection.finish_report(session, report, by=cast.counsellor.actor())
    for told in ("nobody", "some"):
        protection.record_since(
            session, report, by=cast.counsellor.actor(), recorded={"told": told, "in_writing_on": date(2026, 9, 16)}
        )
    assert everybodys(session, cast, registrar) == before
    assert session.scalars(select(RegisterYear.last)).one() == last
    # not even a gap: the next line has the next number
    assert enter(session, referral).number == last + 1


def test_once_opened_it_stands_in_the_register_of_the_registrar_alone(
    session: Session, cast: Cast, registrar: Actor
) -> None:
    _referral, report = a_report(session, cast)
    protection.finish_report(session, report, by=cast.counsellor.actor())
    protection.record_since(session, report, by=cast.counsellor.actor(), recorded={"told": "all"})
    protection.record_since(session, report, by=cast.counsellor.actor(), recorded={"told": "all"})
    entry = register.entry_of(session, report.id)
    assert entry is not None
    assert (entry.kind, entry.referral_id, entry.counterpart) == (
        Registered.PROTECTION_REPORT,
        None,
        Counterpart.AUTHORITY,
    )
    assert entry.label in seen_by(session, registrar)
    for account in session.scalars(select(Account).where(Account.id != registrar.account_id)):
        assert entry.label not in seen_by(session, account.actor())


def test_told_before_it_was_finished_it_is_entered_with_its_paper(session: Session, cast: Cast) -> None:
    _referral, report = a_report(session, cast, told="all")
    assert register.entry_of(session, report.id) is None
    protection.finish_report(session, report, by=cast.counsellor.actor())
    assert register.entry_of(session, report.id) is not None


def test_taken_back_its_line_is_struck_and_opened_again_it_gets_another(
    session: Session, cast: Cast, registrar: Actor
) -> None:
    _referral, report = a_report(session, cast, told="all")
    protection.finish_report(session, report, by=cast.counsellor.actor())
    first = register.entry_of(session, report.id)
    assert first is not None
    protection.record_since(session, report, by=cast.counsellor.actor(), recorded={"told": "some"})
    assert first.struck_at is not None
    assert first.label in seen_by(session, registrar)
    assert first.label not in seen_by(session, registrar, Wanted(kind=Registered.PROTECTION_REPORT))
    protection.record_since(session, report, by=cast.counsellor.actor(), recorded={"told": "all"})
    second = register.entry_of(session, report.id)
    assert second is not None
    assert second.number == first.number + 1


def test_a_report_from_no_unit_is_entered_for_every_registrar(session: Session, cast: Cast, registrar: Actor) -> None:
    report = protection.write_report(session, by=cast.counsellor.actor(), written={"seen": "Blåmärken.", "told": "all"})
    protection.finish_report(session, report, by=cast.counsellor.actor())
    assert len(seen_by(session, registrar)) == 1


# ---------------------------------------------------------------------------------------- what was there before
def test_what_was_there_before_the_register_is_entered_in_its_order(fresh_address: str) -> None:
    Base.metadata.drop_all(db.engine_for(fresh_address))
    with db.engine_for(fresh_address).begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    migrations.upgrade(fresh_address)
    with db.writing(fresh_address) as session:
        cast = settle(session)
        referral = straight_way.submit(session, cast.school)
        for decide in straight_way.DECISIONS[:8]:
            decide(session, cast, referral)
        intake.add_to_concern(session, referral, by=Actor(reported=referral.id), seen=None, text="Hon grät.")
        row = session.scalars(select(History).where(History.referral_id == referral.id, History.number == 1)).one()
        documents.issue(session, row, documents.Paper(DocumentKind.MINUTES, "file", "sv"), content=b"%PDF")
        before = {
            (entry.kind, entry.function, entry.object_id, entry.unit_id)
            for entry in session.scalars(select(RegisterEntry))
            if entry.kind is not Registered.CONSENT_ANSWER  # registered since a later version only
        }
    migrations.downgrade(fresh_address, to=BEFORE)
    migrations.upgrade(fresh_address)
    with db.reading(fresh_address) as session:
        entries = session.scalars(select(RegisterEntry).order_by(RegisterEntry.number)).all()
        assert {(entry.kind, entry.function, entry.object_id, entry.unit_id) for entry in entries} == before
        assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
        assert session.scalars(select(RegisterYear.last)).one() == len(entries)
        assert session.scalars(select(Document.id)).one() in {entry.object_id for entry in entries}
        assert session.scalars(select(Unit.slug)).all()
