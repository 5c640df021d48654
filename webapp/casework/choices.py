"""What several stages' pages offer alike: controlled lists in the page's language, and papers to look at beforehand."""

from collections.abc import Collection, Iterable

from referrals import documents
from referrals.models import Referral
from referrals.vocabulary import DocumentKind, InformationCategory, Term
from webapp import transactions
from webapp.language import gettext


def choices(terms: Iterable[Term]) -> list[tuple[str, str]]:
    """Pairs of value and words for `terms`, in their order."""
    return [(term.value, gettext(term.label)) for term in terms]


def names_of_kinds(kinds: Collection[InformationCategory]) -> list[str]:
    """What these kinds of information are called; that it is all of them in a few words, since a list of such lists cannot be read."""
    if set(kinds) == set(InformationCategory):
        return [gettext("All kinds of information")]
    return [gettext(kind.label) for kind in kinds]


def previews(referral: Referral) -> frozenset[DocumentKind]:
    """The kinds of paper that can be looked at before they are issued, where `referral` stands."""
    return frozenset(paper.kind for paper in documents.papers_ahead(transactions.session(), referral))
