"""Guardians: who they are, what they were told, what they allow, and when the work may go on."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals import consent as rules
from referrals import earlier
from referrals.access import View
from referrals.disclosure import coverage
from referrals.errors import NoSuchReferral
from referrals.guardians import guardian_access, guardian_page
from referrals.languages import LANGUAGES, SPOKEN, guardian_languages, join_list
from referrals.models import Guardian, Referral
from referrals.stages import IN_CONSENT, Verb
from referrals.vocabulary import (
    ConsentAnswer,
    ConsentForm,
    ConsentState,
    Custody,
    InformationCategory,
    NoticeMethod,
    Recipient,
    Term,
)
from schemas.consent import AnswerForm, GuardianForm, NoticeForm, ReasonForm
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, starters, words
from webapp.casework.frame import referral_page, seen, today
from webapp.casework.sharing import recipient_lines
from webapp.guards import for_referral
from webapp.language import gettext, language, named_here

#: so long a consent reaches when nobody says otherwise: one school year
_USUAL_LENGTH = timedelta(days=365)


@blueprint.get("/referrals/<reference:number>/guardians")
@for_referral(View.GUARDIANS)
def guardians(referral: Referral) -> Response:
    """Each guardian with what they were told and what they allow; and the way on when that is in place."""
    return _overview(referral, forms.shown(name="conclude"))


@blueprint.post("/referrals/<reference:number>/consent")
@for_referral(Verb.CONCLUDE_CONSENT)
def conclude_consent(referral: Referral) -> ResponseReturnValue:
    """Let the work go on."""
    form = forms.submitted()
    given = form.load(ReasonForm())
    if given is None:
        return _overview(referral, form, status=422)
    rules.conclude_consent(transactions.session(), referral, by=people.actor(), seen=seen(), reason=given["reason"])
    notices.say_next(
        gettext("Information and consent are in place. The work goes on.")
        if coverage.have_said_yes(transactions.session(), referral, on=today())
        else gettext("The work goes on. What needs consent waits: not every guardian's consent holds today.")
    )
    return redirect(url_for("casework.referral", number=referral.number), 303)


@blueprint.get("/referrals/<reference:number>/guardians/new")
@for_referral(Verb.RECORD_GUARDIAN)
def record_guardian(referral: Referral) -> Response:
    """The form for a guardian who is not recorded yet."""
    return _guardian_page(referral, None, forms.shown({"language": referral.language, "may_contact": True}))


@blueprint.post("/referrals/<reference:number>/guardians/new")
@for_referral(Verb.RECORD_GUARDIAN)
def add_guardian(referral: Referral) -> ResponseReturnValue:
    """Record a guardian."""
    return _keep_guardian(referral, None)


@blueprint.get("/referrals/<reference:number>/guardians/<uuid:guardian_id>")
@for_referral(Verb.RECORD_GUARDIAN)
def guardian(referral: Referral, guardian_id: uuid.UUID) -> Response:
    """What is known of a guardian, to be corrected."""
    row = _guardian(referral, guardian_id)
    known = {name: getattr(row, name) for name in GuardianForm().fields}
    return _guardian_page(referral, row, forms.shown(known))


@blueprint.post("/referrals/<reference:number>/guardians/<uuid:guardian_id>")
@for_referral(Verb.RECORD_GUARDIAN)
def correct_guardian(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Correct what is known of a guardian."""
    return _keep_guardian(referral, _guardian(referral, guardian_id))


@blueprint.get("/referrals/<reference:number>/guardians/<uuid:guardian_id>/information")
@for_referral(Verb.RECORD_INFORMATION)
def information(referral: Referral, guardian_id: uuid.UUID) -> Response:
    """The form for what a guardian was told."""
    account = people.account()
    row = _guardian(referral, guardian_id)
    usual = {"told_on": today(), "told_by": account.name if account else "", "language": row.language}
    return _information_page(referral, row, starters.shown("why_not", starters.NOT_TOLD, usual))


