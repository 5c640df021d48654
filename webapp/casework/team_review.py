"""The team meeting's pages: calling the team, its minutes, and their approval."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import documents, earlier
from referrals import team_review as rules
from referrals.access import View, may_view
from referrals.errors import AgendaRefused, Incomplete, LooksMedical, NoSuchReferral, SchoolsClosed, TeamNotComplete
from referrals.forums import date_calls, invitations_calendar, mandate
from referrals.forums import dates as team_dates
from referrals.guardians import guardian_page, telling
from referrals.languages import local_date
from referrals.meetings import colour_rating, decided
from referrals.models import Guardian, MeetingAnswer, Referral, TeamMeeting, What
from referrals.papers import readers
from referrals.people import roster
from referrals.reminders import by_hand
from referrals.stages import Stage, Verb
from referrals.vocabulary import (
    N_,
    AgendaProblem,
    Attendance,
    CalledReply,
    Colour,
    DecisionKind,
    DocumentKind,
    Domain,
    MeetingOutcome,
    Profession,
)
from schemas.approval import ApprovalForm
from schemas.team_review import MeetingForm, MinutesForm
from webapp import downloads, forms, kept, notices, people, previewing, screens, transactions
from webapp.casework import blueprint, meanwhile, meeting_forms, meeting_screen, note_forms, standing_in, wording, words
from webapp.casework.choices import choices, previews
from webapp.casework.documents import copies
from webapp.casework.frame import referral_page, seen, today
from webapp.casework.meeting_answers import own_replies
from webapp.guards import for_referral
from webapp.language import gettext, weekday_date, zone
from webapp.navigation import has_page

#: what follows each outcome once the minutes are approved
FOLLOWS: dict[MeetingOutcome, str] = {
    MeetingOutcome.PLAN: N_("The plan is written next."),
    MeetingOutcome.MORE_ASSESSMENT: N_("Colleagues are asked for more before the team meets again."),
    MeetingOutcome.MEET_AGAIN: N_("A new meeting is called."),
    MeetingOutcome.CLOSE: N_("The coordinator goes through what is left and closes the referral."),
}
_NEXT_IS_CLOSED: Final = N_(
    "The schools are closed on the day of the next meeting. Choose another in the minutes, or keep it if you mean to meet all the same."
)
_AFTER: dict[MeetingOutcome, str] = {
    MeetingOutcome.PLAN: "casework.action_plan",
    MeetingOutcome.MORE_ASSESSMENT: "casework.assessment",
    MeetingOutcome.MEET_AGAIN: "casework.team_review",
    MeetingOutcome.CLOSE: "casework.closure",
}


@blueprint.get("/referrals/<reference:number>/team-review")
@for_referral(View.MINUTES)
def team_review(referral: Referral) -> Response:
    """The meeting that is planned or held, earlier ones, and for the coordinator the form that calls the team."""
    return _page(referral)


@blueprint.get("/referrals/<reference:number>/team-review/call")
@for_referral(View.MINUTES, leaves=What.OPENED_PAPER)
def meeting_call(referral: Referral) -> Response:
    """The call to the meeting, for those it calls."""
    session = transactions.session()
    found = documents.call_for(session, referral, people.actor().account_id)
    if found is None:
        raise NoSuchReferral
    return downloads.to_look_at(documents.read_content(found), name=documents.file_name(session, found))


@blueprint.get("/referrals/<reference:number>/team-review/meeting.ics")
@for_referral(View.MINUTES)
def meeting_calendar(referral: Referral) -> Response:
    """The planned meeting, for a calendar of one's own."""
    session = transactions.session()
    meeting = rules.current_meeting(session, referral)
    if meeting is None or not rules.is_called(session, referral):
        raise NoSuchReferral
    entry = invitations_calendar.to_take_along(
        session, meeting, title=gettext(invitations_calendar.TITLE), reader=people.actor().account_id
    )
    return downloads.calendar(entry, name="meeting.ics")


