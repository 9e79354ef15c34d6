"""Small films with known content, made when they are needed: as packets, or as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np

from latchstring.hub.cameras import g711
from latchstring.hub.cameras.models import Packet, SoundInfo, SoundPacket, StreamInfo
from latchstring.hub.cameras.synthetic import TIMESCALE, Painter, Scene, encoder

Coded: TypeAlias = "av.Packet[av.VideoStream]"
BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def coded(
    scene: Scene, seconds: float, *, pictures: Iterable[av.VideoFrame] | None = None
) -> tuple[bytes, list[Coded]]:
    """Parameter sets and coded frames of a scene, or of `pictures` (yuv420p) of its size."""
    context = encoder(scene)
    packets: list[Coded] = []
    for number, frame in enumerate(pictures or _pictures(Painter(scene), scene, seconds)):
        frame.pts = number * TIMESCALE // scene.fps
        frame.time_base = Fraction(1, TIMESCALE)
        packets += context.encode(frame)
    packets += context.encode(None)
    return bytes(context.extradata or b""), packets


def packets(
    scene: Scene,
    seconds: float,
    *,
    arrived: float = 1000.0,
    pictures: Iterable[av.VideoFrame] | None = None,
) -> tuple[StreamInfo, list[Packet]]:
    """What is coded, as a camera would send it, each frame arriving at its time from `arrived` on."""
    info, made = _sent_once(scene, seconds) if pictures is None else _sent(scene, seconds, pictures)
    return info, [packet._replace(arrived=arrived + number / scene.fps) for number, packet in enumerate(made)]


def _sent(
    scene: Scene, seconds: float, pictures: Iterable[av.VideoFrame] | None = None
) -> tuple[StreamInfo, list[Packet]]:
    extradata, frames = coded(scene, seconds, pictures=pictures)
    tick = TIMESCALE // scene.fps
    made = [
        Packet(data=bytes(frame), pts=frame.pts or 0, dts=frame.dts or 0, duration=tick, arrived=0.0)
        for frame in frames
    ]
    return StreamInfo(timescale=TIMESCALE, extradata=extradata), made


_sent_once = lru_cache(maxsize=16)(_sent)
"""The same few scenes are asked for again and again."""


def humming(
    info: StreamInfo, film: list[Packet], *, hertz: int = 440, rate: int = 8000, late: float = 0.0
) -> tuple[StreamInfo, list[Packet | SoundPacket]]:
    """The same film with a tone (µ-law), in packets of 20 ms that come when they are over, or `late`."""
    began, seconds, size = film[0].arrived, film[-1].arrived - film[0].arrived, rate // 50
    at = np.arange(round(seconds * rate)) / rate
    coded = g711.encode((8000 * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes(), "mulaw")
    tone = [
        SoundPacket(data=coded[pts : pts + size], pts=pts, arrived=began + (pts + size) / rate + late)
        for pts in range(0, len(coded), size)
    ]
    sound = SoundInfo(codec="pcm_mulaw", rate=rate, channels=1)
    return replace(info, sound=sound), sorted([*film, *tone], key=lambda packet: packet.arrived)


def film(
    path: Path, scene: Scene, seconds: float, *, codec: str = "libx264", colours: str = "yuv420p"
) -> Path:
    """A scene as a file of the kind that its name says; `codec` may be one that is not recorded."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=scene.fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, colours
        stream.codec_context.gop_size = scene.fps * scene.gop_seconds
        stream.codec_context.max_b_frames = scene.b_frames
        quiet = "log-level=-1" if codec == "libx264" else "log-level=none"
        stream.options = {"preset": "ultrafast", codec.removeprefix("lib") + "-params": quiet}
        painter = Painter(scene)
        for frame in _pictures(painter, scene, seconds):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _pictures(painter: Painter, scene: Scene, seconds: float) -> Iterator[av.VideoFrame]:
    for number in range(round(seconds * scene.fps)):
        at = number / scene.fps
        frame = av.VideoFrame.from_ndarray(painter.paint(at, BEGAN + timedelta(seconds=at)), format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, scene.fps)
        yield frame
