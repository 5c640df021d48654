"""Outside consultants: invited to a round for a time, with slots of their own. They read those teams' questions, and nothing after that time."""

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.access import Actor, Role
from referrals.errors import NotAllowed
from referrals.models import Account, ConsultationRound, RoleAssignment, RoundConsultant
from referrals.rounds import enrolling, people


def to_invite(session: Session) -> list[Account]:
    """Everybody who can be invited, by name: those whom an administrator gave the role."""
    consults = Account.roles.any(RoleAssignment.role == Role.CONSULTANT)
    return list(session.scalars(select(Account).where(Account.is_active, consults).order_by(Account.name)))


def invite(
    session: Session,
    found: ConsultationRound,
    account_id: uuid.UUID,
    *,
    by: Actor,
    last_on: date,
    slot_ids: Collection[uuid.UUID],
) -> RoundConsultant:
    """Give somebody these slots of the round and no others, until the end of `last_on`; again changes slots and day. Raises NotAllowed."""
    people.require_lead(session, by)
    session.refresh(found, with_for_update=True)
    if account_id not in {account.id for account in to_invite(session)}:
        raise NotAllowed("invite_consultant")
    made = next((each for each in found.consultants if each.account_id == account_id), None)
    if made is None:
        made = RoundConsultant(id=uuid.uuid4(), account_id=account_id)
        found.consultants.append(made)
    made.last_on = last_on
    for slot in found.slots:
        if slot.id in slot_ids:
            slot.consultant = made
        elif slot.consultant is made:
            slot.consultant = None
    session.flush()
    enrolling.log(session, found, "invite_consultant", by=by, object_id=account_id)
    return made


def end(session: Session, consultant: RoundConsultant, *, by: Actor) -> None:
    """End somebody's access at once; their slots stay with the teams. Raises NotAllowed."""
    people.require_lead(session, by)
    enrolling.log(session, consultant.round, "end_consultant", by=by, object_id=consultant.account_id)
    for slot in consultant.round.slots:
        if slot.consultant is consultant:
            slot.consultant = None
    session.flush()
    consultant.round.consultants.remove(consultant)
    session.flush()
