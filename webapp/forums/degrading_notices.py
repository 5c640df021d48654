"""Notices of possible degrading treatment: given beside an anonymous consultation with one press, and heard by the head teacher."""

import uuid
from datetime import date
from functools import partial

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.languages import local_date
from referrals.models import DegradingNotice
from referrals.reminders import errands
from referrals.statutory import degrading_notices as rules
from webapp import notices, people, transactions
from webapp.casework.lines import Line
from webapp.forums import blueprint
from webapp.forums.team import TEAM_ROLES
from webapp.guards import for_row, signed_in
from webapp.language import gettext, zone

for_notice = partial(for_row, "notice", DegradingNotice, rules.may_read)


@blueprint.post("/degrading-notices/units/<uuid:unit_id>")
@signed_in(*TEAM_ROLES)
def tell_head_teacher(unit_id: uuid.UUID) -> ResponseReturnValue:
    """Tell the head teacher of a unit that there is something to talk about, and nothing else."""
    rules.tell_head_teacher(transactions.session(), unit_id, by=people.actor())
    notices.say_next(gettext("The head teacher has your notice. It says only that you two are to talk: do that today."))
    return _back()


@blueprint.post("/degrading-notices/<uuid:notice_id>")
@for_notice()
def hear_degrading_notice(found: DegradingNotice) -> ResponseReturnValue:
    """Record that the two have talked."""
    rules.hear(transactions.session(), found, by=people.actor())
    notices.say_next(
        gettext(
            "It is recorded that you have talked. Does a child consider itself treated degradingly, it goes on to the organiser promptly."
        )
    )
    return _back()


def lines(day: date) -> list[Line]:
    """A line of home for each notice after which the head teacher has not talked with whoever gave it yet."""
    return [
        Line(
            number=found.number,
            url=_address(),
            verb=gettext(errands.TALK),
            about=(gettext("Possible degrading treatment"),),
            waits_since=local_date(found.given_at, zone=zone()),
            today=day,
        )
        for found in rules.waiting_for(transactions.session(), people.actor())
    ]


def _address() -> str:
    return url_for("forums.consultations", _anchor="notices")


def _back() -> ResponseReturnValue:
    return redirect(_address(), 303)
