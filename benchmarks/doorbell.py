"""How long after a press a page knows, and the owner's chime has rung: one hub, over real HTTP and WebSocket.

`hook`: a doorbell calls its address; until the page's WebSocket has the press. `ONVIF`: from the camera's notice on.
`sheet`: in Chromium, from the call until the page has opened its sheet, drawn a frame and begun to ring.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn
from playwright.sync_api import sync_playwright
from websockets.sync.client import connect

from benchmarks import harness
from latchstring.base import ids
from latchstring.base.ids import CameraId
from latchstring.base.time import to_micros
from latchstring.hub.cameras import store as camera_rows
from latchstring.hub.cameras.models import CameraNotice, CameraSettings
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices
from latchstring.hub.settings import HubSettings
from latchstring.web.hub.app import create_app

RUNS = int(os.environ.get("LATCHSTRING_BENCH_RUNS", "60"))
SHEETS = max(3, RUNS // 6)
GOAL_MS = 300.0
GOAL = "the limit"
PASSWORD = "lantern moss teapot"
APART = timedelta(seconds=3)
SHOWN = """() => new Promise((resolve) => {
  const look = () => document.querySelector('dialog[open]')
    ? requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now())))
    : requestAnimationFrame(look);
  look();
})"""


@contextmanager
def served(hub: Hub) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(hub), log_config=None, lifespan="off", ws="websockets-sansio")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = server.force_exit = True
        thread.join()


def to_the_page(address: str, cookie: str, press: Callable[[int], None]) -> list[float]:
    """Milliseconds until a WebSocket has the press, one for each of the runs."""
    headers = {"Cookie": cookie, "Origin": f"http://{address}"}
    took: list[float] = []
    with connect(f"ws://{address}/api/happenings", additional_headers=headers) as page:
        for number in range(RUNS):
            began = time.perf_counter()
            press(number)
            while json.loads(page.recv(10))["kind"] != "press":
                pass
            took.append((time.perf_counter() - began) * 1000)
    return took


def to_the_sheet(address: str, press: Callable[[int], None]) -> list[float]:
    """Milliseconds until Chromium has drawn the sheet."""
    took: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = browser.new_page()
        page.goto(f"http://{address}")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation", name="Main pages").wait_for()
        page.wait_for_timeout(1000)
        for number in range(SHEETS):
            page.evaluate(f"() => {{ window.shown = ({SHOWN})() }}")
            began = time.time()
            press(RUNS + number)
            took.append(page.evaluate("() => window.shown") - began * 1000)
            page.keyboard.press("Escape")
            page.wait_for_function("() => !document.querySelector('dialog[open]')")
        browser.close()
    return took


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def rows_of(name: str, took: list[float]) -> list[harness.Row]:
    return [
        harness.row(f"{name}, p50", statistics.median(took), GOAL_MS, GOAL, "ms", len(took)),
        harness.row(f"{name}, p95", p95(took), GOAL_MS, GOAL, "ms", len(took)),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Hub(HubSettings(data=Path(folder))) as hub:
        owner.set_up(hub.store, password=PASSWORD, choices=Choices(), now=hub.clock.now())
        camera = hub.video.add_camera("Porch", "synthetic:?width=640&height=360&fps=10").id
        began, count = hub.clock.now(), iter(range(1, 1_000_000))

        def notice(_: int) -> None:
            """Each press is one of its own: further apart than what counts as the same."""
            at_us = to_micros(began + next(count) * APART)
            hub.doorbell.hear(CameraNotice(camera=camera, kind="press", active=True, at_us=at_us))

        with served(hub) as address, httpx.Client(base_url=f"http://{address}") as http:
            http.post("/api/session", json={"password": PASSWORD}).raise_for_status()
            cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
            rows = rows_of("ONVIF notice to the page", to_the_page(address, cookie, notice))
            for waiting in hub.doorbell.waiting():
                hub.doorbell.answered(waiting.event)
            rows += rows_of("ONVIF notice to the drawn sheet", to_the_sheet(address, notice))
            rows += rows_of("call of the address to the page", hooks(address, cookie, hub))
    harness.write("doorbell", rows)


def hooks(address: str, cookie: str, hub: Hub) -> list[float]:
    """Over HTTP, each run with a door of its own: one door is rung at most once in two seconds."""
    took: list[float] = []
    headers = {"Cookie": cookie, "Origin": f"http://{address}"}
    with (
        connect(f"ws://{address}/api/happenings", additional_headers=headers) as page,
        httpx.Client(base_url=f"http://{address}") as http,
    ):
        for number in range(RUNS):
            door = CameraId(ids.new("cam"))
            settings = CameraSettings(id=door, name=f"Door {number}", url="synthetic:")
            with hub.store.write() as db:
                camera_rows.add(settings, now=hub.clock.now(), db=db)
            path = f"/api/doorbell/{door}/press?token={hub.doorbell.mark(door).token}"
            began = time.perf_counter()
            http.post(path).raise_for_status()
            while (told := json.loads(page.recv(10)))["kind"] != "press" or told["camera"] != door:
                pass
            took.append((time.perf_counter() - began) * 1000)
    return took


if __name__ == "__main__":
    main()
