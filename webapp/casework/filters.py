"""What a board or list is narrowed to: read from the address, shown as a form, and put into links."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request

from referrals import queries
from referrals.queries import Column, Filters, Openness
from referrals.rules import rulebook
from referrals.vocabulary import Country, Topic
from referrals.work import saved_views
from webapp import forms, people, transactions
from webapp.casework.frame import today
from webapp.language import gettext, language

_WORD = TypeVar("_WORD", Column, Openness, Topic)


@dataclass(frozen=True)
class KeptView:
    """A view that somebody keeps: what it shows in words, and the filters."""

    name: str
    address: dict[str, str]
    is_current: bool


@dataclass(frozen=True)
class Choices:
    """The form of the filters: what can be chosen, and what is."""

    form: forms.Form
    units: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    owners: list[tuple[str, str]]
    topics: list[tuple[str, str]]
    openness: list[tuple[str, str]]
    #: the views this person keeps
    kept: list[KeptView]
    #: these filters as the address has them
    address: dict[str, str]
    is_kept: bool


def from_address() -> Filters:
    """The filters this page's address names. What makes no sense is left aside, so that an old link still works."""
    return read(request.args)


def read(asked: Mapping[str, str]) -> Filters:
    """The filters that an address, or what was kept of one, names; what makes no sense is left aside."""
    return Filters(
        today=today(),
        unit=asked.get("unit") or None,
        column=_word(Column, asked.get("stage")),
        owner=_id(asked.get("owner")),
        topic=_word(Topic, asked.get("topic")),
        late=asked.get("late") == "yes",
        mine=asked.get("mine") == "yes",
        openness=_word(Openness, asked.get("show")) or Openness.OPEN,
    )


def in_address(filters: Filters) -> dict[str, Any]:
    """The same filters as parts of an address; what is not narrowed is left out."""
    parts = {
        "unit": filters.unit or "",
        "stage": filters.column.value if filters.column else "",
        "owner": str(filters.owner or ""),
        "topic": filters.topic.value if filters.topic else "",
        "late": "yes" if filters.late else "",
        "mine": "yes" if filters.mine else "",
        "show": filters.openness.value if filters.openness is not Openness.OPEN else "",
    }
    return {name: value for name, value in parts.items() if value}


def choices(filters: Filters) -> Choices:
    """What this person can filter by."""
    session, actor, address = transactions.session(), people.actor(), in_address(filters)
    units = [(unit.slug, unit.name) for unit in queries.units_of(session, actor)]
    owners = [(str(owner.id), owner.name) for owner in queries.owners_of(session, actor)]
    kept = [in_address(read(kept)) for kept in saved_views.of(session, people.actor())]
    return Choices(
        form=forms.Form(forms.flatten(address)),
        units=units,
        columns=[(column.value, column_name(column)) for column in Column],
        owners=owners,
        topics=[(topic.value, gettext(topic.label)) for topic in Topic],
        openness=[(word.value, gettext(word.label)) for word in Openness],
        kept=[KeptView(_in_words(read(view), dict(units), dict(owners)), view, view == address) for view in kept],
        address=address,
        is_kept=address in kept,
    )


def _in_words(filters: Filters, units: Mapping[str, str], owners: Mapping[str, str]) -> str:
    """What a view shows: nobody typed a name for it, so none can hold what a list must not say."""
    parts = (
        gettext("Only mine") if filters.mine else "",
        gettext("Only past their target") if filters.late else "",
        column_name(filters.column) if filters.column else "",
        units.get(filters.unit or "", filters.unit or ""),
        owners.get(str(filters.owner), gettext("Another owner")) if filters.owner else "",
        gettext(filters.topic.label) if filters.topic else "",
        gettext(filters.openness.label) if filters.openness is not Openness.OPEN else "",
    )
    return " · ".join(part for part in parts if part)


def column_name(column: Column) -> str:
    """What the country calls a column of the board, in the page's language."""
    here = people.municipality()
    if here is None:
        return gettext(column.label)
    return rulebook.newest(Country(here.country)).artefact(column.value, language())


def topic_names(topics: list[str]) -> str:
    """The topics of a referral in words."""
    return ", ".join(gettext(Topic(topic).label) for topic in topics if topic in set(Topic))


def _word(words: type[_WORD], asked: str | None) -> _WORD | None:
    try:
        return words(asked) if asked else None
    except ValueError:
        return None


def _id(asked: str | None) -> Any:
    try:
        return uuid.UUID(asked) if asked else None
    except ValueError:
        return None
