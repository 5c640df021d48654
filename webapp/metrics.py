"""`/metrics`: the figures of the installation as Prometheus reads them, for whoever holds the token."""

import hmac
from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from referrals.operations import figures
from webapp import health, transactions
from webapp.guards import public

blueprint = Blueprint("metrics", __name__)
QUANTILES = (0.5, 0.95, 1.0)


@blueprint.get("/metrics")
@public
def show() -> Response:
    """The figures. Without the token of the settings, and where there is none, there is no such page."""
    token = transactions.settings().metrics_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    registry: CollectorRegistry = current_app.extensions["trivsel.figures"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def with_installation(registry: CollectorRegistry) -> CollectorRegistry:
    """Add the figures of the whole installation to those of this process."""
    registry.register(_Installation())
    return registry


class _Installation(Collector):
    """Asks the database each time: the figures are of all processes together, and survive each of them."""

    def collect(self) -> Iterator[Metric]:
        with transactions.reading() as session:
            now = figures.read(session)
        yield from _of_work(now)
        yield _gauge(
            "documents",
            "Papers issued.",
            label="kind",
            values={kind.value: count for kind, count in now.papers.items()},
        )
        yield _plain("papers_given_up", "Papers of the calendar that wait for a person.", now.papers_given_up)
        yield _gauge("mail", "Mail by what became of it.", label="state", values=now.mail)
        if now.worker_silent is not None:
            yield _plain("worker_silent_seconds", "Since a worker showed that it lives.", now.worker_silent)
        if now.sweep_silent is not None:
            yield _plain("sweep_silent_seconds", "Since a sweep left nothing over.", now.sweep_silent)
        yield _plain("disk_free_bytes", "Left where the data folder is.", health.free_bytes(transactions.settings()))


def _of_work(now: figures.Figures) -> Iterator[Metric]:
    work = {kind.value: one for kind, one in now.work.items()}
    yield _gauge(
        "steps_waiting",
        "Steps that could be done now.",
        label="kind",
        values={k: one.waiting for k, one in work.items()},
    )
    yield _gauge(
        "steps_oldest_seconds",
        "Age of the oldest that waits.",
        label="kind",
        values={k: one.oldest for k, one in work.items()},
    )
    yield _gauge(
        "steps_given_up",
        "Steps that wait for a person.",
        label="kind",
        values={k: one.given_up for k, one in work.items()},
    )
    yield _gauge(
        "steps_finished_lately",
        "Finished in the last hour.",
        label="kind",
        values={k: len(one.took) for k, one in work.items()},
    )
    took = GaugeMetricFamily(
        "trivsel_step_seconds", "How long those took, from the decision on.", labels=["kind", "quantile"]
    )
    for kind, one in work.items():
        for part in QUANTILES:
            took.add_metric([kind, f"{part:g}"], one.quantile(part))
    yield took


def _gauge(name: str, text: str, *, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"trivsel_{name}", text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _plain(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"trivsel_{name}", text, value=value)
