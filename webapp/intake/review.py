"""What was answered, in words, for reading it once more; and who will read it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import intake
from referrals.languages import join_list, mid_sentence
from referrals.meetings import conflict
from referrals.models import Referral, Unit
from referrals.vocabulary import (
    N_,
    ConflictAnswer,
    GuardiansKnow,
    Profession,
    ProtectionAnswer,
    ReporterKind,
    SchoolYear,
    Term,
    Topic,
)
from schemas.fields import DateField
from schemas.intake import PAGES, TAKE_FILES, Door, fields_of
from webapp.language import gettext, language, long_date

#: what each answer is called when it is read once more
_LABELS = {
    "protection": N_("Fear of harm"),
    "unit": N_("School or unit"),
    "reporter_kind": N_("You are"),
    "reporter_name": N_("Your name"),
    "reporter_function": N_("Your role"),
    "has_protected_identity": N_("Protected identity"),
    "child_name": N_("The child's name"),
    "child_group": N_("Class or group"),
    "school_year": N_("School year"),
    "child_birth_date": N_("Date of birth"),
    "reporter_phone": N_("Your telephone"),
    "reporter_email": N_("Your e-mail"),
    "observations": N_("What you have seen and heard"),
    "observed_when": N_("When"),
    "observed_where": N_("Where"),
    "duration": N_("How long"),
    "topics": N_("What it is about"),
    "child_voice": N_("The child's own words"),
    "strengths": N_("What works, strengths and interests"),
    "guardians_view": N_("What the guardians say"),
    "guardians_know": N_("The guardians know"),
    "guardians_know_reason": N_("Why they do not"),
    "tried": N_("What has been tried"),
    "tried_result": N_("How it went"),
    "wished_help": N_("What you wish for"),
    "urgency": N_("What makes it urgent"),
    "conflict": N_("Too close to somebody in the team"),
    "conflict_functions": N_("Who in the team"),
    "conflict_text": N_("How they are close"),
}
#: words that differ for a pupil, who writes about themselves
_PUPIL_LABELS = {
    "protection": N_("Somebody hurts you"),
    "child_name": N_("Your name"),
    "unit": N_("Your school"),
    "child_group": N_("Your class"),
    "reporter_phone": N_("Your telephone"),
    "observations": N_("What you tell"),
    "strengths": N_("What goes well"),
    "guardians_know": N_("The adults at home know"),
    "conflict": N_("Somebody should not read it"),
    "conflict_functions": N_("Who should not read it"),
}
_TERMS: dict[str, type[Term]] = {
    "protection": ProtectionAnswer,
    "reporter_kind": ReporterKind,
    "school_year": SchoolYear,
    "topics": Topic,
    "guardians_know": GuardiansKnow,
    "conflict": ConflictAnswer,
    "conflict_functions": Profession,
}
#: answers that are only shown where something stands in them
_ONLY_IF_GIVEN = frozenset({"guardians_know_reason", "conflict_functions", "conflict_text", "has_protected_identity"})

#: answers in the words of the pupil's own pages
_PUPIL_TERMS: dict[Term, str] = {
    ProtectionAnswer.YES: N_("Yes"),
    GuardiansKnow.NOT_SUITABLE: N_("I don't want them to know now"),
}


@dataclass(frozen=True)
class Row:
    """One answer."""

    name: str
    label: str
    words: str
    #: answered by "don't know yet", or left open where it must not be
    is_open: bool = False


@dataclass(frozen=True)
class Section:
    """The answers of one page."""

    page: str
    rows: tuple[Row, ...]


def sections(session: Session, door: Door, answers: Mapping[str, Any], *, files: Sequence[str] = ()) -> list[Section]:
    """All answers by page, in the page's language; `files` are the names of those that wait in the draft."""
    if answers.get("conflict") == ConflictAnswer.NO:  # it takes back what was ticked and written before it
        answers = {
            name: answer for name, answer in answers.items() if name not in {"conflict_functions", "conflict_text"}
        }
    found: list[Section] = []
    for asked in PAGES[door][:-1]:
        names = [name for name in fields_of(asked) if name in _LABELS]
        rows = [_row(session, door, name=name, answers=answers) for name in sorted(names, key=list(_LABELS).index)]
        if files and asked.name in TAKE_FILES:
            rows.append(Row("files", gettext(N_("Photos and papers")), "\n".join(files)))
        found.append(Section(asked.name, tuple(row for row in rows if row.words or row.name not in _ONLY_IF_GIVEN)))
    return found


def as_it_reads(door: Door, answers: Mapping[str, Any], *, files: Iterable[uuid.UUID]) -> str:
    """A short word for what is read once more, other once an answer or a file was changed, whatever language it is read in.

    The page it is read on sends it along, so that nothing goes that nobody read there.
    """
    asked = [name for one in PAGES[door] for name in fields_of(one) if name != "not_known"]
    said = [(name, answers.get(name) or name in answers.get("not_known", [])) for name in asked]
    return sha256(repr((said, [*map(str, files)])).encode()).hexdigest()[:16]


def readers(session: Session, referral: Referral) -> str:
    """The functions that read a concern to begin with, in the page's language, without who is kept out of it; empty where
    nobody of the unit reads it.
    """
    first = (Profession.COORDINATOR, Profession.HEAD_TEACHER)
    held = intake.functions_of_forum(session, referral.unit, without=conflict.kept_out(referral))
    words = join_list([mid_sentence(gettext(function.label)) for function in first if function in held], language())
    return words[:1].upper() + words[1:]


def _row(session: Session, door: Door, *, name: str, answers: Mapping[str, Any]) -> Row:
    label = _LABELS[name]
    if door is Door.PUPIL:
        label = _PUPIL_LABELS.get(name, label)
    words = _words(session, door, name=name, answer=answers.get(name) or "")
    not_known = not words and name in answers.get("not_known", [])
    return Row(name, gettext(label), gettext(N_("Don't know yet")) if not_known else words, is_open=not words)


def _words(session: Session, door: Door, *, name: str, answer: Any) -> str:
    if not answer:
        return ""
    if name == "unit":
        unit = session.scalars(select(Unit).where(Unit.slug == answer)).one_or_none()
        return unit.name if unit else ""
    if name == "has_protected_identity":
        return gettext(N_("Yes"))
    if name in _TERMS:
        given = answer if isinstance(answer, list) else [answer]
        labels = _PUPIL_TERMS if door is Door.PUPIL else {}
        return ", ".join(gettext(labels.get(term, term.label)) for term in _TERMS[name] if term.value in given)
    return _day(answer) if name == "child_birth_date" else str(answer)


def _day(typed: str) -> str:
    """A date in words; what is no date, as it was typed."""
    try:
        return long_date(DateField().deserialize(typed))
    except ValidationError:
        return typed
