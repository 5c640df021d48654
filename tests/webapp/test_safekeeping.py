"""The command line's verbs for the audit log and the keys."""

import json
import os
import re
import sys
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, text

from referrals import clock, config, db, migrations
from referrals.access import Actor
from referrals.keeping import audit
from referrals.models import Account, KeptForm, What
from referrals.operations import key_copies
from referrals.operations.key_copies import Removal
from referrals.operations.sealed_file import FIRST_MAKE
from referrals.sealing import key_ring, use_key_ring
from webapp import cli


@pytest.fixture
def instance(tmp_path, monkeypatch, own_database):
    """An instance of this test's own, set up as the demonstration."""
    ring = key_ring()
    monkeypatch.setenv("TRIVSEL_DATA", str(tmp_path / "instance"))
    config.current.cache_clear()
    assert cli.main(["setup", str(cli.DEMONSTRATIONS / "se.toml")]) == 0
    with db.writing() as session:
        for _ in range(3):
            audit.append(session, What.SIGNED_IN, by=Actor())
    yield tmp_path / "instance"
    db.engine_for(config.current().database).dispose()
    config.current.cache_clear()
    clock.use_shift_file(None)
    use_key_ring(ring)


@pytest.fixture
def says(instance, capsys):
    """Type `trivsel …` and get its exit status and its words."""
    capsys.readouterr()

    def run(*words):
        status = cli.main(words)
        said = capsys.readouterr()
        return status, (said.out + said.err).strip()

    return run


@pytest.fixture
def on_a_terminal(says, monkeypatch):
    """What is said goes to somebody's terminal."""
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True)


