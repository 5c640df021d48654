"""Who carries out an investigation that the law lays upon the school: one of its own people, let in to exactly that until it has its result."""

import uuid

from sqlalchemy.orm import Session

from referrals.access import Actor, parties
from referrals.models import Account, Referral
from referrals.people import roster
from referrals.stages import Party
from referrals.vocabulary import Recipient

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
