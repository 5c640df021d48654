"""One's own working notes about a referral: a page of its own, so that they never stand on a screen that others look at."""

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.access import View, may_view
from referrals.models import Referral
from referrals.work import working_notes as rules
from schemas.working_notes import WorkingNotesForm
from webapp import forms, kept, notices, people, transactions
from webapp.casework import blueprint
from webapp.casework.frame import referral_page
from webapp.casework.own_actions import outside_page
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.get("/referrals/<reference:number>/working-notes")
@for_referral(View.WORKING_NOTES)
def working_notes(referral: Referral) -> Response:
    """What this person has noted for themself."""
    kept.show_saved()
    return _page(referral)


@blueprint.post("/referrals/<reference:number>/working-notes")
@for_referral(View.WORKING_NOTES)
def keep_working_notes(referral: Referral) -> ResponseReturnValue:
    """Keep what they wrote."""
    form = forms.submitted()
    written = form.load(WorkingNotesForm())
    if written is None:
        return _page(referral, form)
    rules.keep_note(transactions.session(), referral, by=people.actor(), text=written["text"])
    notices.say_next(gettext("Your notes are saved. Nobody else sees them in their work."))
    return redirect(url_for("casework.working_notes", number=referral.number), 303)


def _page(referral: Referral, form: forms.Form | None = None) -> Response:
    actor = people.actor()
    note = rules.own_note(transactions.session(), referral, by=actor)
    sees_it = may_view(View.REFERRAL, actor, referral.facts())
    show = referral_page if sees_it else outside_page
    return show(
        "working_notes.html",
        referral,
        status=422 if form else 200,
        heading=gettext("My working notes"),
        form=form or forms.shown({"text": note.text} if note else {}),
        note=note,
    )