@blueprint.post("/referrals/<reference:number>/guardians/<uuid:guardian_id>/information")
@for_referral(Verb.RECORD_INFORMATION)
def record_information(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Record that a guardian was told, or why not."""
    row, form = _guardian(referral, guardian_id), starters.left_out(starters.NOT_TOLD)
    told = form.load(NoticeForm())
    if told is None:
        return _information_page(referral, row, form, status=422)
    rules.record_information(
        transactions.session(), referral, by=people.actor(), seen=seen(), guardian=row, notice=rules.Notice(**told)
    )
    notices.say_next(gettext("The information is recorded."))
    return _back(referral)


@blueprint.get("/referrals/<reference:number>/guardians/<uuid:guardian_id>/consent")
@for_referral(Verb.RECORD_CONSENT)
def consent(referral: Referral, guardian_id: uuid.UUID) -> Response:
    """The form for what a guardian answered."""
    usual = {
        "purpose": gettext("So that those who work with the child can help together."),
        "from_on": today(),
        "until_on": today() + _USUAL_LENGTH,
    }
    return _consent_page(referral, _deciding(referral, guardian_id), forms.shown(usual))


@blueprint.post("/referrals/<reference:number>/guardians/<uuid:guardian_id>/consent")
@for_referral(Verb.RECORD_CONSENT)
def record_consent(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Record what a guardian answered."""
    row, form = _deciding(referral, guardian_id), forms.submitted()
    answer = form.load(AnswerForm())
    if answer is None:
        return _consent_page(referral, row, form, status=422)
    rules.record_consent(
        transactions.session(),
        referral,
        by=people.actor(),
        seen=seen(),
        guardian=row,
        consent=rules.ConsentGiven(**answer),
    )
    notices.say_next(gettext("The answer is recorded."))
    return _back(referral)


@blueprint.get("/referrals/<reference:number>/guardians/<uuid:guardian_id>/withdrawal")
@for_referral(Verb.WITHDRAW_CONSENT)
def withdrawal(referral: Referral, guardian_id: uuid.UUID) -> Response:
    """Asks once more before a consent is recorded as withdrawn."""
    return _withdrawal_page(referral, _deciding(referral, guardian_id), forms.shown())


@blueprint.post("/referrals/<reference:number>/guardians/<uuid:guardian_id>/withdrawal")
@for_referral(Verb.WITHDRAW_CONSENT)
def withdraw_consent(referral: Referral, guardian_id: uuid.UUID) -> ResponseReturnValue:
    """Record that a guardian takes their consent back."""
    row, form = _deciding(referral, guardian_id), forms.submitted()
    given = form.load(ReasonForm())
    if given is None:
        return _withdrawal_page(referral, row, form, status=422)
    rules.withdraw_consent(
        transactions.session(), referral, by=people.actor(), seen=seen(), guardian=row, reason=given["reason"]
    )
    notices.say_next(gettext("The consent is withdrawn from now on."))
    return _back(referral)


def _overview(referral: Referral, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    rows, asked = coverage.guardians_of(session, referral), coverage.asked_of(session, referral)
    return referral_page(
        "guardians.html",
        referral,
        status=status,
        form=form,
        guardians=[(row, _state(row, asked)) for row in rows],
        earlier={row.id: earlier.versions_of_guardian(session, row) for row in rows},
        are_informed=coverage.are_informed(session, referral),
        has_deciding=any(row.has_custody for row in rows),
        is_of_age=referral.is_of_age,
        is_waiting=referral.state == IN_CONSENT,
        may_conclude=words.may_do(Verb.CONCLUDE_CONSENT, referral),
        may_record=words.may_do(Verb.RECORD_GUARDIAN, referral),
        own_words={row.id: said for row in rows if (said := guardian_page.own_words(session, row)) is not None},
        has_unread=guardian_page.has_unread(session, referral),
        may_note_read=words.is_coordinator(referral),
        with_page={row.id for row in rows if guardian_access.may_have_page(row)},
        may_withdraw=words.may_do(Verb.WITHDRAW_CONSENT, referral),
        category_names=_names(InformationCategory),
        recipient_names=_names(Recipient),
        language_names=dict(_languages()),
        recipients=recipient_lines(referral),
    )


def _languages() -> list[tuple[str, str]]:
    """What guardians may read, named in the page's language."""
    return named_here([*LANGUAGES, *SPOKEN])


def _may_be_of_age(referral: Referral) -> bool:
    """Whether the pupil decides themself, or nobody knows: no birth date is recorded."""
    return referral.is_of_age or referral.of_age_on is None


def _state(guardian: Guardian, asked: Collection[Recipient]) -> ConsentState | None:
    """Where consent stands, where guardians are `asked` about these; None for an adult who decides nothing for the child."""
    return guardian.consent_state(today(), asked=asked) if guardian.has_custody else None


def _guardian_page(referral: Referral, row: Guardian | None, form: forms.Form, *, status: int = 200) -> Response:
    written = [name for _code, name in named_here([*LANGUAGES, *guardian_languages()])]
    return referral_page(
        "guardians_edit.html",
        referral,
        status=status,
        form=form,
        guardian=row,
        custodies=[(key, label) for key, label in _choices(Custody) if key != Custody.SELF or _may_be_of_age(referral)],
        languages_to_choose=_languages(),
        written_languages=join_list(written, language()),
        own_language=written[0],
    )


def _information_page(referral: Referral, row: Guardian, form: forms.Form, *, status: int = 200) -> Response:
    return referral_page(
        "guardians_information.html",
        referral,
        status=status,
        form=form,
        guardian=row,
        methods=_choices(NoticeMethod),
        languages_to_choose=_languages(),
    )


def _consent_page(referral: Referral, row: Guardian, form: forms.Form, *, status: int = 200) -> Response:
    return referral_page(
        "guardians_consent.html",
        referral,
        status=status,
        form=form,
        guardian=row,
        answers=_choices(ConsentAnswer),
        consent_forms=[choice for choice in _choices(ConsentForm) if choice[0] != ConsentForm.DIGITAL],
        categories=_choices(InformationCategory),
        recipients=[(each.value, gettext(each.label)) for each in coverage.asked_of(transactions.session(), referral)],
    )


def _withdrawal_page(referral: Referral, row: Guardian, form: forms.Form, *, status: int = 200) -> Response:
    return referral_page("guardians_withdrawal.html", referral, status=status, form=form, guardian=row)


def _keep_guardian(referral: Referral, row: Guardian | None) -> ResponseReturnValue:
    form = forms.submitted()
    known = form.load(GuardianForm())
    if known is None:
        return _guardian_page(referral, row, form, status=422)
    rules.record_guardian(
        transactions.session(),
        referral,
        by=people.actor(),
        seen=seen(),
        details=rules.GuardianDetails(**known),
        guardian=row,
    )
    notices.say_next(
        gettext("The guardian's details have been saved.") if row else gettext("The guardian is recorded.")
    )
    return _back(referral)


def _guardian(referral: Referral, guardian_id: uuid.UUID) -> Guardian:
    row = transactions.session().get(Guardian, guardian_id)
    if row is None or row.referral_id != referral.id:
        raise NoSuchReferral
    return row


def _deciding(referral: Referral, guardian_id: uuid.UUID) -> Guardian:
    """A guardian with custody; another adult has nothing to consent to."""
    row = _guardian(referral, guardian_id)
    if not row.has_custody:
        raise NoSuchReferral
    return row


def _choices(terms: type[Term]) -> list[tuple[str, str]]:
    return [(term.value, gettext(term.label)) for term in terms]


def _names(terms: type[Term]) -> dict[str, str]:
    return dict(_choices(terms))


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.guardians", number=referral.number), 303)
