"""Changing the audit log's key: chains go on under the new one, and whoever holds an older one can neither forge nor cut off."""

import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from referrals import db, sealing
from referrals.access import Actor
from referrals.keeping import audit, audit_check
from referrals.keeping.audit_check import Fault, verify
from referrals.models import GENERAL, AuditEvent, AuditHead, What
from referrals.operations import key_rotation
from referrals.sealing import KeyRing
from referrals.stages import Party

CHAINS = [uuid.UUID(int=number) for number in (1, 2, 3)]
FIRST = CHAINS[0]


@pytest.fixture
def address(fresh_database: str, ring_file: Path) -> str:
    """A database with three chains of four events each."""
    return filled(fresh_database)


@pytest.fixture
def either(fresh_address: str, ring_file: Path) -> str:
    """The same, on both databases."""
    return filled(fresh_address)


def filled(address: str) -> str:
    for chain in CHAINS:
        look(address, chain, times=4)
    return address


@pytest.fixture
def stolen(ring_file: Path) -> str:
    """The key that somebody has taken, before it was changed."""
    return KeyRing.read(ring_file).audit[0]


def look(address: str, chain: uuid.UUID, *, times: int = 1) -> None:
    with db.writing(address) as session:
        for _ in range(times):
            audit.append(session, What.OPENED_PAGE, by=Actor(uuid.uuid4()), chain=chain, subject="x")


def rotate(address: str, ring_file: Path) -> key_rotation.Outcome:
    return key_rotation.rotate_audit(address, ring_file)


