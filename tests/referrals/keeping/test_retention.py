"""Retention: nothing goes without a rule, a second person and a night; what goes leaves a receipt, and backups cannot bring it back."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, closure, documents, history
from referrals.access import Actor, Role
from referrals.errors import AlreadyDecided, ContentGone, NotAllowed, NotDue, OnHold, SamePerson
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.keeping import archive, audit_check, contents, retention
from referrals.models import (
    Account,
    AuditEvent,
    Base,
    Concern,
    Disposal,
    Document,
    Guardian,
    History,
    LegalHold,
    Referral,
    RoleAssignment,
    Step,
    StepKind,
    What,
)
from referrals.safeguarding import protected_identity, protection
from referrals.sealing import Sealed
from referrals.stages import CLOSED, IN_TRIAGE, Party, Verb
from referrals.vocabulary import ContentKind, DisposalState, DocumentKind, Fate, FileKind, Profession
from tests.factories import a_guardian, a_referral
from tests.people import NO_PASSWORD, Cast
from tests.referrals.safeguarding.test_protection import a_report

DAY, YEAR = timedelta(days=1), timedelta(days=366)


@pytest.fixture
def plan(cast: Cast) -> dict[str, Any]:
    """The municipality's plan: everything goes after five years. What a test changes in it counts."""
    rules: dict[str, Any] = {
        "plan": "Dokumenthanteringsplan 2026",
        "kinds": {kind.value: {"years": 5, "then": "dispose"} for kind in ContentKind},
    }
    cast.municipality.retention = rules
    return rules["kinds"]


@pytest.fixture
def registrar(session: Session, cast: Cast) -> Account:
    """Somebody who keeps the archive of the school's papers."""
    account = Account(
        email="regina.arkivfeldt@trivsel.invalid", name="Regina Arkivfeldt", profession=Profession.ADMINISTRATOR, language="sv",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.REGISTRAR, unit=cast.school)],
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


