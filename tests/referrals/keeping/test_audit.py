"""The audit log: what is written to it, and that nobody can change, take out, move or add anything unnoticed."""

import threading
import uuid
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from referrals import clock, db, documents, history, migrations
from referrals.access import Actor
from referrals.documents import Paper
from referrals.errors import AuditBroken
from referrals.keeping import audit, audit_check
from referrals.keeping.audit_check import Fault, Finding, verify
from referrals.models import GENERAL, AuditEvent, AuditHead, Base, History, What
from referrals.sealing import key_ring
from referrals.stages import IN_CONSENT, SUBMITTED, Party, Verb
from referrals.vocabulary import DocumentKind
from tests.factories import a_referral
from tests.people import Cast, settle

Chain = uuid.UUID


@pytest.fixture
def chain(session: Session, cast: Cast) -> Chain:
    """The chain of a referral that was submitted and looked at five times: six links."""
    referral = a_referral(session, cast)
    look(session, referral.id, times=5)
    return referral.id


def look(session: Session, chain: Chain, *, times: int = 1) -> None:
    for _ in range(times):
        audit.append(
            session, What.OPENED_PAGE, by=Actor(uuid.uuid4()), chain=chain, party=Party.COORDINATOR, subject="x"
        )


def link(session: Session, chain: Chain, number: int) -> AuditEvent:
    return session.get_one(AuditEvent, (chain, number), populate_existing=True)


def faults(session: Session) -> list[tuple[Fault, int]]:
    return [(found.fault, found.number) for found in verify(session).findings]


def renumber(session: Session, chain: Chain, before: int, after: int) -> None:
    session.execute(
        update(AuditEvent).where(AuditEvent.chain_id == chain, AuditEvent.number == before).values(number=after)
    )


def test_every_verb_leaves_an_event_with_who_what_and_why(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    row = history.record(
        session,
        referral,
        Verb.SEND_TO_ASSESSMENT,
        by=cast.coordinator.actor(),
        to=IN_CONSENT,
        choice="way",
        reason="Hemligt",
    )
    begun, done = reversed(audit.events_about(session, referral.id, most=10))
    assert (begun.by_party, begun.by_id, begun.subject) == (Party.REPORTER, None, Verb.SUBMIT_CONCERN)
    assert (done.what, done.subject, done.object_id) == (What.DID, Verb.SEND_TO_ASSESSMENT, row.id)
    assert (done.by_id, done.by_party, done.ground) == (cast.coordinator.id, Party.COORDINATOR, "way")


def test_the_workflow_stands_in_the_log_as_itself(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, SUBMITTED)
    row = session.scalars(select(History)).one()
    paper = Paper(DocumentKind.RECEIPT, "reporter", "sv")
    issued = documents.issue(session, row, paper, content=b"%PDF")
    documents.issue(session, row, paper, content=b"%PDF")
    event = audit.events_about(session, referral.id, most=1)[0]
    assert (event.number, event.what, event.by_party, event.object_id) == (
        2,
        What.ISSUED_PAPER,
        Party.SYSTEM,
        issued.id,
    )


def test_an_event_has_the_machines_time_whatever_date_a_demonstration_shows(
    session: Session, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_shift_file", tmp_path / "shift")
    (tmp_path / "shift").write_text("86400000")
    referral = a_referral(session, cast)
    assert audit.events_about(session, referral.id, most=1)[0].at <= clock.machine_now() < clock.now()


def test_each_referral_has_a_chain_of_its_own_and_one_is_for_the_rest(session: Session, cast: Cast) -> None:
    one, other = a_referral(session, cast), a_referral(session, cast)
    audit.append(session, What.SIGNED_IN, by=cast.coordinator.actor())
    assert [audit.count_about(session, chain) for chain in (one.id, other.id, GENERAL)] == [1, 1, 1]
    report = verify(session)
    assert (report.is_sound, report.chains, report.events) == (True, 3, 3)


def test_what_is_taken_back_leaves_no_event(fresh_address: str) -> None:
    def look_and_fail() -> None:
        with db.writing(fresh_address) as session:
            look(session, GENERAL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look_and_fail()
    with db.reading(fresh_address) as session:
        assert session.scalars(select(AuditEvent)).all() == []


def test_a_transaction_knows_whose_chain_it_has_added_to(session: Session, chain: Chain) -> None:
    assert audit.has_left_event(session, chain)
    assert not audit.has_left_event(session, GENERAL)


def test_many_at_the_same_time_make_one_chain_without_a_gap(fresh_address: str) -> None:
    chain = uuid.uuid4()

    def work() -> None:
        for _ in range(5):
            with db.writing(fresh_address) as session:
                look(session, chain)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading(fresh_address) as session:
        report = verify(session)
        assert (report.findings, report.events, report.ends[chain][0]) == ([], 30, 30)


def test_a_changed_field_is_found(session: Session, chain: Chain) -> None:
    link(session, chain, 3).by_id = uuid.uuid4()
    session.flush()
    assert verify(session).findings == [Finding(chain, 3, Fault.CHANGED)]


@pytest.mark.parametrize("column", [name for name in audit.COLUMNS if name not in {"chain_id", "number"}])
def test_no_field_can_be_changed_unnoticed(session: Session, chain: Chain, column: str) -> None:
    other = {"at": "'2026-01-01 00:00:00+00:00'", "by_id": "NULL", "object_id": f"'{uuid.uuid4().hex}'"}
    at = "chain_id = :chain AND number = 2"
    changed = f"UPDATE audit_event SET {column} = {other.get(column, chr(39) + 'other' + chr(39))} WHERE {at}"
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    session.execute(text(changed), {"chain": chain.hex if is_sqlite else chain})
    assert faults(session) == [(Fault.CHANGED, 2)]


def test_a_deleted_row_is_found(session: Session, chain: Chain) -> None:
    session.delete(link(session, chain, 4))
    session.flush()
    assert faults(session) == [(Fault.MISSING, 4)]


def test_a_chain_cut_off_at_its_end_is_found(session: Session, chain: Chain) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.chain_id == chain, AuditEvent.number > 4))
    assert faults(session) == [(Fault.CUT_OFF, 5)]


def test_a_chain_cut_off_together_with_its_length_is_found(session: Session, chain: Chain) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.chain_id == chain, AuditEvent.number > 4))
    session.execute(update(AuditHead).values(length=4, mac=link(session, chain, 4).mac))
    assert faults(session) == [(Fault.HEAD, 4)]


