"""Noting that an interpreter is booked for a meeting, and the line of home that says where one is still to be."""

from datetime import date

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import team_review
from referrals.errors import Incomplete, MeetingMoved
from referrals.languages import local_date
from referrals.meetings import interpreters
from referrals.meetings.interpreters import ToBook
from referrals.models import Referral
from referrals.reminders.words import BOOK_INTERPRETER
from referrals.stages import Verb
from referrals.vocabulary import N_
from referrals.work.worklist import shown_unit
from schemas.team_review import InterpreterForm
from webapp import forms, kept, notices, people, transactions
from webapp.casework import blueprint, meanwhile
from webapp.casework.lines import Line
from webapp.guards import for_referral
from webapp.language import gettext, short_date, zone

_BOOKED: str = N_("It is noted that an interpreter is booked.")
_NOT_BOOKED: str = N_("It is noted that no interpreter is booked any more.")
_LACKING: str = N_("Write with whom the interpreter is booked: nothing has been noted.")
#: said where the meeting was moved, or a guardian answered, while somebody had the page open
_CHANGED: str = N_(
    "The meeting, or which interpreters it needs, has changed meanwhile: nothing was noted. This page shows how it is now."
)


@blueprint.post("/referrals/<reference:number>/team-review/interpreter")
@for_referral(Verb.SCHEDULE_MEETING)
def note_interpreter(referral: Referral) -> ResponseReturnValue:
    """Note with whom an interpreter is booked, or that none is any more."""
    given = forms.submitted().load(InterpreterForm())
    if given is None:
        return _again(referral, _LACKING)
    session, asked_about = transactions.session(), forms.instant_sent("asked_about")
    try:
        interpreters.book(session, referral, by=people.actor(), asked_about=asked_about, **given)
    except Incomplete:
        return _again(referral, _LACKING)
    except MeetingMoved:
        return _again(referral, _CHANGED)
    meeting = team_review.current_meeting(session, referral)
    is_booked = bool(given["booked_with"])
    noted = _BOOKED if is_booked else _NOT_BOOKED
    said = [gettext(noted), *(meanwhile.without_names(meeting) if meeting and is_booked else ())]
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


def _again(referral: Referral, why: str) -> ResponseReturnValue:
    """The page as it is by now, with `why` nothing was noted, and what was typed to be copied."""
    again = kept.page_again(notices.Notice(gettext(why), kind="warning"), 422)
    if again is None:
        notices.say_next(gettext(why), "warning")
    return again or _back(referral)


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.team_review", number=referral.number), 303)
