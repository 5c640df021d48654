"""What a controlled list is: a word stored by its value and shown by its label."""

from enum import StrEnum
from typing import Self


def N_(text: str) -> str:  # noqa: N802 - the name under which Babel finds texts that are translated later
    """Mark `text` for translation."""
    return text


class Term(StrEnum):
    """A word of a controlled list: stored by its value, shown by its label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Make the member `value` and remember its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
