"""What of a form that is gone is shown to be copied: what somebody typed, and neither what they chose nor what they never saw."""

import re
from pathlib import Path

import pytest

from webapp.typed_texts import ALSO_HIDDEN, NEVER_TYPED, is_typed

TEMPLATES = Path(__file__).parents[2] / "templates"
#: lines of a file that was read, which are what it held; and who signs in on a page of the demonstration
OF_A_FILE = {"name", "class_name", "label", "birth_date", "days", "first_on", "last_on", "email"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("situation", "sjukdom"),
        ("reporter_phone", "0701234567"),
        ("decisions-0-text", "lugn"),
        ("outcome", "bra"),
        ("child_id", "20140000-0000"),
        ("comments", "Vem möter dem?"),
    ],
)
def test_a_text_is_shown_whatever_it_looks_like(name, value):
    assert is_typed(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("about", "HTL-7K3M-9QXA"),
        ("number", "HTL-7K3M-9QXA"),
        ("code", "KX4T-9PLM-2QRS"),
        ("outcome", "plan"),
        ("attendance-0-attendance", "by_link"),
        ("goals-0-goal_id", "0b4bd8c2-6a2c-4a0e-9a67-1f6f0f6f8f10"),
        ("guardians", "0b4bd8c2-6a2c-4a0e-9a67-1f6f0f6f8f10"),
        ("asked_about", "2026-12-09T12:30:00+00:00"),
        ("new_password", "Hemligt hus 7"),
        ("seen", "12"),
        ("situation", ""),
    ],
)
def test_what_was_chosen_or_hidden_is_not(name, value):
    assert not is_typed(name, value)


def test_every_hidden_field_is_known_as_one():
    written = {
        name
        for path in TEMPLATES.rglob("*.html")
        for found in re.findall(r'type="hidden" name="([^"]+)"|hidden\(form, (?:\w+ ~ )?"(\w+)"', path.read_text())
        for name in [re.split(r"-|}}", found[0] or found[1])[-1].strip()]
    }
    keys = {name for name in written if name.startswith("_") or name.endswith("_id") or "password" in name or not name}
    assert written - keys <= NEVER_TYPED | ALSO_HIDDEN | OF_A_FILE