def interrupt(address: str, ring_file: Path) -> None:
    """A rotation that ends after its first chain."""

    def pull_the_plug(_table: str, _done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate_audit(address, ring_file, tell=pull_the_plug)


def faults(address: str) -> list[tuple[Fault, int]]:
    with db.reading(address) as session:
        return [(found.fault, found.number) for found in verify(session).findings]


def links(address: str, chain: uuid.UUID) -> list[int]:
    with db.reading(address) as session:
        numbers = select(AuditEvent.number).where(AuditEvent.chain_id == chain, AuditEvent.subject == audit.LINK)
        return list(session.scalars(numbers.order_by(AuditEvent.number)))


def rows(session: Session, chain: uuid.UUID) -> list[dict[str, Any]]:
    found = session.scalars(select(AuditEvent).where(AuditEvent.chain_id == chain).order_by(AuditEvent.number))
    return [{name: getattr(event, name) for name in audit.COLUMNS} for event in found]


def lay(address: str, chain: uuid.UUID, events: list[dict[str, Any]], key: str) -> None:
    """Put `events` in place of a chain, each bound and the end sealed with `key`: the most a thief of that key can do."""
    mac = ""
    with db.writing(address) as session:
        session.execute(delete(AuditEvent).where(AuditEvent.chain_id == chain))
        for number, event in enumerate(events, start=1):
            row = event | {"number": number}
            mac = audit.mac_of(row, after=mac, key=key)
            session.execute(insert(AuditEvent).values(**row, mac=mac))
        seal = audit.seal_of(chain, length=len(events), mac=mac, key=key)
        session.execute(
            update(AuditHead).where(AuditHead.chain_id == chain).values(length=len(events), mac=mac, seal=seal)
        )


def events_of(address: str, chain: uuid.UUID = FIRST) -> list[dict[str, Any]]:
    with db.reading(address) as session:
        return rows(session, chain)


def test_every_chain_goes_on_under_the_new_key_and_everything_stays_checkable(
    either: str, ring_file: Path, stolen: str
) -> None:
    assert rotate(either, ring_file) == key_rotation.Outcome(has_new_key=True, linked=3)
    ring = KeyRing.read(ring_file)
    assert (ring.audit[1:], ring.audit_is_linked) == ((stolen,), True)
    assert [links(either, chain) for chain in CHAINS] == [[5]] * 3
    look(either, FIRST)
    assert faults(either) == []
    with db.reading(either) as session:
        link = session.get_one(AuditEvent, (FIRST, 5))
        done = session.scalars(select(AuditEvent.subject).where(AuditEvent.chain_id == GENERAL)).all()
    assert (link.what, link.by_party, link.ground) == (What.CHANGED_KEYS, Party.SYSTEM, audit.name_of(ring.audit[0]))
    assert ring.audit[0][:16] not in str(link.ground)
    assert done == ["keys.rotate_audit"]


def test_keys_may_change_again_and_again_and_chains_begin_under_any(address: str, ring_file: Path) -> None:
    rotate(address, ring_file)
    look(address, uuid.UUID(int=4))
    assert rotate(address, ring_file).linked == 5
    look(address, uuid.UUID(int=5), times=2)
    assert rotate(address, ring_file).has_new_key
    assert links(address, FIRST) == [5, 6, 7]
    assert faults(address) == []


def test_an_interrupted_rotation_is_gone_on_with_under_the_same_key(either: str, ring_file: Path) -> None:
    interrupt(either, ring_file)
    assert KeyRing.read(ring_file).audit_is_linked is False
    assert faults(either) == []
    look(either, CHAINS[2])
    assert links(either, CHAINS[2]) == [5]
    assert rotate(either, ring_file) == key_rotation.Outcome(has_new_key=False, linked=1)
    assert [links(either, chain) for chain in CHAINS] == [[5]] * 3
    assert len(KeyRing.read(ring_file).audit) == 2
    assert faults(either) == []


def test_a_ring_with_a_single_key_for_the_log_is_still_read(address: str, ring_file: Path, stolen: str) -> None:
    ring_file.write_text(KeyRing.read(ring_file).as_json().replace(f'[\n  "{stolen}"\n ]', f'"{stolen}"', 2))
    assert f'"audit": "{stolen}"' in ring_file.read_text()
    assert KeyRing.read(ring_file).audit == (stolen,)
    assert faults(address) == []


def test_who_began_before_the_key_changed_is_waited_for(either: str, ring_file: Path) -> None:
    new = uuid.uuid4()
    with db.writing(either) as session:
        audit.append(session, What.OPENED_PAGE, by=Actor(), chain=new)
        rotation = threading.Thread(target=rotate, args=(either, ring_file))
        rotation.start()
        while rotation.is_alive() and KeyRing.read(ring_file).audit_is_linked:
            rotation.join(timeout=0.05)
        rotation.join(timeout=0.5)
        assert rotation.is_alive()
        assert KeyRing.read(ring_file).audit_is_linked is False
    rotation.join()
    assert KeyRing.read(ring_file).audit_is_linked is True
    assert links(either, new) == [2]
    assert faults(either) == []


def test_a_thief_of_the_older_key_cannot_change_what_it_bound(address: str, ring_file: Path, stolen: str) -> None:
    rotate(address, ring_file)
    *before, link = events_of(address)
    forged = before[0] | {"by_id": uuid.uuid4()}
    mac = ""
    with db.writing(address) as session:
        for event in (forged, *before[1:]):
            mac = audit.mac_of(event, after=mac, key=stolen)
            row = (AuditEvent.chain_id == FIRST) & (AuditEvent.number == event["number"])
            session.execute(update(AuditEvent).where(row).values(by_id=event["by_id"], mac=mac))
    assert faults(address) == [(Fault.CHANGED, link["number"])]


def test_a_thief_of_the_older_key_cannot_lay_a_chain_of_their_own(address: str, ring_file: Path, stolen: str) -> None:
    rotate(address, ring_file)
    lay(address, FIRST, events_of(address)[:4], stolen)
    assert faults(address) == [(Fault.HEAD, 4)]


@pytest.mark.parametrize("left", [0, 2, 4])
def test_a_thief_of_the_older_key_cannot_cut_the_end_off(address: str, ring_file: Path, stolen: str, left: int) -> None:
    rotate(address, ring_file)
    look(address, FIRST, times=2)
    lay(address, FIRST, events_of(address)[:left], stolen)
    assert faults(address) == [(Fault.HEAD, left)]


def test_a_thief_of_the_older_key_cannot_change_the_order(address: str, ring_file: Path, stolen: str) -> None:
    rotate(address, ring_file)
    look(address, FIRST)
    one, two, three, four, link, after = events_of(address)
    lay(address, FIRST, [two, one, three, four], stolen)
    assert faults(address) == [(Fault.HEAD, 4)]
    lay(address, FIRST, [one, two, three, four, after, link], stolen)
    assert (Fault.HEAD, 6) in faults(address)


def test_a_thief_of_the_older_key_cannot_go_on_behind_the_new_one(address: str, ring_file: Path, stolen: str) -> None:
    rotate(address, ring_file)
    with db.writing(address) as session:
        last = session.get_one(AuditEvent, (FIRST, 5))
        row = rows(session, FIRST)[0] | {"number": 6}
        mac = audit.mac_of(row, after=last.mac, key=stolen)
        session.execute(insert(AuditEvent).values(**row, mac=mac))
        session.execute(
            update(AuditHead)
            .where(AuditHead.chain_id == FIRST)
            .values(
                length=6, mac=mac, seal=audit.seal_of(FIRST, length=6, mac=mac, key=KeyRing.read(ring_file).audit[0])
            )
        )
    # Even if they had the newest seal for it, which they have not.
    assert faults(address) == [(Fault.CHANGED, 6)]


def test_a_key_counts_only_from_its_own_event_on(address: str, ring_file: Path, stolen: str) -> None:
    newest = sealing.random_key()
    events = events_of(address)
    rotate(address, ring_file)
    sealing.write_privately(
        ring_file, KeyRing.read(ring_file).as_json().replace(KeyRing.read(ring_file).audit[0], newest)
    )
    mac = ""
    with db.writing(address) as session:
        session.execute(delete(AuditEvent).where(AuditEvent.chain_id == FIRST))
        for event, key in zip(events, (stolen, newest, newest, newest), strict=True):
            mac = audit.mac_of(event, after=mac, key=key)
            session.execute(insert(AuditEvent).values(**event, mac=mac))
        seal = audit.seal_of(FIRST, length=4, mac=mac, key=newest)
        session.execute(update(AuditHead).where(AuditHead.chain_id == FIRST).values(length=4, mac=mac, seal=seal))
    with db.reading(address) as session:
        found = [(one.fault, one.number) for one in verify(session).findings if one.chain_id == FIRST]
    assert found == [(Fault.CHANGED, number) for number in (2, 3, 4)]


def test_what_a_thief_laid_is_not_made_good_by_going_on_or_by_another_rotation(
    address: str, ring_file: Path, stolen: str
) -> None:
    rotate(address, ring_file)
    lay(address, FIRST, events_of(address)[:3], stolen)
    look(address, FIRST)
    assert (Fault.HEAD, 5) in faults(address)
    rotate(address, ring_file)
    rotate(address, ring_file)
    assert {fault for fault, _number in faults(address)} == {Fault.HEAD}


def test_two_rotations_later_an_interrupted_one_still_trusts_only_the_key_before(
    address: str, ring_file: Path, stolen: str
) -> None:
    rotate(address, ring_file)
    lay(address, CHAINS[2], events_of(address, CHAINS[2])[:2], stolen)
    interrupt(address, ring_file)
    rotate(address, ring_file)
    with db.reading(address) as session:
        assert {found.chain_id for found in verify(session).findings} == {CHAINS[2]}


def test_a_broken_chain_is_carried_over_once_and_stays_broken(address: str, ring_file: Path) -> None:
    with db.writing(address) as session:
        session.execute(text("DELETE FROM audit_event WHERE number = 4"))
    look(address, FIRST)
    rotate(address, ring_file)
    look(address, FIRST, times=2)
    assert links(address, FIRST) == [6]
    with db.reading(address) as session:
        found = [(one.fault, one.number) for one in verify(session).findings if one.chain_id == FIRST]
    assert found == [(Fault.MISSING, 4), (Fault.HEAD, 8)]


def test_a_check_that_a_rotation_overtakes_raises_no_false_alarm(
    address: str, ring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = audit_check._Walk._read
    rotated: list[bool] = []

    def overtaken(walk: Any) -> Any:
        found = read(walk)
        if not rotated:
            rotated.append(rotate(address, ring_file).has_new_key)
        return found

    monkeypatch.setattr(audit_check._Walk, "_read", overtaken)
    assert faults(address) == []
    assert rotated == [True]


def test_a_chain_that_was_carried_over_meanwhile_is_not_carried_over_again(address: str, ring_file: Path) -> None:
    look(address, FIRST)
    rotate(address, ring_file)
    before = links(address, FIRST)
    with db.writing(address) as session:
        assert not audit.link(session, FIRST)
    assert links(address, FIRST) == before
