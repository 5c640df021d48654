"""What follows the clock in consultation rounds and no decision: their agendas, and which units are to be represented once one is held."""

from functools import partial

from sqlalchemy.orm import Session

from flows import papers_by_clock
from flows.apart import Apart
from flows.papers_by_clock import Due
from referrals import db
from referrals.models import ClockPaper, ConsultationRound
from referrals.rounds import attendance, papers
from referrals.rounds.papers import Draft


def issue_agendas(database: str) -> int:
    """Issue the agendas whose time has come; how many. One transaction each, and none of them keeps another waiting."""
    with db.reading(database) as session:
        drafts = papers.agendas_to_issue(session)
    # An agenda that says something else by now is another one: what the printer hung at may be gone.
    due = [Due(one.made_from, one.language, one.context, partial(_keep, one)) for one in drafts]
    return papers_by_clock.issue(database, ClockPaper.ROUND_AGENDA, due, apart=Apart("rounds"))


def fix_registers(database: str) -> int:
    """Fix which units are to be represented in the rounds that have begun; in how many. The same of each."""
    fixed, apart = 0, Apart("rounds")
    with db.reading(database) as session:
        begun = [found.id for found in attendance.to_fix(session)]
    for round_id in begun:
        with apart.one(f"register of round {round_id}"), db.writing(database) as session:
            fixed += attendance.fix_register(session, session.get_one(ConsultationRound, round_id))
    return fixed


def _keep(draft: Draft, session: Session, content: bytes) -> None:
    papers.keep(session, draft, content)
