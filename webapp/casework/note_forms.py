"""What the forms ask about notes and texts: whom they can be about, and what was said of them before."""

from typing import Any
from uuid import UUID

from referrals import notes
from referrals.access import View, may_view
from referrals.disclosure import coverage
from referrals.models import Referral
from referrals.notes import NOT_SAID, WHOLE, Classification, Noted
from referrals.vocabulary import About, InformationCategory
from webapp import people, transactions
from webapp.casework.choices import choices
from webapp.language import gettext


def asked(referral: Referral) -> dict[str, list[tuple[str, str]]]:
    """What a page with notes offers: kinds of information, and people the notes can be about."""
    return {"kinds": choices(InformationCategory), "persons": persons(referral)}


def persons(referral: Referral) -> list[tuple[str, str]]:
    """The child, each guardian, some guardian, a sibling. Whoever may not know the guardians' names cannot tell them apart:
    they say that it is about a guardian, and nothing of it stands on any guardian's paper before somebody has said which.
    """
    may_know = may_view(View.GUARDIANS, people.actor(), referral.facts())
    known = coverage.guardians_of(transactions.session(), referral) if may_know else []
    guardians = [
        (
            str(guardian.id),
            guardian.name
            if guardian.name and not guardian.has_protected_identity
            else gettext("Guardian %(number)s: %(custody)s", number=number, custody=gettext(guardian.custody.label)),
        )
        for number, guardian in enumerate(known, start=1)
    ]
    child, some, sibling = choices((About.CHILD, About.GUARDIAN, About.SIBLING))
    return [child, *guardians, (some[0], gettext("A guardian, not said which")), sibling]


def whom(about: About | None, guardian_id: UUID | None) -> str | None:
    """Whom something is about, as the field of a form holds it."""
    return str(guardian_id) if guardian_id else about.value if about else None


def as_fields(said: Classification) -> dict[str, Any]:
    """What was said about one note, as the fields of a form."""
    return {"categories": said.categories, "about": whom(said.about, said.guardian_id)}


def said_before(row: Noted) -> dict[str, dict[str, Any]]:
    """What was said about the notes of `row`, by their names, as fields; for names nobody spoke of there is nothing."""
    return {name: as_fields(said) for name, said in notes.classification_of(row).items()}


def usual(referral: Referral) -> dict[str, Any]:
    """What a form begins with for all notes together: what the team has on the table holds these kinds."""
    kinds = notes.usual_categories(transactions.session(), referral)
    return as_fields(Classification(categories=kinds))


def texts_said(row: Noted, names: tuple[str, ...]) -> dict[str, Any]:
    """The beginning of a form whose notes are the texts `names`: for all together, and for those that differ."""
    said = said_before(row)
    return {"whole": said.get(WHOLE, as_fields(NOT_SAID)), "own": {name: said[name] for name in names if name in said}}
