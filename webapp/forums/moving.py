"""Moving what is planned on a team's date: one referral, the whole date, or the meetings that were called, to the agenda's times."""

import uuid
from typing import Final

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import AgendaRefused, NotAllowed
from referrals.forums import dates, moving
from referrals.forums.moving import CalledOff, Moved
from referrals.languages import local_date
from referrals.vocabulary import AgendaProblem
from schemas.fields import N_
from schemas.forums import MoveDateForm, MoveItemForm, WithdrawDateForm
from webapp import forms, notices, people, transactions
from webapp.casework import words
from webapp.forums import blueprint
from webapp.forums.agenda import agenda_page, back, line_of
from webapp.forums.team import TEAM_ROLES, team_of
from webapp.guards import signed_in
from webapp.language import gettext, ngettext, short_date, time_of_day, weekday_date, zone

#: at which field stands what is not about the new day alone; at none what is about all of it
_FIELDS: Final = dict.fromkeys(
    (AgendaProblem.OTHERS, AgendaProblem.MOVED, AgendaProblem.REARRANGED, AgendaProblem.TOO_LONG), ""
) | dict.fromkeys((AgendaProblem.PAST_MIDNIGHT, AgendaProblem.SHORTER), "moved_minutes")
#: what a page that was opened before this version calls the fields that move one referral; the whole date has a `reason` of its own
_CALLED_BEFORE: Final = {"to": "item_to", "reason": "item_reason"}


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>/items/<uuid:item_id>/move")
@signed_in(*TEAM_ROLES)
def move_agenda_item(forum_id: uuid.UUID, date_id: uuid.UUID, item_id: uuid.UUID) -> ResponseReturnValue:
    """Move a referral to another of the team's dates, and the meeting that was called with it."""
    forum, form, session, by = team_of(forum_id), forms.submitted(), transactions.session(), people.actor()
    for was, name in _CALLED_BEFORE.items():
        form.typed.setdefault(name, form.typed.pop(was, ""))
    item = line_of(dates.find_date(session, forum, date_id), item_id, form)
    if item is not None and (values := form.load(MoveItemForm())):
        others = [one for one in dates.coming(session, forum) if one.id != date_id]
        field = "item_to" if others else ""  # without another date to choose the page asks for none
        try:
            to = dates.find_date(session, forum, values["item_to"])
        except NotAllowed:
            form.refuse(field, N_("That date has been taken away meanwhile."))
            return agenda_page(forum, date_id, form, status=422, about=item_id)
        try:
            moved = moving.move_item(session, item, to, by=by, reason=values["item_reason"])
        except AgendaRefused as refused:
            form.refuse(field, refused.problem.label)
        else:
            said = gettext("%(number)s is moved here.", number=item.referral.number)
            notices.say_next(" ".join((said, *_went_along(moved))))
            return back(forum_id, to.id)
    return agenda_page(forum, date_id, form, status=422, about=item_id)


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>/move")
@signed_in(*TEAM_ROLES)
def move_team_date(forum_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """Let the team meet on another day or at another time, with all that is on the agenda."""
    forum, form, session = team_of(forum_id), forms.submitted(), transactions.session()
    date = dates.find_date(session, forum, date_id)
    if values := form.load(MoveDateForm(zone=zone())):
        try:
            moved = moving.move_date(
                session,
                date,
                by=people.actor(),
                seen=request.form.get("seen", ""),
                agenda_seen=request.form.get("agenda_seen", ""),
                **values,
            )
        except AgendaRefused as refused:
            form.refuse(_FIELDS.get(refused.problem, "moved_on"), refused.problem.label)
        else:
            when = f"{weekday_date(date.starts_at)}, {time_of_day(date.starts_at)}"
            said = gettext("The team now meets on %(when)s.", when=when)
            notices.say_next(" ".join((said, *_went_along(moved))))
            return back(forum_id, date_id)
    return agenda_page(forum, date_id, form, status=422)


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>/withdraw")
@signed_in(*TEAM_ROLES)
def withdraw_team_date(forum_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """Let the team not meet on this date, and call off what was called for it."""
    forum, form, session = team_of(forum_id), forms.submitted(), transactions.session()
    date = dates.find_date(session, forum, date_id)
    day = short_date(local_date(date.starts_at, zone=zone()))
    if values := form.load(WithdrawDateForm()):
        try:
            off = moving.withdraw_date(
                session, date, by=people.actor(), reason=values["off_reason"], seen=request.form.get("seen", "")
            )
        except AgendaRefused as refused:
            form.refuse("", refused.problem.label)
        else:
            said = gettext("%(day)s has been taken away. What was on its agenda lines up again.", day=day)
            notices.say_next(" ".join((said, *_called_off(off))))
            return redirect(url_for(".team", forum_id=forum_id), 303)
    return agenda_page(forum, date_id, form, status=422)


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>/follow")
@signed_in(*TEAM_ROLES)
def follow_agenda(forum_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """Move the meetings that were called to the times the agenda has by now."""
    forum, session = team_of(forum_id), transactions.session()
    try:
        date = dates.find_date(session, forum, date_id)
        moved = moving.follow_agenda(session, date, by=people.actor(), seen=request.form.get("seen", ""))
    except AgendaRefused as refused:
        form = forms.submitted()
        form.refuse("", refused.problem.label)
        return agenda_page(forum, date_id, form, status=422)
    notices.say_next(
        " ".join(_went_along(moved)) or gettext("Every meeting that is called has its time on the agenda.")
    )
    return back(forum_id, date_id)


def _called_off(off: CalledOff) -> list[str]:
    """What became of the meetings of a day that was withdrawn, in sentences."""
    called_off = ngettext("One meeting is called off.", "%(num)d meetings are called off.", off.meetings)
    return [called_off] * bool(off.meetings) + [words.guardians_to_tell(off.to_tell)] * bool(off.to_tell)


def _went_along(moved: Moved) -> list[str]:
    """What became of the meetings, in sentences."""
    told = []
    if in_time := moved.meetings - moved.same_hour:
        told.append(
            ngettext(
                "One meeting is moved along: everybody called is told, and answers anew.",
                "%(num)d meetings are moved along: everybody called is told, and answers anew.",
                in_time,
            )
        )
    if moved.same_hour:
        told.append(
            ngettext(
                "One meeting has another length or place: everybody called gets a mail. What they answered still holds.",
                "%(num)d meetings have another length or place: everybody called gets a mail. What they answered still holds.",
                moved.same_hour,
            )
        )
    if moved.to_tell:
        told.append(
            ngettext(
                "One guardian gets no mail: hand over the new invitation.",
                "%(num)d guardians get no mail: hand over the new invitations.",
                moved.to_tell,
            )
        )
    if moved.left:
        told.append(
            ngettext(
                "One meeting keeps its time until what is missing below is seen to.",
                "%(num)d meetings keep their time until what is missing below is seen to.",
                moved.left,
            )
        )
    return told
