"""Terms that are over: counted once by the worker itself, and the quality report of a school year issued once, since both follow the calendar."""

from functools import partial

from sqlalchemy.orm import Session

from flows import papers_by_clock
from flows.apart import Apart
from flows.papers_by_clock import Due
from referrals import db
from referrals.models import ClockPaper
from referrals.patterns import kept, quality_report
from referrals.patterns.quality_report import Draft
from referrals.patterns.school_terms import SchoolTerm


def count_terms(database: str, apart: Apart) -> int:
    """Count the terms whose day has come and issue the reports that follow; how many terms. One transaction each."""
    counted = 0
    with db.reading(database) as session:
        due = kept.due(session)
    for term in due:
        with apart.one(f"term {term.code}"):
            counted += _count(database, term)
    with db.reading(database) as session:
        drafts = quality_report.to_issue(session)
    reports = [Due(str(one.begins), one.language, one.context, partial(_keep, one)) for one in drafts]
    papers_by_clock.issue(database, ClockPaper.QUALITY_REPORT, reports, apart=apart)
    return counted


def _count(database: str, term: SchoolTerm) -> bool:
    with db.writing(database) as session:
        return kept.keep(session, term)


def _keep(draft: Draft, session: Session, content: bytes) -> None:
    quality_report.keep(session, draft, content)
