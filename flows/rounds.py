"""The agendas of consultation rounds: issued by the worker itself, since they follow the clock and no decision."""

from sqlalchemy.exc import SQLAlchemyError

from flows.opening import logger
from referrals import db, printing
from referrals.rounds import papers
from referrals.rounds.papers import Draft


def issue_agendas(database: str) -> int:
    """Issue the agendas whose time has come; how many. One transaction each, and none of them keeps another waiting."""
    with db.reading(database) as session:
        drafts = papers.agendas_to_issue(session)
    return sum(_issue(database, draft) for draft in drafts)


def _issue(database: str, draft: Draft) -> bool:
    """Print outside of any transaction; what fails is tried again at the next look."""
    try:
        content = printing.print_pdf(printing.extract_html(draft.context, language=draft.language, name=draft.template))
        with db.writing(database) as session:
            papers.keep(session, draft, content)
    except (OSError, SQLAlchemyError) as error:  # away, or another worker was quicker
        logger().warning("rounds: an agenda: %s", type(error).__name__)
        return False
    return True
