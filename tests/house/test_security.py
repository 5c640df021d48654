"""What an attacker would try: each line of the page names tests, and every test it names is there."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
#: the chapters of the ASVS (version 4.0.3)
CHAPTERS = range(1, 15)


@cache
def names_in(file: str) -> set[str]:
    """The tests of a file, and what holds after each step of a random life, as the sentences they are."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    tests = [node.name.removeprefix("test_") for node in found if node.name.startswith("test_") or holds_always(node)]
    return {plain(name.replace("_", " ")) for name in tests}


def holds_always(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Call) and name_of(each.func) == "invariant" for each in node.decorator_list)


def plain(words: str) -> str:
    return " ".join(re.sub(r"[,'’]", "", words).casefold().split())


def answers() -> list[str]:
    """The last cell of each line about something somebody tries."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    tried = [line for line in lines if not line.startswith(("| somebody", "| chapter", "| V"))]
    return [line.strip("| ").split(" | ")[-1] for line in tried]


@pytest.mark.parametrize("answer", answers())
def test_every_test_that_is_named_is_there(answer: str) -> None:
    written = re.findall(r"`([\w/]*test_\w+\.py)`", answer)
    files = [name if "/" in name else f"tests/webapp/{name}" for name in written]
    files = files or [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    known = set().union(*map(names_in, files))
    named = re.findall(r"\*([^*]+)\*", answer)
    assert named, "no test is named"
    for words in named:
        wanted = re.compile(".*".join(re.escape(plain(part)) for part in words.split("…")))
        assert any(wanted.fullmatch(name) for name in known), words


def test_every_chapter_is_answered_or_set_aside_with_a_reason() -> None:
    chapters = dict(re.findall(r"^\| V(\d+) [^|]*\| (.+) \|$", PAGE, re.MULTILINE))
    assert sorted(map(int, chapters)) == list(CHAPTERS)
    headings = set(re.findall(r"^## (.+)$", PAGE, re.MULTILINE))
    for pointed in re.findall(r"\*([^*]+)\*", " ".join(chapters.values())):
        assert pointed in headings


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_is_held_to_its_checksum(name: str) -> None:
    written = [line for line in (ROOT / name).read_text(encoding="ascii").splitlines() if not line.startswith("#")]
    packages = [number for number, line in enumerate(written) if line and not line.startswith(" ")]
    assert packages
    assert all(re.match(r"\S+==\S+", written[number]) for number in packages)
    assert all(written[number + 1].strip().startswith("--hash=sha256:") for number in packages)
    assert "--require-hashes" in (ROOT / "dev").read_text(encoding="utf-8")


def test_every_package_of_the_pages_is_held_to_its_checksum() -> None:
    lock = json.loads((ROOT / "webapp" / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


@pytest.mark.parametrize("room", ["referrals", "webapp", "flows", "schemas"])
def test_no_statement_is_put_together_out_of_text(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts  # those know nothing that anybody typed
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and name_of(node.func) in {"text", "literal_column", "exec_driver_sql"}
        if not all(isinstance(argument, ast.Constant) for argument in node.args)
    ]
    assert found == []


def name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
