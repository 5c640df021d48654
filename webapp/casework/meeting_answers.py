"""Answers to the call of a meeting: one's own, and those that a coordinator was given by telephone."""

import uuid
from datetime import date

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import team_review
from referrals.access import View
from referrals.errors import MeetingMoved, NoSuchReferral
from referrals.guardians import guardian_page
from referrals.languages import local_date
from referrals.meetings import meeting_answers, own_calls
from referrals.meetings.meeting_answers import NotComing
from referrals.models import Guardian, Referral
from referrals.reminders.words import CANNOT_COME, SAY_WHETHER
from referrals.stages import Verb
from referrals.vocabulary import N_, CalledReply, DeadlineSource, InvitationReply
from referrals.work.worklist import shown_unit
from schemas.guardian import InvitationAnswerForm
from schemas.team_review import CallAnswerForm
from webapp import forms, notices, pages, people, transactions
from webapp.casework import blueprint, meeting_forms
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page
from webapp.casework.lines import Line
from webapp.guards import for_referral, signed_in
from webapp.language import gettext, short_date, zone

#: the answers in one's own mouth
OWN_REPLIES: dict[CalledReply, str] = {
    CalledReply.COMES: N_("I am coming"),
    CalledReply.CANNOT: N_("I cannot come"),
    CalledReply.STAND_IN: N_("I need somebody to stand in"),
}
#: said where the meeting was moved while somebody had the page open
MOVED: str = N_("The meeting has moved: nothing was noted. See its new time below, and answer for that one.")


@blueprint.post("/referrals/<reference:number>/team-review/called/<uuid:account_id>/answer")
@for_referral(View.MINUTES)
def answer_call(referral: Referral, account_id: uuid.UUID) -> ResponseReturnValue:
    """Answer the call, or note what somebody answered."""
    given = forms.submitted().load(CallAnswerForm())
    if given is None:
        notices.say_next(gettext("Choose one of the answers: nothing has been changed."), "warning")
    else:
        _answer(referral, account_id, given["reply"])
    return redirect(url_for("casework.team_review", number=referral.number), 303)


@blueprint.get("/meetings")
@signed_in()
def meetings() -> Response:
    """The meetings to come that somebody is called to, each with what they answered."""
    calls = own_calls.calls_of(transactions.session(), people.actor())
    return pages.page("casework/meetings.html", calls=calls, replies=own_replies())


@blueprint.post("/meetings/<uuid:meeting_id>/answer")
@signed_in()
def answer_own_call(meeting_id: uuid.UUID) -> ResponseReturnValue:
    """Answer one's own call, also before the time of standing in for which one is called."""
    called_to = {one.meeting.id: one.meeting for one in own_calls.calls_of(transactions.session(), people.actor())}
    me, given = people.actor().account_id, forms.submitted().load(CallAnswerForm())
    if me is None or meeting_id not in called_to:
        notices.say_next(gettext("You are not called to that meeting any more: nothing was noted."), "warning")
    elif given is None:
        notices.say_next(gettext("Choose one of the answers: nothing has been changed."), "warning")
    else:
        _answer(called_to[meeting_id].referral, me, given["reply"])
    return redirect(url_for("casework.meetings"), 303)


@blueprint.get("/referrals/<reference:number>/team-review/invited/<uuid:guardian_id>/answer")
@for_referral(Verb.SCHEDULE_MEETING)
def invitation_answer(referral: Referral, guardian_id: uuid.UUID) -> Response:
    """The question what a guardian answered by telephone."""
    return _page(referral, _invited(referral, guardian_id), forms.shown())


