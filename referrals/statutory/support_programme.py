"""Programmes of special support (Skollag 3:9): written, checked for everything the law names, decided, and told to each who may appeal."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import here, history
from referrals.access import Actor, View, may_view, parties
from referrals.disclosure import coverage
from referrals.errors import Incomplete, NotAllowed, NotDelegable
from referrals.languages import local_date
from referrals.models import EducationalDecision, Guardian, History, Referral, SupportProgramme, SupportTold
from referrals.papers import readers
from referrals.rules import rulebook
from referrals.stages import Party, Verb
from referrals.statutory.special_support import investigations_of
from referrals.vocabulary import ProgrammeKind, SupportForm

#: kinds of support that are the head teacher's own to decide (Skollag 3:11, 3:11 a, 3:12), each for special reasons
HEAD_TEACHERS_OWN: Final = frozenset(
    {SupportForm.OTHER_GROUP, SupportForm.INDIVIDUALLY, SupportForm.DISTANCE, SupportForm.ADJUSTED_STUDIES}
)
#: teaching at a distance is decided for one term at a time, which no school makes longer than this
LONGEST_TERM: Final = timedelta(weeks=26)
#: told of a decision longer ago than this, nobody can appeal it any more in any country, holidays included
LONGEST_APPEAL: Final = timedelta(days=60)
#: what is written in words
TEXTS: Final = ("needs", "measures", "special_reasons", "follow_up_by", "evaluation_by", "participation")


@dataclass(frozen=True)
class Written:
    """What stands in a programme while it is written; anything can still be missing."""

    needs: str = ""
    measures: str = ""
    forms: tuple[SupportForm, ...] = ()
    #: why the support is given in a way that only the head teacher decides
    special_reasons: str = ""
    #: until when teaching at a distance is decided
    distance_until: date | None = None
    follow_up_on: date | None = None
    follow_up_by: str = ""
    evaluation_on: date | None = None
    evaluation_by: str = ""
    participation: str = ""


def write_programme(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, written: Written
) -> SupportProgramme:
    """Keep what is written of the programme that is not decided yet, or begin one. Nothing need be there yet."""
    history.guard(session, referral, Verb.WRITE_SUPPORT_PROGRAMME, by=by, seen=seen)
    draft = draft_of(session, referral)
    row = history.record(session, referral, Verb.WRITE_SUPPORT_PROGRAMME, by=by, seen=seen)
    if draft is None:
        draft = SupportProgramme(referral=referral, kind=ProgrammeKind.PROGRAMME, begun_id=row.id)
        session.add(draft)
    draft.forms = [form.value for form in written.forms]
    draft.follow_up_on, draft.evaluation_on = written.follow_up_on, written.evaluation_on
    draft.distance_until = written.distance_until
    for name in TEXTS:
        setattr(draft, name, getattr(written, name).strip() or None)
    session.flush()
    return draft


def decide_programme(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, delegation: str = ""
) -> SupportProgramme:
    """Decide the programme as it is written. The head teacher does, or somebody to whom they delegated it and who says where.

    Raises NotAllowed where none is written, NotDelegable where only the head teacher may decide it, and Incomplete with the
    name of everything the law asks for and that is missing.
    """
    history.guard(session, referral, Verb.DECIDE_SUPPORT_PROGRAMME, by=by, seen=seen)
    draft = draft_of(session, referral)
    if draft is None:
        raise NotAllowed(Verb.DECIDE_SUPPORT_PROGRAMME)
    is_head = Party.HEAD_TEACHER in parties(by, referral.facts())
    if not is_head and draft.kinds & HEAD_TEACHERS_OWN:
        raise NotDelegable
    lacking = missing(draft, on=here.today(session))
    lacking += [] if is_head or delegation.strip() else ["delegation"]
    if lacking:
        raise Incomplete(*lacking)
    row = history.record(session, referral, Verb.DECIDE_SUPPORT_PROGRAMME, by=by, seen=seen)
    return _decided(session, draft, row, delegation=None if is_head else delegation)


def decide_none(
    session: Session, referral: Referral, *, by: Actor, seen: int | None, reasons: str, delegation: str = ""
) -> SupportProgramme:
    """Decide, with reasons, that no programme is drawn up. Raises Incomplete without them, or where it is delegated and not said where."""
    history.guard(session, referral, Verb.DECIDE_NO_SUPPORT_PROGRAMME, by=by, seen=seen)
    is_head = Party.HEAD_TEACHER in parties(by, referral.facts())
    stated = {"reasons": reasons.strip(), "delegation": is_head or delegation.strip()}
    if lacking := [name for name, value in stated.items() if not value]:
        raise Incomplete(*lacking)
    row = history.record(session, referral, Verb.DECIDE_NO_SUPPORT_PROGRAMME, by=by, seen=seen)
    none = SupportProgramme(referral=referral, kind=ProgrammeKind.NONE, begun_id=row.id)
    none.reasons = reasons.strip()
    session.add(none)
    return _decided(session, none, row, delegation=None if is_head else delegation)


def record_told(
    session: Session,
    referral: Referral,
    *,
    by: Actor,
    seen: int | None,
    programme_id: uuid.UUID,
    guardian_id: uuid.UUID | None,
    told_on: date | None,
) -> SupportTold:
    """Record on which day a guardian, or the pupil where `guardian_id` is None, got a decision: from then they may appeal.

    Told again, the day is corrected. Raises NotAllowed where this referral has no such decision or guardian, Incomplete
    without a day from the decision's own until today.
    """
    history.guard(session, referral, Verb.RECORD_SUPPORT_TOLD, by=by, seen=seen)
    programme = session.get(SupportProgramme, programme_id)
    known = {None, *(guardian.id for guardian in coverage.guardians_of(session, referral))}
    if (
        programme is None
        or programme.referral_id != referral.id
        or programme.decided is None
        or guardian_id not in known
    ):
        raise NotAllowed(Verb.RECORD_SUPPORT_TOLD)
    decided_on = local_date(programme.decided.at, zone=here.time_zone(session))
    if told_on is None or not decided_on <= told_on <= here.today(session):
        raise Incomplete("told_on")
    row = history.record(session, referral, Verb.RECORD_SUPPORT_TOLD, by=by, seen=seen)
    told = next((one for one in programme.told if one.guardian_id == guardian_id), None)
    if told is None:
        told = SupportTold(referral=referral, guardian_id=guardian_id, told_on=told_on, history_id=row.id)
        programme.told.append(told)
    told.told_on, told.history_id = told_on, row.id
    session.flush()
    return told


def appeal_until(referral: Referral, told_on: date) -> date:
    """The last day on which somebody told on `told_on` can appeal; a weekend or public holiday moves to the next weekday."""
    return rulebook.load(referral.rulepack).support_appeal.last_day(told_on)


def next_last_day(decision: SupportProgramme | EducationalDecision, *, on: date) -> date | None:
    """The day, from `on` at the earliest, on which the time to appeal ends next for one of those told; None where it is over.

    None too where the municipality decides: that is what can be appealed then.
    """
    if isinstance(decision, EducationalDecision) and not decision.is_final:
        return None
    days = (appeal_until(decision.referral, one.told_on) for one in decision.told)
    return min((day for day in days if day >= on), default=None)


def last_days(session: Session, actor: Actor, shown: Iterable[Referral], *, on: date) -> dict[uuid.UUID, date]:
    """The same for each of `shown` where somebody can appeal a decision still, as far as `actor` may know, by the referral's id."""
    known = {referral.id: referral for referral in shown}
    lately = SupportTold.referral_id.in_(known), SupportTold.told_on >= on - LONGEST_APPEAL
    found: dict[uuid.UUID, date] = {}
    for told in session.scalars(select(SupportTold).where(*lately)):
        referral = known[told.referral_id]
        last_on = appeal_until(referral, told.told_on)
        if last_on >= on and may_view(View.SPECIAL_SUPPORT, actor, referral.facts()):
            found[referral.id] = min(last_on, found.get(referral.id, last_on))
    return found


