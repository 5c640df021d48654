"""A protected identity: marked and lifted, and who may see the referral while it is."""

import uuid

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.disclosure import coverage
from referrals.errors import NoSuchReferral
from referrals.keeping import kept_outside
from referrals.models import Account, Guardian, Listed, Referral
from referrals.safeguarding import access_list
from referrals.safeguarding import protected_identity as rules
from referrals.stages import Verb
from referrals.vocabulary import N_
from schemas.protected_identity import (
    AddToListForm,
    KeepOutsideForm,
    LiftProtectionForm,
    ProtectedIdentityForm,
    TakeOffListForm,
)
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import gettext, language


@blueprint.get("/referrals/<reference:number>/protected-identity")
@for_referral(Verb.PROTECT_IDENTITY)
def protected_identity(referral: Referral) -> Response:
    """How it stands, what it means, and what can be changed."""
    return _page(referral, forms.shown({"about": rules.CHILD}, name="mark"), forms.shown(name="add"))


@blueprint.post("/referrals/<reference:number>/protected-identity")
@for_referral(Verb.PROTECT_IDENTITY)
def protect_identity(referral: Referral) -> ResponseReturnValue:
    """Mark an identity as protected, or change how strictly."""
    form = forms.submitted()
    given = form.load(ProtectedIdentityForm())
    if given is None:
        return _page(referral, form, forms.shown(name="add"), status=422)
    rules.protect_identity(
        transactions.session(),
        referral,
        by=people.actor(),
        seen=seen(),
        mark=rules.Mark(given["level"], given["reason"]),
        guardian=_guardian(referral, given["about"]),
    )
    notices.say_next(gettext("The identity is protected. Only those on the access list see this referral now."))
    return _back(referral)


