"""Reading a submitted form into plain data, and showing it again with what was typed and what was wrong with it.

Field names follow the schema: `goals-0-domain` is the field `domain` of the first row of `goals`, `child-first_name` the
field `first_name` of `child`. A field that takes several answers is repeated under one name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeAlias

from flask import abort, g, request
from marshmallow import Schema, ValidationError
from marshmallow import fields as kinds
from werkzeug.datastructures import MultiDict

#: Names beginning so belong to the form itself (CSRF token, language switch, added rows), never to its content.
OWN_PREFIX = "_"
CSRF = "csrf_token"
#: group, number and the rest of a name such as `goals-0-domain`
_ROW = re.compile(r"([^\d-][^-]*)-([0-9]{1,4})-(.*)", re.DOTALL)
#: no name of ours is longer; one that is stays as it was sent
_LONGEST_NAME = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Typed: TypeAlias = MultiDict[str, str]


class Form:
    """One form while it is shown: what was typed (or stood there before), and what must be mended.

    `typed` holds field values by name. `was_kept` says that they come from an earlier submission that did not get through,
    `saved_at` that they were saved then, while somebody was writing, and never sent. Of what was kept a form remembers which
    fields the page asks for: the others stand nowhere on it.
    """

    def __init__(self, typed: Typed | None = None, *, was_kept: bool = False, saved_at: datetime | None = None) -> None:
        self.typed: Typed = typed if typed is not None else MultiDict()
        self.was_kept = was_kept
        self.saved_at = saved_at
        self._errors: dict[str, list[str]] = {}
        self._labels: dict[str, str] = {}

    def value(self, name: str) -> str:
        """What stands in a field; empty if nothing does."""
        self._has_place(name)
        return self.typed.get(name, "")

    def values(self, name: str) -> list[str]:
        """All answers ticked under one name."""
        self._has_place(name)
        return self.typed.getlist(name)

    def errors(self, name: str) -> list[str]:
        """What must be mended at a field, each a sentence."""
        return self._errors.get(name, [])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Field name and sentence for the summary on top, in the order of the schema; the name is empty for the form as a whole."""
        return [(name, text) for name, texts in self._errors.items() for text in texts]

    def call_it(self, name: str, label: str) -> str:
        """Remember the words a field is called by on the page, for the summary on top. Gives nothing to show."""
        self._labels[name] = label
        return ""

    def label(self, name: str) -> str:
        """What a field is called, with the row it stands in: "Goal 2, Domain"; empty where the page does not show it."""
        start, _, _ = name.rpartition("-")
        return ", ".join(filter(None, (self._labels.get(start, ""), self._labels.get(name, "")))) if name else ""

    def rows(self, name: str, at_least: int = 1) -> range:
        """The numbers of the rows to show for a repeated group, never fewer than `at_least`."""
        return range(max(at_least, max(_row_numbers(self.typed, name), default=-1) + 1))

    def refuse(self, name: str, message: str) -> None:
        """Say what is wrong with a field, or with an empty `name` with the whole form."""
        self._errors.setdefault(name, []).append(message)

    def load(self, schema: Schema) -> dict[str, Any] | None:
        """The form's content as the schema gives it, or None, with each error at its field."""
        data, rows = nest(self.typed, schema)
        try:
            loaded: dict[str, Any] = schema.load(data)
        except ValidationError as refused:
            for name, message in _flat_errors(refused.messages, rows):
                self.refuse(name, message)
            self._errors = dict(sorted(self._errors.items(), key=lambda item: _place(item[0], schema)))
            return None
        return loaded if not self._errors else None

    def _has_place(self, name: str) -> None:
        if self.was_kept:
            g.setdefault("kept_with_place", set()).add(name)


def submitted() -> Form:
    """The form that was just sent."""
    return Form(clean(request.form))


def instant_sent(name: str) -> datetime:
    """The instant a page put into a hidden field of its form; without it the form is broken."""
    try:
        sent = datetime.fromisoformat(request.form[name])
    except ValueError:
        abort(400)
    return sent if sent.tzinfo else abort(400)


def shown(initial: Mapping[str, Any] | None = None, *, name: str = "") -> Form:
    """The form to show: with what this person typed before, if that was kept, otherwise with `initial` (plain nested data).

    `name` tells the forms of one page apart and is the one given to the form in the template.
    """
    kept: Typed | None = g.get("kept_form")
    if kept is not None and g.get("kept_form_name", "") == name:
        return Form(kept.copy(), was_kept=True, saved_at=g.get("kept_saved_at"))
    return Form(flatten(initial or {}))


def kept_by_place() -> tuple[Typed, Typed]:
    """What was typed, sent and not taken, once the page is put together: what stands in a form on it, and what has no place there."""
    standing: Typed = MultiDict()
    homeless: Typed = MultiDict()
    kept: Typed = g.get("kept_form", MultiDict())
    for name, value in kept.items(multi=True):
        (standing if name in g.get("kept_with_place", ()) else homeless).add(name, value)
    return standing, homeless


def clean(typed: Mapping[str, str]) -> Typed:
    """What was typed, in composed Unicode with plain line ends, without control characters and without blanks around it."""
    pairs = typed.items(multi=True) if isinstance(typed, MultiDict) else typed.items()
    return _renumbered(
        MultiDict(
            (name, _clean_text(value)) for name, value in pairs if not (name.startswith(OWN_PREFIX) or name == CSRF)
        )
    )


