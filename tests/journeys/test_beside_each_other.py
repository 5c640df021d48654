"""Two copies on one machine, each with a folder and ports of its own; and a copy that is started a second time."""

import json
import urllib.request
from pathlib import Path

from tests.journeys import instance as instances
from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.telling import Reporter


def is_ready(copy: Instance) -> bool:
    with urllib.request.urlopen(f"{copy.url}/readyz", timeout=10) as answer:
        return bool(json.load(answer)["status"] == "ok")


def test_two_copies_run_beside_each_other_and_one_that_ends_takes_nothing_from_the_other_nor_writes_elsewhere(
    instance: Instance, new_window: Opener, tmp_path: Path
) -> None:
    other = {"se": "dk", "dk": "se"}[instance.country]
    with instances.running(other, tmp_path / "other") as beside:
        assert beside.url != instance.url
        assert is_ready(instance)
        assert is_ready(beside)
        reporter = Reporter(new_window(), instance.language)
        number = reporter.begin("I work with children").tell_as_teacher().send().number
        written = b"".join(file.read_bytes() for file in beside.folder.glob("trivsel.sqlite*"))
        assert written
        assert number.encode() not in written
        said = beside.said()
        for words in (
            f"Open {beside.url}",
            "Technical view (Prefect's pages): http://127.0.0.1:",
            "@",
            "Ctrl-C stops all of it.",
        ):
            assert words in said, words
    assert "Traceback" not in beside.said()
    assert is_ready(instance)
    with instances.running(other, tmp_path / "other") as again:
        assert is_ready(again)
        assert reporter.wait_for_receipt(seconds=90).startswith(b"%PDF")
        assert [*instance.strays(), *again.strays()] == []
