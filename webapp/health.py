"""Whether the installation is well: `/healthz` says that the web answers, `/readyz` that all parts are up."""

import shutil
from functools import cache
from typing import Final

import httpx
from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from referrals import db, migrations
from referrals.config import Settings
from referrals.operations import figures
from webapp import transactions
from webapp.guards import public

blueprint = Blueprint("health", __name__)

#: a worker that was not seen for so many seconds counts as gone
_WORKER_SILENT: Final = 30.0
#: with fewer bytes left, papers and the log will soon find no place, and nobody can work
LEAST_FREE: Final = 100_000_000

newest_migration = cache(migrations.newest)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The web answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """All parts are up, or which are not: words for a machine, no detail for strangers."""
    settings = transactions.settings()
    parts = {
        "database": database_answers(settings),
        "disk": free_bytes(settings) >= LEAST_FREE,
        "prefect": prefect_answers(settings),
        "worker": worker_lives(settings),
    }
    response = jsonify(status="ok" if all(parts.values()) else "starting", parts=parts)
    response.status_code = 200 if all(parts.values()) else 503
    return response


def database_answers(settings: Settings) -> bool:
    """Whether the database answers and is at the newest migration."""
    try:
        with db.reading(settings.database) as session:
            return bool(session.scalar(text("SELECT version_num FROM alembic_version")) == newest_migration())
    except SQLAlchemyError:
        return False


def worker_lives(settings: Settings) -> bool:
    """Whether a worker was seen a moment ago."""
    try:
        with db.reading(settings.database) as session:
            silent = figures.silent(session, figures.WORKER)
    except SQLAlchemyError:
        return False
    return silent is not None and silent < _WORKER_SILENT


def prefect_answers(settings: Settings) -> bool:
    """Whether Prefect's server does."""
    try:
        return httpx.get(f"{settings.prefect_api}/health", timeout=1.0).is_success
    except httpx.HTTPError:
        return False


def free_bytes(settings: Settings) -> int:
    """How many bytes are left where the data folder is."""
    return shutil.disk_usage(settings.data).free
