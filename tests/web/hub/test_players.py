"""Players that nobody here wrote watch a camera of the hub, by the address that its owner gave them."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import av
import pytest

from latchstring.base.clock import SystemClock
from latchstring.base.ids import CameraId
from latchstring.hub.cameras.regions import Region
from latchstring.hub.daemon import Hub
from latchstring.hub.owner import programs
from latchstring.hub.recording import fmp4, index
from latchstring.hub.redaction import masks
from latchstring.testing import rtsp
from latchstring.testing.waiting import until
from latchstring.web.hub import sockets, streams
from latchstring.web.hub.app import create_app
from web.hub.test_leaving import left_of_picture
from web.hub.test_streams import QUICK, ask, key_for
from web.served import served

PLAYER = {"fpsprobesize": "0"}
"""Libav guesses no frame rate, so that it begins with the first frames."""

# A player of another family: GStreamer's, from Debian.
GSTREAMER = """
import sys, gi
gi.require_version("Gst", "1.0")
from gi.repository import Gst
Gst.init(None)
line = Gst.parse_launch(
    "souphttpsrc name=from is-live=true ! qtdemux ! h264parse ! openh264dec ! fakesink name=to num-buffers=12"
)
line.get_by_name("from").set_property("location", sys.argv[1])
line.get_by_name("from").set_property("user-id", "stream")
line.get_by_name("from").set_property("user-pw", sys.argv[2])
line.set_state(Gst.State.PLAYING)
ended = Gst.MessageType.EOS | Gst.MessageType.ERROR
said = line.get_bus().timed_pop_filtered(60 * Gst.SECOND, ended)
print(said.type.first_value_nick, line.get_by_name("to").get_property("stats").get_value("rendered"))
line.set_state(Gst.State.NULL)
"""


@pytest.fixture
def clock() -> SystemClock:
    """The camera films in real time."""
    return SystemClock()


@pytest.fixture
def filming(hub: Hub) -> Iterator[CameraId]:
    porch = hub.video.add_camera("Porch", QUICK).id
    hub.video.start()
    until(lambda: hub.video.status(porch).state == "recording")
    yield porch
    hub.video.stop()


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    with served(create_app(hub)) as address:
        yield address


def as_players_write_it(address: str, camera: CameraId, key: str, file: str = "live.mp4") -> str:
    return f"http://stream:{key}@{urlsplit(address).netloc}/api/cameras/{camera}/{file}"


def end(hub: Hub) -> None:
    """Its owner takes the key back."""
    [program] = programs.programs(hub.store)
    programs.end(hub.store, program.id)


def samples_on_disk(hub: Hub) -> list[bytes]:
    found = []
    for path in sorted(index.folder(hub.store).rglob("*.mp4")):
        data = path.read_bytes()
        at = len(fmp4.read_init(data)[1])
        while (at := data.find(b"moof", at)) >= 0:
            found.append(fmp4.sample(data, at - 4))
            at += 4
    return found


def test_libav_plays_the_cameras_frames(hub, filming, address):
    """Home Assistant opens its streams so: by the address alone. Each frame is the camera's, as it lies on disk."""
    key = key_for(hub, frozenset({filming}))
    with av.open(as_players_write_it(address, filming, key), options=PLAYER, timeout=60) as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 192, 128)
        packets = [packet for packet, _ in zip(film.demux(video=0), range(15), strict=False)]
        pictures = [frame for packet in packets for frame in packet.decode()]
    assert packets[0].is_keyframe
    assert len(pictures) >= 14
    hub.video.stop()
    disk, given = samples_on_disk(hub), [bytes(packet) for packet in packets]
    begin = disk.index(given[0])
    assert given == disk[begin : begin + len(given)]


