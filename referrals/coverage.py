"""What information and consent cover: whether guardians are informed, and whether something may go to a service."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals.models import Consent, Guardian, Referral
from referrals.vocabulary import InformationCategory, Recipient


def guardians_of(session: Session, referral: Referral) -> list[Guardian]:
    """The guardians and other adults close to the child, in the order in which they were recorded."""
    return list(
        session.scalars(
            select(Guardian).where(Guardian.referral_id == referral.id).order_by(Guardian.recorded_at, Guardian.id)
        )
    )


def are_informed(session: Session, referral: Referral) -> bool:
    """Whether there is somebody with custody, and each of them was told, or the reason why not is recorded."""
    deciding = deciding_guardians(session, referral)
    return bool(deciding) and all(guardian.is_informed for guardian in deciding)


def covers(
    session: Session,
    referral: Referral,
    recipient: Recipient,
    *,
    on: date,
    categories: Iterable[InformationCategory] = (),
) -> bool:
    """Whether information may go to `recipient` on the day `on`; the own staff works with what it needs anyway.

    For another service the newest answer of every guardian with custody must reach that far; where `categories` are named,
    in each of them.
    """
    if recipient is Recipient.OWN_STAFF:
        return True
    deciding = deciding_guardians(session, referral)
    newest = [newest_answer(guardian) for guardian in deciding]
    wanted = {category.value for category in categories}
    return bool(newest) and all(
        consent is not None and consent.covers(recipient, on) and wanted <= set(consent.categories)
        for consent in newest
    )


def services_covered(session: Session, referral: Referral, *, on: date) -> frozenset[Recipient]:
    """The services that may learn something of the referral on the day `on`: the own staff, and whom every guardian allows.

    What exactly may go to a service, `covers` says for each kind of information. Where the guardians' answers have no
    kind in common, there is nothing that may go.
    """
    return frozenset(
        recipient
        for recipient in Recipient
        if recipient is Recipient.OWN_STAFF
        or any(covers(session, referral, recipient, on=on, categories=[kind]) for kind in InformationCategory)
    )


def deciding_guardians(session: Session, referral: Referral) -> list[Guardian]:
    """Those of the guardians who decide for the child."""
    return [guardian for guardian in guardians_of(session, referral) if guardian.has_custody]


def newest_answer(guardian: Guardian) -> Consent | None:
    """The answer that counts: what `guardian` said last, also where it was withdrawn since."""
    return guardian.consents[-1] if guardian.consents else None
