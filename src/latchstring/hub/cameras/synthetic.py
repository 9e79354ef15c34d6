"""`synthetic:` a camera made of arithmetic. Somebody crosses a porch, in real H.264, the time burned in.

Parameters stand in the address, like `synthetic:?width=640&height=360&fps=10&seed=1&quiet=0`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction
from urllib.parse import parse_qsl

import av
import numpy as np
from numpy.typing import NDArray

from latchstring.base.clock import Clock
from latchstring.hub.cameras import font
from latchstring.hub.cameras.errors import BadCameraUrl
from latchstring.hub.cameras.models import Packet, StreamInfo
from latchstring.hub.cameras.pacing import Pace

TIMESCALE = 90_000
_LIMITS = {
    "width": (64, 3840), "height": (64, 2160), "fps": (1, 60), "seed": (0, 2**31), "quiet": (0, 1),
    "gop_seconds": (1, 10), "b_frames": (0, 3), "every": (4, 3600),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What the synthetic camera shows."""

    width: int = 640
    height: int = 360
    fps: int = 10
    seed: int = 1  # the porch's texture, and when the visitor comes
    quiet: int = 0  # 1: nobody comes
    gop_seconds: int = 2
    b_frames: int = 0
    every: int = 12  # seconds from one visit to the next; a visit takes a third of them

    @classmethod
    def from_query(cls, query: str) -> Scene:
        values: dict[str, int] = {}
        for name, text in parse_qsl(query, keep_blank_values=True):
            if name not in {f.name for f in fields(cls)}:
                raise BadCameraUrl(f"synthetic: has no parameter {name!r}; known are {', '.join(_LIMITS)}")
            low, high = _LIMITS[name]
            if not text.isdecimal() or not low <= int(text) <= high:
                raise BadCameraUrl(f"the parameter {name!r} of synthetic: must be from {low} to {high}")
            values[name] = int(text)
        scene = cls(**values)
        if scene.width % 2 or scene.height % 2:
            raise BadCameraUrl("width and height of synthetic: must be even")
        return scene

    def visitor_at(self, seconds: float) -> float | None:
        """How far across the porch the visitor is, 0 to 1; None while nobody is there."""
        if self.quiet:
            return None
        phase = (seconds + self.seed * 1.7) % self.every / self.every
        return (phase - 1 / 3) * 3 if 1 / 3 <= phase < 2 / 3 else None


class Painter:
    """Draws the scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        w, h = scene.width, scene.height
        noise = np.random.default_rng(scene.seed)
        wall = (
            np.linspace(170, 120, h)[:, None]
            + noise.normal(0, 6, (h // 8 + 1, w // 8 + 1)).repeat(8, axis=0).repeat(8, axis=1)[:h, :w]
        )
        wall[int(h * 0.75) :] -= 50  # the floor
        wall[int(h * 0.2) : int(h * 0.75), int(w * 0.7) : int(w * 0.85)] = 60  # the door
        wall[int(h * 0.48) : int(h * 0.51), int(w * 0.82) : int(w * 0.84)] = 200  # its handle
        self._wall = np.clip(wall, 16, 235).astype(np.uint8)
        self._clock_scale = max(1, w // 320)

    def paint(self, seconds: float, utc: datetime) -> NDArray[np.uint8]:
        """Luma over chroma (yuv420p) at `seconds` since the start, with `utc` in the corner."""
        w, h = self._scene.width, self._scene.height
        picture = np.full((h * 3 // 2, w), 128, np.uint8)
        picture[:h] = self._wall
        across = self._scene.visitor_at(seconds)
        if across is not None:
            self._paint_visitor(picture, across, seconds)
        text = font.draw(
            utc.strftime("%Y-%m-%d %H:%M:%S.") + f"{utc.microsecond // 100_000}Z", self._clock_scale
        )
        high, wide = text.shape
        corner = picture[4 : 4 + high, 4 : 4 + wide]
        corner[:] = np.where(text[: corner.shape[0], : corner.shape[1]], 235, 16)
        return picture

    def _paint_visitor(self, picture: NDArray[np.uint8], across: float, seconds: float) -> None:
        w, h = self._scene.width, self._scene.height
        tall, wide = int(h * 0.4), int(h * 0.13)
        left = int(-wide + across * (w + wide))
        top = int(h * 0.42 + h * 0.01 * np.sin(seconds * 9))
        head = tall // 5
        self._block(picture, top, left + wide // 4, head, wide // 2, 205)
        self._block(picture, top + head, left, tall // 2, wide, 40)
        stride = int(wide * 0.3 * np.sin(seconds * 9))
        legs = top + head + tall // 2
        self._block(picture, legs, left + wide // 5 + stride, tall * 3 // 10, wide // 4, 80)
        self._block(picture, legs, left + wide * 3 // 5 - stride, tall * 3 // 10, wide // 4, 80)

    def _block(
        self, picture: NDArray[np.uint8], top: int, left: int, high: int, wide: int, tone: int
    ) -> None:
        bottom = min(top + high, self._scene.height)
        picture[top:bottom, max(left, 0) : max(min(left + wide, self._scene.width), 0)] = tone


class SyntheticSource:
    """The scene as packets, live. With B-frames or without."""

    def __init__(self, scene: Scene, clock: Clock) -> None:
        self._scene = scene
        self._clock = clock
        self._pace = Pace(clock)
        self._encoder = encoder(scene)
        self.info = StreamInfo(timescale=TIMESCALE, extradata=bytes(self._encoder.extradata or b""))

    def packets(self) -> Iterator[Packet]:
        painter = Painter(self._scene)
        tick = TIMESCALE // self._scene.fps
        number = 0
        while True:
            self._pace.wait_for(number / self._scene.fps)
            yuv = painter.paint(number / self._scene.fps, self._clock.now())
            frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
            frame.pts = number * tick
            for coded in self._encoder.encode(frame):
                yield Packet(
                    data=bytes(coded),
                    pts=coded.pts or 0,
                    dts=coded.dts if coded.dts is not None else coded.pts or 0,
                    duration=tick,
                    arrived=self._clock.monotonic(),
                )
            number += 1

    def close(self) -> None:
        """Nothing stays open between two packets."""


def encoder(scene: Scene) -> av.VideoCodecContext:
    """libx264, fast, with a keyframe every `gop_seconds`."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = scene.width, scene.height, "yuv420p"
    context.time_base = Fraction(1, TIMESCALE)
    context.framerate = Fraction(scene.fps)
    context.gop_size = scene.fps * scene.gop_seconds
    context.max_b_frames = scene.b_frames
    context.thread_count = 1
    context.options = {
        "preset": "superfast",
        "crf": "28",
        "x264-params": f"scenecut=0:bframes={scene.b_frames}:log-level=-1",
    } | ({} if scene.b_frames else {"tune": "zerolatency"})
    context.open()
    return context
