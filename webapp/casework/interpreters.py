"""Noting that an interpreter is booked for a meeting, and the line of home that says where one is still to be."""

from datetime import date

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import team_review
from referrals.errors import MeetingMoved
from referrals.languages import local_date
from referrals.meetings import interpreters
from referrals.meetings.interpreters import ToBook
from referrals.models import Referral
from referrals.reminders.words import BOOK_INTERPRETER
from referrals.stages import Verb
from referrals.work.worklist import shown_unit
from schemas.team_review import InterpreterForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, meanwhile
from webapp.casework.lines import Line
from webapp.casework.meeting_answers import MOVED
from webapp.guards import for_referral
from webapp.language import gettext, short_date, zone


@blueprint.post("/referrals/<reference:number>/team-review/interpreter")
@for_referral(Verb.SCHEDULE_MEETING)
def note_interpreter(referral: Referral) -> ResponseReturnValue:
    """Note with whom an interpreter is booked."""
    given = forms.submitted().load(InterpreterForm())
    if given is None:
        notices.say_next(gettext("Write with whom the interpreter is booked: nothing has been noted."), "warning")
        return _back(referral)
    session, asked_about = transactions.session(), forms.instant_sent("asked_about")
    try:
        interpreters.book(session, referral, by=people.actor(), asked_about=asked_about, **given)
    except MeetingMoved:
        notices.say_next(gettext(MOVED), "warning")
    else:
        meeting = team_review.current_meeting(session, referral)
        said = [
            gettext("It is noted that an interpreter is booked."),
            *(meanwhile.without_names(meeting) if meeting else ()),
        ]
        notices.say_next(" ".join(said))
    return _back(referral)


def lines(day: date) -> list[Line]:
    """A line of home for each meeting this person calls the team to that needs an interpreter still to be booked."""
    return [_line(found, day) for found in interpreters.to_book(transactions.session(), people.actor())]


def _line(found: ToBook, day: date) -> Line:
    referral, meets_on = found.meeting.referral, local_date(found.meeting.starts_at, zone=zone())
    return Line(
        number=referral.number,
        url=url_for("casework.team_review", number=referral.number),
        verb=gettext(BOOK_INTERPRETER),
        about=(shown_unit(referral), gettext("Team meeting on %(date)s", date=short_date(meets_on))),
        waits_since=local_date(found.since, zone=zone()),
        meets_on=meets_on,
        today=day,
    )


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.team_review", number=referral.number), 303)
