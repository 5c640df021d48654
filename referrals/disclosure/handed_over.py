"""What goes over with a hand-over: the chosen parts, goals and notes as plain values, and who may choose what.

A part behind a wall of secrecy goes as its conclusion alone, as the rest of the team here has it; its writer passes the whole
on to a colleague of the same profession.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from referrals import notes
from referrals.disclosure import pieces
from referrals.disclosure.pieces import Key, Piece
from referrals.languages import local_date
from referrals.models import ActionPlan, AssessmentPart, FollowUp, Goal, PlannedAction, Referral, TeamMeeting
from referrals.plans import plan_versions
from referrals.vocabulary import Compartment, InformationCategory, PieceKind, Recipient

#: notes of what works, and of what the child said
_WORKS: Final = frozenset({"strengths"})
_VOICE: Final = frozenset({"child_words", "child_voice", "child_view"})
#: the lists of a package that say what was chosen
LISTS: Final = ("works", "voice", "goals", "parts", "notes")


def offerable(session: Session, referral: Referral, *, to: Recipient, on: date) -> list[Piece]:
    """What the guardians' consent lets go to `to` on the day `on`: to where the child moves, or to a service outside.

    What a guardian does not read stays, and so does what one guardian answered at a follow-up: each has a copy of what went,
    and neither is to read the other's answer on it.
    """
    kept = pieces.kept_from_somebody(session, referral)
    may_go = pieces.may_go(session, referral, to, on=on)
    return [piece for piece in may_go if piece.key not in kept and not piece.name.startswith(notes.GUARDIANS_ANSWER)]


def still_covered(session: Session, referral: Referral, chosen: Collection[Key], *, on: date) -> list[Piece] | None:
    """The pieces of `chosen`; None where one of them may not go any more, or is in force no more, as a goal that was replaced."""
    kept = pieces.kept_from_somebody(session, referral) | pieces.kept_out(session, referral)
    found = [piece for piece in pieces.pieces_of(session, referral) if piece.key in chosen]
    if len(found) != len(set(chosen)) or any(piece.key in kept for piece in found):
        return None
    covers = (pieces.cover_of(session, referral, piece, recipient=Recipient.RECEIVING_SCHOOL, on=on) for piece in found)
    return found if all(cover.is_covered for cover in covers) else None


def kinds_of(chosen: Iterable[Piece]) -> list[InformationCategory]:
    """The kinds of information that `chosen` hold, in the order of the controlled list."""
    held = {kind for piece in chosen for kind in piece.categories}
    return [kind for kind in InformationCategory if kind in held]


def package(chosen: Iterable[Piece], *, zone: str) -> dict[str, Any]:
    """What `chosen` say, as plain values that JSON can hold, their days as in `zone`; each with its key, so that a reader's copy
    can leave it out.
    """
    chosen = list(chosen)
    found: dict[str, Any] = {name: [] for name in LISTS}
    for piece in chosen:
        where, values = _values(piece, zone)
        found[where].append({"key": [str(piece.object_id), piece.name], **values})
    return {"categories": [kind.value for kind in kinds_of(chosen)], **found}


def for_reader(whole: Mapping[str, Any], withheld: frozenset[Key], *, is_guardian: bool) -> dict[str, Any]:
    """`whole` without what is in `withheld`; a guardian's copy is also without what one team wrote to the other in its own
    words, since that can speak of the other guardian: it names the unit to ask instead.
    """
    said = dict(whole) | {
        name: [each for each in whole[name] if (UUID(each["key"][0]), each["key"][1]) not in withheld] for name in LISTS
    }
    return said | ({"purpose": None, "contact": whole["from_unit"]} if is_guardian else {})


def _values(piece: Piece, zone: str) -> tuple[str, dict[str, Any]]:
    if piece.kind is PieceKind.PART:
        return "parts", _part(piece.row, zone)
    if piece.kind is PieceKind.GOAL:
        return "goals", _goal(piece.row)
    text = next(note.text for note in notes.notes_of(piece.row) if note.name == piece.name)
    where = "works" if piece.name in _WORKS else "voice" if piece.name in _VOICE else "notes"
    return where, {"text": text, "on": _iso(_day_of(piece.row, zone))}


def _day_of(row: Any, zone: str) -> date | None:
    """The day that a note is from."""
    if isinstance(row, TeamMeeting):
        return local_date(row.starts_at, zone=zone)
    if isinstance(row, FollowUp):
        return row.held_on
    return row.valid_from if isinstance(row, ActionPlan) else local_date(row.closed_at, zone=zone)


def _part(part: AssessmentPart, zone: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "profession": part.assessor.profession.value,
        "on": _iso(local_date(part.received_at, zone=zone) if part.received_at else None),
        "conclusion": part.conclusion,
        "findings": {},
        "protective_factors": None,
    }
    if part.compartment is Compartment.PEDAGOGICAL:
        said |= {"findings": dict(part.findings or {}), "protective_factors": part.protective_factors}
    return said


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "text": goal.text, "plain": goal.plain, "baseline": goal.baseline, "target": goal.target,
        "domain": goal.domain.value if goal.domain else None, "level": goal.level.value,
        "actions": [_action(action) for action in goal.actions if action.status in plan_versions.RUNNING],
    }  # fmt: skip


def _action(action: PlannedAction) -> dict[str, Any]:
    return {
        "text": action.text, "how": action.how, "who": action.owner_name or getattr(action.owner, "name", None),
        "arena": action.arena.value, "from_on": _iso(action.from_on), "to_on": _iso(action.to_on),
        "times_a_week": action.times_a_week,
    }  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
