"""Which fields of a form somebody types words into: by their names, whatever the words look like."""

import functools
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields as kinds

import schemas
from schemas.fields import EmailText, FormSchema, LongText, PhoneText, ShortText

#: what hidden fields and lists of choices are called, by the last part of their names; a code is a secret, and stands nowhere again
NEVER_TYPED = frozenset(
    {
        "about", "agenda_seen", "asked_about", "begun_as", "code", "csrf_token", "decided", "expires_on", "fate", "follow", "forum", "from_forum", "guardian",
        "language", "next", "number", "on", "piece", "quarter", "series", "unit",
    }
)  # fmt: skip
#: called as a text elsewhere, and hidden in some form: there with a version, a way back or the key of a row
ALSO_HIDDEN = frozenset({"back", "seen", "team"})
#: how keys and numbers look, where the name of a field does not tell whether it is typed into
_KEY = re.compile(r"[a-z0-9_:.-]*")
#: how the key of a row and a day or an instant from a list look: no words, whatever the field is called
_ROW = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(T\S+)?")


def is_typed(name: str, value: str) -> bool:
    """Whether somebody typed `value` into the field called `name`, as words."""
    last = name.rpartition("-")[2]
    if last in NEVER_TYPED or "password" in last or not value or _ROW.fullmatch(value):
        return False
    if last in _texts() and last not in ALSO_HIDDEN:
        return value not in _texts()[last]
    return not _KEY.fullmatch(value)


@functools.cache
def _texts() -> Mapping[str, frozenset[str]]:
    """The names of text fields, each with the answers that are chosen from in another form's field of the same name."""
    for module in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"{schemas.__name__}.{module.name}")
    found: defaultdict[str, list[kinds.Field[Any]]] = defaultdict(list)
    for form in _forms(FormSchema):
        for name, field in form.fields_by_name().items():
            if not isinstance(field, kinds.Nested | kinds.List):
                found[name].append(field)
    return {
        name: frozenset(one.value for field in fields if isinstance(field, kinds.Enum) for one in field.enum)
        for name, fields in found.items()
        if any(isinstance(field, EmailText | LongText | PhoneText) for field in fields)
        or all(isinstance(field, ShortText) for field in fields)
    }


def _forms(form: type[FormSchema]) -> Iterator[type[FormSchema]]:
    for narrower in form.__subclasses__():
        yield narrower
        yield from _forms(narrower)
