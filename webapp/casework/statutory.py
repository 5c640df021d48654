"""Statutory decisions beside a referral: a list of its own, which says where each is kept and never what it says."""

import uuid
from dataclasses import dataclass
from datetime import date

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.errors import Incomplete
from referrals.models import Referral
from referrals.rules import rulebook
from referrals.stages import Verb
from referrals.statutory import links, tracks
from referrals.vocabulary import N_, Country, DecidedBy
from schemas.statutory import LinkForm
from schemas.triage import CHOOSE_TRACK
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext, language

#: what is said where the shape was right and the unit, or the day here, asks for something else
_UNMET = {"track": CHOOSE_TRACK, "decided_on": N_("This day has not come yet. Choose today or an earlier day.")}


#: what is reported, investigated and decided on pages here too: the view one must have, and the page
_DONE_HERE = (
    (View.SPECIAL_SUPPORT, "casework.special_support", N_("Special support")),
    (View.ABSENCE_INVESTIGATION, "casework.absence_investigation", N_("Absence at school")),
    (View.DEGRADING_TREATMENT, "casework.degrading_treatment", N_("Degrading treatment")),
    (View.EDUCATIONAL_ASSESSMENT, "casework.educational_assessment", N_("Educational-psychological assessment")),
)


@dataclass(frozen=True)
class Line:
    """One decision as the pages show it."""

    id: uuid.UUID
    name: str
    source: str
    kept_in: str
    decided_on: date
    office: str
    can_be_taken_away: bool


@blueprint.get("/referrals/<reference:number>/statutory")
@for_referral(View.STATUTORY_LINKS)
def statutory(referral: Referral) -> Response:
    """What was decided beside it, and where more is recorded."""
    return _page(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/statutory")
@for_referral(Verb.LINK_STATUTORY_DECISION)
def link_decision(referral: Referral) -> ResponseReturnValue:
    """Record that a decision was made elsewhere."""
    form = forms.submitted()
    given = form.load(LinkForm())
    if given is None:
        return _page(referral, form, status=422)
    try:
        links.link_decision(transactions.session(), referral, by=people.actor(), seen=seen(), link=links.Link(**given))
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, _UNMET[name])
        return _page(referral, form, status=422)
    notices.say_next(gettext("It is recorded where the decision is kept."))
    return redirect(url_for("casework.statutory", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/statutory/<uuid:decision_id>/away")
@for_referral(Verb.UNLINK_STATUTORY_DECISION)
def unlink_decision(referral: Referral, decision_id: uuid.UUID) -> ResponseReturnValue:
    """Take a pointer away that was wrong."""
    links.unlink_decision(transactions.session(), referral, by=people.actor(), seen=seen(), decision_id=decision_id)
    notices.say_next(gettext("It is taken away. The history keeps that it was there."))
    return redirect(url_for("casework.statutory", number=referral.number), 303)


def statutory_lines(referral: Referral) -> list[Line] | None:
    """The decisions beside `referral` for its own page; None for those who do not see them, and where the law knows none."""
    is_known = may_view(View.STATUTORY_LINKS, people.actor(), referral.facts())
    if not is_known or referral.kept_outside_at is not None:
        return None
    return _lines(referral) or ([] if tracks.pointed_to(referral) else None)


def _lines(referral: Referral) -> list[Line]:
    return [
        Line(
            each.row.id, each.track.name(language()), each.track.source, each.row.kept_in or "", each.row.decided_on,
            gettext(each.office.label), each.can_be_taken_away,
        )
        for each in links.links_of(transactions.session(), referral)
    ]  # fmt: skip


def _offices(referral: Referral) -> list[DecidedBy]:
    """Who can have decided or reported: in Denmark an educational-psychological service does, and in Sweden staff report."""
    is_danish = rulebook.load(referral.rulepack).country is Country.DK
    left_out = DecidedBy.SCHOOL_STAFF if is_danish else DecidedBy.COUNSELLING_SERVICE
    return [each for each in DecidedBy if each is not left_out]


def _unknown(referral: Referral) -> tuple[rulebook.StatutoryTrack, ...]:
    """What other units of the country do here, and this one never does.

    Of Danish ones nothing is said: day care has an assessment of a kind of its own, which the law knows and nobody does here.
    """
    pack = rulebook.load(referral.rulepack)
    return () if pack.country is Country.DK else pack.unknown_to(referral.unit.school_form)


def _page(referral: Referral, form: forms.Form, *, status: int = 200) -> Response:
    may_link = words.may_do(Verb.LINK_STATUTORY_DECISION, referral)
    known = tracks.pointed_to(referral) if may_link else ()
    return referral_page(
        "statutory.html",
        referral,
        status=status,
        form=form,
        lines=_lines(referral),
        tracks=[(track.key, track.name(language()), track.source) for track in known],
        offices=[(each.value, gettext(each.label)) for each in _offices(referral)],
        done_here=[
            (url_for(page, number=referral.number), gettext(name))
            for view, page, name in _DONE_HERE
            if may_view(view, people.actor(), referral.facts())
        ],
        form_of_school=gettext(referral.unit.school_form.label),
        unknown=[track.name(language()) for track in _unknown(referral)],
        may_take_away=words.may_do(Verb.UNLINK_STATUTORY_DECISION, referral),
    )
