"""The advice note (D11): the one paper of an anonymous consultation, for whoever may read it.

It is no document of any referral, and no row of that table could hold it: there is no referral. What it says stands still from
the moment the advice is given, so it is made from that each time it is asked for, with the same words and dates, and kept
nowhere a second time; that somebody took it along stands in the consultation's own log.
"""

from sqlalchemy.orm import Session

from referrals import printing
from referrals.errors import NoSuchReferral
from referrals.models import Consultation
from referrals.people import organisation


def paper(session: Session, found: Consultation, *, language: str) -> bytes:
    """The note as a PDF in one of our languages. Raises NoSuchReferral before there is advice."""
    if found.advised_at is None:
        raise NoSuchReferral
    here = organisation.municipality(session)
    context = {
        "municipality": here.name, "unit": found.unit.name, "forum": found.team.name, "reference": found.number, "version": None,
        "recipient": None, "issued_at": found.advised_at.isoformat(), "zone": here.timezone, "question": found.question,
        "advice": found.advice, "next_steps": found.next_steps, "advises_referral": found.advises_referral,
    }  # fmt: skip
    return printing.print_in_time(printing.extract_html(context, language=language, name="advice_note"))
