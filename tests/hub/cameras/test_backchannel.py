"""Talking to a real RTSP server that writes down what it hears."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from latchstring.base.clock import SystemClock
from latchstring.hub.cameras.backchannel import SAMPLES, Backchannel
from latchstring.hub.cameras.errors import (
    CameraHungUp,
    CameraUnreachable,
    NoSuchStream,
    NotVideo,
    TakesNoSound,
    WrongLogin,
)
from latchstring.hub.cameras.speaker import MOST_BEHIND_BYTES, Speaker
from latchstring.testing.calls import answering
from latchstring.testing.rtsp import WHY_NOT, RtspServer, available
from latchstring.testing.sounds import loudest, tone
from latchstring.testing.waiting import WAIT_SECONDS, until

pytestmark = pytest.mark.skipif(not available(), reason=WHY_NOT)
PASSWORD = "p@ss:wörd"
PICTURE = "160x96@5"


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("heard")


@pytest.fixture(scope="module")
def server(heard: Path) -> Iterator[RtspServer]:
    mounts = {f"/{law}": f"{law}:{PICTURE}" for law in ("mulaw", "alaw")} | {"/mute": f"pattern:{PICTURE}"}
    with RtspServer(mounts, login="digest", password=PASSWORD, heard=heard) as server:
        yield server


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_the_camera_plays_what_is_said(server: RtspServer, heard: Path, law: str) -> None:
    """Every sample arrives, through Digest and in the camera's own law; meanwhile the visitor is heard."""
    came: list[bytes] = []
    channel = Backchannel(server.url(f"/{law}"), SystemClock(), heard=came.append)
    with closing(Speaker(channel, SystemClock())) as speaker:
        speaker.play(tone(1000, 0.6))
        written = heard / f"{law}.pcm"
        until(lambda: written.exists() and written.stat().st_size >= len(tone(1000, 0.6)))
        until(lambda: len(b"".join(came)) >= len(tone(440, 0.4)))
    said = written.read_bytes()
    assert len(said) == len(tone(1000, 0.6))
    assert loudest(said) == pytest.approx(1000, abs=5)
    assert loudest(b"".join(came)) == pytest.approx(440, abs=5)


def test_basic_is_spoken_too(tmp_path: Path) -> None:
    with RtspServer({"/porch": f"mulaw:{PICTURE}"}, login="basic", heard=tmp_path) as server:
        Backchannel(server.url("/porch"), SystemClock()).close()
        with pytest.raises(WrongLogin):
            Backchannel(server.url("/porch", password="wrong"), SystemClock())


@pytest.mark.parametrize(
    ("path", "login", "error"),
    [
        ("/mulaw", {"password": "hunter2"}, WrongLogin),
        ("/nothing", {}, NoSuchStream),
        ("/mute", {}, TakesNoSound),
    ],
)
def test_each_refusal_is_its_own_error(
    server: RtspServer, path: str, login: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        Backchannel(server.url(path, **login), SystemClock())
    assert "hunter2" not in str(raised.value)


def test_only_a_real_camera_can_be_talked_to() -> None:
    with pytest.raises(TakesNoSound):
        Backchannel("synthetic:", SystemClock())


def test_what_is_no_camera_is_said() -> None:
    with answering(b"HTTP/1.1 200 OK\r\n\r\n") as port, pytest.raises(NotVideo):
        Backchannel(f"rtsp://127.0.0.1:{port}/", SystemClock())
    with answering(b"\x00" * 9000) as port, pytest.raises(NotVideo):
        Backchannel(f"rtsp://127.0.0.1:{port}/", SystemClock())
    with answering(b"RTSP/1.0 200 OK\r\nContent-Length: 99\r\n\r\nm=") as port, pytest.raises(CameraHungUp):
        Backchannel(f"rtsp://127.0.0.1:{port}/", SystemClock())
    with pytest.raises(CameraUnreachable):
        Backchannel(f"rtsp://127.0.0.1:{port}/", SystemClock())


def test_a_camera_that_loses_power_ends_the_talk(tmp_path: Path) -> None:
    """Whoever talks is told; nothing waits for ever."""
    with RtspServer({"/porch": f"mulaw:{PICTURE}"}, heard=tmp_path) as server:
        speaker = Speaker(Backchannel(server.url("/porch"), SystemClock()), SystemClock())
        speaker.play(tone(500, 0.1))
        server.kill()
        with closing(speaker), pytest.raises(CameraHungUp):
            speaker.play(tone(500, 10))


class Slow:
    """A backchannel that plays only when it is let."""

    def __init__(self) -> None:
        self.played = b""
        self.may = threading.Event()
        self.closed = False

    def send(self, pcm: bytes, *, slot: int, first: bool = False) -> None:
        self.may.wait(WAIT_SECONDS)
        self.played += pcm

    def keep_alive(self) -> None: ...

    def close(self) -> None:
        self.closed = True


def test_a_voice_is_never_far_behind() -> None:
    """When more comes than is played, the oldest is left out: a talk is no recording."""
    slow = Slow()
    with closing(Speaker(slow, SystemClock())) as speaker:
        for number in range(200):
            speaker.say(bytes([number]) * 2 * SAMPLES)
        assert len(speaker._waiting) == MOST_BEHIND_BYTES
        slow.may.set()
        until(lambda: slow.played.endswith(bytes([199]) * 2 * SAMPLES))
    assert slow.closed
