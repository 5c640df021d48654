"""The annual quality report on paper, for the management and elected members."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from referrals.models import What
from referrals.patterns import kept
from referrals.patterns import quality_report as reports
from referrals.vocabulary import N_
from webapp import auditing, downloads, notices, people, transactions
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.patterns import blueprint


@blueprint.get("/quality-report/<int:begins>")
@signed_in(*kept.READERS)
def quality_report(begins: int) -> ResponseReturnValue:
    """The report of the school year that began in that year, as it was issued."""
    session = transactions.session()
    report = reports.issued(session, by=people.actor()).get(begins)
    if report is None:
        notices.say_next(gettext(_why_there_is_none(session, begins)), "warning")
        return redirect(url_for(".patterns"), 303)
    auditing.note(What.OPENED_PAPER, subject="patterns.quality_report")
    return downloads.to_look_at(report.content, name=f"quality-report-{begins}.pdf")


def _why_there_is_none(session: Session, begins: int) -> str:
    if begins not in reports.school_years(session):
        return N_(
            "There is no report of that school year: it is not counted. A school year is counted once its spring term has been over for a month."
        )
    if reports.is_empty(session, begins):
        return N_(
            "Too few concerns came in during each term of this school year. There is nothing to report that could not tell of a child."
        )
    return N_("The report of that school year is being made. Look again tomorrow.")
