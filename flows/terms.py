"""Terms that are over: counted once by the worker itself, and the quality report of a school year issued once, since both follow the calendar."""

from sqlalchemy.exc import SQLAlchemyError

from flows.opening import logger
from referrals import db, printing
from referrals.patterns import kept, quality_report
from referrals.patterns.quality_report import Draft
from referrals.patterns.school_terms import SchoolTerm


def count_terms(database: str) -> int:
    """Count the terms whose day has come and issue the reports that follow; how many terms. One transaction each."""
    with db.reading(database) as session:
        due = kept.due(session)
    counted = sum(_count(database, term) for term in due)
    with db.reading(database) as session:
        drafts = quality_report.to_issue(session)
    for draft in drafts:
        _issue(database, draft)
    return counted


def _count(database: str, term: SchoolTerm) -> bool:
    try:
        with db.writing(database) as session:
            return kept.keep(session, term)
    except SQLAlchemyError as error:  # away; the next sweep may go better
        logger().warning("terms: %s: %s", term.code, type(error).__name__)
        return False


def _issue(database: str, draft: Draft) -> None:
    """Print outside of any transaction; what fails is tried again at the next sweep."""
    try:
        html = printing.extract_html(draft.context, language=draft.language, name=quality_report.TEMPLATE)
        content = printing.print_pdf(html)
        with db.writing(database) as session:
            quality_report.keep(session, draft, content)
    except (OSError, SQLAlchemyError) as error:
        logger().warning("terms: a quality report: %s", type(error).__name__)
