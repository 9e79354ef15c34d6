"""From a time to the first frame's bytes, in a hub that holds 30 days of 8 cameras.

The index is made up: 10.4 million GOPs of two seconds, each pointing at the same few real files, so every answer
reads real bytes. Asked over the hub's own HTTP app, at random instants, as the page does when somebody scrubs.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi.testclient import TestClient

from benchmarks import harness
from latchstring.base import ids
from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros, to_micros, to_text
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraSettings
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices
from latchstring.hub.recording.writer import GopWriter
from latchstring.hub.settings import HubSettings
from latchstring.hub.store import Store
from latchstring.testing.clock import FakeClock
from latchstring.testing.recorded import gops_of
from latchstring.web.hub.app import create_app

CAMERAS = 8
DAYS = int(os.environ.get("LATCHSTRING_BENCH_DAYS", "30"))
ASKED = 300
GOP_US = 2_000_000
GOPS_A_FILE = 150
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SCENE = Scene(width=1280, height=720, fps=15, gop_seconds=2)
PASSWORD = "three quiet herons"


def fill(store: Store) -> list[CameraId]:
    """One real file for each camera, then rows for the whole month that point into it."""
    cameras = [CameraId(ids.new("cam")) for _ in range(CAMERAS)]
    real = gops_of(SCENE, 20, clock=FakeClock(NOW))
    for number, camera in enumerate(cameras):
        settings = CameraSettings(id=camera, name=f"camera {number}", url="synthetic:")
        writer = GopWriter(store)
        with store.write() as db:
            camera_rows.add(settings, now=NOW, db=db)
        stored = [
            writer.write(replace(g, gop=replace(g.gop, camera=camera), run=replace(g.run, camera=camera)))
            for g in real
        ]
        writer.close()
        _repeat(store, camera, [(gop.byte_offset, gop.size_bytes) for gop in stored], stored[0].path)
    return cameras


def _repeat(store: Store, camera: CameraId, places: list[tuple[int, int]], path: str) -> None:
    first_us = to_micros(NOW - timedelta(days=DAYS))
    frames = SCENE.fps * SCENE.gop_seconds
    with store.write() as db:
        (run_us,) = db.execute("SELECT run_us FROM segment WHERE camera = ?", (camera,)).fetchone()
        folder = store.path.parent / "recordings"
        for file in range(DAYS * 86_400_000_000 // GOP_US // GOPS_A_FILE):
            start_us = first_us + file * GOPS_A_FILE * GOP_US
            name = f"{path.removesuffix('.mp4')}-{file}.mp4"
            os.link(folder / path, folder / name)
            (segment,) = db.execute(
                """INSERT INTO segment (camera, run_us, number, path, start_us, end_us, size_bytes)
                   VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id""",
                (camera, run_us, file + 1, name, start_us, start_us + GOPS_A_FILE * GOP_US, 1),
            ).fetchone()
            db.executemany(
                """INSERT INTO gop (camera, start_us, end_us, segment, byte_offset, size_bytes, frames,
                       media_start) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    (
                        camera,
                        start_us + n * GOP_US,
                        start_us + (n + 1) * GOP_US,
                        segment,
                        *places[n % len(places)],
                        frames,
                        n,
                    )
                    for n in range(GOPS_A_FILE)
                ),
            )


def p95(ask: Callable[[CameraId, datetime], None], cameras: list[CameraId]) -> float:
    """In milliseconds, over random cameras and instants."""
    chance, took = random.Random(1), []
    for _ in range(ASKED):
        camera = chance.choice(cameras)
        at = from_micros(to_micros(NOW) - chance.randrange(DAYS * 86_400_000_000 - 60_000_000) - 60_000_000)
        began = time.perf_counter()
        ask(camera, at)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(took, n=20)[18]


def measure(folder: Path) -> list[harness.Row]:
    hub = Hub(HubSettings(data=folder / "hub"), clock=FakeClock(NOW))
    try:
        cameras = fill(hub.store)
        owner.set_up(hub.store, password=PASSWORD, choices=Choices(), now=NOW)
        with TestClient(create_app(hub), base_url="http://localhost:8700") as browser:
            browser.post("/api/session", json={"password": PASSWORD}).raise_for_status()
            return _rows(browser, cameras)
    finally:
        hub.stop()


def _rows(browser: TestClient, cameras: list[CameraId]) -> list[harness.Row]:
    def first_frame(camera: CameraId, at: datetime) -> None:
        during = {"start": to_text(at), "end": to_text(at + timedelta(seconds=10))}
        with browser.stream("GET", f"/api/cameras/{camera}/clip.mp4", params=during) as answer:
            answer.raise_for_status()
            seen = b""
            for piece in answer.iter_bytes():
                seen += piece
                if b"mdat" in seen:
                    return

    def day(camera: CameraId, at: datetime) -> None:
        during = {"start": to_text(at), "end": to_text(at + timedelta(days=1))}
        browser.get(f"/api/cameras/{camera}/timeline", params=during).raise_for_status()

    def thumbnail(camera: CameraId, at: datetime) -> None:
        browser.get(f"/api/cameras/{camera}/thumbnails", params={"at": to_text(at)}).raise_for_status()

    def month(camera: CameraId, _at: datetime) -> None:
        during = {"start": to_text(NOW - timedelta(days=DAYS)), "end": to_text(NOW), "step": "3600"}
        browser.get(
            f"/api/cameras/{camera}/timeline", params={**during, "events": "false"}
        ).raise_for_status()

    def storage(_camera: CameraId, _at: datetime) -> None:
        browser.get("/api/storage").raise_for_status()

    size = f"{DAYS} days x {CAMERAS} cameras"
    return [
        harness.row(f"{what}, p95, {size}", p95(ask, cameras), None, None, "ms", ASKED)
        for what, ask in (
            ("seek to the first frame", first_frame),
            ("timeline of a day", day),
            ("timeline of the month", month),
            ("thumbnail never seen before", thumbnail),
            ("storage status", storage),
        )
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        harness.write("seek", measure(Path(folder)))


if __name__ == "__main__":
    main()
