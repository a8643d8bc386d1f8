"""`/metrics`: how the system is, as Prometheus reads it."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from app import __version__
from app.api.context import Context
from app.api.glance import Glance
from app.errors import StorageError
from app.services.figures import Figures, figures

router = APIRouter(tags=["server"])

_PREFIX = "edit_factory"
_LOOK_SECONDS = 5.0
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUANTILES = (0.5, 0.95, 1.0)


class Counted:
    """What this process counts, and the figures of the whole system that are told beside it."""

    def __init__(self, context: Context) -> None:
        self._registry = CollectorRegistry()
        self._glance = Glance(lambda: figures(context.storage.database, context.settings), _LOOK_SECONDS)
        self._figures = _FigureMetrics()
        labels = ("method", "route")
        self._requests = Counter(
            f"{_PREFIX}_http_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            f"{_PREFIX}_http_request_seconds",
            "Seconds until an answer began.",
            labels,
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(self._figures)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; methods that there are not are one."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(known, route).observe(seconds)

    async def told(self) -> bytes:
        """Return everything; without the system's figures when the database does not answer."""
        try:
            self._figures.now = await self._glance.seen()
        except StorageError:
            self._figures.now = None
        return generate_latest(self._registry)


class _FigureMetrics(Collector):
    """The system's figures as metrics."""

    now: Figures | None = None

    def describe(self) -> Iterable[Metric]:
        """Return nothing: what there is depends on the database, which is not asked for that."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures that were seen last."""
        yield _gauge("info", "The version that runs.", ("version",), {(__version__,): 1})
        yield _gauge("database_up", "Whether the database answers.", (), {(): 0 if self.now is None else 1})
        if self.now is not None:
            yield from _metrics_of(self.now)


def _metrics_of(found: Figures) -> Iterator[Metric]:
    waits = {
        (kind, f"{quantile:g}"): waited[math.ceil(quantile * len(waited)) - 1]
        for kind, waited in found.waits.items()
        for quantile in _QUANTILES
    }
    yield _gauge("jobs", "Jobs, with their parts.", ("job_type", "status"), found.jobs)
    yield _gauge("queue_longest_wait_seconds", "How long the first has waited.", ("job_type",), found.longest_wait)
    yield _gauge("queue_wait_seconds", "What those of the last hour waited.", ("job_type", "quantile"), waits)
    yield _gauge("workers", "Workers that are alive.", ("kind",), found.workers)
    yield _gauge("cache_bytes", "Bytes in the cache.", ("kind",), found.cache_bytes)
    yield _gauge("outbox_rows", "Changes not yet told to Supabase.", (), {(): found.outbox})
    yield _gauge("webhooks_waiting", "Messages not yet delivered.", (), {(): found.webhooks})
    if found.disk is not None:
        yield _gauge("disk_free_bytes", "Free bytes where the data folder is.", (), {(): found.disk.free})
        yield _gauge("disk_total_bytes", "Bytes of that disk.", (), {(): found.disk.total})


def _gauge(name: str, text: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    """Return a gauge; the keys of `values` are those of `labels`, one alone as it is."""
    metric = GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=labels)
    for key, value in values.items():
        metric.add_metric([key] if isinstance(key, str) else list(key), value)
    return metric


def _counted(request: Request) -> Counted:
    counted = request.app.state.counted
    assert isinstance(counted, Counted)  # noqa: S101 - create_app puts it there
    return counted


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(counted: Annotated[Counted, Depends(_counted)]) -> Response:
    """Return requests, jobs, waits, workers, cache and disk in Prometheus' text format."""
    return Response(await counted.told(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