def test_two_rows_that_changed_places_are_found(session: Session, chain: Chain) -> None:
    for before, after in ((2, 99), (3, 2), (99, 3)):
        renumber(session, chain, before, after)
    assert (Fault.CHANGED, 2) in faults(session)


def test_a_row_put_in_between_is_found(session: Session, chain: Chain) -> None:
    for number in (6, 5, 4):
        renumber(session, chain, number, number + 1)
    session.execute(insert(AuditEvent).values(**copy_of(link(session, chain, 3)) | {"number": 4}))
    assert [fault for fault, _number in faults(session)].count(Fault.CHANGED) == 4
    assert (Fault.ADDED, 7) in faults(session)


def test_a_row_put_behind_the_end_is_found(session: Session, chain: Chain) -> None:
    forged = copy_of(link(session, chain, 6)) | {"number": 7}
    session.execute(
        insert(AuditEvent).values(**forged | {"mac": audit.mac_of(forged, after=forged["mac"], key=newest())})
    )
    assert faults(session) == [(Fault.ADDED, 7)]


def test_a_head_that_names_another_end_is_found(session: Session, chain: Chain) -> None:
    mac = "0" * 64
    session.execute(update(AuditHead).values(mac=mac, seal=audit.seal_of(chain, length=6, mac=mac, key=newest())))
    assert faults(session) == [(Fault.CHANGED, 6)]


def test_a_head_taken_out_is_found(session: Session, chain: Chain) -> None:
    session.execute(delete(AuditHead))
    assert faults(session) == [(Fault.HEAD, 6)]


def test_a_chain_taken_out_as_a_whole_is_found_by_what_the_history_tells(
    session: Session, cast: Cast, chain: Chain
) -> None:
    other = a_referral(session, cast)
    session.execute(delete(AuditEvent).where(AuditEvent.chain_id == other.id))
    session.execute(delete(AuditHead).where(AuditHead.chain_id == other.id))
    assert verify(session).findings == [Finding(other.id, 1, Fault.NOT_LOGGED)]


def test_a_row_of_another_chain_does_not_pass_for_one_of_this(session: Session, cast: Cast, chain: Chain) -> None:
    other = a_referral(session, cast)
    look(session, other.id)
    session.delete(link(session, chain, 2))
    session.flush()
    session.execute(
        update(AuditEvent).where(AuditEvent.chain_id == other.id, AuditEvent.number == 2).values(chain_id=chain)
    )
    assert (Fault.CHANGED, 2) in faults(session)


def test_going_on_after_somebody_cut_off_the_end_hides_nothing(session: Session, chain: Chain) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.chain_id == chain, AuditEvent.number == 6))
    look(session, chain, times=2)
    assert faults(session) == [(Fault.MISSING, 6), (Fault.HEAD, 8)]


def test_going_on_after_somebody_changed_the_head_hides_nothing(session: Session, chain: Chain) -> None:
    session.execute(update(AuditHead).values(seal="forged"))
    look(session, chain, times=2)
    assert faults(session) == [(Fault.HEAD, 8)]


