"""The team's assessment: asking several professions for their part, what each hands in, and saying that it is enough."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict, Unpack

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock, here, history, notes, wording
from referrals.access import ROW_OF, Actor, Extent, View, extent, is_from_another_service, may_view
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, NothingRequested, PartsMissing, PointerOnly
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.guardians import confiding
from referrals.keeping import register
from referrals.models import Account, AssessmentPart, Attachment, History, Referral
from referrals.people import membership, roster
from referrals.rules import targets
from referrals.stages import PARTS_RECEIVED, PARTS_REQUESTED, TO_SCHEDULE, Party, Verb
from referrals.vocabulary import (
    About,
    Arena,
    Compartment,
    Counterpart,
    Domain,
    InformationCategory,
    Level,
    PartStatus,
    PieceKind,
    Profession,
    Registered,
    WordingGround,
)

#: the wall behind which each profession writes; whoever is not named writes pedagogical text
COMPARTMENTS: dict[Profession, Compartment] = {
    Profession.SPECIAL_EDUCATOR: Compartment.STUDENT_HEALTH,
    Profession.SPEECH_THERAPIST: Compartment.STUDENT_HEALTH,
    Profession.SCHOOL_COUNSELLOR: Compartment.STUDENT_HEALTH,
    Profession.PSYCHOLOGIST: Compartment.STUDENT_HEALTH,
    Profession.SCHOOL_NURSE: Compartment.MEDICAL,
    Profession.SCHOOL_DOCTOR: Compartment.MEDICAL,
    Profession.HEALTH_CARE: Compartment.MEDICAL,
    Profession.SOCIAL_SERVICES: Compartment.SOCIAL_SERVICES,
}
#: behind these walls the team keeps only that there is something to add and whom to ask, never the content
POINTERS = frozenset({Compartment.MEDICAL, Compartment.SOCIAL_SERVICES})
#: the kind of information a part holds until its writer says otherwise
_USUAL_CATEGORY: dict[Compartment, InformationCategory] = {
    Compartment.PEDAGOGICAL: InformationCategory.SCHOOLING,
    Compartment.STUDENT_HEALTH: InformationCategory.PSYCHOSOCIAL,
    Compartment.MEDICAL: InformationCategory.HEALTH_POINTER,
    Compartment.SOCIAL_SERVICES: InformationCategory.FAMILY,
}


class Asked(TypedDict):
    """One person who is asked for a part, and the day by which it is wanted."""

    assessor_id: uuid.UUID
    due_on: date


class Scope(TypedDict, total=False):
    """What the parts asked for in one step should speak of."""

    domains: Sequence[Domain]
    levels: Sequence[Level]
    arenas: Sequence[Arena]
    question: str | None


class PartText(TypedDict, total=False):
    """What one person writes in their part. `findings` holds a text for each domain they speak of."""

    findings: Mapping[Domain, str | None]
    protective_factors: str | None
    risk_factors: str | None
    child_voice: str | None
    conclusion: str | None
    sources: str | None
    categories: Sequence[InformationCategory]
    about: About
    about_guardian_id: uuid.UUID | None
    #: whether the child said it in confidence
    is_confided: bool


_TEXTS = ("protective_factors", "risk_factors", "child_voice", "conclusion", "sources")


@dataclass(frozen=True)
class ReadablePart:
    """One part as far as one reader may read it: `texts` holds only what is theirs to read, and is empty for nobody's eyes."""

    part: AssessmentPart
    texts: Mapping[str, str]
    findings: Mapping[Domain, str]
    #: whether only the conclusion is shown, because of the wall between the professions
    is_shortened: bool = False

    def is_own(self, reader: Actor) -> bool:
        """Whether `reader` is its writer."""
        return self.part.assessor_id == reader.account_id


def parts_of(session: Session, referral: Referral) -> list[AssessmentPart]:
    """Every part of the referral, in the order in which they were asked for."""
    rows = select(AssessmentPart).where(AssessmentPart.referral_id == referral.id)
    return list(session.scalars(rows.order_by(AssessmentPart.asked_at, AssessmentPart.due_on, AssessmentPart.id)))


def has_new_parts(session: Session, referral: Referral) -> bool:
    """Whether somebody was asked since the referral began, or since it was last taken up again."""
    again = select(func.max(History.at)).where(History.referral_id == referral.id, History.verb == Verb.REOPEN_REFERRAL)
    since = session.scalar(again)
    return any(since is None or part.asked_at >= since for part in parts_of(session, referral))


def find_part(session: Session, referral: Referral, part_id: uuid.UUID) -> AssessmentPart:
    """The part `part_id` of this referral. Raises NotAllowed where there is none."""
    part = session.get(AssessmentPart, part_id)
    if part is None or part.referral_id != referral.id:
        raise NotAllowed("no such part")
    return part


