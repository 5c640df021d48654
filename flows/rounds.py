"""What follows the clock in consultation rounds and no decision: their agendas, and which units are to be represented once one is held."""

from sqlalchemy.exc import SQLAlchemyError

from flows.opening import logger
from referrals import db, printing
from referrals.rounds import attendance, papers
from referrals.rounds.papers import Draft


def issue_agendas(database: str) -> int:
    """Issue the agendas whose time has come; how many. One transaction each, and none of them keeps another waiting."""
    with db.reading(database) as session:
        drafts = papers.agendas_to_issue(session)
    return sum(_issue(database, draft) for draft in drafts)


def fix_registers(database: str) -> int:
    """Fix which units are to be represented in the rounds that have begun; in how many."""
    with db.reading(database) as session:
        if not attendance.to_fix(session):
            return 0
    with db.writing(database) as session:
        return sum(attendance.fix_register(session, found) for found in attendance.to_fix(session))


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
