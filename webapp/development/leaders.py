"""The process leaders of development work: handed over on its page."""

from flask.typing import ResponseReturnValue

from referrals.development import leaders as rules
from referrals.models import DevelopmentCase
from referrals.vocabulary import DevelopmentAct
from schemas.development import LeaderForm
from schemas.fields import CHOOSE_ONE
from webapp import forms, notices, people, transactions
from webapp.development import blueprint
from webapp.development.cases import again, leaders_to_choose
from webapp.development.doors import for_case, to_case, version_seen
from webapp.language import gettext


@blueprint.post("/development/<uuid:development_id>/leaders")
@for_case()
def hand_over_lead(found: DevelopmentCase) -> ResponseReturnValue:
    """Let somebody lead the work at a unit."""
    form = forms.submitted()
    values = form.load(LeaderForm())
    chosen = leaders_to_choose(found).get(values["leader"]) if values else None
    if values is not None and chosen is None:
        form.refuse("leader", CHOOSE_ONE)
    if chosen is None:
        return again(found, DevelopmentAct.HAND_OVER, leading=form)
    unit, account = chosen
    session, actor = transactions.session(), people.actor()
    rules.hand_over(
        session,
        found,
        by=actor,
        unit_id=unit.id,
        account_id=account.id,
        seen=version_seen(found, DevelopmentAct.HAND_OVER),
    )
    notices.say_next(gettext("%(name)s leads the work at %(unit)s.", name=account.name, unit=unit.name))
    return to_case(found)
