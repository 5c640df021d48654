"""The pieces of a referral that can go to somebody: parts, goals, notes, and papers made of them, each with what it holds and whom it is about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import closure, documents, notes, team_review
from referrals.disclosure import coverage
from referrals.disclosure.coverage import Cover
from referrals.models import (
    ActionPlan,
    AssessmentPart,
    Disclosure,
    Document,
    Goal,
    GoalFollowUp,
    GoalOutcome,
    Guardian,
    Referral,
    Withholding,
)
from referrals.papers import strengths
from referrals.papers.readers import FILE
from referrals.plans import plan_versions
from referrals.vocabulary import (
    About,
    Compartment,
    DocumentKind,
    InformationCategory,
    PartStatus,
    PieceKind,
    Recipient,
    WhyNot,
)

#: what a piece is called among the others: the row it stands in, and within that row the name of a note
Key: TypeAlias = tuple[UUID, str]

#: a part behind these walls holds this kind of information, whatever its writer ticked
_BEHIND_WALL: Final = {
    Compartment.MEDICAL: InformationCategory.HEALTH_POINTER,
    Compartment.SOCIAL_SERVICES: InformationCategory.FAMILY,
}
#: papers that are made of the plan; the child's has its goals alone
_OF_THE_PLAN: Final = frozenset({DocumentKind.ACTION_PLAN, DocumentKind.CHILDS_PLAN, DocumentKind.PLAN_FOR_SERVICE})
#: papers of the file that can be shared as they are
_SHAREABLE: Final = frozenset(
    {DocumentKind.ASSESSMENT, DocumentKind.MINUTES, DocumentKind.ACTION_PLAN, DocumentKind.FOLLOW_UP}
)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Something that can go to somebody."""

    kind: PieceKind
    #: the part, goal, plan or paper; of a note the meeting, follow-up or plan it stands in
    object_id: UUID
    #: which note
    name: str = ""
    categories: frozenset[InformationCategory]
    about: About = About.CHILD
    #: which guardian, where it is about one and that is known
    guardian_id: UUID | None = None
    #: what a plan or a paper is made of
    made_of: tuple["Piece", ...] = ()
    row: Any = None

    @property
    def key(self) -> Key:
        """What it is called among the others."""
        return self.object_id, self.name

    @property
    def lasting(self) -> Key:
        """What it is called through all versions of the plan: the goal that it goes on with, the plan's note of that name."""
        if isinstance(self.row, Goal):
            return self.row.line, ""
        if isinstance(self.row, ActionPlan):
            return self.row.referral_id, self.name
        return self.key

    @property
    def singles(self) -> tuple["Piece", ...]:
        """What has to be looked at one by one: what it is made of, else itself."""
        return self.made_of or (self,)


def pieces_of(session: Session, referral: Referral) -> list[Piece]:
    """Every part that is in, every goal of the plan in force, and every note of meetings, follow-ups, closings and that plan."""
    plan = plan_versions.plan_in_force(session, referral)
    return [
        *_parts(session, referral),
        *(of_plan(plan) if plan else ()),
        *(piece for meeting in team_review.meetings_of(session, referral) for piece in _notes(meeting)),
        *(piece for held in plan_versions.follow_ups(session, referral) for piece in _notes(held)),
        *(piece for closed in closure.closures(session, referral) for piece in _notes(closed)),
    ]


def of_plan(plan: ActionPlan) -> tuple[Piece, ...]:
    """The goals and notes of one version of the plan."""
    return (*_goals(plan), *_notes(plan))


def may_go(session: Session, referral: Referral, recipient: Recipient, *, on: date) -> list[Piece]:
    """The parts, goals and notes that may go to `recipient` on the day `on`: filtered by kind and by whom each is about.

    What was shared without consent and not reviewed since stays here, and so does what the child said in confidence.
    """
    kept = kept_out(session, referral) | confided(session, referral)
    return [
        piece
        for piece in pieces_of(session, referral)
        if piece.key not in kept and _cover_of(session, referral, piece, recipient=recipient, on=on).is_covered
    ]


def cover_of(session: Session, referral: Referral, piece: Piece, *, recipient: Recipient, on: date) -> Cover:
    """Whether all of `piece` may go to `recipient` on the day `on`; where not, why not for the first that may not.

    Guardians cannot let go of what they do not know: what the child said in confidence goes nowhere on their consent.
    """
    if not confided(session, referral).isdisjoint(single.key for single in piece.singles):
        return Cover(WhyNot.CONFIDED)
    return _cover_of(session, referral, piece, recipient=recipient, on=on)


