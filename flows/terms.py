"""Terms that are over: counted once by the worker itself, and the quality report of a school year issued once, since both follow the calendar."""

from flows.apart import Apart
from referrals import db, printing
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
    for draft in drafts:
        with apart.one("a quality report"):
            _issue(database, draft)
    return counted


def _count(database: str, term: SchoolTerm) -> bool:
    with db.writing(database) as session:
        return kept.keep(session, term)


def _issue(database: str, draft: Draft) -> None:
    """Print outside of any transaction; what fails is tried again at the next sweep."""
    html = printing.extract_html(draft.context, language=draft.language, name=quality_report.TEMPLATE)
    content = printing.print_in_time(html)
    with db.writing(database) as session:
        quality_report.keep(session, draft, content)
