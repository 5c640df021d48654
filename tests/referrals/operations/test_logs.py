"""A line of the log is JSON, says which part wrote it about which referral, and repeats nothing that was handed to it besides."""

import json
import logging

import pytest
import structlog

from referrals.operations import logs


def line(said, *values, **more):
    record = logging.LogRecord("trivsel.flows", logging.WARNING, __file__, 1, said, values, more.pop("exc_info", None))
    vars(record).update(more)
    return json.loads(logs.lines("worker").format(record))


def test_a_line_says_when_which_part_and_what():
    told = line("step %s: attempt %d failed", "ab12", 2)
    assert told.pop("at").endswith("Z")
    assert told == {
        "level": "warning",
        "part": "worker",
        "from": "trivsel.flows",
        "said": "step ab12: attempt 2 failed",
    }


def test_a_line_says_what_it_is_about_and_nothing_that_has_no_name_there():
    with structlog.contextvars.bound_contextvars(number="HTL-7K4M-2Q9X"):
        told = line("request", route="casework.triage", child="Zebulina")
    assert (told["number"], told["route"]) == ("HTL-7K4M-2Q9X", "casework.triage")
    assert "Zebulina" not in str(told)
    assert "number" not in line("request")


def test_of_an_exception_its_class_and_place_are_told_and_not_its_text():
    with pytest.raises(ValueError, match="Zebulina") as caught:
        int("Zebulina")
    told = line("broken", exc_info=(caught.type, caught.value, caught.tb), stack_info="Zebulina")
    assert told["error"].startswith("ValueError at ")
    assert "Zebulina" not in str(told)
    assert logs.place_in(None) == "unknown place"


def test_all_that_a_process_logs_becomes_lines(monkeypatch, capsys):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", logging.WARNING)
    logs.write_lines("web")
    logging.getLogger("somebody.elses").info("ready\nor not")
    told = capsys.readouterr().err.splitlines()
    assert [(one["part"], one["said"]) for one in map(json.loads, told)] == [("web", "ready\nor not")]