@blueprint.post("/referrals/<reference:number>/team-review/invited/<uuid:guardian_id>/answer")
@for_referral(Verb.SCHEDULE_MEETING)
def note_invitation_answer(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Note what they answered."""
    form = forms.submitted()
    given = form.load(InvitationAnswerForm())
    if given is None:
        return _page(referral, _invited(referral, guardian_id), form, status=422)
    # Whether they are invited by now the core says, and what came between, such as that the meeting was called off.
    guardian, session = _guardian(referral, guardian_id), transactions.session()
    asked_about = forms.instant_sent("asked_about")
    try:
        guardian_page.note_answer(session, guardian, by=people.actor(), asked_about=asked_about, **given)
    except MeetingMoved:
        form.refuse("", MOVED)
        return _page(referral, guardian, form, status=409)
    notices.say_next(gettext("The answer is noted."))
    return redirect(url_for("casework.team_review", number=referral.number), 303)


def own_replies() -> list[tuple[str, str]]:
    """The answers to choose from, in one's own mouth."""
    return [(reply.value, gettext(words_of)) for reply, words_of in OWN_REPLIES.items()]


def lines(day: date) -> list[Line]:
    """A line of home for each meeting this person calls the team to, and that somebody who is called cannot come to; and one for
    each day with meetings they are called to themselves, until they have said whether they come.
    """
    session = transactions.session()
    asked = own_calls.to_answer(session, people.actor(), zone=zone())
    own = [_own_line(meets_on, numbers, day) for meets_on, numbers in asked.items()]
    return own + [_line(found, day) for found in meeting_answers.not_coming(session, people.actor())]


def _own_line(meets_on: date, numbers: list[str], day: date) -> Line:
    return Line(
        number=", ".join(numbers),
        url=url_for("casework.meetings"),
        verb=gettext(SAY_WHETHER),
        about=(gettext("Team meeting on %(date)s", date=short_date(meets_on)),),
        due_on=meets_on,
        source=DeadlineSource.SET,
        today=day,
    )


def _line(found: NotComing, day: date) -> Line:
    referral, meets_on = found.meeting.referral, local_date(found.meeting.starts_at, zone=zone())
    return Line(
        number=referral.number,
        url=url_for("casework.team_review", number=referral.number),
        verb=gettext(CANNOT_COME),
        about=(
            *(gettext("%(name)s cannot come", name=one.name) for one in found.cannot),
            *(gettext("%(name)s asks for somebody to stand in", name=one.name) for one in found.ask_for_stand_in),
            shown_unit(referral),
            gettext("Team meeting on %(date)s", date=short_date(meets_on)),
        ),
        waits_since=local_date(found.since, zone=zone()),
        meets_on=meets_on,
        today=day,
    )


def _answer(referral: Referral, account_id: uuid.UUID, reply: CalledReply) -> None:
    """Keep the answer, and say so."""
    session, actor, asked_about = transactions.session(), people.actor(), forms.instant_sent("asked_about")
    try:
        meeting_answers.answer_call(session, referral, account_id, by=actor, asked_about=asked_about, reply=reply)
    except MeetingMoved:
        notices.say_next(gettext(MOVED), "warning")
        return
    is_own = account_id == actor.account_id
    notices.say_next(gettext("Thank you. Your answer stands here.") if is_own else gettext("The answer is noted."))


def _page(referral: Referral, guardian: Guardian, form: forms.Form, *, status: int = 200) -> Response:
    return referral_page(
        "team_review_answer.html",
        referral,
        status=status,
        heading=gettext("An answer by telephone"),
        form=form,
        guardian=guardian,
        meeting=team_review.current_meeting(transactions.session(), referral),
        replies=choices(InvitationReply),
    )


def _invited(referral: Referral, guardian_id: uuid.UUID) -> Guardian:
    """A guardian who is invited to the meeting that is planned; nobody else has such a page."""
    found = _guardian(referral, guardian_id)
    if guardian_page.invitation(transactions.session(), found) is None:
        raise NoSuchReferral
    return found


def _guardian(referral: Referral, guardian_id: uuid.UUID) -> Guardian:
    found = next((one for one in meeting_forms.guardians_of(referral) if one.id == guardian_id), None)
    if found is None:
        raise NoSuchReferral
    return found