def read_part(part: AssessmentPart, reader: Actor) -> ReadablePart:
    """What `reader` may read of `part`: their own wholly, of others' what the wall lets through once it is handed in."""
    facts = part.referral.facts()
    if part.assessor_id == reader.account_id and may_view(View.OWN_PART, reader, facts):
        return _readable(part, _TEXTS)
    # What is about a guardian or a sibling is theirs to let go: a consent about the child does not reach it.
    is_out_of_reach = part.about is not About.CHILD and is_from_another_service(reader)
    if part.status is PartStatus.RECEIVED and not is_out_of_reach:
        seen = extent(ROW_OF[part.compartment], reader, facts, kinds=set(part.category_values))
        if seen is Extent.WHOLE or (seen is Extent.ON_GROUND and has_opened(part, reader)):
            return _readable(part, _TEXTS)
        if seen in (Extent.CONCLUSION, Extent.ON_GROUND):
            return _readable(part, ("conclusion",))
    return ReadablePart(part, {}, {})


def has_opened(part: AssessmentPart, reader: Actor) -> bool:
    """Whether `reader` opened `part` on a ground and it is open still: until the referral ends, and not again when it is reopened."""
    own = [opening.at for opening in part.openings if opening.by_id == reader.account_id]
    if not own or not part.referral.is_open:
        return False
    return all(row.at < max(own) for row in part.referral.history if row.verb is Verb.REOPEN_REFERRAL)


def request_parts(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, asked: Sequence[Asked], **scope: Unpack[Scope]
) -> list[AssessmentPart]:
    """Ask each of `asked` for their part, in one step, and let them see the referral.

    Raises Incomplete without anybody to ask or a domain to speak of, NotCovered where consent does not reach somebody's
    service, NotAllowed for a stranger to the unit, AlreadyMoved where somebody's part is out already.
    """
    history.guard(session, referral, Verb.REQUEST_PARTS, by=by, seen=seen)
    missing = [name for name, given in (("asked", asked), ("domains", scope.get("domains"))) if not given]
    if missing:
        raise Incomplete(*missing)
    if by.account_id is None:
        raise NotAllowed(Verb.REQUEST_PARTS)
    people = {one.id: one for one in roster.choose_for_team(session, referral, [one["assessor_id"] for one in asked])}
    for part in parts_of(session, referral):
        if part.status is PartStatus.REQUESTED and part.assessor_id in people:
            raise AlreadyMoved(Verb.REQUEST_PARTS, part.asked_by.name, part.asked_at, by_id=part.asked_by_id)
    parts, today = [], here.today(session)
    for one in asked:
        person = people[one["assessor_id"]]
        compartment = COMPARTMENTS.get(person.profession, Compartment.PEDAGOGICAL)
        part = AssessmentPart(
            referral=referral, assessor_id=person.id, asked_by_id=by.account_id, asked_at=clock.now(), due_on=one["due_on"],
            due_source=targets.source_of_day(session, referral, "assessment", day=one["due_on"], since=today),
            status=PartStatus.REQUESTED, compartment=compartment, domains=[*scope["domains"]], levels=[*scope.get("levels", ())],
            arenas=[*scope.get("arenas", ())], categories=[_USUAL_CATEGORY[compartment]], about=About.CHILD,
            question=scope.get("question") or None,
        )  # fmt: skip
        session.add(part)
        membership.admit(session, referral, person)
        parts.append(part)
    session.flush()
    to = PARTS_REQUESTED if referral.state == PARTS_RECEIVED else None
    history.record(session, referral, Verb.REQUEST_PARTS, by=by, seen=seen, to=to)
    return parts


def save_part(
    session: Session, referral: Referral, *, by: Actor, part: AssessmentPart, **text: Unpack[PartText]
) -> AssessmentPart:
    """Keep what the writer has so far, for their own eyes only. Leaves no row in the history and makes no new version.

    Raises NotAllowed for anybody but the person asked, AlreadyMoved once the part is handed in, PointerOnly as `submit_part`.
    """
    _guard_own(session, referral, part, by=by, seen=None)
    _keep(part, _read(session, part, text))
    session.flush()
    return part


def attach_file(session: Session, referral: Referral, *, by: Actor, part: AssessmentPart, file: Cleared) -> Attachment:
    """Keep a file beside one's own part while it is written; like `save_part`, without a row in the history.

    Raises what `save_part` raises, PointerOnly also where a wall lets no file through, FileRefused where it does not fit.
    """
    party = _guard_own(session, referral, part, by=by, seen=None)
    if part.compartment in POINTERS:
        raise PointerOnly
    return attachments.keep(session, referral, file, by=by, party=party, part=part)


def remove_file(session: Session, referral: Referral, *, by: Actor, part: AssessmentPart, file_id: uuid.UUID) -> None:
    """Take a file away from one's own part before it is handed in; one that is gone already stays gone."""
    party = _guard_own(session, referral, part, by=by, seen=None)
    for attachment in attachments.beside_part(session, part):
        if attachment.id == file_id:
            attachments.remove(session, attachment, by=by, party=party)


