"""Search: by reference number straight to the referral, and by a child's name to the referrals one may see anyway.

A name is sent by POST and stands in no address, log or draft; that somebody searched, and what was found, stands in the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import queries
from referrals.access import parties
from referrals.actors import WITH_UNIT
from referrals.languages import local_date
from referrals.models import Referral, What
from referrals.pace import Limit
from referrals.stages import Party
from schemas.search import ChildForm
from webapp import auditing, forms, pages, people, transactions
from webapp.accounts import paces
from webapp.casework import blueprint, words
from webapp.guards import signed_in
from webapp.language import zone

#: far more than anybody's work asks for; whoever tries names one by one is stopped
SEARCHES: Final = Limit("searches by child", most=40, within=timedelta(minutes=60))
#: the name of the form on its page
FORM: Final = "by-child"
#: how the log calls a search by name
BY_CHILD: Final = "casework.search_by_child"


@dataclass(frozen=True)
class Found:
    """A referral about a child of the name that was typed, and what tells one child from another."""

    number: str
    born_on: date | None
    unit: str
    stage: str
    status_code: str
    status: str
    came_on: date


@blueprint.get("/search")
@signed_in()
def search() -> ResponseReturnValue:
    """The referral with the number that was typed; unknown and forbidden give the same answer."""
    typed = request.args.get("reference", "").strip()[:40]
    found = queries.find(transactions.session(), people.actor(), typed) if typed else None
    if found is not None:
        return redirect(url_for("casework.referral", number=found.number), 303)
    return _page(forms.shown(name=FORM), 404 if typed else 200, typed=typed)


@blueprint.post("/search")
@signed_in(*WITH_UNIT, keeps_forms=False)
def search_by_child() -> Response:
    """The referrals about children of the name that was sent, as far as this person may know whom they are about."""
    paces.take(SEARCHES, f"account {people.actor().account_id}")
    form = forms.submitted()
    asked = form.load(ChildForm())
    if asked is None:
        return _page(form, 422)
    found = queries.find_by_child(transactions.session(), people.actor(), asked["child_name"])
    auditing.note(What.SENT_FORM, subject=BY_CHILD)
    for one in found:
        auditing.note(What.SENT_FORM, chain=one.id, party=_capacity(one), subject=BY_CHILD)
    return _page(form, found=[_line(one) for one in found])


def _page(form: forms.Form, status: int = 200, *, typed: str = "", found: Sequence[Found] | None = None) -> Response:
    somebody = people.account()
    return pages.page(
        "casework/search.html",
        status,
        typed=typed,
        form=form,
        found=found,
        may_search_by_child=somebody is not None and somebody.has_role(*WITH_UNIT),
    )


def _line(referral: Referral) -> Found:
    born = referral.child_birth_date
    return Found(
        number=referral.number,
        born_on=date.fromisoformat(born) if born else None,
        unit=referral.unit.name,
        stage=words.stage_name(referral.rulepack, referral.stage, referral.status),
        status_code=referral.status.value,
        status=words.status_name(referral.status),
        came_on=local_date(referral.opened_at, zone=zone()),
    )


def _capacity(referral: Referral) -> Party:
    return min(parties(people.actor(), referral.facts()), key=list(Party).index)
