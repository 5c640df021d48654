"""Outside consultants of a round: invited with their slots until a day, and let go."""

import uuid
from datetime import timedelta
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from referrals.errors import NoSuchReferral
from referrals.models import Account, ConsultationRound, RoundConsultant, RoundSlot
from referrals.rounds import consultants as rules
from referrals.rounds import evaluating
from referrals.rounds import people as who
from schemas.fields import CHOOSE_ONE
from schemas.rounds import ConsultantForm
from webapp import forms, notices, pages, people, transactions
from webapp.language import date_and_time, gettext
from webapp.rounds import blueprint
from webapp.rounds.doors import for_round
from webapp.rounds.rounds import to_round


@blueprint.get("/rounds/<uuid:round_id>/consultants")
@for_round()
def consultants(found: ConsultationRound) -> Response:
    """The form with which somebody is invited."""
    who.require_lead(transactions.session(), people.actor())
    # they read on as long as the round is evaluated, where nobody says otherwise
    return _invitation(found, forms.shown({"last_on": found.last_on + timedelta(days=evaluating.DAYS)}))


@blueprint.post("/rounds/<uuid:round_id>/consultants")
@for_round()
def invite_consultant(found: ConsultationRound) -> ResponseReturnValue:
    """Invite somebody."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    who.require_lead(session, actor)
    values = form.load(ConsultantForm())
    if values is None:
        return _invitation(found, form, 422)
    if values["account"] not in {one.id for one in _to_invite(found)}:
        form.refuse("account", CHOOSE_ONE)
        return _invitation(found, form, 422)
    return _given(found, values["account"], values)


@blueprint.get("/rounds/<uuid:round_id>/consultants/<uuid:consultant_id>")
@for_round()
def consultant(found: ConsultationRound, consultant_id: uuid.UUID) -> Response:
    """The form with somebody's slots and last day as they stand."""
    there = _consultant(found, consultant_id)
    stands = {"last_on": there.last_on, "slots": [slot.id for slot in there.slots]}
    return _page(found, forms.shown(stands), there=there)


@blueprint.post("/rounds/<uuid:round_id>/consultants/<uuid:consultant_id>")
@for_round()
def change_consultant(found: ConsultationRound, consultant_id: uuid.UUID) -> ResponseReturnValue:
    """Give somebody other slots, or another last day."""
    there, form = _consultant(found, consultant_id), forms.submitted()
    values = form.load(ConsultantForm(exclude=["account"]))
    if values is None:
        return _page(found, form, 422, there=there)
    return _given(found, there.account_id, values)


@blueprint.post("/rounds/<uuid:round_id>/consultants/<uuid:consultant_id>/ending")
@for_round()
def end_consultant(found: ConsultationRound, consultant_id: uuid.UUID) -> ResponseReturnValue:
    """End somebody's access at once."""
    there = _consultant(found, consultant_id)
    name = there.account.name
    rules.end(transactions.session(), there, by=people.actor())
    notices.say_next(gettext("%(name)s reads nothing of this round any more.", name=name))
    return to_round(found)


def _consultant(found: ConsultationRound, consultant_id: uuid.UUID) -> RoundConsultant:
    """One of the round's consultants, for who leads it."""
    who.require_lead(transactions.session(), people.actor())
    there = next((one for one in found.consultants if one.id == consultant_id), None)
    if there is None:
        raise NoSuchReferral
    return there


def _to_invite(found: ConsultationRound) -> list[Account]:
    """Who is not in the round yet: whoever is has a page of their own, where their slots are ticked."""
    invited = {one.account_id for one in found.consultants}
    return [one for one in rules.to_invite(transactions.session()) if one.id not in invited]


def _given(found: ConsultationRound, account_id: uuid.UUID, values: dict[str, Any]) -> ResponseReturnValue:
    last_on, slot_ids = values["last_on"], values["slots"]
    made = rules.invite(
        transactions.session(), found, account_id, by=people.actor(), last_on=last_on, slot_ids=slot_ids
    )
    notices.say_next(gettext("%(name)s reads what the teams of these slots bring.", name=made.account.name))
    return to_round(found)


def _invitation(found: ConsultationRound, form: forms.Form, status: int = 200) -> Response:
    return _page(found, form, status, people=[(one.id, one.name) for one in _to_invite(found)])


def _page(found: ConsultationRound, form: forms.Form, status: int = 200, **values: Any) -> Response:
    choices = [(slot.id, _said_of(slot)) for slot in found.slots]
    return pages.page("rounds/consultants.html", status, form=form, found=found, choices=choices, **values)


def _said_of(slot: RoundSlot) -> str:
    """When it is, and who has it: the team, and the consultant from whom a tick takes it."""
    team = slot.enrolment.forum.name if slot.enrolment else gettext("Free")
    return " · ".join(
        [date_and_time(slot.starts_at), team, *([slot.consultant.account.name] if slot.consultant else [])]
    )