@pytest.mark.skipif(not rtsp.available(), reason=rtsp.WHY_NOT)
def test_gstreamer_plays_it(hub, filming, address):
    key = key_for(hub)
    url = f"{address}/api/cameras/{filming}/live.mp4"
    played = subprocess.run(
        [rtsp.SYSTEM_PYTHON, "-c", GSTREAMER, url, key], capture_output=True, text=True, check=True
    )
    how, pictures = played.stdout.split()
    assert (how, int(pictures) >= 12) == ("eos", True), played.stderr


def test_what_is_taken_back_ends_within_seconds(hub, filming, address, monkeypatch):
    """The film ends as a file does, and the key opens it no more."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.05)
    key = key_for(hub)
    url = as_players_write_it(address, filming, key)
    with av.open(url, options=PLAYER, timeout=60) as film:
        packets = film.demux(video=0)
        assert next(packets).is_keyframe
        end(hub)
        assert sum(packet.size > 0 for packet in packets) < 600
    with pytest.raises(av.error.HTTPUnauthorizedError):
        av.open(url, timeout=60)


def test_the_film_ends_when_the_camera_is_gone(hub, stranger, filming, address):
    """A player that calls again is told that nothing is filmed, and so does one that asks for a picture."""
    key = key_for(hub)
    url = as_players_write_it(address, filming, key)
    with av.open(url, options=PLAYER, timeout=60) as film:
        packets = film.demux(video=0)
        assert next(packets).is_keyframe
        hub.video.remove_camera(filming)
        assert sum(packet.size > 0 for packet in packets) < 600
    for path in ("live.mp4", "live.jpg"):
        answer = ask(stranger, f"/api/cameras/{filming}/{path}", key)
        assert (answer.status_code, answer.json()["error"]) == (404, "nothing_live")


def test_many_players_cost_one_connection_and_leave_when_they_like(hub, filming, address):
    """Nobody listens to the camera any more once they have gone."""
    url = as_players_write_it(address, filming, key_for(hub))
    feed = hub.video.feed(filming)
    before = len(feed._wakers)
    films = [av.open(url, options=PLAYER, timeout=60) for _ in range(4)]
    assert all(next(film.demux(video=0)).is_keyframe for film in films)
    assert len(feed._wakers) == before + 4
    assert hub.video.status(filming).state == "recording"
    for film in films:
        film.close()
    until(lambda: len(feed._wakers) == before)


def test_one_that_takes_nothing_is_let_go_too(monkeypatch):
    """Its line is full, so that nothing more can be said to it; its right ends all the same."""
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(streams, "LAST_WORD_SECONDS", 0.01)
    is_let_go, rights = [], [True, True, False]

    async def film():
        try:
            while True:
                yield b"frame"
        finally:
            is_let_go.append(True)

    async def send(message):
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def receive():
        await asyncio.Event().wait()

    asyncio.run(streams.Endless(film(), lambda: rights.pop(0))({}, receive, send))
    assert (is_let_go, rights) == ([True], [])


def test_what_a_player_asks_before(hub, stranger, filming):
    """HEAD answers as GET does, without its film: no length, no ranges, nothing to keep."""
    key = key_for(hub)
    film = ask(stranger, f"/api/cameras/{filming}/live.mp4", key, name="anybody", method="HEAD")
    assert (film.status_code, film.content) == (200, b"")
    assert film.headers["Content-Type"] == "video/mp4"
    assert (film.headers["Accept-Ranges"], film.headers["Cache-Control"]) == ("none", "no-store")
    assert "Content-Length" not in film.headers
    picture = ask(stranger, f"/api/cameras/{filming}/live.jpg", key, method="HEAD")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")


def test_the_still_picture_is_masked_as_all_are(hub, stranger, filming):
    path, key = f"/api/cameras/{filming}/live.jpg", key_for(hub)
    assert left_of_picture(ask(stranger, path, key).content) > 100
    left = Region(name="Left half", corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
    masks.set_masks(hub.store, filming, [left], now=hub.clock.now())
    assert left_of_picture(ask(stranger, path, key).content) <= 24
