"""How fast a month of eight cameras is looked through: the index is as large as it would be, the answers are real.

Every GOP of 30 days has its row; the files that are asked for are one film under many names. What is timed is the
whole way over HTTP, from the question to the first bytes of the answer.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from benchmarks import harness
from benchmarks.live import PASSWORD, served
from latchstring.base.ids import CameraId
from latchstring.base.time import from_micros, to_micros, to_text
from latchstring.hub.cameras.synthetic import Scene
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices
from latchstring.hub.recording import index
from latchstring.hub.recording.assembler import WholeGop
from latchstring.hub.recording.models import Run
from latchstring.hub.settings import HubSettings
from latchstring.testing.recorded import data_of, made_of

CAMERAS = 8
DAYS = 30
GOP_US = 2_000_000
GOPS_IN_FILE = 150
SCENE = Scene(width=1280, height=720, fps=15, gop_seconds=2)
ASKED = 200
PIECE = timedelta(seconds=20)


@dataclass(frozen=True)
class Film:
    """One file of five minutes, and where its GOPs lie."""

    path: Path
    run: Run
    places: list[tuple[int, int, int]]  # offset, size, frames


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="latchstring-") as name:
        hub = Hub(HubSettings(data=Path(name) / "hub"))  # never started: its files are not all there
        try:
            owner.set_up(hub.store, password=PASSWORD, choices=Choices(), now=hub.clock.now())
            cameras = [hub.video.add_camera(f"Camera {n}", "synthetic:").id for n in range(CAMERAS)]
            film = _film(Path(name) / "film.mp4")
            begin_us = to_micros(hub.clock.now()) // GOP_US * GOP_US - DAYS * 86_400_000_000
            for camera in cameras:
                _enter(hub, camera, film, begin_us)
            with served(hub) as address, httpx.Client(base_url=address) as client:
                client.post("/api/session", json={"password": PASSWORD}).raise_for_status()
                harness.write("timeline", _measure(hub, client, cameras, film, begin_us))
        finally:
            hub.stop()


def _measure(
    hub: Hub, client: httpx.Client, cameras: list[CameraId], film: Film, begin_us: int
) -> list[harness.Row]:
    chance = random.Random(1)
    asked = []
    for _ in range(ASKED):
        camera = chance.choice(cameras)
        number = chance.randrange(DAYS * 86_400_000_000 // GOP_US // GOPS_IN_FILE)
        for near in (number, number + 1):
            path = index.folder(hub.store) / _path(camera, near)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                os.link(film.path, path)
        at_us = begin_us + (number * GOPS_IN_FILE + chance.randrange(GOPS_IN_FILE)) * GOP_US
        asked.append((camera, at_us))

    def seek(camera: CameraId, at_us: int) -> None:
        at = from_micros(at_us)
        times = {"start": to_text(at), "end": to_text(at + PIECE)}
        path = f"/api/cameras/{camera}/clip.mp4"
        with client.stream("GET", path, params=times, headers={"X-Watching": "here"}) as answer:
            answer.raise_for_status()
            taken = 0
            for piece in answer.iter_raw():
                taken += len(piece)
                if taken > len(film.run.init) + film.places[0][1]:
                    return

    def look(camera: CameraId, at_us: int) -> None:
        at = {"at": to_text(from_micros(at_us))}
        client.get(f"/api/cameras/{camera}/thumbnails", params=at).raise_for_status()

    def month(camera: CameraId, _: int) -> None:
        end = from_micros(begin_us) + timedelta(days=DAYS)
        during = {"start": to_text(from_micros(begin_us)), "end": to_text(end), "step": "3600"}
        client.get(f"/api/cameras/{camera}/timeline", params=during).raise_for_status()

    def storage(_: CameraId, __: int) -> None:
        client.get("/api/storage").raise_for_status()

    return [
        *_timed("seek to the first GOP", seek, asked, 150.0),
        *_timed("picture under the pointer, never asked for", look, asked, None),
        *_timed("picture under the pointer, again", look, asked, None),
        *_timed("a month of one camera", month, asked[:20], None),
        *_timed("what all cameras take", storage, asked[:50], 10.0),
    ]


def _timed(
    name: str, act: Callable[[CameraId, int], None], asked: list[tuple[CameraId, int]], limit: float | None
) -> list[harness.Row]:
    took = []
    for camera, at_us in asked:
        began = time.perf_counter()
        act(camera, at_us)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    peer = "the limit" if limit else None
    return [
        harness.row(f"{name}, p50", took[len(took) // 2], None, None, "ms", len(took)),
        harness.row(f"{name}, p95", took[int(len(took) * 0.95)], limit, peer, "ms", len(took)),
    ]


def _film(path: Path) -> Film:
    made = made_of(SCENE, 20)
    [run] = [one for one in made if isinstance(one, Run)]
    gops = [one for one in made if isinstance(one, WholeGop)]
    data, places = bytearray(run.init), []
    for number in range(GOPS_IN_FILE):
        gop = gops[number % len(gops)]
        written = data_of(gop)
        places.append((len(data), len(written), gop.gop.frames))
        data += written
    path.write_bytes(data)
    return Film(path, run, places)


def _path(camera: CameraId, number: int) -> str:
    return f"{camera}/{number}.mp4"


def _enter(hub: Hub, camera: CameraId, film: Film, begin_us: int) -> None:
    """A row for each GOP, as the recorder writes them."""
    files = DAYS * 86_400_000_000 // GOP_US // GOPS_IN_FILE + 1
    ticks = GOP_US * film.run.track.timescale // 1_000_000
    run = Run(camera=camera, start_us=begin_us, track=film.run.track, init=film.run.init)
    with hub.store.write() as db:
        for number in range(files):
            segment = index.add_segment(run, number, _path(camera, number), db=db)
            first = number * GOPS_IN_FILE
            db.executemany(
                "INSERT INTO gop (camera, start_us, end_us, segment, byte_offset, size_bytes, frames, media_start)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        camera,
                        begin_us + (first + i) * GOP_US,
                        begin_us + (first + i + 1) * GOP_US,
                        segment,
                        *place,
                        (first + i) * ticks,
                    )
                    for i, place in enumerate(film.places)
                ),
            )
            db.execute(
                "UPDATE segment SET start_us = ?, end_us = ?, size_bytes = ? WHERE id = ?",
                (
                    begin_us + first * GOP_US,
                    begin_us + (first + GOPS_IN_FILE) * GOP_US,
                    film.path.stat().st_size,
                    segment,
                ),
            )


if __name__ == "__main__":
    main()
