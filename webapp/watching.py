"""Each answer is noted: a line in the log, and its time in the figures. Neither says who asked, from where, or what was typed."""

import logging
import time
from typing import Final

import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram

_log = logging.getLogger("trivsel.web")
#: what machines and files ask for, and a stream without an end
_NOT_NOTED: Final = frozenset({"static_files.asset", "health.alive", "health.ready", "metrics.show", "casework.live"})
#: the rest of what somebody might call a method is one
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_SECONDS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


def add_to(app: Flask) -> CollectorRegistry:
    """Note every answer of `app`; where the figures of this process are. First of all that an application is given."""
    registry = CollectorRegistry(auto_describe=False)
    took = Histogram(
        "trivsel_request_seconds", "From a request's arrival to its answer, in this process.", ["route", "method", "status"],
        buckets=_SECONDS, registry=registry,
    )  # fmt: skip

    def begin() -> None:
        g.began = time.perf_counter()
        structlog.contextvars.bind_contextvars(route=_route())

    def note(response: Response) -> Response:
        if not _is_noted():
            return response
        seconds = time.perf_counter() - g.began
        method = request.method if request.method in _METHODS else "other"
        took.labels(_route(), method, f"{response.status_code // 100}xx").observe(seconds)
        _log.info("answered", extra={"method": method, "status": response.status_code, "ms": round(seconds * 1000)})
        return response

    app.before_request(begin)
    app.after_request(note)
    app.teardown_request(lambda _error: structlog.contextvars.clear_contextvars())
    return registry


def about(number: str) -> None:
    """Let what is logged from here on, until the answer, name the referral this request is about."""
    structlog.contextvars.bind_contextvars(number=number)


def _route() -> str:
    return request.endpoint or "none"


def _is_noted() -> bool:
    """Also a protection report leaves nothing here: that somebody wrote one at ten past three would be known to all who watch."""
    rule = request.url_rule.rule if request.url_rule else ""
    return _route() not in _NOT_NOTED and not rule.startswith("/protection") and "<uuid:report_id>" not in rule
