"""The sweep: what falls due with the calendar and not with a decision. Over our own database only, and harmless when repeated."""

import uuid
from collections.abc import Callable

from prefect import flow
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.failures import neutral
from flows.opening import logger, open_instance
from referrals import clock, db, drafts
from referrals.access import SYSTEM
from referrals.errors import ReferralError
from referrals.follow_up import due_for_follow_up, open_follow_up
from referrals.models import Municipality, Referral


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
        zone = session.scalars(select(Municipality.timezone)).first()
        if zone is None:
            return  # not set up yet
        today = clock.today(zone)
        due = [referral.id for referral in due_for_follow_up(session, today)]
    opened = sum(_one_by_one(database, referral_id, _open) for referral_id in due)
    with db.writing(database) as session:
        deleted = drafts.expire_drafts(session, today)
    logger().info("sweep: %d follow-ups opened, %d drafts deleted", opened, deleted)


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
