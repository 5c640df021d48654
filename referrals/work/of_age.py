"""Pupils who have come of age and are not recorded yet as who decides: from that day they are told and asked, and nobody in their place."""

from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from referrals.access import Actor, Role, parties_for
from referrals.models import Guardian, Referral
from referrals.people import coordinating
from referrals.stages import MOVE_BY_VERB, Party, Verb
from referrals.vocabulary import Custody, SchoolYear
from referrals.work.waiting_items import Waiting, WaitingItem
from referrals.work.worklist import in_units, shown_unit

#: where somebody can be eighteen: a birth date is sealed, and no key is opened for children in the years before
_OLD_ENOUGH: Final = (SchoolYear.YEAR_9, SchoolYear.UPPER_SECONDARY)


def to_record(session: Session, actor: Actor) -> list[WaitingItem]:
    """A line for each open referral that `actor` coordinates whose pupil came of age, until the pupil is recorded; since that day."""
    verb = Verb.RECORD_GUARDIAN
    recorded = select(Guardian.id).where(Guardian.referral_id == Referral.id, Guardian.custody == Custody.SELF)
    rows = (
        select(Referral)
        .where(
            in_units(actor, Role.COORDINATOR), Referral.is_open, Referral.kept_outside_at.is_(None),
            or_(Referral.owner_id == actor.account_id, ~coordinating.HAS_OWNER),
            or_(Referral.school_year.is_(None), Referral.school_year.in_(_OLD_ENOUGH)), ~recorded.exists(),
        )
        .options(selectinload(Referral.unit), selectinload(Referral.content_keys))
    )  # fmt: skip
    return [
        WaitingItem(
            number=one.number, kind=Waiting.OF_AGE, subject_id=one.id, verb=verb, party=Party.COORDINATOR, due_on=None,
            state=one.state, rulepack=one.rulepack, unit=shown_unit(one), topics=tuple(one.topics), waits_since=one.of_age_on,
        )
        for one in session.scalars(rows)
        if one.state in MOVE_BY_VERB[verb].frm and one.is_of_age and parties_for(verb, actor, one.facts())
    ]  # fmt: skip
