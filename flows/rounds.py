"""What follows the clock in consultation rounds and no decision: their agendas, and which units are to be represented once one is held."""

from flows.apart import Apart
from referrals import db, printing
from referrals.models import ConsultationRound
from referrals.rounds import attendance, papers
from referrals.rounds.papers import Draft


def issue_agendas(database: str) -> int:
    """Issue the agendas whose time has come; how many. One transaction each, and none of them keeps another waiting."""
    issued, apart = 0, Apart("rounds")
    with db.reading(database) as session:
        drafts = papers.agendas_to_issue(session)
    for draft in drafts:
        with apart.one("an agenda"):
            _issue(database, draft)
            issued += 1
    return issued


def fix_registers(database: str) -> int:
    """Fix which units are to be represented in the rounds that have begun; in how many. The same of each."""
    fixed, apart = 0, Apart("rounds")
    with db.reading(database) as session:
        begun = [found.id for found in attendance.to_fix(session)]
    for round_id in begun:
        with apart.one(f"register of round {round_id}"), db.writing(database) as session:
            fixed += attendance.fix_register(session, session.get_one(ConsultationRound, round_id))
    return fixed


def _issue(database: str, draft: Draft) -> None:
    """Print outside of any transaction; what fails is tried again at the next look."""
    content = printing.print_in_time(printing.extract_html(draft.context, language=draft.language, name=draft.template))
    with db.writing(database) as session:
        papers.keep(session, draft, content)
