"""Every page and paper that prints a day to be kept by says beside it where that day comes from, and whatever hands one on tells it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
#: what waits for somebody, as the code makes it or makes another of it
MADE_BY = frozenset({"Line", "Errand", "WaitingItem", "replace"})
#: what prints a day: a filter behind it, or a macro around it
FILTERED = re.compile(r"([\w.\[\]]+)\s*\|\s*(?:local_date\(\w+\)\s*\|\s*)?(?:date|long_date|short_date|weekday_date)\b")
CALLED = re.compile(r"(?<!\w)(?:(?:_day|short_day|long_day)\(|from_to\([\w.]+, )([\w.]+)")
#: what says where a day comes from
SAID = re.compile(r"""day_source\(|[\s{]by\(\w+_source\)|"source":|\bsource=""")

#: days by which somebody is to have done something, as templates call them
TO_BE_KEPT = frozenset({
    "due_on", "triage_due_on", "parts_due_on", "target_on", "by", "next_on", "until", "coming[1]", "follow_up_on", "next_follow_up_on",
    "evaluation_on", "revisit_on", "agreed_on", "appeal_until", "to_on", "enrols_until", "due[one.slot.id]",
})  # fmt: skip
#: days on which something happens or happened, or until which something lasts
OTHER_DAYS = frozenset({
    "accepted_on", "as_of", "birth_date", "born", "born_on", "came_on", "consented_on", "consulted_on", "counted_on", "dated_on", "day",
    "decided_on", "disposed_on", "distance_until", "ended_on", "ends_on", "expires_on", "first", "first_on", "from_on", "goes_on",
    "guardians_told_on", "held_on", "last", "last_moment", "last_on", "machine_on", "meets_on", "named_closed", "next_meeting_on", "on",
    "opened_on", "page_code_until", "passed_on_on", "received_on", "reported_on", "sent_on", "shown_on", "since", "told_on", "until_on",
    "valid_from", "valid_to", "value", "waits_since", "warned_on", "week_on",
})  # fmt: skip
#: where the words around it say it already, or the paper is itself what set the day
SAID_OTHERWISE = frozenset({
    ("pages/casework/protection_report.html", "due_on"),  # "These deadlines are the authority's own."
    ("pages/casework/protection_keeping.html", "due_on"),  # until then it stays: "The rules come from …"
    ("pages/casework/support_programme.html", "coming[1]"),  # "Next, as the programme itself says: …"
    ("documents/educational_request/document.html", "agreed_on"),  # "Agreed with the service to be there by"
    ("documents/educational_assessment/document.html", "agreed_on"),
    ("documents/minutes/document.html", "due_on"),  # under the heading of what this meeting decided
    ("documents/assessment/document.html", "due_on"),  # when parts were wanted: the paper is made as the assessment ends
    ("documents/action_plan/document.html", "follow_up_on"),  # a plan's days are those it sets, and it is signed
    ("documents/action_plan/document.html", "evaluation_on"),
    ("documents/plan_tables.html", "to_on"),
    ("documents/plan_for_service/document.html", "to_on"),
    ("documents/plan_for_service/document.html", "follow_up_on"),
    ("documents/follow_up/document.html", "next_follow_up_on"),  # under what this follow-up decided
    ("documents/support_programme/document.html", "follow_up_on"),  # under what this programme decides
    ("documents/support_programme/document.html", "evaluation_on"),
    ("documents/referral/document.html", "revisit_on"),  # in the table of what the initial assessment decided
    ("extracts/development_analysis.html", "due_on"),  # the milestones that this analysis lays down
})  # fmt: skip


def printed(text: str) -> Iterator[tuple[str, bool]]:
    """Each day that a template prints, by its last name, and whether its source is said before the next one on the line."""
    for line in text.splitlines():
        found = sorted((*FILTERED.finditer(line), *CALLED.finditer(line)), key=lambda one: one.end())
        for place, one in enumerate(found, 1):
            name = one[1] if one[1].endswith("]") else one[1].rpartition(".")[2]
            end = found[place].start() if place < len(found) else len(line)
            yield name, bool(SAID.search(line, one.end(), end))


def templates() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


@pytest.fixture(scope="module")
def days() -> set[tuple[str, str, bool]]:
    """Where which day is printed, and whether its source is said; instants, whose names end in `_at`, left out."""
    return {
        (name, day, is_said)
        for name in templates()
        for day, is_said in printed((TEMPLATES / name).read_text())
        if not day.endswith("_at") and day != "at"
    }


def test_a_day_to_be_kept_by_says_where_it_comes_from(days: set[tuple[str, str, bool]]) -> None:
    silent = {(name, day) for name, day, is_said in days if day in TO_BE_KEPT and not is_said}
    assert silent == SAID_OTHERWISE


def test_each_day_that_is_printed_is_one_to_be_kept_by_or_known_as_another(days: set[tuple[str, str, bool]]) -> None:
    assert {day for _name, day, _is_said in days} == TO_BE_KEPT | OTHER_DAYS


def test_the_walk_sees_a_day_whose_source_is_left_out() -> None:
    said = "{{ part.due_on | date }}{{ day_source(part.due_source) }} {{ _day(plan.follow_up_on) }}"
    assert list(printed(said)) == [("due_on", True), ("follow_up_on", False)]


def handed_on(text: str) -> Iterator[tuple[int, bool]]:
    """Each line and errand that is made with a day to be kept by: where its day stands, and whether its source is handed on too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MADE_BY:
            given = {one.arg: one.value for one in node.keywords if not _is_none(one.value)}
            if "due_on" in given:
                yield given["due_on"].lineno, "source" in given


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def test_whatever_waits_by_a_day_tells_where_that_day_comes_from() -> None:
    made = [
        (f"{path.relative_to(ROOT)}:{number}", is_told)
        for room in ("referrals", "webapp")
        for path in sorted((ROOT / room).rglob("*.py"))
        for number, is_told in handed_on(path.read_text())
    ]
    assert any(is_told for _place, is_told in made)
    assert [place for place, is_told in made if not is_told] == []


def test_the_reading_sees_a_day_that_is_handed_on_without_its_source() -> None:
    made = "Line(\n due_on=day,\n source=None)\nreplace(item, due_on=None)\nErrand(due_on=day, source=LAW)\nitem.replace('a', 'b')"
    assert sorted(handed_on(made)) == [(2, False), (5, True)]
