"""Opening a part behind the wall of student health: for who decides an investigation, on a named ground, seen by its writer.

Where the table in `access_table.py` allows it, somebody opens one part of one referral. Medical and social services' own never open.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import assessment, clock
from referrals.access import ROW_OF, Actor, Extent, View, extent, may_view
from referrals.errors import Incomplete, NotAllowed
from referrals.keeping import audit
from referrals.models import AssessmentPart, PartOpening, Referral, What
from referrals.rules import rulebook
from referrals.rules.rulebook import StatutoryTrack
from referrals.stages import Party
from referrals.vocabulary import PartStatus

#: how the log calls it; its ground is the key of the investigation, and it never says what for
OPENED = "open_behind_wall"


def grounds(referral: Referral) -> tuple[StatutoryTrack, ...]:
    """The investigations that a head teacher of this kind of unit decides: the grounds on which a part can be opened."""
    tracks = rulebook.load(referral.rulepack).tracks_for(referral.unit.school_form)
    return tuple(track for track in tracks if track.opens_parts)


def may_open(part: AssessmentPart, by: Actor) -> bool:
    """Whether `by` could open `part` wholly, and has not: it is in, the referral goes on, and the table says on a ground."""
    referral = part.referral
    if part.status is not PartStatus.RECEIVED or not referral.is_open or part.assessor_id == by.account_id:
        return False
    seen = extent(ROW_OF[part.compartment], by, referral.facts())
    return seen is Extent.ON_GROUND and not assessment.has_opened(part, by)


def open_part(
    session: Session, referral: Referral, *, by: Actor, part: AssessmentPart, ground: str, purpose: str
) -> PartOpening | None:
    """Open `part` for `by`, until the referral ends. Open already, it changes nothing and gives None.

    Raises NotAllowed for who may not open it, Incomplete without an investigation of the rule pack as ground or without a purpose.
    """
    if part.referral_id != referral.id or not may_view(View.BEHIND_WALL, by, referral.facts()) or by.account_id is None:
        raise NotAllowed(OPENED)
    if assessment.has_opened(part, by):
        return None
    if not may_open(part, by):
        raise NotAllowed(OPENED)
    needed = {"ground": ground in {one.key for one in grounds(referral)}, "purpose": purpose.strip()}
    if missing := [name for name, given in needed.items() if not given]:
        raise Incomplete(*missing)
    row = PartOpening(referral=referral, part_id=part.id, by_id=by.account_id, at=clock.now(), ground=ground)
    row.purpose = purpose.strip()
    session.add(row)
    session.flush()
    session.expire(part, ["openings"])
    audit.append(
        session, What.DID, by=by, chain=referral.id, party=Party.HEAD_TEACHER, subject=OPENED, object_id=part.id, ground=ground
    )  # fmt: skip
    return row


def openings_of(session: Session, part: AssessmentPart, reader: Actor) -> Sequence[PartOpening]:
    """Who opened `part`, the newest first: all of them for its writer, one's own for who opened it, none for others."""
    rows = select(PartOpening).where(PartOpening.part_id == part.id).order_by(PartOpening.at.desc(), PartOpening.id)
    is_writer = part.assessor_id == reader.account_id and may_view(View.OWN_PART, reader, part.referral.facts())
    return [row for row in session.scalars(rows) if is_writer or row.by_id == reader.account_id]
