"""The slots of a round, kept by who leads it."""

import uuid

from flask import Response
from flask.typing import ResponseReturnValue

from referrals import identity_check
from referrals.errors import NamesSomebody, NoSuchReferral, RoundRefused
from referrals.models import ConsultationRound, RoundSlot
from referrals.rounds import people as rules
from referrals.rounds import slots
from referrals.rounds.slots import Series
from referrals.vocabulary import RoundProblem
from schemas.fields import CHOOSE_ONE
from schemas.rounds import GiveSlotForm, SlotsForm
from webapp import forms, nobody, notices, people, transactions
from webapp.language import gettext, ngettext
from webapp.rounds import blueprint
from webapp.rounds.doors import for_round
from webapp.rounds.rounds import round_page, slots_as_usual, to_round


@blueprint.post("/rounds/<uuid:round_id>/slots")
@for_round()
def add_slots(found: ConsultationRound) -> ResponseReturnValue:
    """Set slots."""
    session, actor, form = transactions.session(), people.actor(), forms.submitted()
    rules.require_lead(session, actor)
    values = form.load(SlotsForm())
    if values is None:
        return round_page(found, form, 422)
    answered = values.pop("answered")
    try:
        made = slots.add(session, found, Series(**values), by=actor, answered=answered)
    except NamesSomebody:
        doubts = nobody.mark(form, identity_check.municipal_checker(session, by=actor), "place")
        return round_page(found, form, 422, doubts=doubts)
    except RoundRefused as refused:
        form.refuse("day" if refused.problem is RoundProblem.OUTSIDE else "starts_time", refused.problem.label)
        return round_page(found, form, 422)
    notices.say_next(ngettext("One slot has been added.", "%(num)d slots have been added.", len(made)))
    return to_round(found)


@blueprint.post("/rounds/<uuid:round_id>/slots/<uuid:slot_id>")
@for_round()
def give_slot(found: ConsultationRound, slot_id: uuid.UUID) -> ResponseReturnValue:
    """Give a slot to a team."""
    rules.require_lead(transactions.session(), people.actor())
    slot, form = _slot(found, slot_id), forms.submitted()
    values = form.load(GiveSlotForm())
    if values is None:
        return _not_given(found, CHOOSE_ONE)
    try:
        slots.give(transactions.session(), slot, values["team"], by=people.actor())
    except RoundRefused as refused:
        return _not_given(found, refused.problem.label)
    if slot.enrolment is None:
        notices.say_next(gettext("The slot is free."))
    else:
        notices.say_next(gettext("%(team)s has the slot.", team=slot.enrolment.forum.name))
    return to_round(found)


@blueprint.post("/rounds/<uuid:round_id>/slots/<uuid:slot_id>/drop")
@for_round()
def drop_slot(found: ConsultationRound, slot_id: uuid.UUID) -> ResponseReturnValue:
    """Take a slot away."""
    slots.drop(transactions.session(), _slot(found, slot_id), by=people.actor())
    notices.say_next(gettext("The slot is gone. A team that had it lines up again."))
    return to_round(found)


def _not_given(found: ConsultationRound, sentence: str) -> Response:
    form = forms.shown(slots_as_usual(found))
    form.refuse("", sentence)
    return round_page(found, form, 422)


def _slot(found: ConsultationRound, slot_id: uuid.UUID) -> RoundSlot:
    slot = next((one for one in found.slots if one.id == slot_id), None)
    if slot is None:
        raise NoSuchReferral
    return slot