def test_going_on_after_somebody_took_the_head_out_hides_nothing(session: Session, chain: Chain) -> None:
    session.execute(delete(AuditHead))
    look(session, chain)
    assert faults(session) == [(Fault.CHANGED, 7), (Fault.HEAD, 7)]


def test_an_older_copy_of_a_chain_is_found_by_what_an_earlier_check_saw(
    session: Session, chain: Chain, tmp_path: Path
) -> None:
    head = session.get_one(AuditHead, chain)
    older = {"length": head.length, "mac": head.mac, "seal": head.seal}
    look(session, chain, times=2)
    witness = tmp_path / "witness.json"
    assert audit_check.read_witness(witness) == {}
    audit_check.write_witness(witness, verify(session))
    session.execute(delete(AuditEvent).where(AuditEvent.chain_id == chain, AuditEvent.number > 6))
    session.execute(update(AuditHead).values(**older))
    assert verify(session).is_sound
    witnessed = audit_check.read_witness(witness)
    assert verify(session, witnessed=witnessed).findings == [Finding(chain, 7, Fault.NOT_AS_WITNESSED)]
    look(session, chain, times=3)
    assert verify(session, witnessed=witnessed).findings == [Finding(chain, 8, Fault.NOT_AS_WITNESSED)]


def test_a_chain_an_earlier_check_saw_and_that_is_gone_is_found(session: Session, chain: Chain) -> None:
    gone = uuid.uuid4()
    found = verify(session, witnessed={gone: (3, "0" * 64)}).findings
    assert Finding(gone, 1, Fault.NOT_AS_WITNESSED) in found


def test_what_an_earlier_check_did_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "witness").write_text("[1, 2]")
    with pytest.raises(AuditBroken):
        audit_check.read_witness(tmp_path / "witness")


def test_a_long_chain_is_read_in_batches_and_says_how_far_it_is(
    session: Session, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_check, "BATCH", 3)
    told: list[tuple[int, int]] = []
    assert verify(session, tell=lambda done, of: told.append((done, of))).is_sound
    assert told == [(3, 6), (6, 6), (6, 6)]
    session.delete(link(session, chain, 6))
    session.flush()
    assert faults(session) == [(Fault.CUT_OFF, 6)]


def test_a_row_that_holds_what_no_event_can_hold_is_found(fresh_sqlite: str) -> None:
    with db.writing(fresh_sqlite) as session:
        look(session, uuid.uuid4(), times=3)
        session.execute(text("UPDATE audit_event SET at = 'never' WHERE number = 2"))
        assert faults(session) == [(Fault.UNREADABLE, 1)]


def test_an_empty_log_is_in_order(session: Session) -> None:
    report = verify(session)
    assert (report.is_sound, report.chains, report.events) == (True, 0, 0)


@pytest.mark.parametrize("change", ["UPDATE audit_event SET number = 7", "DELETE FROM audit_event"])
def test_the_database_itself_refuses_to_rewrite_the_log_and_whoever_makes_it_is_found(
    fresh_address: str, change: str
) -> None:
    Base.metadata.drop_all(db.engine_for(fresh_address))
    migrations.upgrade(fresh_address)
    with db.writing(fresh_address) as session:
        a_referral(session, settle(session))

    def rewrite() -> None:
        with db.writing(fresh_address) as session:
            session.execute(text(f"{change} WHERE chain_id <> '{GENERAL}'"))

    with pytest.raises(DBAPIError, match="the audit log is only ever added to"):
        rewrite()
    with db.writing(fresh_address) as session:
        for statement in without_triggers(session):
            session.execute(text(statement))
    rewrite()
    with db.reading(fresh_address) as session:
        assert not verify(session).is_sound


@pytest.mark.postgres
def test_the_log_cannot_be_emptied_at_one_stroke(fresh_postgres: str) -> None:
    Base.metadata.drop_all(db.engine_for(fresh_postgres))
    migrations.upgrade(fresh_postgres)

    def empty() -> None:
        with db.writing(fresh_postgres) as session:
            session.execute(text("TRUNCATE audit_event"))

    with pytest.raises(DBAPIError, match="the audit log is only ever added to"):
        empty()


def newest() -> str:
    return key_ring().audit[0]


def copy_of(event: AuditEvent) -> dict[str, object]:
    return {name: getattr(event, name) for name in (*audit.COLUMNS, "mac")}


def without_triggers(session: Session) -> list[str]:
    if session.get_bind().dialect.name == "sqlite":
        return ["DROP TRIGGER audit_stays_update", "DROP TRIGGER audit_stays_delete"]
    return ["DROP TRIGGER audit_stays ON audit_event"]
