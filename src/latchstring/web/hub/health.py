"""How the hub does, for machines: `/healthz` for everybody, `/metrics` for who has the token."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter, Header, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel

import latchstring
from latchstring.base.errors import NotFound, NotSignedIn
from latchstring.hub.daemon import Hub


class MetricsOff(NotFound):
    """Metrics are off; set 'metrics_token' in the hub's settings to switch them on."""


class WrongMetricsToken(NotSignedIn):
    """Metrics are given to `Authorization: Bearer TOKEN`, with the 'metrics_token' of the settings."""


class Health(BaseModel):
    """Nothing about the home: anybody may ask."""

    ok: bool


def router(hub: Hub) -> APIRouter:
    router = APIRouter(tags=["status"])
    metrics = CollectorRegistry()
    metrics.register(_HubCollector(hub))
    ProcessCollector(registry=metrics)

    @router.get("/healthz", responses={503: {"model": Health}})
    def healthz(response: Response) -> Health:
        """200 while the hub answers and can read its store; a camera that is away is no reason to restart."""
        if not hub.is_alive():
            response.status_code = 503
        return Health(ok=response.status_code != 503)

    @router.get("/metrics", response_class=Response, include_in_schema=False)
    def get_metrics(authorization: str = Header(default="")) -> Response:
        """For Prometheus: text exposition format. Camera names are in it, so it wants the token."""
        expected = hub.settings.metrics_token
        if not expected:
            raise MetricsOff
        if not secrets.compare_digest(authorization.encode(), f"Bearer {expected}".encode()):
            raise WrongMetricsToken
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)

    return router


class _HubCollector(Collector):
    """Looks at the moment it is asked. `docs/reference/metrics.md` explains each figure."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield _gauge("latchstring_info", "The version that runs.", {"version": latchstring.__version__}, 1)
        yield from self._cameras()
        video, follower = self._hub.video, self._hub.follower
        yield _gauge("latchstring_recordings_bytes", "Size of all recordings.", {}, video.used_bytes)
        yield _gauge("latchstring_disk_free_bytes", "Room left on their disk.", {}, video.free_bytes)
        if follower.last is not None:
            yield _gauge(
                "latchstring_network_ok", "1: the last look at the network held.", {}, follower.last.ok
            )
            yield _gauge(
                "latchstring_network_followed_timestamp_seconds",
                "When the hub last looked.",
                {},
                _seconds(follower.last.at),
            )

    def _cameras(self) -> Iterator[Metric]:
        recording = GaugeMetricFamily(
            "latchstring_camera_recording", "1: whole GOPs reach the disk.", labels=["camera"]
        )
        fps = GaugeMetricFamily(
            "latchstring_camera_frames_per_second", "Of the last GOP on disk.", labels=["camera"]
        )
        last = GaugeMetricFamily(
            "latchstring_camera_recorded_timestamp_seconds", "End of the last GOP on disk.", labels=["camera"]
        )
        for camera in self._hub.video.cameras():
            status = self._hub.video.status(camera.id)
            recording.add_metric([camera.name], status.state == "recording")
            if status.fps is not None:
                fps.add_metric([camera.name], status.fps)
            if status.last_gop_at is not None:
                last.add_metric([camera.name], _seconds(status.last_gop_at))
        yield from (recording, fps, last)


def _gauge(name: str, about: str, labels: dict[str, str], value: float) -> Metric:
    gauge = GaugeMetricFamily(name, about, labels=list(labels))
    gauge.add_metric(list(labels.values()), value)
    return gauge


def _seconds(at: datetime) -> float:
    return at.timestamp()
