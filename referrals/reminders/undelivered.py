"""Mail that did not arrive: a line for the coordinator who answers for the referral, until it is sent again or given up."""

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from referrals import clock, notifications, steps
from referrals.access import Actor, Role, View, may_view
from referrals.forums import call_mail, date_letters
from referrals.languages import local_date
from referrals.models import Referral, Step
from referrals.people import coordinating, organisation
from referrals.stages import Party, Verb
from referrals.work import worklist
from referrals.work.waiting_items import Waiting, WaitingItem


def to_see_to(session: Session, actor: Actor) -> Iterable[WaitingItem]:
    """A line for each referral of whose mail some came back, was refused or could not be sent; never to whom it was written."""
    # Asked apart, and in this order: databases would begin at every referral of the units, and not at the few mails that failed.
    of_dates = {of: clock.shown(at) for of, at in date_letters.failed_since(session).items()}
    failing = select(Step.referral_id).where(Step.mail_id.is_not(None), Step.failed_at.is_not(None))
    found = {*session.scalars(failing), *of_dates}
    if not found:
        return []
    rows = session.scalars(
        select(Referral)
        .where(
            Referral.id.in_(found), worklist.in_units(actor, Role.COORDINATOR),
            or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
        )
        .options(selectinload(Referral.unit))
    ).all()  # fmt: skip
    since = {
        one.id: [step.failed_at for step in failed(session, one) if step.mail_id and step.failed_at] for one in rows
    }
    oldest = {of: min([*at, *filter(None, [of_dates.get(of)])]) for of, at in since.items() if at or of in of_dates}
    zone = organisation.municipality(session).timezone
    return [
        WaitingItem(
            number=referral.number, kind=Waiting.MAIL, subject_id=referral.id, verb=Verb.STOP_SENDING,
            party=Party.COORDINATOR, due_on=None, state=referral.state, rulepack=referral.rulepack,
            unit=worklist.shown_unit(referral), topics=tuple(referral.topics), waits_since=local_date(oldest[referral.id], zone=zone),
        )
        for referral in sorted((one for one in rows if one.id in oldest), key=lambda one: oldest[one.id], reverse=True)
        if may_view(View.REFERRAL, actor, referral.facts())
    ]  # fmt: skip


def failed(session: Session, referral: Referral) -> list[Step]:
    """Automatic work on a referral that needs somebody, oldest first: not mail that would tell nobody anything they can use."""
    return [step for step in steps.failed(session, referral) if step.mail_id is None or _is_of_use(session, step)]


def together(session: Session, referral: Referral, step: Step) -> list[Step]:
    """The failed steps that one press is about: all mail that came back from the same person's same address, else the step alone."""
    mark = _address(session, step)
    alike = [one for one in failed(session, referral) if mark and _address(session, one) == mark]
    return alike or [step]


def by_press(session: Session, referral: Referral) -> list[list[Step]]:
    """The failed steps as `together` puts them, oldest first, without looking at all of them for each."""
    found = dict[object, list[Step]]()
    for step in failed(session, referral):
        found.setdefault(_address(session, step) or step.id, []).append(step)
    return list(found.values())


def _address(session: Session, step: Step) -> tuple[str, str | None] | None:
    """Whose address takes no mail, where it is that what failed."""
    if step.mail_id is None or step.failed_with != "address":
        return None
    mail = notifications.mail_of(session, step)
    return mail.recipient, mail.address


def _is_of_use(session: Session, step: Step) -> bool:
    mail = notifications.mail_of(session, step)
    return not notifications.is_done(session, mail) and not call_mail.is_over(session, mail)
