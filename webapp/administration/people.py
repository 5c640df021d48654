"""People: who signs in, in which roles and units, and a new password where one is needed, shown once."""

import uuid
from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from referrals.access import WITHOUT_UNIT, Role, is_administrator
from referrals.languages import LANGUAGES
from referrals.models import Account, RoleAssignment, Unit
from referrals.people import municipal, organisation, second_factor
from referrals.people.account_mail import AccountMail
from referrals.people.organisation import Held
from referrals.reminders import digest
from referrals.safeguarding import protection_disposal
from referrals.vocabulary import N_, Profession
from schemas.administration import ROLES_BY_UNIT, PersonForm
from schemas.fields import CHOOSE_SOME
from webapp import forms, notices, transactions
from webapp import people as asking
from webapp.accounts import post
from webapp.accounts.passwords import hash_password, make_password
from webapp.administration import blueprint
from webapp.guards import signed_in
from webapp.language import gettext, named_here
from webapp.pages import page

_WITH_ROLES = selectinload(Account.roles).joinedload(RoleAssignment.unit)


@blueprint.get("/people")
@signed_in(Role.ADMINISTRATOR)
def people() -> ResponseReturnValue:
    """Everybody who can sign in, and those who no longer can."""
    everybody = select(Account).options(_WITH_ROLES).order_by(Account.is_active.desc(), Account.name)
    session = transactions.session()
    return page(
        "administration/people.html", people=session.scalars(everybody).all(), without_mail=digest.without_mail(session)
    )


@blueprint.get("/people/new")
@signed_in(Role.ADMINISTRATOR)
def new_person() -> ResponseReturnValue:
    """The form for somebody new."""
    here = organisation.municipality(transactions.session())
    return _person_page(forms.shown({"is_active": True, "language": here.language}), None)


@blueprint.post("/people/new")
@signed_in(Role.ADMINISTRATOR)
def add_person() -> ResponseReturnValue:
    """Take somebody in, and show their password this once."""
    session, form = transactions.session(), forms.submitted()
    values, roles = _values(form, None)
    if values is None:
        return _person_page(form, None, 422)
    password = make_password()
    account = Account(password_hash=hash_password(password), **values)
    organisation.add(session, account, by=asking.actor())
    organisation.give_roles(session, account, roles, by=asking.actor())
    return page("administration/password.html", person=account, password=password, is_new=True)


@blueprint.get("/people/<uuid:account_id>")
@signed_in(Role.ADMINISTRATOR)
def person(account_id: uuid.UUID) -> ResponseReturnValue:
    """One person."""
    found = _found(account_id)
    standing: dict[str, Any] = {
        name: getattr(found, name) for name in ("name", "email", "profession", "language", "is_active")
    }
    for role in ROLES_BY_UNIT:
        standing[role.value] = [held.unit_id for held in found.roles if held.role is role]
    for role in WITHOUT_UNIT:
        standing[role.value] = any(held.role is role for held in found.roles)
    return _person_page(forms.shown(standing), found)


@blueprint.post("/people/<uuid:account_id>")
@signed_in(Role.ADMINISTRATOR)
def change_person(account_id: uuid.UUID) -> ResponseReturnValue:
    """Change somebody's details and roles."""
    found, form = _found(account_id), forms.submitted()
    values, roles = _values(form, found)
    if values is None:
        return _person_page(form, found, 422)
    session, could_sign_in, address = transactions.session(), found.is_active, found.email
    organisation.change(session, found, by=asking.actor(), **values)
    if found.email != address:
        digest.begin_anew(session, found.id)
    if could_sign_in and not found.is_active:
        protection_disposal.ask_anew(session, found)
    organisation.give_roles(session, found, roles, by=asking.actor())
    notices.say_next(gettext("What you changed has been saved."))
    has_left = found.id == asking.actor().account_id and not is_administrator(found.actor())
    return redirect("/" if has_left else url_for(".people"), 303)


@blueprint.post("/people/<uuid:account_id>/password")
@signed_in(Role.ADMINISTRATOR)
def give_password(account_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody a new password, and show it this once."""
    found, password = _found(account_id), make_password()
    organisation.give_password(transactions.session(), found, hash_password(password), by=asking.actor())
    return page("administration/password.html", person=found, password=password, is_new=False)


@blueprint.post("/people/<uuid:account_id>/sign-in-means")
@signed_in(Role.ADMINISTRATOR)
def forget_sign_in_means(account_id: uuid.UUID) -> ResponseReturnValue:
    """Take the second factor and the tie to the municipality's sign-in away, for somebody who lost a telephone or a card."""
    session, found = transactions.session(), _found(account_id)
    by = asking.actor()
    second_factor.remove(session, found, by_id=by.account_id)
    if municipal.unlink(session, found):
        organisation.note(session, found, what="municipal_sign_in", before="linked", by_id=by.account_id)
    post.tell(transactions.settings(), AccountMail.SECOND_FACTOR_CHANGED, found.id)
    notices.say_next(gettext("It has been taken away. They set up a new one the next time they sign in."))
    return redirect(url_for(".person", account_id=found.id), 303)


def _found(account_id: uuid.UUID) -> Account:
    return transactions.session().get(Account, account_id, options=[_WITH_ROLES]) or abort(404)


def _values(form: forms.Form, found: Account | None) -> tuple[dict[str, Any] | None, set[Held]]:
    """The details of the form as columns, and the roles beside them; no details where something must be mended."""
    loaded = form.load(PersonForm())
    if loaded is None:
        return None, set()
    session = transactions.session()
    columns = {name: loaded[name] for name in ("name", "profession", "language", "is_active")}
    columns["email"] = loaded["email"].lower()
    there = session.scalars(select(Account.id).where(Account.email == columns["email"])).one_or_none()
    if there is not None and (found is None or there != found.id):
        form.refuse("email", N_("Somebody else has this e-mail address."))
        return None, set()
    units = set(session.scalars(select(Unit.id)))
    for role in ROLES_BY_UNIT:
        if not units.issuperset(loaded[role.value]):
            form.refuse(role.value, CHOOSE_SOME)
            return None, set()
    roles: set[Held] = {(role, unit) for role in ROLES_BY_UNIT for unit in loaded[role.value]}
    return columns, roles | {(role, None) for role in WITHOUT_UNIT if loaded[role.value]}


def _person_page(form: forms.Form, found: Account | None, status: int = 200) -> ResponseReturnValue:
    units = transactions.session().scalars(select(Unit).order_by(Unit.name)).all()
    return page(
        "administration/person.html",
        status,
        form=form,
        person=found,
        units=[(unit.id, unit.name) for unit in units],
        profession_choices=[(word.value, gettext(word.label)) for word in Profession],
        spoken=named_here(LANGUAGES),
    )
