"""Changing the key that wraps every data key: nothing becomes unreadable, however it is interrupted."""

import json
import stat
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from referrals import clock, db, sealing
from referrals.errors import KeysStillUsed, SealBroken
from referrals.keeping import audit
from referrals.models import Draft, KeptForm, Referral, What
from referrals.models.audit import GENERAL
from referrals.operations import key_rotation
from referrals.operations.key_rotation import Outcome
from referrals.sealing import KeyRing
from referrals.vocabulary import ContentKind
from tests.factories import a_referral
from tests.people import settle

REFERRALS = 5
#: the data keys of them: each its own and one for each kind of content
OF_REFERRALS = REFERRALS * (1 + len(ContentKind))


@pytest.fixture
def address(fresh_address: str, ring_file: Path) -> str:
    """A database with five referrals, a draft and a kept form."""
    with db.writing(fresh_address) as session:
        cast = settle(session)
        for number in range(REFERRALS):
            a_referral(session, cast, child_name=f"Mila {number}")
        session.add(
            Draft(
                code_index="c",
                token_index="t",
                language="sv",
                saved_at=clock.now(),
                expires_on=clock.now().date(),
                answers={},
            )
        )
        fields = sealing.key_ring().wrapper.encrypt(b"typed")
        session.add(KeptForm(account_id=cast.coordinator.id, path="/", fields=fields, saved_at=clock.now()))
    return fresh_address


def names(address: str) -> list[str | None]:
    with db.reading(address) as session:
        return sorted(referral.child_name or "" for referral in session.scalars(select(Referral)))


def opened_by_newest(address: str) -> int:
    newest = Fernet(sealing.key_ring().wrapping[0])
    with db.reading(address) as session:
        tokens = [*session.scalars(select(Referral.wrapped_key)), *session.scalars(select(KeptForm.fields))]
    return sum(key_rotation._opens(newest, token) for token in tokens)


def later() -> time_machine.travel:
    return time_machine.travel(clock.machine_now() + timedelta(minutes=16))


def test_everything_that_was_wrapped_is_wrapped_anew_and_stays_readable(address: str, ring_file: Path) -> None:
    before = KeyRing.read(ring_file)
    told: list[tuple[str, int, int]] = []
    outcome = key_rotation.rotate(address, ring_file, tell=lambda *words: told.append(words))
    after = KeyRing.read(ring_file)
    assert outcome == Outcome(has_new_key=True, rewrapped=OF_REFERRALS + 2)
    assert after.wrapping[1:] == before.wrapping
    assert (after.index, after.web, after.audit) == (before.index, before.web, before.audit)
    assert ("referral", REFERRALS, REFERRALS) in told
    assert opened_by_newest(address) == REFERRALS + 1
    assert names(address) == [f"Mila {number}" for number in range(REFERRALS)]


def test_the_key_ring_stays_readable_by_its_owner_only(address: str, ring_file: Path) -> None:
    key_rotation.rotate(address, ring_file)
    assert stat.S_IMODE(ring_file.stat().st_mode) == 0o600
    assert sorted(file.name for file in ring_file.parent.glob("*keys*")) == ["keys.json", "keys.json.lock"]


def test_an_interrupted_rotation_leaves_everything_readable_and_is_gone_on_with(
    address: str, ring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 2)

    def pull_the_plug(table: str, done: int, _of: int) -> None:
        if table == "referral" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate(address, ring_file, tell=pull_the_plug)
    assert 0 < opened_by_newest(address) < REFERRALS + 1
    assert len(names(address)) == REFERRALS
    assert key_rotation.rotate(address, ring_file).has_new_key is False
    assert len(KeyRing.read(ring_file).wrapping) == 2
    assert opened_by_newest(address) == REFERRALS + 1


def test_a_second_rotation_brings_another_key(address: str, ring_file: Path) -> None:
    key_rotation.rotate(address, ring_file)
    assert key_rotation.rotate(address, ring_file).has_new_key is True
    assert len(KeyRing.read(ring_file).wrapping) == 3


def test_older_keys_go_once_nothing_can_be_using_them(address: str, ring_file: Path) -> None:
    key_rotation.rotate(address, ring_file)
    with pytest.raises(KeysStillUsed, match="nothing was changed"):
        key_rotation.drop_old(address, ring_file)
    with later():
        assert key_rotation.drop_old(address, ring_file) == Outcome(dropped=1)
        assert key_rotation.drop_old(address, ring_file) == Outcome()
    assert len(KeyRing.read(ring_file).wrapping) == 1
    assert len(names(address)) == REFERRALS


