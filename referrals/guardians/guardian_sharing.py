"""What a guardian reads of what was shared: what kind of thing, with which service, when and on what ground; nothing that was written."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from referrals import here
from referrals.disclosure import pieces, sharing
from referrals.models import Guardian
from referrals.vocabulary import InformationCategory, PieceKind, Recipient


@dataclass(frozen=True)
class SharedWith:
    """One thing that went to a service, as a guardian may know of it."""

    kind: PieceKind
    recipient: Recipient
    at: datetime
    #: `consent`, or a key of the rule pack's grounds
    ground: str
    #: what kinds of information it holds; empty where this guardian is not to read all of it
    categories: tuple[InformationCategory, ...]
    #: the first day on which the consent it rests on no longer held; None while it holds, or where it rests on none
    ended_on: date | None
    consent_ids: frozenset[uuid.UUID]


def shared_for(session: Session, guardian: Guardian) -> list[SharedWith]:
    """What was shared and `guardian` may know of, the newest first.

    What went without consent is not there until somebody has reviewed it, and nothing of which this guardian may read no piece.
    No person is named and no purpose told: what staff wrote can speak of the other guardian.
    """
    referral = guardian.referral
    hidden = pieces.not_theirs(session, referral, guardian.id, on=here.today(session))
    found = []
    for one in sharing.known_to_guardians(session, referral):
        holds = {(UUID(identity), name) for identity, name in one.row.holds}
        if holds <= hidden:
            continue
        kinds = () if holds & hidden else tuple(one.row.category_values)
        found.append(
            SharedWith(
                kind=one.row.kind,
                recipient=one.row.recipient,
                at=one.row.at,
                ground=one.row.ground,
                categories=kinds,
                ended_on=one.ended_on,
                consent_ids=frozenset(UUID(each) for each in one.row.consent_ids),
            )
        )
    return found


def resting_on(session: Session, guardian: Guardian) -> list[SharedWith]:
    """What was shared because of the answer that counts of this guardian: what a withdrawal leaves where it is."""
    newest = guardian.answer_until(None)
    return [one for one in shared_for(session, guardian) if newest is not None and newest.id in one.consent_ids]
