"""Documentation: what it points at is there."""

import argparse
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from webapp import cli
from webapp.instance import PRUNING, Instance, environment_of
from webapp.launcher import Launcher

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_picture_and_page_that_is_pointed_at_is_there(page: Path) -> None:
    own = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in own if not (page.parent / link).exists()] == []


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(page.name.split("-")[0]) for page in pages] == list(range(1, len(pages) + 1))
    headed = [int(page.read_text(encoding="utf-8").removeprefix("# ").split(".")[0]) for page in pages]
    assert headed == list(range(1, len(pages) + 1))


def test_the_readme_shows_the_form_the_board_and_a_paper() -> None:
    assert len(re.findall(r"!\[[^\]]+\]\(docs/pictures/", (ROOT / "README.md").read_text(encoding="utf-8"))) >= 3


def operating() -> str:
    return (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """What the documented units start, word by word, without the path of the program."""
    lines = re.findall(r"^ExecStart=(.*)$", operating().replace("\\\n", " "), re.MULTILINE)
    return [shlex.split(line)[1:] for line in lines]


def test_the_documented_units_start_what_the_launcher_starts() -> None:
    folder = Path("/var/lib/trivsel")
    here = Instance(
        folder=folder, host="127.0.0.1", port=8080, prefect_port=4280, runs_prefect=True,
        prefect_api="http://127.0.0.1:4280/api", is_demo=False, environment={},
    )  # fmt: skip
    launcher = Launcher(here, country=None)
    web = " ".join(launcher._web_command()[1:]).replace(f"{folder}/tmp", "/dev/shm")
    assert [" ".join(command) for command in commands() if "trivsel backup" not in command[-1]] == [
        " ".join(launcher._prefect_command()[1:]), "migrate", "-m flows.worker", web,
    ]  # fmt: skip


def test_programs_of_an_installation_are_written_where_the_set_up_puts_them() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    there = {f"/opt/trivsel/.venv/bin/{name}" for name in ("python", *scripts)}
    written = {path for page in PAGES for path in re.findall(r"/opt/trivsel[\w./-]*", page.read_text(encoding="utf-8"))}
    assert written == {"/opt/trivsel", *there}


def test_the_documented_server_of_prefect_is_told_what_the_launcher_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PREFECT_SERVER_ANALYTICS_ENABLED", *PRUNING):
        monkeypatch.delenv(name, raising=False)
    told = environment_of(Path("/var/lib/trivsel"), prefect_api="")
    expected = {
        f"{name}={value}"
        for name, value in told.items()
        if name.startswith("PREFECT_SERVER_") or name == "PREFECT_HOME"
    }
    assert expected <= set(re.findall(r"PREFECT_\w+=\S+", operating()))


def test_every_verb_of_the_command_line_that_is_written_about_exists() -> None:
    verbs = next(action for action in cli._parser()._actions if isinstance(action, argparse._SubParsersAction))
    written = {word for page in PAGES for word in re.findall(r"`trivsel ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert written <= set(verbs.choices)
    assert {"backup", "restore", "doctor"} <= written
