"""The sweep: what falls due with the calendar and not with a decision. Over our own database only, and harmless when repeated."""

import uuid
from collections.abc import Callable

from prefect import flow
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.failures import neutral
from flows.opening import logger, open_instance
from referrals import clock, db, targets
from referrals.access import SYSTEM
from referrals.errors import ReferralError
from referrals.follow_up import open_follow_up
from referrals.models import Draft, Municipality, Referral
from referrals.stages import PLAN_ACTIVE


@flow(name="sweep", persist_result=False)
def sweep() -> None:
    """The same sweep, as something operators can see and start on Prefect's pages."""
    settings = open_instance()
    _sweep(settings.database)


def sweep_database(database: str) -> None:
    """Open the follow-ups whose day has come, and delete the drafts whose day has passed."""
    _sweep(database)


@neutral("database")
def _sweep(database: str) -> None:
    with db.reading(database) as session:
        due = _follow_ups_due(session)
    opened = sum(_one_by_one(database, referral_id, _open) for referral_id in due)
    with db.writing(database) as session:
        deleted = _delete_drafts(session)
    logger().info("sweep: %d follow-ups opened, %d drafts deleted", opened, deleted)


def _follow_ups_due(session: Session) -> list[uuid.UUID]:
    zone = session.scalars(select(Municipality.timezone)).first()
    if zone is None:
        return []
    today = clock.today(zone)
    running = session.scalars(
        select(Referral).where(Referral.stage == PLAN_ACTIVE.stage, Referral.status == PLAN_ACTIVE.status)
    )
    days = ((referral.id, targets.follow_up_day(session, referral)) for referral in running)
    return [identity for identity, day in days if day is not None and day <= today]


def _open(session: Session, referral: Referral) -> None:
    open_follow_up(session, referral, by=SYSTEM)


def _one_by_one(database: str, referral_id: uuid.UUID, act: Callable[[Session, Referral], None]) -> bool:
    """One transaction a referral: what cannot be done to one must not keep it from the others."""
    try:
        with db.writing(database) as session:
            act(session, session.get_one(Referral, referral_id))
    except ReferralError:
        return False  # a person was quicker
    except SQLAlchemyError as error:
        logger().warning("sweep: referral %s: %s", referral_id, type(error).__name__)
        return False
    return True


def _delete_drafts(session: Session) -> int:
    expired = delete(Draft).where(Draft.expires_on < clock.now().date()).returning(Draft.id)
    return len(list(session.scalars(expired)))