def _cover_of(session: Session, referral: Referral, piece: Piece, *, recipient: Recipient, on: date) -> Cover:
    found = Cover()
    for single in piece.singles:
        whom = session.get(Guardian, single.guardian_id) if single.guardian_id else None
        found = coverage.cover(
            session, referral, recipient, on=on, categories=single.categories, about=single.about, guardian=whom
        )
        if not found.is_covered:
            return found
    return found


def withheld_from(session: Session, referral: Referral, guardian_id: UUID, *, on: date) -> frozenset[Key]:
    """What a guardian's own copy of a paper leaves out: what is not theirs to read, and what was shared without consent and
    not reviewed since.
    """
    shared = kept_out(session, referral)
    there = {piece.key for piece in known(session, referral)} if shared else frozenset()
    return not_theirs(session, referral, guardian_id, on=on) | (shared & there)


def not_theirs(session: Session, referral: Referral, guardian_id: UUID, *, on: date) -> frozenset[Key]:
    """What a guardian is not to read: what is about another guardian who has not lifted that, what is about a sibling, what was
    withheld from them, and what the child said in confidence.
    """
    decided = withheld_by_decision(session, referral, guardian_id)
    is_only_one = len(coverage.guardians_of(session, referral)) == 1

    def is_theirs(piece: Piece) -> bool:
        if piece.about is About.CHILD or piece.guardian_id == guardian_id:
            return True
        if piece.about is About.GUARDIAN and piece.guardian_id is None and is_only_one:
            return True
        return _cover_of(session, referral, piece, recipient=Recipient.OTHER_GUARDIAN, on=on).is_covered

    return decided | {piece.key for piece in known(session, referral) if not is_theirs(piece)}


def withheld_by_decision(
    session: Session, referral: Referral, guardian_id: UUID, *, after: datetime | None = None
) -> frozenset[Key]:
    """What somebody decided that this guardian does not read, and what the child said in confidence and has not let go of;
    with `after` only what was decided later than that.
    """
    rows = (row for row in _in_force(session, referral) if row.guardian_id in (None, guardian_id))
    return _kept_by(session, referral, (row for row in rows if after is None or row.holds_since > after))


def confided(session: Session, referral: Referral) -> frozenset[Key]:
    """What the child said in confidence and has not let go of."""
    return _kept_by(session, referral, (row for row in _in_force(session, referral) if row.is_confided))


def kept_from_somebody(session: Session, referral: Referral) -> frozenset[Key]:
    """Whatever some guardian does not read by a decision, or the child confided: a sheet that a child carries home leaves it out."""
    return _kept_by(session, referral, _in_force(session, referral))


def made_into(session: Session, document: Document) -> frozenset[Key]:
    """The parts, goals and notes that a paper was made of, whoever's it is; nothing where nobody can say."""
    told = (note for meeting in strengths.meetings_told_of(session, document) for note in _notes(meeting))
    begins_with = (note for note in told if note.name == "strengths")
    return frozenset(piece.key for piece in (*_made_of(session, document), *begins_with))


def kept_out(session: Session, referral: Referral) -> frozenset[Key]:
    """What was shared without consent and nobody has cleared since: it stays out of guardians' papers and of hand-overs."""
    rows = session.scalars(select(Disclosure).where(Disclosure.referral_id == referral.id))
    return frozenset(
        (UUID(identity), name) for row in rows if row.is_kept_from_guardians for identity, name in row.holds
    )


def shareable(session: Session, referral: Referral) -> list[Piece]:
    """What a person can choose to share: each part that is in, each goal, the plan, and the file's own papers."""
    plan = plan_versions.plan_in_force(session, referral)
    papers = (_paper(session, document) for document in documents.issued(session, referral))
    return [
        *_parts(session, referral),
        *(_goals(plan) if plan else ()),
        *([_whole(PieceKind.PLAN, plan, made_of=of_plan(plan))] if plan else ()),
        *(piece for piece in papers if piece is not None),
    ]


def _kept_by(session: Session, referral: Referral, rows: Iterable[Withholding]) -> frozenset[Key]:
    """The pieces that `rows` keep, in every version of the plan."""
    kept = {(row.object_id, row.name) for row in rows}
    return frozenset(piece.key for piece in (known(session, referral) if kept else ()) if piece.lasting in kept)