@blueprint.get("/referrals/<reference:number>/protected-identity/lift")
@for_referral(Verb.LIFT_PROTECTION)
def lift_protection_form(referral: Referral) -> ResponseReturnValue:
    """Asks once more before an identity is protected no longer; where none is any more, back to how it stands."""
    if not _levels(referral):
        return _back(referral)
    return _lift_page(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/protected-identity/lift")
@for_referral(Verb.LIFT_PROTECTION)
def lift_protection(referral: Referral) -> ResponseReturnValue:
    """Say that an identity is protected no more. Where somebody was first, that is how it stands already."""
    if not _levels(referral):
        notices.say_next(gettext("The identity is protected no more."))
        return _back(referral)
    form = forms.submitted()
    given = form.load(LiftProtectionForm())
    if given is None:
        return _lift_page(referral, form, status=422)
    rules.lift_protection(
        transactions.session(),
        referral,
        by=people.actor(),
        seen=seen(),
        reason=given["reason"],
        guardian=_guardian(referral, given["about"]),
    )
    notices.say_next(gettext("The identity is protected no more."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/access-list")
@for_referral(Verb.ADD_TO_LIST)
def add_to_list(referral: Referral) -> ResponseReturnValue:
    """Let somebody see the referral who needs to."""
    form = forms.submitted()
    given = form.load(AddToListForm())
    if given is None:
        return _page(referral, forms.shown({"about": rules.CHILD}, name="mark"), form, status=422)
    session = transactions.session()
    account = session.get(Account, given["account_id"])
    if account is None:
        raise NoSuchReferral
    access_list.add_to_list(session, referral, by=people.actor(), seen=seen(), account=account, reason=given["why"])
    notices.say_next(gettext("%(name)s is on the access list.", name=account.name))
    return _back(referral)


@blueprint.get("/referrals/<reference:number>/access-list/<uuid:listed_id>/off")
@for_referral(Verb.TAKE_OFF_LIST)
def take_off_list_form(referral: Referral, listed_id: uuid.UUID) -> Response:
    """Asks why somebody is to leave the list."""
    return _off_page(referral, _entry(referral, listed_id), forms.shown())


@blueprint.post("/referrals/<reference:number>/access-list/<uuid:listed_id>/off")
@for_referral(Verb.TAKE_OFF_LIST)
def take_off_list(referral: Referral, listed_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody see the referral no more."""
    form = forms.submitted()
    given = form.load(TakeOffListForm())
    if given is None:
        return _off_page(referral, _entry(referral, listed_id), form, status=422)
    access_list.take_off_list(
        transactions.session(), referral, by=people.actor(), seen=seen(), listed_id=listed_id, reason=given["reason"]
    )
    notices.say_next(gettext("They see this referral no more."))
    return _back(referral)


@blueprint.get("/referrals/<reference:number>/kept-outside")
@for_referral(Verb.KEEP_OUTSIDE)
def keep_outside_form(referral: Referral) -> Response:
    """Asks once more before everything typed is destroyed."""
    return _outside_page(referral, forms.shown())


@blueprint.post("/referrals/<reference:number>/kept-outside")
@for_referral(Verb.KEEP_OUTSIDE)
def keep_outside(referral: Referral) -> ResponseReturnValue:
    """Destroy what was typed: the paper file has it."""
    form = forms.submitted()
    given = form.load(KeepOutsideForm())
    if given is None or not given["is_on_paper"]:
        form.refuse("is_on_paper", N_("Tick that everything is printed and lies in the paper file."))
        return _outside_page(referral, form, status=422)
    kept_outside.keep_outside(
        transactions.session(), referral, by=people.actor(), seen=seen(), is_on_paper=given["is_on_paper"]
    )
    notices.say_next(gettext("Everything typed is destroyed. The referral is kept on paper."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/kept-outside/end")
@for_referral(Verb.END_OUTSIDE)
def end_outside(referral: Referral) -> ResponseReturnValue:
    """Note that the work on paper has ended."""
    kept_outside.end_outside(transactions.session(), referral, by=people.actor(), seen=seen())
    told = gettext("Is a meeting planned, tell everybody who was called or invited yourself: no mail goes about it.")
    notices.say_next(f"{gettext('The work on paper has ended.')} {told}")
    return _back(referral)


def _outside_page(referral: Referral, form: forms.Form, *, status: int = 200) -> Response:
    if not kept_outside.can_be_kept_outside(transactions.session(), referral):
        raise NoSuchReferral
    return referral_page("protected_identity_outside.html", referral, status=status, form=form)


def _page(referral: Referral, form: forms.Form, add_form: forms.Form, *, status: int = 200) -> Response:
    session, actor = transactions.session(), people.actor()
    is_protected = referral.protected_since is not None
    names = dict(rules.levels(referral, language()))
    return referral_page(
        "protected_identity.html",
        referral,
        status=status,
        form=form if form.problems or not add_form.problems else add_form,
        mark_form=form,
        add_form=add_form,
        people_in_it=_people_in(referral),
        levels=list(names.items()),
        protected=[(who, names[level]) for who, level in _protected(referral)],
        listed=access_list.on_list(session, referral) if is_protected else [],
        may_be_taken_off=lambda entry: access_list.may_be_taken_off(entry, actor),
        can_be_kept_outside=kept_outside.can_be_kept_outside(session, referral),
        can_end=referral.kept_outside_at is not None and words.may_do(Verb.END_OUTSIDE, referral),
        addable=[(str(each.id), each.name) for each in access_list.could_be_added(session, referral)],
    )


def _lift_page(referral: Referral, form: forms.Form, *, status: int = 200) -> Response:
    protected = {about for about, _level in _levels(referral)}
    return referral_page(
        "protected_identity_lift.html",
        referral,
        status=status,
        form=form,
        people_in_it=[(about, who) for about, who in _people_in(referral) if about in protected],
    )


def _off_page(referral: Referral, entry: Listed, form: forms.Form, *, status: int = 200) -> Response:
    return referral_page("protected_identity_off.html", referral, status=status, form=form, entry=entry)


def _people_in(referral: Referral) -> list[tuple[str, str]]:
    """The child and the guardians, to choose from; a name that is protected stands nowhere here either."""
    child = [(rules.CHILD, gettext("The child"))]
    guardians = coverage.guardians_of(transactions.session(), referral)
    return child + [
        (
            str(each.id),
            gettext("Guardian %(number)s", number=place)
            if each.has_protected_identity
            else gettext("Guardian %(number)s: %(name)s", number=place, name=each.name),
        )
        for place, each in enumerate(guardians, 1)
    ]


def _levels(referral: Referral) -> list[tuple[str, str]]:
    guardians = coverage.guardians_of(transactions.session(), referral)
    held = [(rules.CHILD, referral.protected_level), *((str(each.id), each.protected_level) for each in guardians)]
    return [(about, level) for about, level in held if level is not None]


def _protected(referral: Referral) -> list[tuple[str, str]]:
    called = dict(_people_in(referral))
    return [(called[about], level) for about, level in _levels(referral)]


def _guardian(referral: Referral, about: str) -> Guardian | None:
    """The guardian that was chosen; None for the child. Raises NoSuchReferral for anything else."""
    if about == rules.CHILD:
        return None
    guardians = coverage.guardians_of(transactions.session(), referral)
    found = next((each for each in guardians if str(each.id) == about), None)
    if found is None:
        raise NoSuchReferral
    return found


def _entry(referral: Referral, listed_id: uuid.UUID) -> Listed:
    found = next((each for each in referral.access_list if each.id == listed_id), None)
    if found is None:
        raise NoSuchReferral
    return found


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.protected_identity", number=referral.number), 303)
