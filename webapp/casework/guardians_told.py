"""Guardians whom no mail reaches: a line of home as long as they are to be told of a meeting, and the button that notes that they were."""

import uuid
from datetime import date

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View
from referrals.errors import MeetingMoved
from referrals.guardians import telling
from referrals.languages import local_date
from referrals.models import Referral
from referrals.reminders.errands import TELL_BY_HAND
from referrals.work.worklist import shown_unit
from schemas.team_review import ToldForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.lines import Line
from webapp.guards import for_referral
from webapp.language import gettext, zone


@blueprint.post("/referrals/<reference:number>/team-review/invited/<uuid:guardian_id>/told")
@for_referral(View.GUARDIANS)
def note_told(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Note that a guardian was told what the page said they were to be told."""
    session, by = transactions.session(), people.actor()
    given = forms.submitted().load(ToldForm()) or {"decided": None}
    try:
        telling.note_told(session, referral, by=by, guardian_id=guardian_id, decided_id=given["decided"])
    except MeetingMoved:
        notices.say_next(
            gettext(
                "What they are to be told has changed meanwhile: nothing was noted. This page shows how it is now."
            ),
            "warning",
        )
    else:
        notices.say_next(gettext("Noted. Thank you."))
    return redirect(url_for("casework.team_review", number=referral.number), 303)


def lines(day: date) -> list[Line]:
    """A line of home for each referral of whose meeting somebody is still to be told by hand."""
    return [
        Line(
            number=referral.number,
            url=url_for("casework.team_review", number=referral.number),
            verb=gettext(TELL_BY_HAND),
            about=(words.guardians_to_tell(len({one.guardian.id for one in told})), shown_unit(referral)),
            waits_since=local_date(min(one.decided.at for one in told), zone=zone()),
            today=day,
        )
        for referral, told in telling.waiting_for(transactions.session(), people.actor())
    ]
