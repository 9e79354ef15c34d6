"""What a player elsewhere is given: one file that goes on for as long as the camera films."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import av
import pytest

from latchstring.hub.live.player import play
from latchstring.hub.recording.feed import LiveFeed
from latchstring.hub.recording.models import Fragment, Run
from latchstring.hub.recording.sound_feed import SoundFeed
from latchstring.hub.recording.sound_track import SoundPiece
from latchstring.testing import sounds
from latchstring.testing.recorded import SMALL, made_of

Made = Sequence[object]


class Camera:
    """Films what was made before, as far as it is told to."""

    def __init__(self, made: Made) -> None:
        self.pictures, self.sound = LiveFeed(), SoundFeed()
        self._left = list(made)
        self._run: Run | None = None

    def film(self, frames: int) -> list[Fragment]:
        """So many more frames, and the sound between them."""
        shown = list[Fragment]()
        while self._left and len(shown) < frames:
            made = self._left.pop(0)
            if isinstance(made, Run):
                self._run = made
            elif self._run is not None and isinstance(made, Fragment):
                self.pictures.add(self._run, made)
                shown.append(made)
            elif self._run is not None and isinstance(made, SoundPiece):
                self.sound.add(self._run, made)
        return shown

    def go(self) -> None:
        self.pictures.clear()
        self.sound.clear()

    def play(self) -> AsyncGenerator[bytes]:
        return play(self.pictures, self.sound)


def samples(*shown: Fragment) -> list[bytes]:
    return [fragment.data[fragment.sample_at :] for fragment in shown]


def played(film: bytes) -> list[bytes]:
    """The frames that libav finds in it, coded as they are."""
    with av.open(io.BytesIO(film)) as file:
        assert all(not frame.is_corrupt for frame in file.decode(video=0))
    with av.open(io.BytesIO(film)) as file:
        return [bytes(packet) for packet in file.demux(video=0) if packet.size]


def test_a_player_gets_each_frame_as_the_camera_sent_it() -> None:
    """From the newest keyframe on, also those that come later; the file ends when the camera goes away."""
    camera = Camera(made_of(SMALL, 4))
    *_, keyframe, one = camera.film(7)

    async def story() -> tuple[bytes, list[Fragment]]:
        film, later = b"", list[Fragment]()
        async for part in camera.play():
            film += part
            if len(later) == 8:
                camera.go()
            else:
                later += camera.film(1)
        return film, later

    film, later = asyncio.run(story())
    assert keyframe.is_keyframe
    assert played(film) == samples(keyframe, one, *later)


def test_a_slow_player_costs_nothing_and_goes_on_from_a_keyframe() -> None:
    """While it takes nothing, no more than two GOPs are kept for it, and the recorder goes on filming."""
    camera = Camera(made_of(SMALL, 12))
    first = camera.film(3)

    async def story() -> tuple[bytes, list[Fragment]]:
        async with aclosing(camera.play()) as film:
            given = await anext(film) + await anext(film)
            missed = camera.film(43)
            batch = camera.pictures.after(None)
            assert batch is not None
            assert len(batch.fragments) <= SMALL.fps
            given += await anext(film)
            return given, missed

    given, missed = asyncio.run(story())
    newest = max(n for n, fragment in enumerate(missed) if fragment.is_keyframe)
    assert played(given) == samples(*first, *missed[newest:])


def test_another_run_is_another_file() -> None:
    """One file has one beginning: what a camera sends after it was away is not put behind it."""
    before, after = Camera(made_of(SMALL, 2)), made_of(SMALL, 2)
    [*_, keyframe] = before.film(6)

    async def story() -> bytes:
        film = b""
        async for part in before.play():
            film += part
            assert film.count(b"moof") < 20
            before.go()
            before._left = list(after)
            before.film(3)
        return film

    assert asyncio.run(story()).count(b"ftyp") == 1
    assert keyframe.is_keyframe


def test_nothing_is_filmed_so_nothing_is_given() -> None:
    camera = Camera([])

    async def story() -> list[bytes]:
        return [part async for part in camera.play()]

    assert asyncio.run(story()) == []


def test_sound_comes_as_every_player_knows_it() -> None:
    """G.711 is coded as AAC on the way, beside untouched pictures, at their times."""
    camera = Camera(made_of(SMALL, 6, tone_rate=8000))
    shown = camera.film(6)[5:]

    async def story() -> bytes:
        film = b""
        async for part in camera.play():
            film += part
            more = camera.film(1)
            shown.extend(more)
            if not more:
                camera.go()
        return film

    film = asyncio.run(story())
    assert played(film) == samples(*shown)
    with av.open(io.BytesIO(film)) as file:
        frames = list(file.decode(audio=0))
        pcm = b"".join(bytes(out.planes[0])[: 2 * out.samples] for out in _mono(frames))
        assert file.streams.audio[0].codec_context.name == "aac"
    assert frames[0].time == pytest.approx(1.3, abs=0.2)  # the newest packet that was there
    assert frames[-1].time > 5
    assert sounds.loudest(pcm) == pytest.approx(440, abs=2)


def _mono(frames: list[av.AudioFrame]) -> list[av.AudioFrame]:
    to_s16 = av.AudioResampler("s16", "mono", 8000)
    return [out for frame in frames for out in to_s16.resample(frame)]