def not_told(session: Session, programme: SupportProgramme) -> list[Guardian]:
    """The guardians with custody whom no day is recorded for on which they got the decision, as far as they may be contacted."""
    told = {one.guardian_id for one in programme.told}
    deciding = coverage.deciding_guardians(session, programme.referral)
    return [one for one in deciding if one.may_contact and one.id not in told]


def is_pupil_to_tell(programme: SupportProgramme) -> bool:
    """Whether the pupil can appeal too, and no day is recorded on which they got the decision."""
    return bool(programme.pupil_appeals) and all(one.guardian_id is not None for one in programme.told)


def missing(programme: SupportProgramme, *, on: date) -> list[str]:
    """What the law asks for and `programme` lacks, in the law's own order; a day that has passed is none."""
    own = programme.kinds & HEAD_TEACHERS_OWN
    distance = programme.distance_until
    stated = {
        "needs": programme.needs,
        "measures": programme.measures,
        "forms": programme.kinds,
        "special_reasons": not own or programme.special_reasons,
        "distance_until": SupportForm.DISTANCE not in own
        or (distance is not None and on <= distance <= on + LONGEST_TERM),
        "follow_up_on": programme.follow_up_on is not None and programme.follow_up_on >= on,
        "follow_up_by": programme.follow_up_by,
        "evaluation_on": programme.evaluation_on is not None
        and programme.evaluation_on >= max(on, programme.follow_up_on or on),
        "evaluation_by": programme.evaluation_by,
        "participation": programme.participation,
    }
    return [name for name, value in stated.items() if not value]


def draft_of(session: Session, referral: Referral) -> SupportProgramme | None:
    """The programme that is being written; there is one at most."""
    return next((one for one in programmes_of(session, referral) if one.decided_id is None), None)


def programmes_of(session: Session, referral: Referral) -> list[SupportProgramme]:
    """Every programme of `referral`, and every decision that there is none, the newest first."""
    rows = select(SupportProgramme).join(SupportProgramme.begun)
    found = rows.where(SupportProgramme.referral_id == referral.id).order_by(History.number.desc())
    return list(session.scalars(found))


def _decided(
    session: Session, programme: SupportProgramme, row: History, *, delegation: str | None
) -> SupportProgramme:
    concluded = (one for one in investigations_of(session, row.referral) if one.concluded_id is not None)
    programme.decided, programme.investigation = row, next(concluded, None)
    programme.pupil_appeals = readers.speaks_for_themself(session, row)
    programme.delegation = delegation.strip() if delegation else None
    session.flush()
    return programme
