"""The annual quality report on paper, for the management."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.models import What
from referrals.patterns import kept
from referrals.patterns import quality_report as reports
from webapp import auditing, downloads, notices, people, transactions
from webapp.guards import signed_in
from webapp.language import gettext
from webapp.patterns import blueprint


@blueprint.get("/quality-report/<int:begins>")
@signed_in(*kept.READERS)
def quality_report(begins: int) -> ResponseReturnValue:
    """The report of the school year that began in that year, as it was issued."""
    found = reports.issued(transactions.session(), by=people.actor())
    if begins not in found:
        abort(404)
    report = found[begins]
    if report is None:
        notices.say_next(
            gettext(
                "Too few concerns came in during each term of this school year. There is nothing to report that could not tell of a child."
            ),
            "warning",
        )
        return redirect(url_for(".patterns"), 303)
    auditing.note(What.OPENED_PAPER, subject="patterns.quality_report")
    return downloads.to_look_at(report.content, name=f"quality-report-{begins}.pdf")