def _in_force(session: Session, referral: Referral) -> list[Withholding]:
    rows = select(Withholding).where(Withholding.referral_id == referral.id)
    return [row for row in session.scalars(rows) if row.is_in_force]


def known(session: Session, referral: Referral) -> list[Piece]:
    """Every piece there is, with the goals and notes of every version of the plan."""
    plans = plan_versions.versions(session, referral)
    of_plans = (one for plan in plans for one in of_plan(plan))
    every = {piece.key: piece for piece in (*pieces_of(session, referral), *of_plans)}
    return list(every.values())


def _parts(session: Session, referral: Referral) -> Iterator[Piece]:
    rows = select(AssessmentPart).where(
        AssessmentPart.referral_id == referral.id, AssessmentPart.status == PartStatus.RECEIVED
    )
    for part in session.scalars(rows.order_by(AssessmentPart.received_at, AssessmentPart.id)):
        kinds = {InformationCategory(value) for value in part.categories}
        behind = _BEHIND_WALL.get(part.compartment)
        yield Piece(
            kind=PieceKind.PART,
            object_id=part.id,
            categories=frozenset({*kinds, behind} if behind else kinds),
            about=part.about,
            guardian_id=part.about_guardian_id,
            row=part,
        )


def _goals(plan: ActionPlan) -> Iterator[Piece]:
    return (_goal(goal) for goal in plan.goals)


def _goal(goal: Goal) -> Piece:
    return Piece(
        kind=PieceKind.GOAL,
        object_id=goal.id,
        categories=frozenset(goal.category_values) or frozenset(InformationCategory),
        about=goal.about,
        guardian_id=goal.about_guardian_id,
        row=goal,
    )


def _notes(row: notes.Noted) -> Iterator[Piece]:
    for note in notes.notes_of(row):
        yield Piece(
            kind=PieceKind.NOTE,
            object_id=row.id,
            name=note.name,
            categories=note.categories,
            about=note.about,
            guardian_id=note.guardian_id,
            row=row,
        )


def _whole(kind: PieceKind, row: ActionPlan | Document, *, made_of: tuple[Piece, ...]) -> Piece:
    """Something made of others; where nobody can say of what, it counts as holding every kind."""
    kinds = {kind for piece in made_of for kind in piece.categories}
    return Piece(
        kind=kind, object_id=row.id, categories=frozenset(kinds or InformationCategory), made_of=made_of, row=row
    )


def _paper(session: Session, document: Document) -> Piece | None:
    """A paper of the file, with what it was made of; None for a paper that is somebody's own."""
    if document.recipient != FILE or document.stopped_at is not None or document.kind not in _SHAREABLE:
        return None
    return _whole(PieceKind.DOCUMENT, document, made_of=_made_of(session, document))


def _made_of(session: Session, document: Document) -> tuple[Piece, ...]:
    referral, row = document.referral, document.history
    if document.kind is DocumentKind.ASSESSMENT:
        return tuple(_parts(session, referral))
    if document.kind is DocumentKind.MINUTES:
        return tuple(_notes_of(team_review.held_meeting(session, referral, after=row)))
    if document.kind in _OF_THE_PLAN:
        plan = plan_versions.approved_until(session, referral, row.at)
        texts = plan if document.kind is not DocumentKind.CHILDS_PLAN else None
        return (*(_goals(plan) if plan else ()), *_notes_of(texts))
    if document.kind is DocumentKind.FOLLOW_UP:
        known = plan_versions.follow_ups(session, referral)
        held = next((one for one in known if one.recorded_at <= row.at), None)
        return (*_goals_in(held.goal_results if held else ()), *_notes_of(held))
    if document.kind is DocumentKind.CLOSING:
        ended = next((one for one in closure.closures(session, referral) if one.closed_at <= row.at), None)
        return (*_goals_in(ended.outcomes if ended else ()), *_notes_of(ended))
    return ()


def _goals_in(results: Iterable[GoalFollowUp | GoalOutcome]) -> Iterator[Piece]:
    """The goals that a follow-up or a closing speaks of."""
    return (_goal(result.goal) for result in results)


def _notes_of(row: notes.Noted | None) -> Iterator[Piece]:
    return _notes(row) if row is not None else iter(())
