"""Who carries out an investigation that the law lays upon the school: one of its own people, let in to exactly that until it has its result."""

import uuid
from typing import Final, cast

from sqlalchemy.orm import Session

from referrals import history
from referrals.access import Actor, parties
from referrals.errors import Incomplete, NotAllowed
from referrals.models import (
    AbsenceInvestigation,
    Account,
    DegradingReport,
    EducationalAssessment,
    Referral,
    SupportInvestigation,
)
from referrals.people import roster
from referrals.stages import Party, Verb
from referrals.vocabulary import Recipient

Investigation = SupportInvestigation | AbsenceInvestigation | DegradingReport | EducationalAssessment

#: which kind of investigation each verb gives to somebody else
_GIVEN_ON: Final[dict[Verb, type[Investigation]]] = {
    Verb.GIVE_ON_SUPPORT_INVESTIGATION: SupportInvestigation,
    Verb.GIVE_ON_ABSENCE_INVESTIGATION: AbsenceInvestigation,
    Verb.GIVE_ON_DEGRADING_INVESTIGATION: DegradingReport,
    Verb.GIVE_ON_EDUCATIONAL_ASSESSMENT: EducationalAssessment,
}
_OF_ANY = frozenset({Party.COORDINATOR, Party.HEAD_TEACHER})


def own_people(session: Session, referral: Referral) -> list[Account]:
    """The school's own people, one of whom carries an investigation out."""
    return [one.account for one in roster.colleagues(session, referral) if one.recipient is Recipient.OWN_STAFF]


def works_there(account: Account, referral: Referral) -> bool:
    """Whether `account` still works for the unit of `referral`, or stands in for somebody there now."""
    somebody = account.actor()
    units = {unit_id for _held, unit_id in (*somebody.roles, *somebody.stands_in_for)}
    return account.is_active and referral.unit_id in units


def may_conclude(by: Actor, referral: Referral, carried_out_by: uuid.UUID | None) -> bool:
    """Whether `by` may record the result of this one: head teacher and coordinator of any, who is named of their own."""
    is_named = by.account_id is not None and by.account_id == carried_out_by
    return is_named or bool(parties(by, referral.facts()) & _OF_ANY)


def give_on(
    session: Session,
    referral: Referral,
    verb: Verb,
    *,
    by: Actor,
    seen: int | None,
    investigation_id: uuid.UUID,
    carried_on_by: uuid.UUID | None,
) -> Account:
    """Let somebody else carry a running investigation on: the earlier one's access by it ends, theirs begins. The history names both.

    Who carries it on now is returned. Given to whom it lies with already, nothing changes. Raises NotAllowed where this referral has no such investigation under
    way, Incomplete without one of the school's own people.
    """
    history.guard(session, referral, verb, by=by, seen=seen)
    found = cast(Investigation | None, session.get(_GIVEN_ON[verb], investigation_id))
    before = found.carried_out_by if found is not None and found.referral_id == referral.id else None
    if found is None or before is None or found.concluded_id is not None:
        raise NotAllowed(verb)
    to = next((one for one in own_people(session, referral) if one.id == carried_on_by), None)
    if to is None:
        raise Incomplete("carried_on_by")
    if to is not before:
        history.record(session, referral, verb, by=by, seen=seen, reason=f"{before.name} → {to.name}")
        found.carried_out_by = to
        session.flush()
    return to
