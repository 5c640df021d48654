"""Whether the installation is well: `/healthz` says that the web answers, `/readyz` that all parts are up."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import httpx
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

import referrals
from referrals.clock import machine_now
from referrals.models import Heartbeat
from webapp import transactions
from webapp.guards import public

blueprint = Blueprint("health", __name__)

#: a worker that was not seen for so long counts as gone
_WORKER_SILENT = timedelta(seconds=30)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The web answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """All parts are up, or which are not: words for a machine, no detail for strangers."""
    parts = {"database": _database_answers(), "prefect": _prefect_answers(), "worker": _worker_lives()}
    response = jsonify(status="ok" if all(parts.values()) else "starting", parts=parts)
    response.status_code = 200 if all(parts.values()) else 503
    return response


def _database_answers() -> bool:
    """Whether the database answers and is at the newest migration."""
    try:
        with transactions.reading() as session:
            return bool(session.scalar(text("SELECT version_num FROM alembic_version")) == newest_migration())
    except SQLAlchemyError:
        return False


def _worker_lives() -> bool:
    try:
        with transactions.reading() as session:
            seen = session.scalars(
                select(Heartbeat.seen_at).where(Heartbeat.part == "worker").order_by(Heartbeat.seen_at.desc()).limit(1)
            ).first()
    except SQLAlchemyError:
        return False
    return seen is not None and machine_now() - seen < _WORKER_SILENT


def _prefect_answers() -> bool:
    try:
        return httpx.get(f"{transactions.settings().prefect_api}/health", timeout=1.0).is_success
    except httpx.HTTPError:
        return False


@cache
def newest_migration() -> str | None:
    """The number of the newest migration this program knows."""
    folder = Path(referrals.__file__).parent / "migrations"
    return ScriptDirectory(str(folder)).get_current_head()