def let_be_changed(session):
    """Take away what keeps the log from being changed, as somebody can who owns the database."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER audit_stays_update"))
        session.execute(text("DROP TRIGGER audit_stays_delete"))
    else:
        session.execute(text("DROP TRIGGER audit_stays ON audit_event"))


def change_the_log():
    with db.writing() as session:
        let_be_changed(session)
        session.execute(text("UPDATE audit_event SET ground = 'forged' WHERE number = 1"))


def keep_a_form():
    with db.writing() as session:
        fields = key_ring().wrapper.encrypt(b"typed")
        account = session.scalars(select(Account.id).limit(1)).one()
        session.add(KeptForm(account_id=account, path="/", fields=fields, saved_at=clock.now()))


def test_a_log_in_order_is_said_to_be(says):
    status, said = says("audit", "verify")
    assert status == 0
    assert said == "in order: 3 events in 1 chains"


def test_a_log_somebody_changed_is_named_with_the_place(says):
    change_the_log()
    status, said = says("audit", "verify")
    assert status == 1
    assert said.startswith("sign-ins and administration: event 1 is not as it was written")
    assert "NOT in order: 1 places" in said


def test_the_check_can_be_read_by_a_program(says):
    assert json.loads(says("audit", "verify", "--json")[1])["sound"] is True
    change_the_log()
    status, said = says("audit", "verify", "--json")
    assert status == 1
    assert [found["fault"] for found in json.loads(said)["findings"]] == ["changed"]


def test_an_earlier_check_bears_witness(says, tmp_path):
    witness = tmp_path / "witness.json"
    assert says("audit", "verify", "--witness", str(witness))[0] == 0
    with db.writing() as session:
        let_be_changed(session)
        session.execute(text("DELETE FROM audit_event"))
        session.execute(text("DELETE FROM audit_head"))
    assert says("audit", "verify")[0] == 0
    before = witness.read_text()
    status, said = says("audit", "verify", "--witness", str(witness))
    assert (status, "is not the one an earlier check saw" in said) == (1, True)
    assert witness.read_text() == before


def test_a_chain_is_named_by_what_it_is_about(says):
    with db.writing() as session:
        chain = session.scalars(select(Account.id).limit(1)).one()
        audit.append(session, What.OPENED_PAGE, by=Actor(), chain=chain)
        let_be_changed(session)
        session.execute(text("DELETE FROM audit_event WHERE what = 'opened_page'"))
    assert f"chain {chain}: the end is missing, from event 1" in says("audit", "verify")[1]


def test_long_work_shows_on_a_terminal_how_far_it_is(says, on_a_terminal):
    assert re.search(r"\x1b\[\?25levents  \[#+\]  (\d+)/\1  100%", says("audit", "verify")[1])
    for kind, table in (("wrapping", "kept_form"), ("audit", "audit_head")):
        keep_a_form()
        assert re.search(rf"\x1b\[\?25l{table}  \[#+\]  (\d+)/\1  100%", says("keys", "rotate", kind)[1])


def test_keys_are_changed_and_the_older_ones_go_later(says):
    keep_a_form()
    status, said = says("keys", "rotate")
    assert (status, said.startswith("a new key came in, 1 data keys wrapped anew")) == (0, True)
    status, said = says("keys", "rotate", "--drop-old")
    assert (status, "nothing was changed" in said) == (1, True)
    with time_machine.travel(clock.machine_now() + timedelta(minutes=16)):
        assert says("keys", "rotate", "--drop-old") == (
            0,
            "0 data keys wrapped anew, 1 older keys taken out of the key ring",
        )
    with db.reading() as session:
        assert key_ring().wrapper.decrypt(session.scalars(select(KeptForm.fields)).one()) == b"typed"
    assert says("audit", "verify")[0] == 0


def test_an_interrupted_change_is_gone_on_with_and_what_nothing_opens_is_told(says):
    older = key_ring().wrapper.encrypt(b"typed")
    says("keys", "rotate")
    with db.writing() as session:
        for account, fields in zip(session.scalars(select(Account.id).limit(2)), (older, b"no token"), strict=True):
            session.add(KeptForm(account_id=account, path="/", fields=fields, saved_at=clock.now()))
    status, said = says("keys", "rotate")
    assert status == 1
    assert said.startswith("went on with the newest key, 1 data keys wrapped anew")
    assert "kept_form: 1 rows open with none of the keys" in said


def test_the_key_of_the_log_is_changed_and_its_older_ones_stay(says):
    status, said = says("keys", "rotate", "audit")
    assert (status, said.startswith("a new key came in, 1 chains of the audit log carried over")) == (0, True)
    assert says("audit", "verify") == (0, "in order: 5 events in 1 chains")
    status, said = says("keys", "rotate", "audit", "--drop-old")
    assert (status, "older keys stay" in said) == (1, True)


def test_everything_is_copied_while_it_runs_and_put_back_on_an_empty_machine(says, tmp_path, monkeypatch, own_database):
    private, data, keys = (str(tmp_path / name) for name in ("backup.pem", "data", "keys"))
    status, said = says("keys", "backup", private)
    assert (status, f"{private}.pub seals backups" in said) == (0, True)
    with db.writing() as session:
        session.add(a_kept_form(session))
    status, copied = says("backup", data, "--keys", keys, "--for", f"{private}.pub")
    assert (status, "Keep them apart" in copied) == (0, True)
    status, said = says("restore", data, "--keys", keys, "--with", private)
    assert (status, "something in this database already" in said) == (1, True)
    with db.writing() as session:
        session.execute(delete(KeptForm))
    status, _said = says("backup", f"{data}.2", "--keys", f"{keys}.2", "--for", f"{private}.pub")
    ring = config.current().key_file
    monkeypatch.setenv("TRIVSEL_KEYS", str(ring))
    monkeypatch.setenv("TRIVSEL_DATA", str(tmp_path / "empty"))
    own_database()
    status, said = says("restore", data, "--keys", f"{keys}.2", "--with", private)
    assert status == 0
    tables = [line for line in copied.splitlines() if line.startswith("  ") and "kept_form" not in line]
    assert [line for line in said.splitlines() if line.startswith("  ")] == tables
    assert "1 were destroyed or changed after the data was copied" in said
    assert said.endswith("what was under way goes on.")
    assert says("audit", "verify")[0] == 0


def test_older_copies_of_the_keys_go_with_a_new_one_and_what_stays_is_said(says, tmp_path):
    private, folder = str(tmp_path / "backup.pem"), tmp_path / "keys"
    folder.mkdir()
    says("keys", "backup", private)

    def copied(name, *words):
        given = (str(tmp_path / name), "--keys", str(folder / name), "--for", f"{private}.pub", *words)
        return says("backup", *given)

    old, new = clock.machine_now() - timedelta(days=40), clock.machine_now()
    with time_machine.travel(old):
        assert copied("old")[0] == 0
    assert (copied("new")[0], (folder / "old").exists()) == (0, True)
    status, said = copied("newer", "--keep-keys", "30")
    assert status == 0
    assert said.endswith(f"{folder / 'old'}, keys of {old:%Y-%m-%d %H:%M} UTC, was removed: older than 30 days.")
    assert {path.name for path in folder.iterdir()} == {"new", "newer"}
    assert (tmp_path / "old").exists()
    status, said = says("restore", str(tmp_path / "old"), "--keys", str(folder / "newer"), "--with", private)
    assert (status, "something in this database already" in said) == (1, True)
    (folder / "before").write_bytes(FIRST_MAKE)
    os.utime(folder / "before", (old.timestamp(), old.timestamp()))
    status, said = copied("newest", "--keep-keys", "30")
    assert (status, f"{folder / 'before'} is older than 30 days, from before" in said) == (1, True)
    assert new.timestamp() <= (folder / "newest").stat().st_mtime


def test_what_could_not_be_removed_is_said_with_its_reason(says, tmp_path, monkeypatch):
    private = str(tmp_path / "backup.pem")
    says("keys", "backup", private)
    monkeypatch.setattr(key_copies, "remove_older", lambda keys, days: Removal(failed=[(keys, f"{days} reasons")]))
    status, said = says("backup", str(tmp_path / "a"), "--keys", str(tmp_path / "b"), "--for", f"{private}.pub", "--keep-keys", "7")  # fmt: skip
    assert (status, said.splitlines()[-1]) == (
        1, f"trivsel: {tmp_path / 'b'} may hold keys older than 7 days and was not removed: 7 reasons"
    )  # fmt: skip


@pytest.mark.parametrize("days", ["0", "-1", "soon", "36501"])
def test_keys_are_kept_for_a_number_of_days(says, tmp_path, days):
    files = (str(tmp_path / "a"), "--keys", str(tmp_path / "b"), "--for", "c")
    with pytest.raises(SystemExit, match="2"):
        says("backup", *files, f"--keep-keys={days}")
    assert list(tmp_path.glob("[ab]")) == []


def test_a_long_copy_shows_how_far_it_is_and_so_does_putting_it_back(
    says, tmp_path, monkeypatch, on_a_terminal, new_database
):
    private = tmp_path / "backup.pem"
    says("keys", "backup", str(private))
    files = (str(tmp_path / "data"), "--keys", str(tmp_path / "keys"))
    assert re.search(
        r"\x1b\[\?25laccount  \[#+\]  (\d+)/\1  100%", says("backup", *files, "--for", f"{private}.pub")[1]
    )
    monkeypatch.setenv("TRIVSEL_DATABASE_URL", new_database())
    config.current.cache_clear()
    said = says("restore", *files, "--with", str(private))[1]
    db.engine_for(config.current().database).dispose()
    assert re.search(r"\x1b\[\?25laccount  \[#+\]  (\d+)/\1  100%", said)


def test_an_upgrade_shows_which_migration_was_made(says, monkeypatch, on_a_terminal, new_database):
    monkeypatch.setenv("TRIVSEL_DATABASE_URL", new_database())
    config.current.cache_clear()
    said = says("migrate")[1]
    db.engine_for(config.current().database).dispose()
    assert re.search(rf"\x1b\[\?25lmigration 0001 .* 1/{len(migrations.known())} ", said)
    assert re.search(rf"\x1b\[\?25lmigration {migrations.newest()}  \[#+\]  (\d+)/\1  100%", said)


def test_where_nobody_looks_long_work_says_nothing_of_itself(says):
    assert re.fullmatch(r"in order: \d+ events in \d+ chains", says("audit", "verify")[1])


def a_kept_form(session):
    fields = key_ring().wrapper.encrypt(b"typed")
    account = session.scalars(select(Account.id).limit(1)).one()
    return KeptForm(account_id=account, path="/", fields=fields, saved_at=clock.now())
