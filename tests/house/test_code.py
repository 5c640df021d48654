"""House rules about the code itself, read from its syntax."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("flows", "webapp", "schemas", "referrals")
LUMBER = {"utils", "util", "helpers", "helper", "common", "core", "manager", "misc"}


def _modules(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        yield from sorted(path for path in (ROOT / room).rglob("*.py") if "static" not in path.parts)


MODULES = [path.relative_to(ROOT).as_posix() for path in _modules(*ROOMS)]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_can_be_read_in_one_sitting(name: str) -> None:
    assert (ROOT / name).read_text().count("\n") <= 400


@pytest.mark.parametrize("name", MODULES)
def test_a_function_fits_on_a_screen(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text())
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and node.end_lineno - node.lineno >= 60
    ]
    assert long == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_begins_with_the_sentence_of_what_lives_there(name: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / name).read_text()))


def test_no_module_is_a_lumber_room() -> None:
    assert [name for name in MODULES if Path(name).stem in LUMBER] == []


def test_stage_and_status_change_in_one_place_only() -> None:
    assigned = re.compile(r"\.(stage|status)\s*=(?!=)")
    of_a_referral = [
        f"{name}:{number}"
        for name in MODULES
        if name != "referrals/history.py"
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if assigned.search(line) and re.search(r"referral\.(stage|status)\s*=(?!=)", line)
    ]
    assert of_a_referral == []


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    asks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    found = [name for name in MODULES if name != "referrals/clock.py" and asks.search((ROOT / name).read_text())]
    assert found == []


def test_templates_hold_no_python_and_no_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix == ".py":
            pytest.fail(f"{path.name} is Python")
        # a paper is no page of the web, and a mail must not fetch a style sheet
        if path.suffix == ".html" and not {"documents", "emails"} & set(path.parts):
            page = path.read_text()
            assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page), path


def test_nothing_in_the_repository_names_a_machine_or_a_registry() -> None:
    named = re.compile(
        "pypi" + r"\.org|python" + r"hosted|registry\.npm" + r"js|deb\.deb" + r"ian|/ho" + r"me/|/ro" + r"ot/"
    )
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = []
    for name in tracked:
        try:
            text = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        if named.search(text):
            found.append(name)
    assert found == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = re.compile(r"mark\.(skip|xfail)|pytest\.(skip|xfail)\(")
    found = [
        path.name
        for path in (ROOT / "tests").rglob("test_*.py")
        if path != Path(__file__) and marks.search(path.read_text())
    ]
    assert found == []


def test_whatever_prints_outside_of_a_step_has_a_longest_time() -> None:
    steps = {"flows/tasks/papers.py", "flows/development.py"}  # they end with their step: referrals/steps.py
    by_hand = {"webapp/cli.py", "webapp/doctor.py"}  # whoever called the command can end it
    elsewhere = {
        name
        for name in MODULES
        if "print_pdf" in (ROOT / name).read_text() and not name.startswith("webapp/demo_year/")
    }
    assert elsewhere == steps | by_hand | {"referrals/printing.py"}


def test_whatever_a_worker_prints_outside_of_a_step_counts_its_tries() -> None:
    """Nobody pressed anything there: begun again by each worker, a print that never ends would end all of them."""
    workers = [name for name in MODULES if name.startswith("flows/")]
    assert [name for name in workers if "print_in_time" in (ROOT / name).read_text()] == ["flows/papers_by_clock.py"]
