"""What several stages' pages offer alike: controlled lists in the page's language, and papers to look at beforehand."""

from collections.abc import Iterable

from referrals import documents
from referrals.models import Referral
from referrals.vocabulary import DocumentKind, Term
from webapp import transactions
from webapp.language import gettext


def choices(terms: Iterable[Term]) -> list[tuple[str, str]]:
    """Pairs of value and words for `terms`, in their order."""
    return [(term.value, gettext(term.label)) for term in terms]


def previews(referral: Referral) -> frozenset[DocumentKind]:
    """The kinds of paper that can be looked at before they are issued, where `referral` stands."""
    return frozenset(paper.kind for paper in documents.papers_ahead(transactions.session(), referral))
