"""Mail that did not arrive: a line for the coordinator who answers for the referral, until it is sent again or given up."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from referrals.access import Actor, Role, View, may_view
from referrals.forums import date_letters
from referrals.languages import local_date
from referrals.models import Referral, Step
from referrals.people import coordinating, organisation
from referrals.stages import Party, Verb
from referrals.work import worklist
from referrals.work.waiting_items import Waiting, WaitingItem


def to_see_to(session: Session, actor: Actor) -> Iterable[WaitingItem]:
    """A line for each referral of whose mail some came back, was refused or could not be sent; never to whom it was written."""
    # Asked apart, and in this order: databases would begin at every referral of the units, and not at the few mails that failed.
    failed = select(Step.referral_id, Step.failed_at).where(Step.mail_id.is_not(None), Step.failed_at.is_not(None))
    oldest = {of: at for of, at in session.execute(failed.order_by(Step.failed_at.desc())) if at}
    oldest |= {of: min(at, oldest.get(of, at)) for of, at in date_letters.failed_since(session).items()}
    if not oldest:
        return []
    rows = session.scalars(
        select(Referral)
        .where(
            Referral.id.in_(oldest), worklist.in_units(actor, Role.COORDINATOR),
            or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
        )
        .options(selectinload(Referral.unit))
    )  # fmt: skip
    zone = organisation.municipality(session).timezone
    return [
        WaitingItem(
            number=referral.number, kind=Waiting.MAIL, subject_id=referral.id, verb=Verb.STOP_SENDING,
            party=Party.COORDINATOR, due_on=None, state=referral.state, rulepack=referral.rulepack,
            unit=worklist.shown_unit(referral), topics=tuple(referral.topics), waits_since=local_date(oldest[referral.id], zone=zone),
        )
        for referral in sorted(rows, key=lambda one: oldest[one.id], reverse=True)
        if may_view(View.REFERRAL, actor, referral.facts())
    ]  # fmt: skip
