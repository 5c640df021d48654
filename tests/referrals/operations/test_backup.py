"""A copy while everything runs, and its way back: whole and counted, shut to everybody else, and to nobody what was destroyed."""

import gzip
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import func, select

from referrals import clock, db, migrations, sealing, steps
from referrals.access import Actor
from referrals.errors import BackupRefused
from referrals.keeping import audit, content_keys
from referrals.keeping.audit_check import verify
from referrals.models import (
    GENERAL,
    AuditEvent,
    Base,
    ContentKey,
    Document,
    Draft,
    History,
    KeptForm,
    Pace,
    Referral,
    Step,
    What,
)
from referrals.operations import backup, copied_rows, key_rotation, sealed_file
from referrals.operations.backup import Report
from referrals.safeguarding import protected_identity
from referrals.sealing import KeyRing
from referrals.vocabulary import ContentKind
from tests import straight_way
from tests.factories import a_referral
from tests.people import settle

REFERRALS = 3


@dataclass
class Desk:
    """Where the files of one test lie."""

    folder: Path
    address: str

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.data, self.keys, self.private = self.folder / "data", self.folder / "keys", self.folder / "backup.pem"
        self.public = sealed_file.make_keys(self.private)

    def back_up(self, name: str = "", *, tell: backup.Tell = lambda *_: None) -> Report:
        data, keys = self.data.with_suffix(name), self.keys.with_suffix(name)
        return backup.back_up(self.address, self.folder, data=data, keys=keys, public=self.public, tell=tell)

    def restore(self, into: str, *, data: str = "", keys: str = "", tell: backup.Tell = lambda *_: None) -> Report:
        files = {"data": self.data.with_suffix(data), "keys": self.keys.with_suffix(keys)}
        return backup.restore(into, self.folder / "new", **files, private=self.private, tell=tell)


@pytest.fixture
def address(fresh_address: str, ring_file: Path) -> str:
    """A database at this version with three referrals, a draft, a kept form, and a concern sent in as it really comes."""
    stamp(fresh_address)
    with db.writing(fresh_address) as session:
        cast = settle(session)
        for number in range(REFERRALS):
            a_referral(session, cast, child_name=f"Mila {number}")
        day = clock.now()
        session.add(
            Draft(code_index="c", token_index="t", language="sv", saved_at=day, expires_on=day.date(), answers={})
        )
        fields = sealing.key_ring().wrapper.encrypt(b"typed")
        session.add(KeptForm(account_id=cast.coordinator.id, path="/", fields=fields, saved_at=day))
        straight_way.submit(session, cast.school)
    return fresh_address


