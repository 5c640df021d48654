"""Consent on a guardian's own page: a yes, a no, and taking it back after a second question; and what was shared, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import clock, consent
from referrals.disclosure import coverage
from referrals.guardians import guardian_sharing
from referrals.guardians.guardian_sharing import SharedWith
from referrals.models import Guardian
from referrals.rules import rulebook
from referrals.stages import MOVE_BY_VERB, Verb
from referrals.vocabulary import N_, ConsentAnswer, ConsentForm, ConsentState, InformationCategory
from schemas.guardian import OwnConsentForm
from webapp import forms, notices, people, transactions
from webapp.guardian import blueprint
from webapp.guards import for_guardian
from webapp.language import gettext, language, long_date, zone
from webapp.pages import page

_NOT_YET = N_("You have not answered yet.")
#: where a guardian's own consent stands, told to themselves
_STANDS: Final[dict[ConsentState, str]] = {
    ConsentState.NOT_ASKED: _NOT_YET,
    ConsentState.INFORMED: _NOT_YET,
    ConsentState.FULL: N_("You have said yes to all that you were asked."),
    ConsentState.PARTIAL: N_("You have said yes to some of it."),
    ConsentState.REFUSED: N_("You have said no."),
    ConsentState.WITHDRAWN: N_("You have taken your consent back."),
    ConsentState.EXPIRED: N_("Your consent has run out."),
    ConsentState.NOT_BEGUN: N_("You have said yes, and it does not hold yet."),
}
#: a yes that can be narrowed or taken back, also before its first day
_GIVEN: Final = (ConsentState.FULL, ConsentState.PARTIAL, ConsentState.NOT_BEGUN)


@dataclass(frozen=True)
class SharedLine:
    """One thing that was shared, in everyday words."""

    what: str
    recipient: str
    at: datetime
    ground: str
    #: the law it rests on; empty for consent
    source: str
    kinds: str
    ended_on: date | None


def stands(guardian: Guardian) -> str:
    """Where the guardian's own consent stands, in a sentence."""
    asked = coverage.asked_of(transactions.session(), guardian.referral)
    return gettext(_STANDS[guardian.consent_state(clock.today(zone()), asked=asked)])


def sharing_lines(guardian: Guardian, found: Iterable[SharedWith]) -> list[SharedLine]:
    """What was shared, as a guardian reads it."""
    grounds = rulebook.load(guardian.referral.rulepack).grounds
    lines = []
    for one in found:
        ground = grounds.get(one.ground)
        lines.append(
            SharedLine(
                what=gettext(one.kind.label),
                recipient=gettext(one.recipient.label),
                at=one.at,
                ground=ground.name_in(language()) if ground else gettext("The guardians' consent"),
                source=ground.source if ground else "",
                kinds=", ".join(gettext(kind.label) for kind in one.categories),
                ended_on=one.ended_on,
            )
        )
    return lines


@blueprint.get("/consent", endpoint="consent")
@for_guardian(with_e_identification=True)
def show_consent(guardian: Guardian) -> Response:
    """What the guardian allows now, to be given, narrowed, refused or taken back."""
    newest = guardian.answer_until(None)
    is_given = newest is not None and _state(guardian) in _GIVEN
    usual = {
        "categories": newest.categories if newest and is_given else [],
        "recipients": newest.recipients if newest and is_given else [],
        "until_on": newest.until_on if newest and is_given else None,
    }
    return _consent_page(guardian, forms.shown(usual))