@blueprint.post("/referrals/<reference:number>/team-review")
@for_referral(Verb.SCHEDULE_MEETING)
@previewing.offers(DocumentKind.INVITATION)
def schedule_meeting(referral: Referral) -> ResponseReturnValue:
    """Call the team, or move the meeting."""
    form, session = forms.submitted(), transactions.session()
    is_moved = rules.is_called(session, referral)
    call = form.load(MeetingForm(zone=zone(), is_moved=is_moved))
    if call is None:
        return _page(referral, form)
    invited = [readers.guardian_key(one) for one in call["guardians"]]
    if request.form.get(previewing.PREVIEW, readers.PROFESSIONALS) not in (readers.PROFESSIONALS, *invited):
        form.refuse("guardians", N_("Tick this guardian first: an invitation goes to those only who are ticked."))
        return _page(referral, form)
    try:
        when_and_where = {name: call[name] for name in ("starts_at", "minutes", "place")}
        before = rules.current_meeting(session, referral)
        date_calls.require_ends_with_date(session, referral, before=before, **when_and_where)
        meeting = rules.schedule_meeting(session, referral, by=people.actor(), seen=seen(), **call)
    except SchoolsClosed:
        form.refuse("starts_on", N_("The schools are closed on that day. Choose another, or tick that you meet then."))
        return _page(referral, form)
    except AgendaRefused as refused:
        form.refuse("minutes" if refused.problem is AgendaProblem.ENDS_AFTER else "starts_time", refused.problem.label)
        return _page(referral, form)
    except TeamNotComplete as refused:
        return _page(referral, form, missing=[Profession(value) for value in refused.missing])
    said = [gettext("The team is called for %(day)s.", day=weekday_date(meeting.starts_at))]
    notices.say_next(" ".join([*said, *meanwhile.without_names(meeting)]))
    return redirect(url_for("casework.team_review", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/team-review/decisions/<uuid:meeting_decision_id>/done")
@for_referral(Verb.RECORD_DECISION_DONE)
def say_done(referral: Referral, meeting_decision_id: uuid.UUID) -> ResponseReturnValue:
    """Say that what the team decided is done."""
    decided.say_done(transactions.session(), referral, by=people.actor(), seen=None, decision_id=meeting_decision_id)
    notices.say_next(gettext("Noted. Thank you."))
    return redirect(url_for("casework.team_review", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/team-review/minutes")
@for_referral(View.MINUTES_IN_FULL)
def minutes(referral: Referral) -> Response:
    """The minutes of the newest meeting: written by the coordinator, on a screen for all in the room too; read by the others."""
    kept.show_saved()
    return _minutes_page(referral)


@blueprint.post("/referrals/<reference:number>/team-review/minutes")
@for_referral(Verb.RECORD_MEETING)
@wording.offers_notes
def record_meeting(referral: Referral) -> ResponseReturnValue:
    """Keep what was said and decided."""
    form, meeting = forms.submitted(), rules.current_meeting(transactions.session(), referral)
    met_on = rules.met_on(transactions.session(), meeting) if meeting else today()
    written = form.load(MinutesForm(met_on=met_on))
    if written is not None and not any(one["attendance"] is not Attendance.ABSENT for one in written["attendance"]):
        form.refuse("attendance", N_("Somebody must have been there for it to be a meeting."))
    session, current = transactions.session(), rules.current_meeting(transactions.session(), referral)
    agreed = written.pop("colours") if written else {}
    if agreed and not (current and colour_rating.is_ready(current)):
        form.refuse("colours-health", N_("Two people rate by colour first, each for themselves."))
    if written is None or form.problems:
        return _minutes_page(referral, form)
    ground = wording.named_ground(form)
    try:
        held = rules.record_meeting(session, referral, by=people.actor(), seen=seen(), ground=ground, **written)
    except Incomplete:
        form.refuse(
            "dissent",
            N_("This person is marked as absent. Say how they took part, or leave out what they did not say there."),
        )
        return _minutes_page(referral, form)
    except LooksMedical:
        wording.warn(form)
        return _minutes_page(referral, form)
    if agreed:
        colour_rating.rate_together(session, referral, held, by=people.actor(), colours=agreed)
    _say_saved(held)
    if screens.is_asked_for():
        return redirect(meeting_screen.address(referral), 303)
    return redirect(url_for("casework.team_review", number=referral.number), 303)


def _say_saved(held: TeamMeeting) -> None:
    if held.outcome is None:
        notices.say_next(
            gettext("The minutes are saved. Say under “How it goes on” what was decided, before they can be approved."),
            "info",
        )
    else:
        notices.say_next(gettext("The minutes are saved. Somebody else who may approves them next."))
    if held.next_meeting_on and meeting_forms.is_closed(held.next_meeting_on):
        # Without the day: it may be shown on the curtain, before the next family.
        notices.say_next(gettext(_NEXT_IS_CLOSED), "warning")


@blueprint.get("/referrals/<reference:number>/team-review/approval")
@for_referral(Verb.APPROVE_MINUTES)
def minutes_approval(referral: Referral) -> Response:
    """The minutes as they stand, and the button that approves them."""
    return _approval(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/team-review/approval")
@for_referral(Verb.APPROVE_MINUTES)
def approve_minutes(referral: Referral) -> ResponseReturnValue:
    """Approve the minutes; the referral goes on as they say."""
    form = forms.submitted()
    if (why := form.load(ApprovalForm())) is None:
        return _approval(referral, form, status=422)
    meeting = rules.approve_minutes(transactions.session(), referral, by=people.actor(), seen=seen(), **why)
    outcome = MeetingOutcome(meeting.outcome or MeetingOutcome.PLAN)
    notices.say_next(" ".join((gettext("The minutes are approved."), gettext(FOLLOWS[outcome]))))
    after = _AFTER[outcome] if has_page(_AFTER[outcome]) else "casework.referral"
    return redirect(url_for(after, number=referral.number), 303)


def _approval(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session, actor = transactions.session(), people.actor()
    meeting = rules.current_meeting(session, referral)
    outcome = meeting.outcome if meeting else None
    return referral_page(
        "team_review_approval.html",
        referral,
        status=status,
        heading=gettext("Approve the minutes"),
        form=form,
        meeting=meeting,
        is_ahead=meeting is not None and local_date(meeting.starts_at, zone=zone()) > today(),
        follows=FOLLOWS,
        can_approve=words.may_do(Verb.APPROVE_MINUTES, referral),
        has_written=actor.account_id in rules.writers(session, referral),
        beyond="" if outcome is None or mandate.allows(referral, outcome) else gettext(outcome.label),
        domains=list(Domain),
        colour_of=Colour,
    )


def _page(referral: Referral, form: forms.Form | None = None, missing: Sequence[Profession] | None = None) -> Response:
    session, actor = transactions.session(), people.actor()
    meetings = rules.meetings_of(session, referral)
    current = rules.current_meeting(session, referral)
    can_schedule = words.may_do(Verb.SCHEDULE_MEETING, referral)
    to_inform = rules.guardians_to_inform(session, referral) if can_schedule else []
    colleagues = roster.for_team(session, referral) if can_schedule else []
    guardians = meeting_forms.guardians_of(referral)
    may_know_guardians = may_view(View.GUARDIANS, actor, referral.facts())
    if missing is None:
        missing = rules.missing_professions(referral, [one.account for one in colleagues if one.locked_by is None])
    elif form is not None:
        form.refuse(
            "called", N_("The team is not complete. Call who is missing, or tick below that you meet without them.")
        )
    shown_now = meeting_forms.shown_meeting(current) if current else None
    shown = form or forms.shown(meeting_forms.usual_call(referral, current, colleagues) if can_schedule else {})
    return referral_page(
        "team_review.html",
        referral,
        status=422 if form else 200,
        heading=words.stage_name(referral.rulepack, Stage.TEAM_REVIEW),
        form=shown,
        current=shown_now,
        earlier=[meeting_forms.shown_meeting(one) for one in reversed(meetings) if one is not current],
        can_schedule=can_schedule,
        is_held=current is not None and current.held_at is not None,
        me=actor.account_id,
        own_replies=_own_replies(current),
        called_replies=choices(CalledReply),
        elsewhere=meanwhile.before_calling(referral, shown, current, colleagues=colleagues, guardians=guardians),
        at_once=meanwhile.of_everybody(current) if can_schedule and current and current.is_to_come else [],
        at_table=meanwhile.of_table(current) if can_schedule and current and current.is_to_come else [],
        can_note_answers=can_schedule and current is not None and current.is_to_come,
        to_replace=standing_in.to_replace(shown_now) if can_schedule else [],
        can_call_off=words.may_do(Verb.CALL_OFF_MEETING, referral) and rules.is_called(session, referral),
        can_write=words.may_do(Verb.RECORD_MEETING, referral),
        can_approve=words.may_do(Verb.APPROVE_MINUTES, referral),
        has_written=actor.account_id in rules.writers(session, referral),
        to_inform=to_inform,
        previews=previews(referral),
        has_call=current is not None and documents.call_for(session, referral, actor.account_id) is not None,
        is_locked=can_schedule and (bool(to_inform) or not any(guardian.has_custody for guardian in guardians)),
        colleagues=colleagues,
        team_dates=team_dates.coming(session, referral.forum)[:4] if can_schedule else [],
        copies=_copies_of_call(referral, guardians) if can_schedule else [],
        guardians=guardians,
        may_know_guardians=may_know_guardians,
        moved=earlier.versions_of_call(session, current) if current and may_know_guardians else [],
        is_whole=may_view(View.MINUTES_IN_FULL, actor, referral.facts()),
        quorum=[Profession(value) for value in referral.forum.quorum],
        missing=missing if can_schedule else [],
        without=choices(missing),
        domains=list(Domain),
        colour_of=Colour,
        **_left_to_do(referral, meetings),
        **_closed_days(referral, current, shown),
    )


def _closed_days(referral: Referral, current: TeamMeeting | None, form: forms.Form) -> dict[str, Any]:
    """Where the schools are closed: on the day of a meeting to be held, else on the one in the form that calls it, or named for it."""
    if current is not None and current.held_at is None:
        is_closed = team_dates.is_on_closed_day(transactions.session(), current.starts_at)
        return {"is_closed": is_closed, "begins_closed": False, "named_closed": None}
    return {
        "is_closed": False,
        "begins_closed": meeting_forms.holds_closed_day(form, "starts_on"),
        "named_closed": meeting_forms.closed_day_named(referral),
    }


def _left_to_do(referral: Referral, meetings: Sequence[TeamMeeting]) -> dict[str, Any]:
    """What waits for approval, whom this person is to tell of a meeting, which answers of guardians nobody has read, and which
    decisions they may say are done.
    """
    session, actor = transactions.session(), people.actor()
    return {
        "owed": by_hand.owed_approval(session, referral) if words.may_do(Verb.REMIND_COLLEAGUE, referral) else None,
        "to_tell": telling.to_tell(session, referral) if words.is_coordinator(referral) else [],
        "unread": {one.id for one in guardian_page.unread(session, referral) if isinstance(one, MeetingAnswer)},
        "may_note_read": words.is_coordinator(referral),
        "to_say_done": decided.to_say_done(meetings, actor),
        "owed_decisions": _owed_decisions(referral, meetings),
        "asks_me": {one.id for one in meetings if decided.asks(one, actor)},
    }


def _owed_decisions(referral: Referral, meetings: Sequence[TeamMeeting]) -> dict[uuid.UUID, by_hand.Owed]:
    """How decisions that are not done yet stand with reminders, by their ids; for whoever may remind."""
    if not words.may_do(Verb.REMIND_COLLEAGUE, referral):
        return {}
    session, actor = transactions.session(), people.actor()
    undone = (one for meeting in meetings for one in meeting.decisions if one.done_id is None)
    found = {one.id: by_hand.owed_decision(session, one, by=actor) for one in undone}
    return {identity: owed for identity, owed in found.items() if owed.can_remind or owed.reminded_at}


def _copies_of_call(referral: Referral, guardians: Sequence[Guardian]) -> list[tuple[str, str]]:
    """For whom the call can be looked at before it goes out."""
    may_be_told = (readers.guardian_key(one.id) for one in guardians if one.may_contact)
    return copies(referral, [readers.PROFESSIONALS, *may_be_told])


def _own_replies(meeting: TeamMeeting | None) -> list[tuple[str, str]]:
    """The answers to choose from, for whoever is called to a meeting to come; nothing for anybody else."""
    if meeting is None or not meeting.is_to_come or str(people.actor().account_id) not in meeting.called:
        return []
    return own_replies()


def _minutes_page(referral: Referral, form: forms.Form | None = None) -> Response:
    session = transactions.session()
    current = rules.current_meeting(session, referral)
    can_write = words.may_do(Verb.RECORD_MEETING, referral) and current is not None
    meetings = rules.meetings_of(session, referral)
    held = [meeting for meeting in meetings if meeting.held_at is not None]
    initial = meeting_forms.usual_minutes(current) if can_write and current else {}
    status, form = 422 if form else 200, form or forms.shown(initial)
    screen = meeting_screen.shown(current, form) if can_write and current and screens.is_asked_for() else None
    return referral_page(
        "team_review_screen.html" if screen else "team_review_minutes.html",
        referral,
        status=status,
        heading=gettext("Team meeting") if screen else gettext("Minutes"),
        form=form,
        screen=screen,
        is_for_all=screens.is_asked_for(),
        can_write=can_write,
        meeting=current if can_write else (held[-1] if held else None),
        is_ahead=can_write and current is not None and local_date(current.starts_at, zone=zone()) > today(),
        domains=list(Domain),
        next_is_closed=gettext(_NEXT_IS_CLOSED) if meeting_forms.holds_closed_day(form, "next_meeting_on") else "",
        rates_by_colour=bool(can_write and current and colour_rating.is_ready(current)),
        colour_of=Colour,
        colour_choices=choices(Colour),
        attendance=choices(Attendance),
        decision_kinds=choices(DecisionKind),
        **note_forms.asked(referral),
        outcomes=[
            (outcome.value, gettext(outcome.label), gettext(FOLLOWS[outcome]))
            for outcome in MeetingOutcome
            if mandate.allows(referral, outcome)
        ],
        not_its_to_decide=[
            gettext(outcome.label) for outcome in MeetingOutcome if not mandate.allows(referral, outcome)
        ],
    )
