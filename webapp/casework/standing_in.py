"""Letting somebody come to the day's meetings instead of who is called and cannot: from the meeting's page, with one choice."""

import uuid
from collections.abc import Sequence

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import MeetingMoved, SeatRefused
from referrals.forums import standing_in
from referrals.forums.standing_in import SteppedIn
from referrals.models import Account, Referral
from referrals.stages import Verb
from referrals.vocabulary import CalledReply
from schemas.team_review import StandInForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint
from webapp.casework.meeting_answers import MOVED
from webapp.casework.meeting_forms import ShownMeeting
from webapp.guards import for_referral
from webapp.language import gettext, ngettext


@blueprint.post("/referrals/<reference:number>/team-review/called/<uuid:account_id>/stand-in")
@for_referral(Verb.SCHEDULE_MEETING)
def let_step_in(referral: Referral, account_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody come instead of `account_id`, to each of the team's meetings of that day."""
    given, session = forms.submitted().load(StandInForm()), transactions.session()
    if given is None:
        notices.say_next(gettext("Choose who comes instead: nothing has been changed."), "warning")
    else:
        asked_about, by = forms.instant_sent("asked_about"), people.actor()
        try:
            done = standing_in.step_in(
                session, referral, account_id, stand_in_id=given["stand_in"], by=by, asked_about=asked_about
            )  # fmt: skip
        except MeetingMoved:
            notices.say_next(gettext(MOVED), "warning")
        except SeatRefused as refused:
            notices.say_next(gettext(refused.problem.label), "warning")
        else:
            notices.say_next(_said(done))
    return redirect(url_for("casework.team_review", number=referral.number), 303)


def to_replace(shown: ShownMeeting | None) -> list[tuple[Account, Sequence[Account], Account | None]]:
    """Those called who said that they cannot come or need a stand-in, each with who could come instead and who does as a rule.

    Whoever nobody could come instead of is left out.
    """
    if shown is None or not shown.meeting.is_to_come:
        return []
    said_no = [
        one for one in shown.called if (reply := shown.replies.get(one.id)) and reply.reply is not CalledReply.COMES
    ]
    session, by = transactions.session(), people.actor()
    found = [(one, standing_in.could_step_in(session, shown.meeting, one.id, by=by)) for one in said_no]
    return [(one, able, standing_in.steps_in_as_a_rule(session, shown.meeting, one.id)) for one, able in found if able]


def _said(done: SteppedIn) -> str:
    """What became of it, in sentences."""
    said = ngettext(
        "Noted, and called to one meeting instead: only these two are told.",
        "Noted, and called to %(num)d meetings instead: only these two are told.",
        done.meetings,
    )
    left = ngettext(
        "One meeting of that day stays as it was: change it on its own page.",
        "%(num)d meetings of that day stay as they were: change them on their own pages.",
        done.left,
    )
    return f"{said} {left}" if done.left else said