def flatten(data: Mapping[str, Any], prefix: str = "") -> Typed:
    """Nested plain data as form fields: dates in ISO form, enums by value, booleans as yes and no, None as nothing."""
    typed: Typed = MultiDict()
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            typed.update(flatten(value, f"{name}-"))
        elif isinstance(value, list | tuple | set | frozenset):
            for number, item in enumerate(value):
                if isinstance(item, Mapping):
                    typed.update(flatten(item, f"{name}-{number}-"))
                else:
                    typed.add(name, _as_text(item))
        elif value is not None:
            typed.add(name, _as_text(value))
    return typed


def nest(typed: Typed, schema: Schema, prefix: str = "") -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Form fields as the nested plain data that `schema` reads. Blank fields and wholly blank rows are left out.

    The second value tells, for each repeated group, the number on the page of every row that was kept.
    """
    data: dict[str, Any] = {}
    rows: dict[str, list[int]] = {}
    for field_name, field in schema.load_fields.items():
        key = field.data_key or field_name
        name = f"{prefix}{key}"
        inner, repeated = _inner_schema(field)
        if inner is not None and repeated:
            found = {number: nest(typed, inner, f"{name}-{number}-") for number in _row_numbers(typed, name)}
            rows[name] = [number for number, (row, _) in found.items() if row]
            for _, deeper in found.values():
                rows.update(deeper)
            if rows[name]:
                data[key] = [found[number][0] for number in rows[name]]
        elif inner is not None:
            group, deeper = nest(typed, inner, f"{name}-")
            rows.update(deeper)
            if group:
                data[key] = group
        elif isinstance(field, kinds.List):
            if answers := [answer for answer in typed.getlist(name) if answer]:
                data[key] = answers
        elif answer := typed.get(name, ""):
            data[key] = answer
    return data, rows


def add_row(typed: Typed, name: str) -> Typed:
    """The same form with one more, empty, row in the group `name`."""
    changed = typed.copy()
    changed.add(
        f"{name}-{max(1, len(_row_numbers(typed, name)))}-", ""
    )  # the first row is on the page even while it is empty
    return changed


def remove_row(typed: Typed, name: str, number: int) -> Typed:
    """The same form without row `number` of the group `name`."""
    gone = f"{name}-{number}-"
    return _renumbered(MultiDict((key, value) for key, value in typed.items(multi=True) if not key.startswith(gone)))


def take_over(typed: Typed, name: str, words: str) -> Typed:
    """The same form with `words` below what stands in the field `name`; once, however often it is asked for."""
    changed, there, words = typed.copy(), typed.get(name, ""), _clean_text(words)
    if words not in there:
        changed[name] = f"{there}\n\n{words}".strip()
    return changed


def _clean_text(value: str) -> str:
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", unicodedata.normalize("NFC", plain)).strip()


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _inner_schema(field: kinds.Field[Any]) -> tuple[Schema | None, bool]:
    if isinstance(field, kinds.Nested):
        return field.schema, bool(field.many)
    if isinstance(field, kinds.List) and isinstance(field.inner, kinds.Nested):
        return field.inner.schema, True
    return None, False


def _row_numbers(typed: Typed, name: str) -> list[int]:
    start = f"{name}-"
    heads = {key[len(start) :].split("-", 1)[0] for key in typed if key.startswith(start)}
    return sorted(int(head) for head in heads if head.isascii() and head.isdigit() and len(head) < 5)


def _renumbered(typed: Typed) -> Typed:
    """The same fields, the rows of each group counted 0, 1, 2 … whatever numbers were sent, also in groups within rows."""
    names = _counted({name: name for name in typed})
    return MultiDict((names[name], value) for name, value in typed.items(multi=True))


def _counted(names: Mapping[str, str]) -> dict[str, str]:
    """New names by the names sent. `names` holds, by the name sent, the part of it that is still to be looked at."""
    renamed: dict[str, str] = {}
    groups: dict[str, dict[int, dict[str, str]]] = {}
    for sent, name in names.items():
        if len(name) < _LONGEST_NAME and (found := _ROW.fullmatch(name)):
            groups.setdefault(found[1], {}).setdefault(int(found[2]), {})[sent] = found[3]
        else:
            renamed[sent] = name
    for group, rows in groups.items():
        for place, number in enumerate(sorted(rows)):
            renamed |= {sent: f"{group}-{place}-{rest}" for sent, rest in _counted(rows[number]).items()}
    return renamed


def _flat_errors(messages: object, rows: Mapping[str, list[int]], prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        numbers = rows.get(prefix)
        for key, inner in messages.items():
            if isinstance(key, int) and numbers is None:
                yield from _flat_errors(
                    inner, rows, prefix
                )  # one of several ticked answers: the error belongs to the question
            elif key == "_schema":
                yield from _flat_errors(inner, rows, prefix)
            else:
                step = numbers[key] if isinstance(key, int) and numbers else key
                yield from _flat_errors(inner, rows, f"{prefix}-{step}" if prefix else f"{step}")
    elif isinstance(messages, str):
        yield prefix, messages
    elif isinstance(messages, Iterable):
        for message in dict.fromkeys(str(message) for message in messages):
            yield prefix, message


def _place(name: str, schema: Schema) -> int:
    """Where an error belongs in the summary: first what concerns the whole form, then the fields in the schema's order."""
    order = [field.data_key or key for key, field in schema.load_fields.items()]
    head = name.split("-", 1)[0]
    return order.index(head) if head in order else -1
