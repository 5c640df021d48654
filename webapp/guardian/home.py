"""The guardian's page itself: where the referral stands in plain words, dates, whom to call, and the answer to an invitation."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.errors import MeetingCalledOff, MeetingMoved, NoSuchReferral
from referrals.forums import invitations_calendar
from referrals.guardians import guardian_page
from referrals.meetings import interpreters
from referrals.models import Guardian, TeamMeeting
from referrals.vocabulary import N_, InvitationReply
from schemas.guardian import InvitationAnswerForm
from webapp import downloads, forms, notices, people, transactions
from webapp.accounts import municipal
from webapp.guardian import blueprint, further
from webapp.guards import for_guardian
from webapp.language import gettext
from webapp.pages import page

#: questions, each with what was written there
Written: TypeAlias = list[tuple[str, str]]

#: the answers in a guardian's own mouth
_REPLIES = {
    InvitationReply.COMES: N_("Yes, I am coming"),
    InvitationReply.CANNOT: N_("No, I cannot come"),
    InvitationReply.ANOTHER_TIME: N_("Another time would suit me better"),
}
#: the questions beside the answer, by the field's name
_QUESTIONS = {
    "support_person": N_("Do you want to bring somebody for support?"),
    "interpreter": N_("Do you need an interpreter?"),
    "words": N_("Anything else to the coordinator?"),
}


@blueprint.get("/")
@for_guardian()
def home(guardian: Guardian) -> ResponseReturnValue:
    """Everything a code may show, on one page."""
    return _home_page(guardian)


@blueprint.get("/meeting.ics")
@for_guardian()
def meeting_calendar(guardian: Guardian) -> Response:
    """The meeting the guardian is invited to, for a calendar of their own, where it says no more than that there is one."""
    session = transactions.session()
    invited = guardian_page.invitation(session, guardian)
    if invited is None:
        raise NoSuchReferral
    entry = invitations_calendar.to_take_along(
        session, invited.meeting, title=gettext(invitations_calendar.GUARDIANS_TITLE)
    )
    return downloads.calendar(entry, name="meeting.ics")


@blueprint.post("/answer")
@for_guardian()
def answer(guardian: Guardian) -> ResponseReturnValue:
    """Answer the invitation."""
    form = forms.submitted()
    given = form.load(InvitationAnswerForm())
    if given is None:
        return _home_page(guardian, form, 422)
    session, asked_about = transactions.session(), forms.instant_sent("asked_about")
    try:
        guardian_page.answer_invitation(session, guardian, by=people.actor(), asked_about=asked_about, **given)
    except MeetingMoved:
        form.refuse(
            "", N_("The meeting has moved: nothing was noted. See its new time below, and answer for that one.")
        )
        return _home_page(guardian, form, 409)
    except MeetingCalledOff:
        return _home_page(guardian, status=409, unsent=_written(given))
    notices.say_next(gettext("Thank you. Your answer has been sent to the team. You can change it until the meeting."))
    return redirect(url_for(".home"), 303)


def _written(given: Mapping[str, Any]) -> Written:
    """What was written with an answer, under its questions: for when no form stands on the page any more to show it in."""
    return [(gettext(asks), given[name]) for name, asks in _QUESTIONS.items() if given[name]]


def _of_interpreter(guardian: Guardian, meeting: TeamMeeting) -> str:
    """What is said under the question whether they need an interpreter: that a language is noted, never which, and whether one is booked."""
    session = transactions.session()
    is_protected = guardian.has_protected_identity or guardian.referral.has_protected_identity
    noted = guardian.interpreter or interpreters.asked_for(session, meeting).get(guardian.id)
    if is_protected or not noted:
        return gettext("Write the language. It costs nothing.")
    said = gettext("We have noted which language. Write here only if you want another.")
    needed = interpreters.wanted(session, meeting)
    own = next((one for one in needed if guardian in one.guardians), None)
    if own is None:  # they have answered that they do not come then
        return said
    booked = gettext("An interpreter is booked.") if own.booked_with else gettext("No interpreter is booked yet.")
    return f"{said} {booked}"


def _home_page(
    guardian: Guardian, form: forms.Form | None = None, status: int = 200, *, unsent: Written | None = None
) -> Response:
    session = transactions.session()
    outline = guardian_page.outline(session, guardian)
    answered = outline.invitation.answer if outline.invitation else None
    # What was written before is not shown again: somebody else may be looking.
    usual = {"reply": answered.reply} if answered else {}
    return page(
        "guardian/home.html",
        status,
        outline=outline,
        unsent=unsent,
        of_interpreter=_of_interpreter(guardian, outline.invitation.meeting) if outline.invitation else "",
        called_off=guardian_page.called_off(session, guardian),
        further=further.shown_to(guardian),
        has_e_identification=municipal.is_for_guardians(),
        form=form or forms.shown(usual),
        replies=[(reply.value, gettext(words)) for reply, words in _REPLIES.items()],
        replied=gettext(_REPLIES[answered.reply]) if answered else "",
    )