def test_what_somebody_still_wrote_with_the_older_key_is_wrapped_before_that_key_goes(
    address: str, ring_file: Path
) -> None:
    older = KeyRing.read(ring_file)
    key_rotation.rotate(address, ring_file)
    with db.writing(address) as session:
        token = Fernet(older.wrapping[0]).encrypt(Fernet.generate_key())
        session.execute(update(Draft).values(wrapped_key=token))
    with later():
        assert key_rotation.drop_old(address, ring_file) == Outcome(rewrapped=1, dropped=1)
    with db.reading(address) as session:
        assert session.scalars(select(Draft)).one().data_key()


def test_a_data_key_that_was_destroyed_is_left_alone_and_one_that_nothing_opens_is_counted(
    address: str, ring_file: Path
) -> None:
    with db.writing(address) as session:
        one, other = session.scalars(select(Referral.id).limit(2))
        session.execute(update(Referral).where(Referral.id == one).values(wrapped_key=b""))
        session.execute(update(Referral).where(Referral.id == other).values(wrapped_key=b"no token"))
    outcome = key_rotation.rotate(address, ring_file)
    assert (outcome.rewrapped, outcome.unreadable) == (OF_REFERRALS, {"referral": 1})
    assert key_rotation.rotate(address, ring_file).has_new_key is True


def test_a_key_destroyed_in_the_very_same_moment_does_not_come_back(
    address: str, ring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = key_rotation._change

    def destroyed_before(address: str, table, *, column, rows) -> int:
        with db.writing(address) as session:
            session.execute(update(table).values({column: b""}))
        return real(address, table, column=column, rows=rows)

    monkeypatch.setattr(key_rotation, "_change", destroyed_before)
    assert key_rotation.rotate(address, ring_file).rewrapped == 0
    with db.reading(address) as session:
        assert set(session.scalars(select(Referral.wrapped_key))) == {b""}


def test_rotations_stand_in_the_audit_log(address: str, ring_file: Path) -> None:
    key_rotation.rotate(address, ring_file)
    with db.reading(address) as session:
        event = audit.events_about(session, GENERAL, most=1)[0]
    assert (event.what, event.subject, event.by_id) == (What.CHANGED_KEYS, "keys.rotate", None)


def test_whoever_runs_meanwhile_reads_the_new_keys_by_itself(address: str, ring_file: Path) -> None:
    running = KeyRing.read(ring_file)
    key_rotation.rotate(address, ring_file)
    sealing.use_key_ring(running)
    assert len(names(address)) == REFERRALS
    assert len(sealing.key_ring().wrapping) == 2


def test_keys_in_hand_serve_on_while_their_file_cannot_be_read(ring_file: Path) -> None:
    wrapped = sealing.new_data_key()
    ring_file.unlink()
    assert sealing.open_data_key(wrapped)


def test_a_ring_of_this_process_only_has_no_file_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_ring", KeyRing((Fernet.generate_key().decode(),), "i", "w", ("a",)))
    assert sealing.open_data_key(sealing.new_data_key())


def test_a_ring_from_before_the_audit_log_gets_a_key_for_it_that_stays_the_same(tmp_path: Path) -> None:
    ring_file = tmp_path / "keys.json"
    ring_file.write_text(json.dumps({"wrapping": [Fernet.generate_key().decode()], "index": "i", "web": "w"}))
    ring = KeyRing.read_or_make(ring_file)
    assert ring.audit == KeyRing.read_or_make(ring_file).audit
    assert set(ring.audit).isdisjoint({ring.index, ring.web})


def test_two_that_make_the_key_ring_at_once_end_with_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = KeyRing.read_or_make(tmp_path / "keys.json")
    monkeypatch.setattr(Path, "exists", lambda _self: False)
    assert KeyRing.read_or_make(tmp_path / "keys.json") == first
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


def test_keys_never_stand_in_what_is_printed_of_a_ring(ring_file: Path) -> None:
    ring = KeyRing.read(ring_file)
    assert ring.wrapping[0] not in repr(ring)


def test_every_column_that_is_wrapped_is_known() -> None:
    known = {(table.name, column.name) for table, column in key_rotation.wrapped_columns()}
    assert known >= {("referral", "wrapped_key"), ("draft", "wrapped_key"), ("kept_form", "fields")}


def test_a_data_key_of_an_older_copy_does_not_open_once_its_wrapping_key_is_gone(address: str, ring_file: Path) -> None:
    with db.reading(address) as session:
        stolen = session.scalars(select(Referral.wrapped_key).limit(1)).one()
    key_rotation.rotate(address, ring_file)
    with later():
        key_rotation.drop_old(address, ring_file)
    with pytest.raises(SealBroken):
        sealing.open_data_key(stolen)


def test_an_id_is_no_key() -> None:
    assert not key_rotation._opens(Fernet(Fernet.generate_key()), uuid.uuid4().bytes)
