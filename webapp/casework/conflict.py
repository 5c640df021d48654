"""A conflict of interest told in free words: who is not meant reads it here and decides who is kept out; until then all waits."""

from datetime import date

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.meetings import conflict as kept
from referrals.meetings import conflict_settling
from referrals.models import Account, Referral
from referrals.stages import Verb
from referrals.vocabulary import DeadlineSource
from schemas.conflict import SettlingForm
from webapp import forms, notices, pages, people, transactions
from webapp.casework import blueprint
from webapp.casework.frame import seen
from webapp.casework.lines import Line
from webapp.guards import for_referral
from webapp.language import gettext


@blueprint.get("/referrals/<reference:number>/conflict")
@for_referral(Verb.SETTLE_CONFLICT)
def conflict(referral: Referral) -> Response:
    """First the question whether one could be meant; then what was written, and the decision."""
    return _page(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/conflict/declaration")
@for_referral(Verb.DECLARE_UNINVOLVED)
def declare_uninvolved(referral: Referral) -> ResponseReturnValue:
    """Say that one knows of no tie of one's own."""
    conflict_settling.declare_uninvolved(transactions.session(), referral, by=people.actor(), seen=seen())
    return redirect(url_for("casework.conflict", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/conflict/stepping-aside")
@for_referral(Verb.STEP_ASIDE)
def step_aside(referral: Referral) -> ResponseReturnValue:
    """Leave it to somebody else."""
    conflict_settling.step_aside(transactions.session(), referral, by=people.actor(), seen=seen())
    notices.say_next(gettext("You have stepped aside. Somebody else takes it up, and you see no more of it."))
    return redirect(url_for("casework.home"), 303)


@blueprint.post("/referrals/<reference:number>/conflict")
@for_referral(Verb.SETTLE_CONFLICT)
def settle_conflict(referral: Referral) -> ResponseReturnValue:
    """Decide who is kept out, and let everybody else be told."""
    form = forms.submitted()
    given = form.load(SettlingForm())
    if given is None:
        return _page(referral, form, status=422)
    conflict_settling.settle_conflict(transactions.session(), referral, by=people.actor(), seen=seen(), **given)
    notices.say_next(gettext("It is settled. Everybody else who works with it is told of it now."))
    return redirect(url_for("casework.home"), 303)


def lines(day: date) -> list[Line]:
    """For home: concerns whose conflict waits. The reader may be the one it means: not a word of what it is about, or where."""
    session = transactions.session()
    return [
        Line(
            number=referral.number,
            url=url_for("casework.conflict", number=referral.number),
            verb=gettext("Settle a conflict of interest"),
            about=(),
            due_on=conflict_settling.due_on(session, referral),
            source=DeadlineSource.TARGET,
            today=day,
        )
        for referral in conflict_settling.waiting_for(session, people.actor())
    ]


def _page(referral: Referral, form: forms.Form, *, status: int = 200) -> Response:
    session, actor = transactions.session(), people.actor()
    has_declared = conflict_settling.has_declared(session, referral, actor)
    able = conflict_settling.could_be_kept_out(session, referral, actor) if has_declared else []
    return pages.page(
        "casework/conflict.html",
        status=status,
        form=form,
        number=referral.number,
        version=referral.version,
        has_declared=has_declared,
        written=conflict_settling.words_of_reporter(session, referral, by=actor),
        kept_out=[_named(account) for account in kept.kept_out(referral)] if has_declared else [],
        able=[(account.id, _named(account)) for account in able],
        due_on=conflict_settling.due_on(session, referral),
    )


def _named(account: Account) -> str:
    """Somebody with their function."""
    function = gettext(account.profession.label) if account.profession else ""
    return ", ".join(filter(None, (account.name, function)))
