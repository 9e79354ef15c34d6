"""How late the live picture is: from the camera's clock to the pixels of a real browser, all on one machine.

The camera stamps the machine's time into each frame as it hands it over (`testing/rtsp_server.py`); it is encoded,
sent by RTSP, recorded, sent to the page, decoded and drawn; a canvas reads the stamp back. The other viewers
take the same stream over WebSockets of their own, and the camera's connections are counted.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright
from websockets.sync.client import connect

from benchmarks import harness
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import service as owner
from latchstring.hub.owner.models import Choices
from latchstring.hub.settings import HubSettings
from latchstring.testing.rtsp import RtspServer
from latchstring.testing.waiting import until
from latchstring.web.hub.app import create_app

SOURCE = "clock:1920x1080@30"
SECONDS = 20
OPENINGS = 9
VIEWERS = (1, 4, 8)
PASSWORD = "lantern moss teapot"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]

OPEN = """camera => new Promise(done => {
  const began = performance.now();
  location.hash = `#/cameras/${camera}`;
  const look = () => {
    const video = document.querySelector('video[aria-label^="Live"]');
    if (video) video.requestVideoFrameCallback(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  look();
})"""
"""Milliseconds from the page's address to its first live picture."""

READ = """([seconds, bits, block]) => new Promise(done => {
  const video = document.querySelector('video[aria-label^="Live"]');
  const canvas = new OffscreenCanvas(bits * block, block);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const late = [], until = performance.now() + seconds * 1000, all = 2 ** bits;
  const read = () => {
    pen.drawImage(video, 0, 0);
    const seen = Date.now() % all;
    let stamp = 0;
    for (let bit = 0; bit < bits; bit++)
      if (pen.getImageData(bit * block + block / 2, block / 2, 1, 1).data[0] > 127) stamp += 2 ** bit;
    late.push((seen - stamp + all) % all);
    if (performance.now() < until) video.requestVideoFrameCallback(read);
    else done(late);
  };
  video.requestVideoFrameCallback(read);
})"""
CLOCK_BITS, CLOCK_BLOCK = 20, 16  # as `testing/rtsp_server.py` stamps; it runs under another Python


def main() -> None:
    with ExitStack() as made:
        camera = made.enter_context(RtspServer({"/camera": SOURCE}))
        folder = Path(made.enter_context(tempfile.TemporaryDirectory(prefix="latchstring-")))
        hub = made.enter_context(Hub(HubSettings(data=folder / "hub")))
        owner.set_up(hub.store, password=PASSWORD, choices=Choices(), now=hub.clock.now())
        address = made.enter_context(served(hub))
        porch = hub.video.add_camera("Porch", camera.url("/camera")).id
        until(lambda: hub.video.status(porch).state == "recording", seconds=30)
        page = made.enter_context(_signed_in(address))
        harness.write("live", _measure(page, address, porch, camera.port))


def _measure(page: Page, address: str, camera: str, port: int) -> list[harness.Row]:
    openings = [_open(page, address, camera) for _ in range(OPENINGS)]
    rows = [harness.row("first picture", statistics.median(openings), 300, "the limit", "ms", OPENINGS)]
    for viewers in VIEWERS:
        with _others(page, address, camera, viewers - 1) as others:
            late = page.evaluate(READ, [SECONDS, CLOCK_BITS, CLOCK_BLOCK])
            connections = _connections(port)
            assert all(other.is_alive() for other in others)
        late = sorted(late)
        name = f"{viewers} viewers" if viewers > 1 else "1 viewer"
        for share, limit in ((0.5, 200), (0.95, 350)):
            found = late[int(len(late) * share)]
            rows.append(
                harness.row(f"p{share * 100:.0f}, {name}", found, limit, "the limit", "ms", len(late))
            )
        rows.append(
            harness.row(f"connections to the camera, {name}", connections, 1, "one stream", "connections", 1)
        )
    return rows


def _open(page: Page, address: str, camera: str) -> float:
    page.goto(f"{address}/#/settings")
    page.get_by_role("heading", name="Settings", level=1).wait_for()
    return float(page.evaluate(OPEN, camera))


@contextmanager
def _others(page: Page, address: str, camera: str, number: int) -> Iterator[list[threading.Thread]]:
    """Viewers who take everything and show nothing."""
    over = threading.Event()
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    url = f"{address.replace('http', 'ws', 1)}/api/cameras/{camera}/live"

    def watch() -> None:
        with connect(url, additional_headers={"Cookie": cookie}, origin=address, max_size=None) as line:
            while not over.is_set():
                line.recv(timeout=30)

    watching = [threading.Thread(target=watch, daemon=True) for _ in range(number)]
    for thread in watching:
        thread.start()
    try:
        yield watching
    finally:
        over.set()
        for thread in watching:
            thread.join()


def _connections(port: int) -> int:
    """How many TCP connections this camera's server holds, by its own end of them."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    ends = [line.split() for line in lines]
    return sum(end[1].endswith(f":{port:04X}") and end[3] == "01" for end in ends)


@contextmanager
def served(hub: Hub) -> Iterator[str]:
    """The hub's app on loopback; answers its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(create_app(hub), log_config=None, lifespan="off", ws="websockets-sansio")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


@contextmanager
def _signed_in(address: str) -> Iterator[Page]:
    """The hub's pages in Chromium, as their owner."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation", name="Main pages").wait_for()
        yield page
        browser.close()


if __name__ == "__main__":
    main()
