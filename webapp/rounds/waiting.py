"""What of the rounds waits for somebody, as lines of home."""

from datetime import date

from flask import url_for

from referrals.reminders import errands
from referrals.rounds import reminding, slots
from webapp import people, transactions
from webapp.casework.lines import Line
from webapp.language import gettext, zone


def lines(day: date) -> list[Line]:
    """A line for each team this person keeps that has a slot to come and sent nothing in yet."""
    session, actor = transactions.session(), people.actor()
    return [
        Line(
            number=team.round.name,
            url=url_for("rounds.team", enrolment_id=team.id),
            verb=gettext(errands.SEND_QUESTIONS),
            about=(gettext("Consultation round"), team.forum.name),
            due_on=slots.due_on(team.slot, zone=zone()),
            source=slots.DUE_SOURCE,
            today=day,
        )
        for team in reminding.without_question(session, actor)
        if team.slot is not None
    ]