@pytest.fixture
def desk(address: str, tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", address)


@pytest.fixture
def empty(new_database: Callable[[], str]) -> str:
    """The address of an empty database at this version, of the kind this run was told, whichever kind the copy comes from."""
    address = new_database()
    Base.metadata.create_all(db.engine_for(address))
    stamp(address)
    return address


def stamp(address: str) -> None:
    with db.engine_for(address).begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": migrations.newest()})


def names(address: str) -> list[str | None]:
    with db.reading(address) as session:
        return sorted(referral.child_name or "" for referral in session.scalars(select(Referral)))


def rows(address: str) -> dict[str, int]:
    with db.reading(address) as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def noted(copied: dict[str, int]) -> dict[str, int]:
    """What is there once `copied` was put back: the log says so, in its chain of what belongs to no referral, of which nothing was there."""
    return copied | {name: copied[name] + 1 for name in ("audit_event", "audit_head")}


def destroy_key_of(address: str, child_name: str) -> None:
    with db.writing(address) as session:
        (found,) = [one for one in session.scalars(select(Referral)).all() if one.child_name == child_name]
        content_keys.destroy_all(session, found)


def forge(desk: Desk, path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Put another content into a file of the desk, sealed for its key as anybody could."""
    with sealed_file.opened(path, private=desk.private) as sealed:
        key, content = sealed.key, gzip.decompress(io.BufferedReader(sealed).read())
    path.unlink()
    with sealed_file.create(path, public=desk.public, label="forged") as forged:
        # Whoever has the key ring too can say of their own file what belongs there.
        lines = content.decode().replace(backup._proof(key), backup._proof(forged.key)).splitlines()
        forged.write(gzip.compress("\n".join(change(lines)).encode()))


def test_everything_comes_back_as_it_was(desk: Desk, empty: str) -> None:
    copied = desk.back_up()
    back = desk.restore(empty)
    assert {name: (count.rows, count.checksum) for name, count in back.tables.items()} == {
        name: (count.rows, count.checksum) for name, count in copied.tables.items()
    }
    assert rows(empty) == noted(rows(desk.address))
    assert names(empty) == names(desk.address)
    assert (back.keys, back.without_key) == (copied.keys, 0)
    with db.reading(empty) as session:
        newest = select(AuditEvent.subject).where(AuditEvent.chain_id == GENERAL).order_by(AuditEvent.number.desc())
        assert session.scalars(newest.limit(1)).one() == audit.RESTORED
        assert sealing.key_ring().wrapper.decrypt(session.scalars(select(KeptForm.fields)).one()) == b"typed"


def test_a_copy_comes_back_into_either_kind_of_database(
    fresh_postgres: str, fresh_sqlite: str, ring_file: Path, tmp_path: Path
) -> None:
    for address in (fresh_sqlite, fresh_postgres):
        stamp(address)
    with db.writing(fresh_sqlite) as session:
        straight_way.submit(session, settle(session).school)
    desk = Desk(tmp_path / "desk", fresh_sqlite)
    desk.back_up()
    desk.restore(fresh_postgres)
    assert rows(fresh_postgres) == noted(rows(fresh_sqlite))
    assert names(fresh_postgres) == names(fresh_sqlite)


def test_a_copy_is_of_one_moment_and_keeps_nobody_waiting(desk: Desk, empty: str) -> None:
    def somebody_writes(table: str, _done: int, _of: int) -> None:
        if table == "account":  # a table the copy has read, and others that it has still before it
            with db.writing(desk.address) as session:
                session.execute(sa.delete(Step))
                session.execute(sa.update(Referral).values(wrapped_key=b""))

    before = rows(desk.address)
    desk.back_up(tell=somebody_writes)
    desk.restore(empty)
    assert rows(desk.address)["step"] == 0
    assert rows(empty) == noted(before)
    assert f"Mila {REFERRALS - 1}" in names(empty)


def test_neither_file_says_anything_to_who_has_no_key(desk: Desk) -> None:
    desk.back_up()
    for path in (desk.data, desk.keys):
        assert path.stat().st_mode & 0o077 == 0
        assert b"Mila" not in path.read_bytes()
    assert desk.private.stat().st_mode & 0o077 == 0


def test_the_data_alone_open_nothing_even_with_every_other_key(desk: Desk) -> None:
    desk.back_up()
    with sealed_file.opened(desk.data, private=desk.private) as sealed:
        content = gzip.decompress(io.BufferedReader(sealed).read()).decode()
    with db.reading(desk.address) as session:
        tokens = [
            bytes(token) for keys in (Referral, ContentKey) for token in session.scalars(select(keys.wrapped_key))
        ]
    assert len(tokens) == (REFERRALS + 1) * (1 + len(ContentKind))
    assert not any(token.decode() in content for token in tokens)


def test_what_was_destroyed_since_is_not_read_from_an_older_copy_with_newer_keys(desk: Desk, empty: str) -> None:
    of_mila = [protected_identity.index_of(f"Mila {number}") for number in (0, 1)]
    with db.writing(desk.address) as session:
        for one in session.scalars(select(Referral)).all():
            one.child_name_index = protected_identity.index_of(one.child_name or "")
    desk.back_up(".old")
    destroy_key_of(desk.address, "Mila 1")
    with db.writing(desk.address) as session:
        session.execute(sa.delete(KeptForm))
    desk.back_up(".new")
    back = desk.restore(empty, data=".old", keys=".new")
    assert back.without_key == 1 + len(ContentKind) + 1  # all of one referral, and the form
    assert names(empty)[:3] == ["", "Mila 0", "Mila 2"]
    with db.reading(empty) as session:
        found = select(Referral.child_name_index).where(Referral.child_name_index.in_(of_mila))
        assert session.scalars(found).all() == of_mila[:1]  # nor is it found by the child's name
    assert rows(empty)["kept_form"] == 0
    assert rows(empty)["referral"] == REFERRALS + 1


def test_what_was_destroyed_before_is_no_news(desk: Desk, empty: str) -> None:
    destroy_key_of(desk.address, "Mila 1")
    desk.back_up()
    assert desk.restore(empty).without_key == 0
    assert names(empty)[0] == ""


def test_what_no_key_opens_is_copied_as_it_is(desk: Desk, empty: str) -> None:
    with db.writing(desk.address) as session:
        session.execute(sa.update(KeptForm).values(fields=b"no token"))
    desk.back_up()
    assert desk.restore(empty).without_key == 0
    with db.reading(empty) as session:
        assert session.scalars(select(KeptForm.fields)).one() == b"no token"


def test_a_change_of_the_wrapping_keys_makes_no_difference(desk: Desk, empty: str, ring_file: Path) -> None:
    desk.back_up(".old")
    key_rotation.rotate(desk.address, ring_file)
    desk.back_up(".new")
    assert desk.restore(empty, data=".old", keys=".new").without_key == 0
    assert "Mila 1" in names(empty)


def test_the_log_of_a_copy_from_before_its_key_changed_goes_on_under_the_new_key(
    desk: Desk, empty: str, ring_file: Path
) -> None:
    desk.back_up()
    for _ in range(2):
        key_rotation.rotate_audit(desk.address, ring_file)
    desk.restore(empty)
    with db.writing(empty) as session:
        audit.append(session, What.SIGNED_IN, by=Actor())
        assert verify(session).is_sound


def with_ring(file: Path, content: str) -> None:
    """Put another key ring in place of the one at hand, as whoever sets up a new machine does."""
    file.write_text(content)
    sealing.use_key_ring(KeyRing.read(file))


@pytest.mark.parametrize("rotate", [key_rotation.rotate, key_rotation.rotate_audit])
def test_a_key_ring_from_before_the_copy_is_refused_and_nothing_is_put_in(
    desk: Desk, empty: str, ring_file: Path, rotate: Callable[..., object]
) -> None:
    older = ring_file.read_text()
    rotate(desk.address, ring_file)
    newer = ring_file.read_text()
    desk.back_up()
    with_ring(ring_file, older)
    with pytest.raises(BackupRefused, match=r"the ring is older than the copy.*Put the ring of the copy's day there"):
        desk.restore(empty)
    assert sum(rows(empty).values()) == 0
    with_ring(ring_file, newer)
    desk.restore(empty)
    assert "Mila 1" in names(empty)
    with db.reading(empty) as session:
        assert verify(session).is_sound


def test_keys_wrapped_with_one_that_was_taken_out_of_the_ring_since_are_refused(
    desk: Desk, empty: str, ring_file: Path
) -> None:
    desk.back_up()
    key_rotation.rotate(desk.address, ring_file)
    with_ring(ring_file, replace(sealing.key_ring(), wrapping=sealing.key_ring().wrapping[:1]).as_json())
    with pytest.raises(BackupRefused, match="or that key was taken out of it since"):
        desk.restore(empty)
    desk.back_up(".later")
    assert desk.restore(empty, keys=".later").without_key == 0


def test_a_copy_from_before_its_keys_were_named_in_it_is_taken(desk: Desk, empty: str) -> None:
    desk.back_up()
    for path in (desk.data, desk.keys):
        forge(desk, path, lambda lines: [re.sub(r',"key":"\w+"', "", lines[0]), *lines[1:]])
    desk.restore(empty)
    assert "Mila 1" in names(empty)


def test_a_copy_of_the_first_make_is_taken_and_one_whose_first_line_was_changed_is_not(
    desk: Desk, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr(sealed_file, "_MAKE", b"trivsel backup 1")
        then.setattr(backup, "label", lambda _holds, _made_at: "")
        desk.back_up()
    assert desk.data.read_bytes().startswith(sealed_file.FIRST_MAKE)
    desk.back_up(".new")
    later = desk.keys.with_suffix(".new")
    whole = later.read_bytes()
    later.write_bytes(whole.replace(b"keys 2", b"keys 1", 1))
    with pytest.raises(BackupRefused, match="does not open"):
        desk.restore(empty, keys=".new")
    desk.restore(empty)
    assert "Mila 1" in names(empty)


def test_keys_from_before_the_data_are_refused(desk: Desk, empty: str) -> None:
    desk.back_up(".old")
    desk.back_up(".new")
    with pytest.raises(BackupRefused, match="is older than"):
        desk.restore(empty, data=".new", keys=".old")


def test_a_database_with_something_in_it_is_refused_and_left_alone(desk: Desk) -> None:
    desk.back_up()
    before = rows(desk.address)
    with pytest.raises(BackupRefused, match="something in this database already"):
        desk.restore(desk.address)
    assert rows(desk.address) == before


def test_an_empty_database_of_another_version_is_refused(desk: Desk, empty: str) -> None:
    desk.back_up()
    with db.writing(empty) as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(BackupRefused, match="has the tables of version 0001"):
        desk.restore(empty)


def test_a_database_that_was_not_brought_up_to_date_is_not_copied(desk: Desk) -> None:
    with db.writing(desk.address) as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(BackupRefused, match="trivsel migrate"):
        desk.back_up()
    assert not desk.data.exists()


def test_a_copy_of_a_newer_version_is_refused(desk: Desk, empty: str) -> None:
    desk.back_up()
    forge(desk, desk.data, lambda lines: [lines[0].replace(migrations.newest(), "9999"), *lines[1:]])
    with pytest.raises(BackupRefused, match="newer version of Trivsel"):
        desk.restore(empty)


def test_a_copy_of_an_older_version_is_put_into_its_own_tables_and_brought_up_to_date(
    ring_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_database: Callable[[], str]
) -> None:
    older, address, into = sorted(migrations.known())[-2], new_database(), new_database()
    migrations.upgrade(address, to=older)
    with db.writing(address) as session:
        session.execute(sa.insert(Pace), [{"key": "k", "since": clock.machine_now(), "tries": 3}])
    there = sa.inspect(db.engine_for(address))
    of_then = [
        replace(shape, columns=tuple(pair for pair in shape.columns if pair[0] in names))
        for shape in copied_rows.shapes()
        if there.has_table(shape.name) and (names := {column["name"] for column in there.get_columns(shape.name)})
    ]
    desk = Desk(tmp_path / "desk", address)
    with monkeypatch.context() as then:
        then.setattr(migrations, "newest", lambda: older)
        then.setattr(backup, "shapes", lambda: iter(of_then))
        desk.back_up()
    desk.restore(into)
    assert migrations.standing(into) == migrations.newest()
    with db.reading(into) as session:
        assert session.scalars(select(Pace.tries)).one() == 3


def test_another_key_does_not_open_it(desk: Desk, empty: str) -> None:
    desk.back_up()
    desk.private.unlink()
    desk.public.unlink()
    sealed_file.make_keys(desk.private)
    with pytest.raises(BackupRefused, match="does not open"):
        desk.restore(empty)


def test_another_key_ring_is_refused_and_so_is_what_a_stranger_sealed(desk: Desk, empty: str, tmp_path: Path) -> None:
    desk.back_up()
    sealing.use_key_ring(KeyRing.read_or_make(tmp_path / "another.json"))
    with pytest.raises(BackupRefused, match="another key ring"):
        desk.restore(empty)


@pytest.mark.parametrize("file", ["data", "keys"])
def test_a_file_that_was_cut_off_or_changed_anywhere_is_refused_and_nothing_of_it_stays(
    desk: Desk, empty: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_file, "CHUNK", 256)
    desk.back_up()
    path: Path = getattr(desk, file)
    whole = path.read_bytes()
    sealed = whole.index(b"\n") + 1 + sealed_file._BOX
    step = 256 + sealed_file.TAG
    for damaged in (
        whole[:-1],
        whole[: sealed + step],
        whole[:sealed],
        whole + b"x",
        whole[: sealed + 300] + bytes([whole[sealed + 300] ^ 1]) + whole[sealed + 301 :],
        whole[:sealed] + whole[sealed + step : sealed + 2 * step] + whole[sealed : sealed + step] + whole[sealed + 2 * step :],
    ):  # fmt: skip
        path.write_bytes(damaged)
        with pytest.raises(BackupRefused, match="changed or cut off"):
            desk.restore(empty)
    assert sum(rows(empty).values()) == 0
    path.write_bytes(whole)
    desk.restore(empty)


def test_what_is_no_copy_and_what_is_the_other_file_are_told_apart(desk: Desk, empty: str) -> None:
    desk.back_up()
    desk.data.rename(desk.folder / "x")
    desk.keys.rename(desk.data)
    (desk.folder / "x").rename(desk.keys)
    with pytest.raises(BackupRefused, match="wrong way round"):
        desk.restore(empty)
    desk.data.write_bytes(b"anything at all")
    with pytest.raises(BackupRefused, match="no backup of Trivsel"):
        desk.restore(empty)


def test_files_are_not_written_over(desk: Desk) -> None:
    desk.back_up()
    with pytest.raises(BackupRefused, match="is there already"):
        desk.back_up()
    with pytest.raises(BackupRefused, match="is there already"):
        sealed_file.make_keys(desk.private)
    assert sorted(path.name for path in desk.folder.iterdir()) == ["backup.pem", "backup.pem.pub", "data", "keys"]


def test_a_key_that_is_none_is_said_to_be(desk: Desk, empty: str) -> None:
    public = desk.public.read_bytes()
    desk.public.write_bytes(desk.private.read_bytes())
    with pytest.raises(BackupRefused, match="no public key"):
        desk.back_up()
    desk.public.write_bytes(public)
    desk.back_up()
    desk.private.write_bytes(public)
    with pytest.raises(BackupRefused, match="no private key"):
        desk.restore(empty)


def test_a_key_made_for_signing_is_none_for_backups(desk: Desk, empty: str) -> None:
    desk.back_up()
    signing = Ed25519PrivateKey.generate()
    desk.private.write_bytes(
        signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption_algorithm=NoEncryption())
    )
    with pytest.raises(BackupRefused, match="no private key"):
        desk.restore(empty)
    desk.public.write_bytes(signing.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(BackupRefused, match="no public key"):
        desk.back_up(".again")


def test_a_table_that_does_not_read_back_is_refused(desk: Desk, empty: str) -> None:
    desk.back_up()

    def lose_the_first_step(lines: list[str]) -> list[str]:
        at = next(number for number, line in enumerate(lines) if '"table":"step"' in line)
        return lines[: at + 1] + lines[at + 2 :]

    forge(desk, desk.data, lose_the_first_step)
    with pytest.raises(BackupRefused, match="The table step did not come back"):
        desk.restore(empty)
    assert sum(rows(empty).values()) == 0


def test_long_work_says_how_far_it_is_in_batches(
    desk: Desk, new_database: Callable[[], str], ring_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "BATCH", 2)
    told: list[tuple[str, int, int]] = []
    desk.back_up(tell=lambda *words: told.append(words))
    key_rotation.rotate_audit(desk.address, ring_file)
    desk.restore(new_database(), tell=lambda *words: told.append(words))
    assert told.count(("referral", 2, REFERRALS + 1)) == 2
    assert ("referral", REFERRALS + 1, REFERRALS + 1) in told
    whole = {part for part, done, of in told if done == of}
    assert {"data keys", f"migration {migrations.newest()}", "audit_head"} <= whole


def test_the_languages_a_municipality_added_come_along(desk: Desk, empty: str) -> None:
    (desk.folder / "languages").mkdir()
    (desk.folder / "languages" / "so.po").write_text("words", encoding="utf-8")
    assert desk.back_up().files == 1
    assert desk.restore(empty).files == 1
    assert (desk.folder / "new" / "languages" / "so.po").read_text(encoding="utf-8") == "words"


def test_every_kind_of_column_is_known() -> None:
    kinds = {kind for shape in copied_rows.shapes() for _name, kind in shape.columns}
    assert kinds == set(copied_rows.KINDS)
    texts = [
        column.type
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if copied_rows.kind_of(column) == "text"
    ]
    assert all(isinstance(kind, sa.String) for kind in texts)


def test_a_step_under_way_stands_in_the_copy_as_it_was(desk: Desk, empty: str) -> None:
    with db.writing(desk.address) as session:
        step_id = steps.waiting(session, limit=1)[0]
        assert steps.claim(session, step_id, holder="gone") is not None
    desk.back_up()
    desk.restore(empty)
    with db.writing(empty) as session:
        session.execute(sa.update(Step).values(lease_until=clock.machine_now() - steps.lease()))
        assert [freed.step_id for freed in steps.free_expired(session)] == [step_id]
        assert step_id in steps.waiting(session, limit=10)
        assert session.scalar(select(func.count()).select_from(Document)) == 0
        assert (session.scalar(select(func.count()).select_from(History)) or 0) > 0
