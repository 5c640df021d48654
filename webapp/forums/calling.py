"""Calling the team to everything on a date's agenda that is ready for it, with one press."""

import uuid

from flask import request
from flask.typing import ResponseReturnValue

from referrals.errors import AgendaRefused, SchoolsClosed
from referrals.forums import calling, dates
from referrals.forums.calling import Called
from schemas.fields import N_
from schemas.forums import CallToDateForm
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
    values = form.load(CallToDateForm()) or {}
    points, seen = meeting_forms.usual_points(), request.form.get("seen", "")
    try:
        called = calling.call_to_agenda(session, date, points=points, by=people.actor(), seen=seen, **values)
    except SchoolsClosed:
        form.refuse(
            "on_closed_day", N_("The schools are closed on that day. Nobody is called yet: tick that you meet then.")
        )
        return agenda_page(forum, date_id, form, status=422)
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
