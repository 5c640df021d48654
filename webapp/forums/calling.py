"""Calling the team to everything on a date's agenda that is ready for it, with one press."""

import uuid

from flask import request
from flask.typing import ResponseReturnValue

from referrals.errors import AgendaRefused
from referrals.forums import calling, dates
from referrals.forums.calling import Called
from webapp import forms, notices, people, transactions
from webapp.casework import meeting_forms
from webapp.forums import blueprint
from webapp.forums.agenda import agenda_page, back
from webapp.forums.team import TEAM_ROLES, team_of
from webapp.guards import signed_in
from webapp.language import ngettext


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>/call")
@signed_in(*TEAM_ROLES)
def call_to_agenda(forum_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """Call the team to each referral that is ready, at its time on the agenda."""
    forum, session, form = team_of(forum_id), transactions.session(), forms.submitted()
    date = dates.find_date(session, forum, date_id)
    try:
        called = calling.call_to_agenda(
            session, date, points=meeting_forms.usual_points(), by=people.actor(), seen=request.form.get("seen", "")
        )
    except AgendaRefused as refused:
        form.refuse("", refused.problem.label)
        return agenda_page(forum, date_id, form, status=422)
    if said := _said(called):
        notices.say_next(" ".join(said))
    return back(forum_id, date_id)


def _said(called: Called) -> list[str]:
    """What became of it, in sentences."""
    told = []
    if called.meetings:
        told.append(
            ngettext("The team is called to one referral.", "The team is called to %(num)d referrals.", called.meetings)
        )
    if called.to_tell:
        told.append(
            ngettext(
                "One guardian gets no mail: hand over the invitation.",
                "%(num)d guardians get no mail: hand over the invitations.",
                called.to_tell,
            )
        )
    if called.left:
        told.append(
            ngettext(
                "One referral waits until what is missing below is seen to.",
                "%(num)d referrals wait until what is missing below is seen to.",
                called.left,
            )
        )
    return told
