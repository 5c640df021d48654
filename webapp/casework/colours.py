"""The colour rating of a meeting: one's own, unseen by the other, then the team's, and what the guardians want of it on papers."""

import uuid
from typing import Any

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import team_review
from referrals.access import View, parties_for
from referrals.disclosure import coverage
from referrals.errors import NoSuchReferral
from referrals.meetings import colour_rating as rules
from referrals.models import Guardian, Referral, TeamMeeting
from referrals.stages import Verb
from referrals.vocabulary import Colour, Domain
from schemas.team_review import ColourChoiceForm, ColoursForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint
from webapp.casework.choices import choices
from webapp.casework.frame import referral_page
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.get("/referrals/<reference:number>/team-review/colours")
@for_referral(View.MINUTES_IN_FULL)
def colours(referral: Referral) -> Response:
    """How far the rating has come, and the form for one's own."""
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/team-review/colours")
@for_referral(View.MINUTES_IN_FULL)
def rate_alone(referral: Referral) -> ResponseReturnValue:
    """Keep what this person sees themselves."""
    form = forms.submitted()
    rated: Any = form.load(ColoursForm())
    if rated is None:
        return _page(referral, form)
    session, meeting = transactions.session(), _meeting(referral)
    rules.rate_alone(session, referral, meeting, by=people.actor(), colours=rated)
    notices.say_next(
        gettext("Both have rated. The team can rate together now.")
        if rules.is_ready(meeting)
        else gettext("Your rating is kept. Nobody sees it before the other has rated, too.")
    )
    return redirect(url_for(".colours", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/team-review/colours/papers")
@for_referral(View.MINUTES_IN_FULL)
def choose_colours_on_papers(referral: Referral) -> ResponseReturnValue:
    """Write down whether a guardian wants the colours on papers."""
    form = forms.submitted()
    values = form.load(ColourChoiceForm())
    if values is None:
        return _page(referral, form)
    guardian = _guardian(referral, values["guardian"])
    rules.choose_for_papers(
        transactions.session(), referral, guardian, by=people.actor(), is_wanted=values["is_wanted"]
    )
    notices.say_next(gettext("What the guardian chose is kept. It holds for papers that are made from now on."))
    return redirect(url_for(".colours", number=referral.number, _anchor="papers"), 303)


def _page(referral: Referral, form: forms.Form | None = None) -> Response:
    session, actor, meeting = transactions.session(), people.actor(), _meeting(referral)
    stands = rules.standing(meeting, by=actor)
    decides = parties_for(Verb.RECORD_INFORMATION, actor, referral.facts())
    return referral_page(
        "team_review_colours.html",
        referral,
        status=422 if form else 200,
        heading=gettext("Rating by colour"),
        form=form or forms.shown(stands.own.colours or {} if stands.own else {}),
        meeting=meeting,
        stands=stands,
        is_open=meeting.approved_at is None and referral.is_open,
        domains=list(Domain),
        colour_of=Colour,
        colour_choices=choices(Colour),
        guardians=coverage.deciding_guardians(session, referral) if decides else [],
        chosen=rules.choices(session, referral),
        on_papers=rules.on_papers(session, referral),
    )


def _meeting(referral: Referral) -> TeamMeeting:
    """The newest meeting of a team that rates by colour; without either there is no such page."""
    meeting = team_review.current_meeting(transactions.session(), referral)
    if meeting is None or not referral.forum.rates_by_colour:
        raise NoSuchReferral
    return meeting


def _guardian(referral: Referral, guardian_id: uuid.UUID) -> Guardian:
    session = transactions.session()
    found = (one for one in coverage.deciding_guardians(session, referral) if one.id == guardian_id)
    return next(found, None) or abort(404)
