"""The buttons beside what is outstanding: somebody gets one mail more, at most one a day."""

import uuid

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import assessment
from referrals.errors import NoSuchReferral
from referrals.models import History, MeetingDecision, PlannedAction, Referral
from referrals.reminders import by_hand
from referrals.stages import MEETING_HELD, Verb
from webapp import notices, people, transactions
from webapp.casework import blueprint
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.post("/referrals/<reference:number>/assessment/<uuid:part_id>/reminder")
@for_referral(Verb.REMIND_COLLEAGUE)
def remind_of_part(referral: Referral, part_id: uuid.UUID) -> ResponseReturnValue:
    """Remind somebody of the part they were asked for."""
    session = transactions.session()
    part = assessment.find_part(session, referral, part_id)
    _say(by_hand.remind_of_part(session, referral, by=people.actor(), seen=None, part=part), whom=part.assessor.name)
    return redirect(url_for("casework.assessment", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/actions/<uuid:action_id>/reminder")
@for_referral(Verb.REMIND_COLLEAGUE)
def remind_of_action(referral: Referral, action_id: uuid.UUID) -> ResponseReturnValue:
    """Remind somebody of the action they answer for."""
    session = transactions.session()
    action = session.get(PlannedAction, action_id)
    if action is None or action.referral_id != referral.id:
        raise NoSuchReferral
    row = by_hand.remind_of_action(session, referral, by=people.actor(), seen=None, action=action)
    _say(row, whom=action.owner.name if action.owner else "")
    return redirect(url_for("casework.action_plan", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/team-review/decisions/<uuid:meeting_decision_id>/reminder")
@for_referral(Verb.REMIND_COLLEAGUE)
def remind_of_decision(referral: Referral, meeting_decision_id: uuid.UUID) -> ResponseReturnValue:
    """Remind somebody of what a meeting decided and they are to do."""
    session = transactions.session()
    decision = session.get(MeetingDecision, meeting_decision_id)
    if decision is None or decision.referral_id != referral.id:
        raise NoSuchReferral
    row = by_hand.remind_of_decision(session, referral, by=people.actor(), seen=None, decision=decision)
    _say(row, whom=decision.responsible or "")
    return redirect(url_for("casework.team_review", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/triage/reminder")
@for_referral(Verb.REMIND_COLLEAGUE)
def remind_of_answer(referral: Referral) -> ResponseReturnValue:
    """Remind the head teacher of the question to them."""
    row = by_hand.remind_of_answer(transactions.session(), referral, by=people.actor(), seen=None)
    _say(row, whom=gettext("The head teacher"))
    return redirect(url_for("casework.triage", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/approval/reminder")
@for_referral(Verb.REMIND_COLLEAGUE)
def remind_of_approval(referral: Referral) -> ResponseReturnValue:
    """Remind whoever may approve the minutes or the plan."""
    page = "casework.team_review" if referral.state == MEETING_HELD else "casework.action_plan"
    row = by_hand.remind_of_approval(transactions.session(), referral, by=people.actor(), seen=None)
    _say(row, whom=gettext("Whoever may approve"))
    return redirect(url_for(page, number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/hand-over/reminder")
@for_referral(Verb.REMIND_COLLEAGUE)
def remind_of_hand_over(referral: Referral) -> ResponseReturnValue:
    """Remind the team that it is offered to."""
    row = by_hand.remind_of_hand_over(transactions.session(), referral, by=people.actor(), seen=None)
    _say(row, whom=gettext("The other team"))
    return redirect(url_for("casework.hand_over", number=referral.number), 303)


def _say(row: History | None, *, whom: str) -> None:
    notices.say_next(
        gettext("%(name)s gets a mail that reminds of it.", name=whom)
        if row
        else gettext("Nobody was reminded: it was done today already, or nothing is outstanding any more.")
    )
