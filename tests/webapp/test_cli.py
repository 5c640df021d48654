"""The command line: what somebody who runs an instance does by hand."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import select

from referrals import clock, config, db, migrations
from referrals.models import Account, Municipality
from referrals.people import organisation
from referrals.sealing import key_ring, use_key_ring
from webapp import cli
from webapp.accounts.passwords import DEMO_PASSWORD, password_matches

DEMONSTRATION = cli.DEMONSTRATIONS / "se.toml"
KARIN = "karin.almkvist@lindkoping.invalid"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_database: Callable[[], None]) -> Iterator[Path]:
    """The data folder of an instance of this test's own, with nothing in it."""
    ring = key_ring()
    monkeypatch.setenv("TRIVSEL_DATA", str(tmp_path / "instance"))
    config.current.cache_clear()
    address = config.current().database
    yield tmp_path / "instance"
    db.engine_for(address).dispose()
    config.current.cache_clear()
    clock.use_shift_file(None)
    use_key_ring(ring)


@pytest.fixture
def says(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Type `trivsel …` and get its exit status and its words."""

    def run(*words: str) -> tuple[int, str]:
        status = cli.main(words)
        said = capsys.readouterr()
        assert bool(said.err) == (status != 0), said.err
        return status, (said.err or said.out).strip()

    return run


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sit at the terminal and type these answers, one after the other."""

    def answers(*typed: str) -> None:
        waiting = iter(typed)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("getpass.getpass", lambda _question: next(waiting))

    return answers


def hash_of(email: str) -> str:
    with db.reading() as session:
        return session.scalars(select(Account.password_hash).where(Account.email == email)).one()


def test_set_up_brings_an_empty_data_folder_to_what_the_file_says(says):
    assert says("setup", str(DEMONSTRATION)) == (0, "34 added, 0 changed")
    assert says("setup", str(DEMONSTRATION)) == (0, "0 added, 0 changed")
    assert migrations.standing(config.current().database) == migrations.newest()


def test_after_set_up_nobody_has_a_password_anybody_knows(says):
    says("setup", str(DEMONSTRATION))
    assert not password_matches(hash_of(KARIN), DEMO_PASSWORD)
    assert not password_matches(hash_of(KARIN), "")


def test_a_broken_file_is_named_with_line_and_reason(says, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(DEMONSTRATION.read_text().replace('country = "se"', 'country = "no"'))
    status, said = says("setup", str(path))
    assert status == 1
    assert said == f"trivsel: {path}: line 7: municipality.country: is none of: se, dk"


def test_another_country_is_refused(says):
    says("setup", str(DEMONSTRATION))
    status, said = says("setup", str(DEMONSTRATION.with_name("dk.toml")))
    assert (status, "already holds Lindköping" in said) == (1, True)


def test_the_demonstration_municipality_is_made_once_tables_and_all(says):
    assert says("demo-municipality", "--country", "dk")[0] == 0
    assert says("demo-municipality") == (0, "")
    with db.reading() as session:
        assert organisation.municipality(session).name == "Fjordby Kommune"
    assert password_matches(any_hash(), DEMO_PASSWORD)


def any_hash() -> str:
    with db.reading() as session:
        return session.scalars(select(Account.password_hash).limit(1)).one()


def test_a_data_folder_with_another_country_says_so(says):
    says("migrate")
    says("demo-municipality")
    status, said = says("demo-municipality", "--country", "dk")
    assert status == 1
    assert said == ("trivsel: this data folder holds Lindköping; choose another with TRIVSEL_DATA for --country dk")


def test_the_demonstration_begins_on_the_day_it_is_told_to(says, monkeypatch):
    monkeypatch.setenv("TRIVSEL_NOW", "2027-01-11T08:00:00+01:00")
    config.current.cache_clear()
    says("migrate")
    says("demo-municipality")
    assert clock.today("Europe/Stockholm").isoformat() == "2027-01-11"


def test_the_cast_is_listed_with_what_each_of_them_is(says):
    says("migrate")
    says("demo-municipality")
    said = says("cast")[1]
    assert said.startswith("Lindköping (Sverige, se-2026-07): invented persons only.")
    assert f"{KARIN:42} Samordnare                   Lindens förskola, Lindskolan" in said
    assert len(said.splitlines()) == 17


@pytest.fixture
def with_real_people(folder, monkeypatch, tmp_path):
    """The same instance for real people, with keys of its own."""
    wanted = {
        "MODE": "production", "KEYS": str(tmp_path / "keys.json"), "PROXIES": "1", "SMTP_HOST": "post.lindkoping.example",
        "PUBLIC_URL": "https://trivsel.lindkoping.example", "MAIL_FROM": "trivsel@lindkoping.example",
    }  # fmt: skip
    for name, value in wanted.items():
        monkeypatch.setenv(f"TRIVSEL_{name}", value)
    config.current.cache_clear()


def test_in_production_there_is_neither_demonstration_nor_cast(says, with_real_people, tmp_path):
    assert says("keys", "new", str(tmp_path / "keys.json"))[0] == 0
    says("migrate")
    assert says("demo-municipality") == (1, "trivsel: a demonstration municipality is not set up in production")
    assert says("cast") == (1, "trivsel: production lists nobody's sign-in")


def test_a_key_ring_is_made_once(says, tmp_path):
    status, said = says("keys", "new", str(tmp_path / "apart" / "keys.json"))
    assert (status, said.endswith("without it nothing can ever be read again.")) == (0, True)
    before = (tmp_path / "apart" / "keys.json").read_text()
    status, said = says("keys", "new", str(tmp_path / "apart" / "keys.json"))
    assert (status, "is there already" in said) == (1, True)
    assert (tmp_path / "apart" / "keys.json").read_text() == before


def test_what_stands_in_the_way_of_a_start_with_real_people_is_said(says, with_real_people, tmp_path):
    assert says("ready")[1].startswith("trivsel: There is no key ring at")
    says("keys", "new", str(tmp_path / "keys.json"))
    assert says("migrate")[0] == 0
    assert says("ready")[1].startswith("trivsel: No municipality is set up yet")
    ours = tmp_path / "lindkoping.toml"
    ours.write_text(DEMONSTRATION.read_text().replace("lindkoping.invalid", "lindkoping.example"))
    assert says("setup", str(ours))[0] == 0
    assert says("ready") == (0, "Nothing stands in the way of a start with real people.")
    assert says("setup", str(DEMONSTRATION))[0] == 0
    assert says("ready")[1].startswith("trivsel: This database has people of a demonstration in it")


def test_a_demonstration_is_not_ready_for_real_people(says):
    assert says("ready")[1].startswith("trivsel: this is a demonstration")


def test_production_says_what_its_settings_lack(says, monkeypatch):
    monkeypatch.setenv("TRIVSEL_MODE", "production")
    config.current.cache_clear()
    status, said = says("cast")
    assert (status, "TRIVSEL_PUBLIC_URL must be the https:// address" in said) == (1, True)


def test_somebody_is_given_a_password_at_the_terminal(says, typing):
    says("setup", str(DEMONSTRATION))
    typing("correct horse battery", "correct horse battery")
    assert says("password", KARIN.upper()) == (0, f"{KARIN} signs in with the new password from now on")
    assert password_matches(hash_of(KARIN), "correct horse battery")
    with db.reading() as session:
        assert [row.subject.split()[0] for row in organisation.changes(session)] == ["account.password"]


def test_a_password_can_come_as_one_line_of_standard_input(says, monkeypatch):
    says("setup", str(DEMONSTRATION))
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\nand more\n"))
    assert says("password", KARIN)[0] == 0
    assert password_matches(hash_of(KARIN), "correct horse battery")


@pytest.mark.parametrize("typed", ["", "eleven char", "x" * 201])
def test_a_password_too_short_or_too_long_is_refused(says, typing, typed):
    says("setup", str(DEMONSTRATION))
    typing(typed)
    assert says("password", KARIN) == (1, "trivsel: a password has 12 to 200 characters")
    assert hash_of(KARIN) == ""


def test_a_mistyped_password_changes_nothing(says, typing):
    says("setup", str(DEMONSTRATION))
    typing("correct horse battery", "correct house battery")
    assert says("password", KARIN) == (1, "trivsel: the two were not the same; nothing was changed")
    assert hash_of(KARIN) == ""


def test_nobody_unknown_is_given_a_password(says):
    says("setup", str(DEMONSTRATION))
    assert says("password", "nobody@nowhere.invalid") == (1, "trivsel: there is no account nobody@nowhere.invalid")


def test_without_tables_one_is_told_to_make_them(says):
    status, said = says("password", KARIN)
    assert status == 1
    assert "has no tables yet (`trivsel migrate`)" in said
    assert "Traceback" not in said


def test_without_a_municipality_there_is_no_cast(says):
    says("migrate")
    assert says("cast") == (1, "trivsel: no municipality is set up yet: run `trivsel setup FILE`")
    with db.reading() as session:
        assert session.scalars(select(Municipality)).all() == []


@pytest.mark.parametrize("more", [(), ("--sparse", "--language", "da")])
def test_any_paper_is_printed_from_its_sample(says, tmp_path, more):
    path = tmp_path / "receipt.pdf"
    status, said = says("paper", "receipt", str(path), *more)
    assert (status, said) == (0, f"{path}: {path.stat().st_size / 1000:.0f} kB")
    assert path.read_bytes().startswith(b"%PDF-")


def test_a_danish_paper_is_printed_from_the_danish_sample(says, tmp_path):
    path = tmp_path / "minutes.pdf"
    assert says("paper", "minutes", str(path), "--language", "da")[0] == 0
    assert "Søholm Kommune" in pypdf.PdfReader(path).pages[0].extract_text()


def test_a_paper_that_cannot_be_written_is_a_sentence(says, tmp_path):
    path = tmp_path / "nowhere" / "receipt.pdf"
    assert says("paper", "receipt", str(path)) == (1, f"trivsel: {path}: No such file or directory")
