"""The rows of a term are drawn once, for the first export of it; every later one gives the same rows, under pseudonyms of its own.

Drawn anew, two exports of one term would differ by whoever was protected, left out by chance or followed up in between: whoever holds both could
subtract. A child that is protected later stays in a row that leads to nobody; a row that went would be the one of that child.
Exports that were approved before rows were kept have some that were never drawn: of their terms more is left out. So it is with terms that
were counted when all of it was put back from a copy that had no rows of them: what was given out between the copy and that moment nobody
knows here any more, and whoever fetched it has it.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from referrals import clock
from referrals.keeping import audit
from referrals.models import GENERAL, AuditEvent, Municipality, ResearchExport, ResearchTerm
from referrals.patterns.school_terms import SchoolTerm
from referrals.research import protecting, rows

#: the verb by which the log tells that an export was approved
APPROVED: Final = "approve_export"
_CHANCE: Final = secrets.SystemRandom()


@dataclass(frozen=True)
class Row:
    """One concern as exports tell of it. Nothing leads from here to the referral."""

    area: str
    age: str
    values: dict[str, str]


def of_term(session: Session, term: SchoolTerm) -> list[Row]:
    """The rows of a term, drawn now where nobody did yet."""
    # One at a time: who comes second finds them drawn. Two draws are what must never be given out.
    session.scalars(select(Municipality).with_for_update()).one()
    found = session.scalars(select(ResearchTerm).where(ResearchTerm.term == term.code)).one_or_none()
    if found is None:
        lines = rows.of_term(session, term)
        given = protecting.protect(lines, _CHANCE, was_given_out=_was_given_out(session, term))
        _CHANCE.shuffle(given)
        found = ResearchTerm(
            term=term.code, drawn_at=clock.now(), rows=[[line.area, line.age, line.values] for line in given]
        )
        session.add(found)
        session.flush()
    return [Row(*row) for row in found.rows or ()]


def _was_given_out(session: Session, term: SchoolTerm) -> bool:
    """Whether an export that covers the term was approved already, by its log, or may have been and was forgotten by a restore.

    One that is being approved now has no line there yet. What became of it since says nothing of what whoever fetched it holds.
    """
    put_back = select(func.max(AuditEvent.at)).where(
        AuditEvent.chain_id == GENERAL, AuditEvent.subject == audit.RESTORED
    )
    restored_at = session.scalar(put_back)
    if restored_at is not None and term.counted_on <= restored_at.date():
        return True
    approved = select(AuditEvent.chain_id).where(AuditEvent.subject == APPROVED)
    asked = select(ResearchExport.first_term, ResearchExport.last_term).where(ResearchExport.id.in_(approved))
    spans = [(SchoolTerm.read(first), SchoolTerm.read(last)) for first, last in session.execute(asked)]
    return any(first and last and first <= term <= last for first, last in spans)
