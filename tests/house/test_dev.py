"""The command that begins everything: what it says where it may not install, and to a word it does not know."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APT = "sudo apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with nothing but `dev`, on a machine without the paper libraries where nobody is root."""
    shutil.copy2(ROOT / "dev", tmp_path / "dev")
    fakes = tmp_path / "bin"
    fakes.mkdir()
    for name, does in (("ldconfig", "exit 0"), ("id", "echo 1000"), ("apt-get", "echo apt-get was run; exit 0")):
        (fakes / name).write_text(f"#!/bin/sh\n{does}\n")
        (fakes / name).chmod(0o755)
    return tmp_path


def dev(folder: Path, *words: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    around = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "PYTHON": python}
    return subprocess.run(
        ["bash", str(folder / "dev"), *words], env=around, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("word", ["run", "demo", "setup", "check"])
def test_who_is_not_root_is_told_the_exact_line_to_type(elsewhere: Path, word: str) -> None:
    done = dev(elsewhere, word)
    assert (done.returncode, done.stdout) == (1, "")
    why = "A library that lays out paper is missing (libpango-1.0)."
    assert done.stderr == f"trivsel: {why} Type:  {APT}\n"
    assert not (elsewhere / ".venv").exists()


@pytest.mark.parametrize("words", [["help"], ["--help"], []])
def test_help_lists_every_word_it_takes(elsewhere: Path, words: list[str]) -> None:
    done = dev(elsewhere, *words)
    takes = re.findall(r"^do_(\w+)\(\)", (ROOT / "dev").read_text(), re.MULTILINE)
    assert (done.returncode, done.stderr) == (0, "")
    listed = re.findall(r"^  \./dev (\w+) +\S", done.stdout, re.MULTILINE)
    assert sorted(listed) == sorted([*takes, "bench"]), "bench is two things"


@pytest.fixture
def set_up(elsewhere: Path) -> Path:
    """The same with everything there, each of it one that does nothing; its Python says how the tests are begun."""
    (elsewhere / "bin" / "ldconfig").write_text(
        "#!/bin/sh\necho libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0\n"
    )
    (elsewhere / "bin" / "python").write_text("#!/bin/sh\n")
    ours = elsewhere / ".venv" / "bin" / "python"
    ours.parent.mkdir(parents=True)
    ours.write_text('#!/bin/sh\n[ "$2" != pytest ] || echo "TRIVSEL_SEEDS=$TRIVSEL_SEEDS $*"\n')
    for program in (elsewhere / "bin" / "python", ours):
        program.chmod(0o755)
    (elsewhere / ".venv" / ".trivsel-place").write_text(str(elsewhere))
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (elsewhere / name).touch()
    for name in ("package-lock.json", "node.lock", "packages.py", "typefaces.py"):
        (elsewhere / "webapp" / "assets" / name).parent.mkdir(parents=True, exist_ok=True)
        (elsewhere / "webapp" / "assets" / name).touch()
    return elsewhere


@pytest.mark.parametrize(("words", "seeds"), [([], "0-199"), (["400"], "400-599")])
def test_two_hundred_random_journeys_are_begun_by_one_word(set_up: Path, words: list[str], seeds: str) -> None:
    done = dev(set_up, "bench", "--faults", *words, python=str(set_up / "bin" / "python"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout.splitlines()[-1] == f"TRIVSEL_SEEDS={seeds} -m pytest --no-cov tests/flows/test_faults_at_random.py"
    )
    assert (ROOT / "tests/flows/test_faults_at_random.py").exists()


def test_a_first_seed_that_is_no_number_begins_nothing(set_up: Path) -> None:
    done = dev(set_up, "bench", "--faults", "--quick", python=str(set_up / "bin" / "python"))
    assert (done.returncode, "pytest" in done.stdout) == (1, False)
    assert "./dev bench" in done.stderr
    assert done.stderr.endswith("trivsel: A first seed is a number, not --quick.\n")


def test_told_to_end_while_it_sets_up_it_starts_nothing(set_up: Path) -> None:
    """Told alone, and not with all that it started, as a terminal does it."""
    ours = set_up / ".venv" / "bin" / "python"
    ours.write_text(
        '#!/bin/sh\ncase "$2" in compileall) kill -INT "$(cat dev.pid)" ;; webapp.launcher) echo started ;; esac\n'
    )
    begins = f"echo $$ >{set_up}/dev.pid; exec bash {set_up}/dev run"
    around = {"PATH": f"{set_up / 'bin'}:/usr/bin:/bin", "PYTHON": str(set_up / "bin" / "python")}
    heeding = [
        "env",
        "--default-signal=INT",
        "bash",
        "-c",
        begins,
    ]  # whatever runs the tests may ignore it, and a shell cannot undo that
    done = subprocess.run(heeding, env=around, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, "started" in done.stdout) == (130, False)


def test_a_word_it_does_not_know_is_said_with_the_list(elsewhere: Path) -> None:
    done = dev(elsewhere, "dance")
    assert (done.returncode, done.stdout) == (1, "")
    assert "./dev run" in done.stderr
    assert done.stderr.endswith("trivsel: There is no command dance.\n")
