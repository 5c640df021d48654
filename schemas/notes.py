"""What the forms ask about a note or a text: what kinds of information it holds, and whom it is about."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, post_load

from referrals.notes import Classification
from referrals.vocabulary import About, InformationCategory
from schemas.fields import FormSchema, TermField, TermList

__all__ = ["AboutField", "ClassificationForm", "each_by_itself"]


class AboutField(TermField[About]):
    """Whom something is about: a word of the list, or the id of the guardian. Gives both, as a pair."""

    def __init__(self, *, needed: str | None = None, **options: Any) -> None:
        super().__init__(About, needed=needed, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            return About.GUARDIAN, UUID(str(value))
        except ValueError:
            return super()._deserialize(value, attr, data, **kwargs), None


class ClassificationForm(FormSchema):
    """What kinds of information it is and whom it is about; either may be left open."""

    categories = TermList(InformationCategory)
    about = AboutField(load_default=(None, None))

    @post_load
    def _to_input(self, data: dict[str, Any], **_: Any) -> Classification:
        about, guardian_id = data["about"]
        return Classification(categories=tuple(data["categories"]), about=about, guardian_id=guardian_id)


def each_by_itself(*names: str) -> type[Schema]:
    """A form that asks this about each text in `names` by itself; only those about which something was said are there."""
    return FormSchema.from_dict({name: fields.Nested(ClassificationForm) for name in names})
