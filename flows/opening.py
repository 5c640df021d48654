"""What a process of the workflow needs before it can work: Prefect's settings, the keys, the shared date. Imports no Prefect."""

import logging
import os

from referrals import config
from referrals.operations import production


def prepare_environment(settings: config.Settings) -> None:
    """Give Prefect's library its settings, where the launcher has not. Before Prefect is imported, which reads them then."""
    home = settings.data.resolve() / "prefect"
    wanted = {
        "PREFECT_API_URL": settings.prefect_api,
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        # else a thread of ours waits for a run of the future
        "PREFECT_WORKER_PREFETCH_SECONDS": "0",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_COLORS": "false",
        "XDG_CACHE_HOME": str(settings.data.resolve() / "cache"),
    }
    for name, value in wanted.items():
        os.environ.setdefault(name, value)


def open_instance() -> config.Settings:
    """Open keys and date of this instance; the settings. Doing it again does no harm, so that every step may do it."""
    settings = config.current()
    production.open_keys_and_date(settings)
    return settings


def logger() -> logging.Logger:
    """Where the workflow writes what it does: opaque ids and neutral words, never what a referral is about."""
    return logging.getLogger("trivsel.flows")