@pytest.fixture
def closed(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> Referral:
    """A referral that ended today, with a guardian and a paper."""
    referral = a_referral(session, cast, CLOSED)
    a_guardian(session, referral, told_by=cast.coordinator)
    row = session.scalars(select(History).where(History.referral_id == referral.id)).one()
    documents.issue(session, row, documents.Paper(DocumentKind.CLOSING, "file", "sv"), content=b"%PDF-1.7 paper")
    return referral


def propose(session: Session, cast: Cast, referral: Referral, fate: Fate = Fate.DISPOSE) -> Disposal:
    return retention.propose_disposal(session, referral, by=cast.coordinator.actor(), fate=fate)


def let_go(session: Session, cast: Cast, referral: Referral, wednesday: time_machine.Traveller) -> Disposal:
    """Proposed, approved, and done in the night."""
    disposal = propose(session, cast, referral)
    retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    wednesday.shift(DAY)
    (found,) = retention.approved(session, today=clock.now().date())
    return retention.carry_out(session, found)


def due(session: Session, somebody: Account) -> list[tuple[str, Fate, int]]:
    found = retention.due(session, somebody.actor(), today=clock.now().date())
    return [(one.referral.number, one.fate, len(one.kinds)) for one in found]


def test_every_sealed_value_of_a_referral_is_of_some_kind() -> None:
    named = {table for tables in contents.TABLES.values() for table in tables} | contents.OF_THE_PROCESS
    holding = {
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if "referral_id" in mapper.local_table.c or mapper.class_ is Referral
        if any(isinstance(getattr(mapper.class_, name), Sealed) for name in dir(mapper.class_))
    }
    elsewhere = {
        "draft",
        "protection_report",
    }  # gone with their day; kept with keys of their own, beside every referral
    assert holding - named == elsewhere
    assert set(contents.TABLES) == set(ContentKind)


def test_without_a_plan_nothing_is_ever_due(
    session: Session, cast: Cast, closed: Referral, wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(100 * YEAR)
    assert due(session, cast.coordinator) == []
    with pytest.raises(NotDue):
        propose(session, cast, closed)


def test_content_is_due_when_its_years_are_over_and_not_a_day_before(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    wednesday.move_to(closed.stage_since.replace(year=closed.stage_since.year + 5) - DAY)
    assert due(session, cast.coordinator) == []
    wednesday.shift(DAY)
    assert due(session, cast.coordinator) == [(closed.number, Fate.DISPOSE, len(ContentKind))]
    assert due(session, cast.outsider) == due(session, cast.special_educator) == []


def test_a_referral_that_ended_on_a_leap_day_is_over_on_the_first_of_march(
    session: Session, cast: Cast, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    leap = a_referral(session, cast, CLOSED)
    leap.stage_since = leap.stage_since.replace(year=2028, month=2, day=29)
    session.flush()
    wednesday.move_to(leap.stage_since.replace(year=2033, month=2, day=28))
    assert due(session, cast.coordinator) == []
    wednesday.shift(DAY)
    assert due(session, cast.coordinator) == [(leap.number, Fate.DISPOSE, len(ContentKind))]


def test_what_is_still_open_is_never_due(
    session: Session, cast: Cast, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    still_open = a_referral(session, cast, IN_TRIAGE)
    wednesday.shift(20 * YEAR)
    assert due(session, cast.coordinator) == []
    with pytest.raises(NotDue):
        propose(session, cast, still_open)


def test_each_kind_of_content_has_a_time_and_a_fate_of_its_own(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    plan.clear()
    plan |= {"post": {"years": 1, "then": "dispose"}, "papers": {"years": 2, "then": "preserve"}}
    wednesday.shift(YEAR)
    assert due(session, cast.coordinator) == [(closed.number, Fate.DISPOSE, 1)]
    wednesday.shift(2 * YEAR)
    assert due(session, cast.coordinator) == [(closed.number, Fate.DISPOSE, 1), (closed.number, Fate.PRESERVE, 1)]
    let_go(session, cast, closed, wednesday)
    assert due(session, cast.coordinator) == [(closed.number, Fate.PRESERVE, 1)]
    assert session.scalars(select(Concern.referral_id)).all() == [closed.id]
    assert closed.child_name == "Mila Testsson"


def test_only_those_who_answer_for_the_unit_propose(
    session: Session,
    cast: Cast,
    closed: Referral,
    plan: dict[str, Any],
    registrar: Account,
    wednesday: time_machine.Traveller,
) -> None:
    wednesday.shift(6 * YEAR)
    for somebody in (cast.outsider, cast.special_educator, cast.administrator):
        with pytest.raises(NotAllowed):
            retention.propose_disposal(session, closed, by=somebody.actor(), fate=Fate.DISPOSE)
    disposal = retention.propose_disposal(session, closed, by=registrar.actor(), fate=Fate.DISPOSE)
    assert (disposal.state, disposal.rule["plan"]) == (DisposalState.PROPOSED, "Dokumenthanteringsplan 2026")
    with pytest.raises(AlreadyDecided):
        propose(session, cast, closed)
    assert due(session, cast.coordinator) == []


def test_whoever_proposes_does_not_approve(
    session: Session,
    cast: Cast,
    closed: Referral,
    plan: dict[str, Any],
    registrar: Account,
    wednesday: time_machine.Traveller,
) -> None:
    wednesday.shift(6 * YEAR)
    disposal = retention.propose_disposal(session, closed, by=registrar.actor(), fate=Fate.DISPOSE)
    with pytest.raises(SamePerson):
        retention.approve_disposal(session, disposal, by=registrar.actor())
    for somebody in (cast.coordinator, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            retention.approve_disposal(session, disposal, by=somebody.actor())
    assert [retention.may_approve(disposal, one.actor()) for one in (registrar, cast.coordinator)] == [True, False]
    retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    assert (disposal.state, disposal.decided_by) == (DisposalState.APPROVED, cast.head_teacher)
    with pytest.raises(AlreadyDecided):
        retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())


def test_it_goes_in_the_night_after_and_can_be_stopped_until_then(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(6 * YEAR)
    disposal = propose(session, cast, closed)
    with pytest.raises(AlreadyDecided):
        retention.carry_out(session, disposal)
    retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    assert retention.approved(session, today=clock.now().date()) == []
    retention.decline_disposal(session, disposal, by=cast.head_teacher.actor())
    wednesday.shift(DAY)
    assert retention.approved(session, today=clock.now().date()) == []
    assert closed.child_name == "Mila Testsson"
    with pytest.raises(AlreadyDecided):
        retention.decline_disposal(session, disposal, by=cast.head_teacher.actor())
    with pytest.raises(NotAllowed):
        retention.decline_disposal(session, disposal, by=cast.coordinator.actor())


def test_what_went_leaves_only_the_receipt_and_the_record_of_the_process(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    paper = session.scalars(select(Document)).one()
    checksum, wrapped = paper.checksum, bytes(closed.wrapped_key)
    protected_identity.set_index(closed)
    assert closed.child_name_index
    wednesday.shift(6 * YEAR)
    disposal = let_go(session, cast, closed, wednesday)
    assert disposal.state is DisposalState.DONE
    assert disposal.receipt is not None
    assert disposal.receipt["rows"]["concern"] == disposal.receipt["rows"]["guardian"] == 1
    assert disposal.receipt["papers"] == {str(paper.id): checksum}
    assert disposal.receipt["key_destroyed"] is True
    assert (closed.child_name, closed.child_name_index, closed.wrapped_key) == (None, None, b"")
    assert {key.wrapped_key for key in closed.content_keys} == {b""}
    assert session.scalars(select(Guardian)).one().name is None
    assert session.scalars(select(Concern)).one().observations is None
    with pytest.raises(ContentGone):
        documents.read_content(session.scalars(select(Document)).one())
    assert session.scalar(select(func.count()).select_from(History)) == 1
    assert audit_check.verify(session).is_sound
    assert wrapped not in repr(session.execute(select(Base.metadata.tables["referral"])).all()).encode()
    again = retention.carry_out(session, disposal)
    assert again.receipt == disposal.receipt
    assert due(session, cast.coordinator) == []


def test_a_reason_in_the_history_cannot_be_read_once_the_key_is_destroyed(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    retention.place_hold(session, closed, by=cast.head_teacher.actor(), reason="Tvist i rätten.")
    retention.lift_hold(session, closed, by=cast.head_teacher.actor())
    assert session.scalars(select(LegalHold)).one().reason == "Tvist i rätten."
    wednesday.shift(6 * YEAR)
    let_go(session, cast, closed, wednesday)
    hold = session.scalars(select(LegalHold)).one()
    assert hold.reason is None
    assert hold._reason is not None


def test_a_hold_stops_everything_until_it_is_lifted(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(6 * YEAR)
    disposal = propose(session, cast, closed)
    for somebody in (cast.special_educator, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            retention.place_hold(session, closed, by=somebody.actor(), reason="Nej.")
    hold = retention.place_hold(session, closed, by=cast.head_teacher.actor(), reason="Tvist i rätten.")
    assert retention.place_hold(session, closed, by=cast.head_teacher.actor(), reason="Igen.") is hold
    with pytest.raises(OnHold):
        retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    retention.lift_hold(session, closed, by=cast.coordinator.actor())
    retention.lift_hold(session, closed, by=cast.coordinator.actor())
    retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    retention.place_hold(session, closed, by=cast.coordinator.actor(), reason="Begäran om insyn.")
    wednesday.shift(DAY)
    (found,) = retention.approved(session, today=clock.now().date())
    with pytest.raises(OnHold):
        retention.carry_out(session, found)
    other = a_referral(session, cast, CLOSED)
    retention.place_hold(session, other, by=cast.coordinator.actor(), reason="Tvist.")
    wednesday.shift(6 * YEAR)
    assert due(session, cast.coordinator) == []
    with pytest.raises(OnHold):
        propose(session, cast, other)


def test_what_is_preserved_goes_only_after_the_archive_has_it_and_keeps_its_key(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    for rule in plan.values():
        rule["then"] = "preserve"
    wednesday.shift(6 * YEAR)
    disposal = propose(session, cast, closed, Fate.PRESERVE)
    head = cast.head_teacher.actor()
    for early in (
        lambda: archive.copy_for_archive(session, disposal, by=head),
        lambda: record(session, disposal, head),
    ):
        with pytest.raises(AlreadyDecided):
            early()
    retention.approve_disposal(session, disposal, by=head)
    assert disposal.state is DisposalState.TO_DELIVER
    with pytest.raises(NotDue):
        record(session, disposal, head)
    with pytest.raises(NotAllowed):
        record(session, disposal, cast.coordinator.actor())
    packed = zipfile.ZipFile(io.BytesIO(archive.copy_for_archive(session, disposal, by=head)))
    names = packed.namelist()
    assert f"papers/{closed.number}-closing-1.pdf" in names
    said = json.loads(packed.read("content.json"))
    assert said["concern"][0]["observations"] == "Mila har varit borta nio dagar i september."
    assert json.loads(packed.read("metadata.json"))["history"][0]["verb"] == "submit_concern"
    for line in packed.read("checksums.sha256").decode().splitlines():
        digest, name = line.split("  ")
        assert contents.digest(packed.read(name)) == digest
    exported = select(AuditEvent).where(AuditEvent.what == What.EXPORTED)
    assert session.scalars(exported).one().by_id == cast.head_teacher.id
    with pytest.raises(NotDue):
        record(session, disposal, head, "  ")
    wednesday.shift(DAY)
    assert retention.approved(session, today=clock.now().date()) == []
    record(session, disposal, head, " RA 2031:17 ")
    (found,) = retention.approved(session, today=clock.now().date())
    receipt = retention.carry_out(session, found).receipt
    assert receipt is not None
    assert (receipt["key_destroyed"], found.archive_number, bool(closed.wrapped_key)) == (False, "RA 2031:17", True)


def test_what_is_reopened_keeps_all_that_was_about_to_go(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(6 * YEAR)
    disposal = propose(session, cast, closed)
    retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    wednesday.shift(timedelta(hours=1))
    closure.reopen_referral(session, closed, by=cast.coordinator.actor(), reason="Frånvaron är tillbaka.")
    assert (disposal.state, disposal.decided_by_id) == (DisposalState.DECLINED, cast.coordinator.id)
    wednesday.shift(DAY)
    assert retention.approved(session, today=clock.now().date()) == []
    # from before reopening declined anything, or proposed by somebody in that very moment
    disposal.is_declined = False
    for is_open in (True, False):
        closed.is_open = is_open
        session.flush()
        with pytest.raises(NotDue):
            retention.carry_out(session, disposal)
    disposal.decided_at = disposal.decided_by_id = None
    session.flush()
    with pytest.raises(NotDue):
        retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    assert closed.child_name == "Mila Testsson"


def test_what_comes_of_a_kind_after_it_went_is_due_again(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    plan.clear()
    plan["guardians"] = {"years": 1, "then": "dispose"}
    wednesday.shift(YEAR)
    let_go(session, cast, closed, wednesday)
    assert due(session, cast.coordinator) == []
    guardian = session.scalars(select(Guardian)).one()
    guardian.name = "Maja Testsson"
    session.flush()
    assert due(session, cast.coordinator) == [(closed.number, Fate.DISPOSE, 1)]
    reopen_and_close(session, cast, closed)
    assert due(session, cast.coordinator) == []
    wednesday.shift(YEAR)
    let_go(session, cast, closed, wednesday)
    assert (guardian.name, due(session, cast.coordinator)) == (None, [])


def test_what_went_before_it_was_reopened_takes_no_key_with_it_of_what_came_since(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    plan["guardians"] = {"years": 1, "then": "dispose"}
    wednesday.shift(YEAR)
    let_go(session, cast, closed, wednesday)
    reopen_and_close(session, cast, closed)
    guardian = session.scalars(select(Guardian)).one()
    guardian.name = "Maja Testsson"
    later = plan | {"guardians": {"years": 50, "then": "dispose"}}
    cast.municipality.retention = cast.municipality.retention | {"kinds": later}
    wednesday.shift(6 * YEAR)
    receipt = let_go(session, cast, closed, wednesday).receipt
    assert receipt is not None
    assert (receipt["key_destroyed"], closed.child_name, guardian.name) == (False, None, "Maja Testsson")


def reopen_and_close(session: Session, cast: Cast, referral: Referral) -> None:
    by = cast.coordinator.actor()
    closure.reopen_referral(session, referral, by=by, reason="Frånvaron är tillbaka.")
    history.record(session, referral, Verb.END_AT_TRIAGE, by=by, to=CLOSED, reason="Den är borta igen.")


def test_what_is_gone_with_its_own_key_is_not_reopened(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(6 * YEAR)
    let_go(session, cast, closed, wednesday)
    with pytest.raises(ContentGone):
        closure.reopen_referral(session, closed, by=cast.coordinator.actor(), reason="Frånvaron är tillbaka.")
    assert closed.state == CLOSED


@pytest.mark.parametrize("came", ["before the number", "after it", "as a paper that was long in coming"])
def test_what_comes_after_the_archives_copy_goes_only_with_a_copy_that_has_it(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller, came: str
) -> None:
    for rule in plan.values():
        rule["then"] = "preserve"
    wednesday.shift(6 * YEAR)
    head, hour = cast.head_teacher.actor(), timedelta(hours=1)
    disposal = propose(session, cast, closed, Fate.PRESERVE)
    retention.approve_disposal(session, disposal, by=head)
    first = archive.copy_for_archive(session, disposal, by=head)
    if came != "before the number":
        record(session, disposal, head)
    wednesday.shift(hour)
    if came.startswith("as a paper"):
        row = session.scalars(select(History).where(History.referral_id == closed.id)).one()
        step = Step(kind=StepKind.ADVANCE_REFERRAL, referral=closed, history=row, created_at=row.at)
        step.finished_at = clock.machine_now()
        session.add(step)
        documents.issue(session, row, documents.Paper(DocumentKind.RECEIPT, "reporter", "sv"), content=b"%PDF-1.7")
    else:
        history.record(session, closed, Verb.TELL_GUARDIANS, by=cast.coordinator.actor(), reason="Ringde hem.")
    wednesday.shift(DAY)
    if came != "before the number":
        assert retention.carry_out(session, disposal).state is DisposalState.TO_DELIVER
        assert closed.child_name == "Mila Testsson"
        assert retention.approved(session, today=clock.now().date()) == []
        asked = select(AuditEvent).where(AuditEvent.subject == "ask_for_new_copy", AuditEvent.object_id == disposal.id)
        assert session.scalars(asked).one().by_id is None
    with pytest.raises(NotDue):
        record(session, disposal, head)
    assert archive.copy_for_archive(session, disposal, by=head) != first
    record(session, disposal, head)
    wednesday.shift(DAY)
    assert retention.carry_out(session, disposal).state is DisposalState.DONE


def test_the_archives_copy_holds_every_paper_and_file_that_is_there_and_says_what_each_is(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    by, sent = cast.coordinator.actor(), Cleared(FileKind.JPEG, b"a photo", "bild.jpg")
    file = attachments.keep(session, closed, sent, by=by, party=Party.COORDINATOR)
    row = session.scalars(select(History).where(History.referral_id == closed.id)).one()
    documents.issue(session, row, documents.Paper(DocumentKind.CLOSING, "reporter", "sv"), content=b"%PDF-1.7 theirs")
    report = a_report(session, cast.coordinator, closed, seen="Blåmärken av en skärphake.")
    protection.keep_paper(session, report, b"%PDF skarphake", language="sv")
    gone = documents.issue(session, row, documents.Paper(DocumentKind.RECEIPT, "reporter", "sv"), content=b"%PDF-1.7")
    session.delete(gone.content)
    session.flush()
    session.expire(gone)
    for rule in plan.values():
        rule["then"] = "preserve"
    wednesday.shift(6 * YEAR)
    disposal = propose(session, cast, closed, Fate.PRESERVE)
    retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    packed = zipfile.ZipFile(io.BytesIO(archive.copy_for_archive(session, disposal, by=cast.head_teacher.actor())))
    said = json.loads(packed.read("metadata.json"))
    assert sorted([*said["papers"], *said["files"]]) == [name for name in packed.namelist() if "/" in name]
    assert {name: one["for"] for name, one in said["papers"].items()} == {
        f"papers/{closed.number}-closing-1.pdf": "file",
        f"papers/{closed.number}-closing-1-copy-2.pdf": "reporter",
    }
    assert contents.digest(packed.read("files/attachment-1.jpg")) == file.checksum
    assert said["files"]["files/attachment-1.jpg"]["beside"] == "concern"
    everything = " ".join(
        [*packed.namelist(), *(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())]
    )
    for word in (report.number, "skärphake", "sk\\u00e4rphake", "skarphake", "protection"):
        assert word not in everything
    for name, about in (said["papers"] | said["files"]).items():
        assert contents.digest(packed.read(name)) == about["sha256"]


def record(session: Session, disposal: Disposal, by: Actor, number: str = "RA 2031:17") -> Disposal:
    return retention.record_delivery(session, disposal, by=by, archive_number=number)


def test_a_copy_without_papers_holds_the_texts_alone(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    plan.clear()
    plan["concern"] = {"years": 0, "then": "preserve"}
    disposal = propose(session, cast, closed, Fate.PRESERVE)
    retention.approve_disposal(session, disposal, by=cast.head_teacher.actor())
    packed = archive.copy_for_archive(session, disposal, by=cast.head_teacher.actor())
    again = archive.copy_for_archive(session, disposal, by=cast.head_teacher.actor())
    assert packed == again
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["checksums.sha256", "content.json", "metadata.json"]


def test_disposals_are_seen_in_their_own_units_only(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(6 * YEAR)
    disposal = propose(session, cast, closed)
    assert retention.disposals(session, cast.head_teacher.actor()) == [disposal]
    assert retention.find(session, disposal.id, by=cast.head_teacher.actor()) is disposal
    assert retention.disposals(session, cast.outsider.actor()) == []
    with pytest.raises(NotAllowed):
        retention.find(session, disposal.id, by=cast.outsider.actor())


def test_every_step_stands_in_the_referrals_own_log(
    session: Session, cast: Cast, closed: Referral, plan: dict[str, Any], wednesday: time_machine.Traveller
) -> None:
    wednesday.shift(6 * YEAR)
    let_go(session, cast, closed, wednesday)
    rows = session.scalars(
        select(AuditEvent).where(AuditEvent.chain_id == closed.id, AuditEvent.subject.endswith("_disposal"))
    )
    done = [(row.subject, row.by_id) for row in sorted(rows, key=lambda row: row.number)]
    assert done == [
        ("propose_disposal", cast.coordinator.id),
        ("approve_disposal", cast.head_teacher.id),
        ("carry_out_disposal", None),
    ]
