"""Calling a meeting off: who hears of it, and why it is."""

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import clock
from referrals import team_review as rules
from referrals.models import Referral
from referrals.stages import Verb
from schemas.team_review import CallingOffForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, meeting_forms, words
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.get("/referrals/<reference:number>/team-review/call-off")
@for_referral(Verb.CALL_OFF_MEETING)
def meeting_off(referral: Referral) -> Response:
    """Which meeting it is, who hears of it, and the question why."""
    return _page(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/team-review/call-off")
@for_referral(Verb.CALL_OFF_MEETING)
def call_off_meeting(referral: Referral) -> ResponseReturnValue:
    """Call the meeting off."""
    form = forms.submitted()
    if (why := form.load(CallingOffForm())) is None:
        return _page(referral, form, status=422)
    off = rules.call_off_meeting(transactions.session(), referral, by=people.actor(), seen=seen(), **why)
    told = gettext(
        "The meeting is called off. Whoever was told of it already gets a mail, unless they come to the team that day anyway."
    )
    notices.say_next(told if off.starts_at > clock.now() else gettext("The meeting is called off."))
    return redirect(url_for("casework.team_review", number=referral.number), 303)


def _page(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    is_called = words.may_do(Verb.CALL_OFF_MEETING, referral) and rules.is_called(session, referral)
    meeting = rules.current_meeting(session, referral) if is_called else None
    return referral_page(
        "team_review_off.html",
        referral,
        status=status,
        heading=gettext("Call the meeting off"),
        form=form,
        is_to_come=meeting is not None and meeting.starts_at > clock.now(),
        shown=meeting_forms.shown_meeting(meeting) if meeting else None,
    )