def submit_part(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    part: AssessmentPart,
    ground: WordingGround | None = None,
    **text: Unpack[PartText],
) -> History:
    """Hand one's part in; the last one that was out while the team waits for parts makes them all received.

    A late part is taken and marked. What its writer ticked as said in confidence is kept from guardians from the same moment on,
    so that no paper can be made of it in between. Raises NotAllowed for anybody but the person asked, AlreadyMoved once it is handed in,
    Incomplete without findings or the conclusion for the team, PointerOnly where a wall lets only a pointer through,
    LooksMedical where words look so and no `ground` is named; from the school nurse no ground lets them through.
    """
    _guard_own(session, referral, part, by=by, seen=seen)
    values = _read(session, part, text)
    needed = ("conclusion",) if part.compartment in POINTERS else ("findings", "conclusion")
    if missing := [name for name in needed if not values[name]]:
        raise Incomplete(*missing)
    if part.compartment is Compartment.MEDICAL:
        wording.refuse(values)
    wording.check(session, referral, by=by, said=values, ground=ground)
    _keep(part, values)
    part.status, part.received_at = PartStatus.RECEIVED, clock.now()
    session.flush()
    still_out = any(one.status is PartStatus.REQUESTED for one in parts_of(session, referral))
    to = PARTS_RECEIVED if referral.state == PARTS_REQUESTED and not still_out else None
    row = history.record(session, referral, Verb.SUBMIT_PART, by=by, seen=seen, to=to)
    register.enter(
        session,
        Registered.PART,
        part.id,
        referral=referral,
        counterpart=Counterpart.STAFF,
        function=by.profession,
    )
    files = attachments.beside_part(session, part)
    attachments.enter(session, files, counterpart=Counterpart.STAFF, function=by.profession)
    if part.is_confided:
        confiding.begin(session, referral, by=by, seen=None, kind=PieceKind.PART, object_id=part.id)
    return row


def hand_on(parts: Sequence[AssessmentPart], successor: Account) -> None:
    """Let somebody else write parts that are out: from the beginning, for what was written so far was for the writer alone."""
    for part in parts:
        part.assessor = successor
        part.compartment = COMPARTMENTS.get(successor.profession, Compartment.PEDAGOGICAL)
        part.categories, part.about = [_USUAL_CATEGORY[part.compartment].value], About.CHILD
        part.is_confided, part.reminded_at = False, None
        for name in ("findings", *_TEXTS):
            setattr(part, name, None)


def conclude_assessment(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reason: str | None = None
) -> History:
    """Say that the team has what it needs to meet. Raises PartsMissing while parts are out, or all are from before the
    referral was taken up again, and no `reason` says why those there are are enough; NothingRequested where nobody was ever asked.
    """
    history.guard(session, referral, Verb.CONCLUDE_ASSESSMENT, by=by, seen=seen)
    parts, why = parts_of(session, referral), (reason or "").strip() or None
    if not parts:
        raise NothingRequested
    is_whole = has_new_parts(session, referral) and all(part.status is not PartStatus.REQUESTED for part in parts)
    if why is None and not is_whole:
        raise PartsMissing
    return history.record(session, referral, Verb.CONCLUDE_ASSESSMENT, by=by, seen=seen, to=TO_SCHEDULE, reason=why)


def _guard_own(session: Session, referral: Referral, part: AssessmentPart, *, by: Actor, seen: int | None) -> Party:
    if part.referral_id != referral.id or part.assessor_id != by.account_id:
        raise NotAllowed(Verb.SUBMIT_PART)
    if part.received_at is not None:
        raise AlreadyMoved(Verb.SUBMIT_PART, part.assessor.name, part.received_at, by_id=part.assessor_id)
    return history.guard(session, referral, Verb.SUBMIT_PART, by=by, seen=seen)


def _read(session: Session, part: AssessmentPart, text: PartText) -> dict[str, Any]:
    """What was written as the columns hold it, blank as None.

    Raises PointerOnly where too much was written, NotAllowed where it is said to be about a guardian of another child.
    """
    values: dict[str, Any] = {name: text.get(name) or None for name in _TEXTS}
    values["findings"] = {domain.value: found for domain, found in text.get("findings", {}).items() if found} or None
    if part.compartment in POINTERS and any(values[name] for name in values if name != "conclusion"):
        raise PointerOnly
    values["categories"] = [category.value for category in text.get("categories", ())] or part.categories
    values["is_confided"] = text.get("is_confided", False)
    if "about" in text:
        values["about"], values["about_guardian_id"] = text["about"], text.get("about_guardian_id")
        notes.check_guardians(session, part.referral, [values["about_guardian_id"]])
    return values


def _keep(part: AssessmentPart, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(part, name, value)


def _readable(part: AssessmentPart, names: Sequence[str]) -> ReadablePart:
    texts = {name: written for name in names if (written := getattr(part, name))}
    whole = tuple(names) == _TEXTS
    findings = {Domain(key): found for key, found in (part.findings or {}).items()} if whole else {}
    return ReadablePart(part, texts, findings, is_shortened=not whole)
