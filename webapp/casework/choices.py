"""Controlled lists as a form offers them: value and words in the page's language."""

from collections.abc import Iterable

from referrals.vocabulary import Term
from webapp.language import gettext


def choices(terms: Iterable[Term]) -> list[tuple[str, str]]:
    """Pairs of value and words for `terms`, in their order."""
    return [(term.value, gettext(term.label)) for term in terms]
