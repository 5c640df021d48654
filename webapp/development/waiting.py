"""What of development work waits for somebody, as lines of home."""

from datetime import date

from flask import url_for

from referrals.development import cases, targets
from referrals.languages import local_date
from referrals.reminders import errands
from webapp import people, transactions
from webapp.casework.lines import Line
from webapp.language import gettext, zone


def lines(day: date) -> list[Line]:
    """A line of home for each piece of work that asks this person for a decision, or is past its day."""
    return [
        Line(
            number=found.title or "",
            url=url_for("development.case", development_id=found.id),
            verb=gettext(errands.DEVELOP[found.stage]),
            about=(gettext("Development work"), ", ".join(unit.name for unit in found.units)),
            due_on=found.target_on,
            source=targets.SOURCE,
            waits_since=local_date(found.stage_since, zone=zone()),
            today=day,
        )
        for found in cases.waiting_for(transactions.session(), people.actor())
    ]