@blueprint.post("/consent")
@for_guardian(with_e_identification=True)
def give_consent(guardian: Guardian) -> ResponseReturnValue:
    """Record the guardian's own answer; it takes the place of the one before."""
    form = forms.submitted()
    given = form.load(OwnConsentForm())
    if given is None:
        return _consent_page(guardian, form, 422)
    newest = guardian.answer_until(None)
    first = today = clock.today(zone())
    if newest is not None and _state(guardian) is ConsentState.NOT_BEGUN:
        first = newest.from_on  # what is narrowed before its first day does not begin sooner for that
    if given["until_on"] < first:
        form.refuse("until_on", N_("The last day cannot be before the first."))
        return _consent_page(guardian, form, 422)
    usual = gettext("So that those who work with the child can help together.")
    answer = consent.ConsentGiven(
        answer=consent.answer_for(
            transactions.session(),
            guardian.referral,
            categories=given["categories"],
            recipients=given["recipients"],
        ),
        form=ConsentForm.DIGITAL,
        categories=given["categories"],
        recipients=given["recipients"],
        purpose=(newest.purpose if newest else None) or usual,
        from_on=first,
        until_on=given["until_on"],
    )
    _record(guardian, answer)
    if first > today:
        notices.say_next(gettext("Your answer is recorded and holds from %(day)s.", day=long_date(first)))
    else:
        notices.say_next(gettext("Your answer is recorded and holds from now on."))
    return redirect(url_for(".home"), 303)


@blueprint.post("/consent/refuse")
@for_guardian(with_e_identification=True)
def refuse_consent(guardian: Guardian) -> ResponseReturnValue:
    """Record the guardian's no. A second press of the button changes nothing."""
    if _state(guardian) is not ConsentState.REFUSED:
        _record(
            guardian,
            consent.ConsentGiven(answer=ConsentAnswer.REFUSED, form=ConsentForm.DIGITAL, from_on=clock.today(zone())),
        )
    notices.say_next(
        gettext("Your no is recorded. The school goes on helping, and you can change your answer at any time.")
    )
    return redirect(url_for(".home"), 303)


@blueprint.get("/consent/withdraw")
@for_guardian(with_e_identification=True)
def before_withdrawal(guardian: Guardian) -> ResponseReturnValue:
    """What taking the consent back means, and what has gone already, before it is done."""
    if not _can_withdraw(guardian):
        return redirect(url_for(".consent"), 303)
    gone = guardian_sharing.resting_on(transactions.session(), guardian)
    return page(
        "guardian/withdraw.html", consent=stands(guardian), shared=sharing_lines(guardian, gone), form=forms.shown()
    )


@blueprint.post("/consent/withdraw")
@for_guardian(with_e_identification=True)
def withdraw_consent(guardian: Guardian) -> ResponseReturnValue:
    """Take the consent back, from now on."""
    consent.withdraw_consent(transactions.session(), guardian.referral, by=people.actor(), seen=None, guardian=guardian)
    notices.say_next(gettext("Your consent is withdrawn from now on. What was shared before cannot be taken back."))
    return redirect(url_for(".home"), 303)


def _record(guardian: Guardian, answer: consent.ConsentGiven) -> None:
    consent.record_consent(
        transactions.session(), guardian.referral, by=people.actor(), seen=None, guardian=guardian, consent=answer
    )


def _state(guardian: Guardian) -> ConsentState:
    return guardian.consent_state(clock.today(zone()))


def _can_withdraw(guardian: Guardian) -> bool:
    return _state(guardian) in _GIVEN and guardian.referral.state in MOVE_BY_VERB[Verb.WITHDRAW_CONSENT].frm


def _consent_page(guardian: Guardian, form: forms.Form, status: int = 200) -> Response:
    can_answer = guardian.referral.state in MOVE_BY_VERB[Verb.RECORD_CONSENT].frm
    return page(
        "guardian/consent.html",
        status,
        form=form,
        consent=stands(guardian),
        newest=guardian.answer_until(None),
        can_answer=can_answer,
        can_refuse=can_answer and _state(guardian) not in (*_GIVEN, ConsentState.REFUSED),
        can_withdraw=_can_withdraw(guardian),
        categories=[(each.value, gettext(each.label)) for each in InformationCategory],
        recipients=[
            (each.value, gettext(each.label)) for each in coverage.asked_of(transactions.session(), guardian.referral)
        ],
    )
