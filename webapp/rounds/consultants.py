"""Outside consultants of a round: invited with their slots until a day, and let go."""

import uuid
from datetime import timedelta

from flask import Response
from flask.typing import ResponseReturnValue

from referrals.errors import NoSuchReferral
from referrals.models import ConsultationRound
from referrals.rounds import consultants as rules
from referrals.rounds import people as who
from schemas.fields import CHOOSE_ONE
from schemas.rounds import ConsultantForm
from webapp import forms, notices, pages, people, transactions
from webapp.language import date_and_time, gettext
from webapp.rounds import blueprint
from webapp.rounds.doors import for_round
from webapp.rounds.rounds import to_round

#: so long after the round's last day a consultant reads on, where nobody says otherwise
_READS_ON = timedelta(days=14)


@blueprint.get("/rounds/<uuid:round_id>/consultants")
@for_round()
def consultants(found: ConsultationRound) -> Response:
    """The form with which somebody is invited, or given other slots."""
    who.require_lead(transactions.session(), people.actor())
    return _page(found, forms.shown({"last_on": found.last_on + _READS_ON}))


@blueprint.post("/rounds/<uuid:round_id>/consultants")
@for_round()
def invite_consultant(found: ConsultationRound) -> ResponseReturnValue:
    """Invite somebody, or give them other slots."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    who.require_lead(session, actor)
    values = form.load(ConsultantForm())
    if values is None:
        return _page(found, form, 422)
    if values["account"] not in {one.id for one in rules.to_invite(session)}:
        form.refuse("account", CHOOSE_ONE)
        return _page(found, form, 422)
    made = rules.invite(
        session, found, values["account"], by=actor, last_on=values["last_on"], slot_ids=values["slots"]
    )
    notices.say_next(gettext("%(name)s reads what the teams of these slots bring.", name=made.account.name))
    return to_round(found)


@blueprint.post("/rounds/<uuid:round_id>/consultants/<uuid:consultant_id>/ending")
@for_round()
def end_consultant(found: ConsultationRound, consultant_id: uuid.UUID) -> ResponseReturnValue:
    """End somebody's access at once."""
    who.require_lead(transactions.session(), people.actor())
    consultant = next((one for one in found.consultants if one.id == consultant_id), None)
    if consultant is None:
        raise NoSuchReferral
    name = consultant.account.name
    rules.end(transactions.session(), consultant, by=people.actor())
    notices.say_next(gettext("%(name)s reads nothing of this round any more.", name=name))
    return to_round(found)


def _page(found: ConsultationRound, form: forms.Form, status: int = 200) -> Response:
    return pages.page(
        "rounds/consultants.html",
        status,
        form=form,
        found=found,
        people=[(one.id, one.name) for one in rules.to_invite(transactions.session())],
        choices=[(slot.id, date_and_time(slot.starts_at)) for slot in found.slots],
    )
