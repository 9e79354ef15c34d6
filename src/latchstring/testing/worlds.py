"""Small worlds in front of a camera, with the truth about them: what moves in each, and when.

Each is a function from seconds to a picture's brightness. What is no motion (light, weather,
noise) is drawn as roughly as it comes; who moves is drawn plainly, on a wall with texture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Paint = Callable[[float], Picture]
Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class World:
    """`truth`: what must be told, each as one event or more; `spare`: what may be told or not."""

    paint: Paint
    truth: tuple[Span, ...] = ()
    spare: tuple[Span, ...] = ()
    seconds: float = 30
    fps: int = 10
    width: int = 320
    height: int = 180
    noise: float = 3.0
    gop_seconds: float = 2.0
    b_frames: int = 0
    bit_rate: int = 300_000


@dataclass(frozen=True)
class Scenery:
    """A wall with bricks, a path, a bush; everything in shares of the picture."""

    width: int
    height: int
    wall: Picture = field(init=False)

    def __post_init__(self) -> None:
        random = np.random.default_rng(7)
        y, x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float32)
        x, y = x / self.width, y / self.height
        wall = 90 + 40 * x + 12 * np.sin(x * 130) * np.sin(y * 70) + 10 * (np.floor(y * 24) % 2)
        coarse = random.normal(0, 9, (self.height // 5 + 1, self.width // 5 + 1))
        wall += np.kron(coarse, np.ones((5, 5)))[: self.height, : self.width]
        wall[y > 0.7] = 75 + 20 * y[y > 0.7]
        object.__setattr__(self, "wall", wall.astype(np.float32))

    @property
    def x(self) -> Picture:
        return ((np.arange(self.width) + 0.5)[None, :] / self.width).astype(np.float32)

    @property
    def y(self) -> Picture:
        return ((np.arange(self.height) + 0.5)[:, None] / self.height).astype(np.float32)

    def person(
        self, picture: Picture, x: float, foot: float = 0.85, tall: float = 0.4, shade: float = 35
    ) -> Picture:
        """Somebody with a lighter head; `x` may lie outside."""
        wide = tall * 0.3 * self.height / self.width
        body = (np.abs(self.x - x) < wide / 2) & (self.y > foot - tall * 0.85) & (self.y < foot)
        head = ((self.x - x) / (wide * 0.35)) ** 2 + ((self.y - foot + tall * 0.92) / (tall * 0.09)) ** 2 < 1
        return np.where(head, shade + 90, np.where(body, shade, picture)).astype(np.float32)


def crossing(t: float, start: float, end: float) -> float | None:
    """How far somebody has come who crosses the picture in this time, from -0.1 to 1.1."""
    return (t - start) / (end - start) * 1.2 - 0.1 if start <= t < end else None


_S = Scenery(320, 180)


def _walk(t: float, picture: Picture, *spans: Span, **how: float) -> Picture:
    for start, end in spans:
        x = crossing(t, start, end)
        if x is not None:
            picture = _S.person(picture, x, **how)
    return picture


def _rain(t: float, picture: Picture, drops: int, seed: int = 3) -> Picture:
    random = np.random.default_rng(seed + round(t * 1000))
    out = picture.copy()
    for x, y in zip(random.integers(0, _S.width, drops), random.integers(-20, _S.height, drops), strict=True):
        long = int(random.integers(8, 22))
        out[max(y, 0) : max(y + long, 0), x : x + 1] += 45
    return out


def _snow(t: float, picture: Picture, flakes: int) -> Picture:
    random = np.random.default_rng(5)
    fall, start, side = (
        random.uniform(0.2, 0.5, flakes),
        random.uniform(0, 1, flakes),
        random.uniform(0, 1, flakes),
    )
    out = picture.copy()
    for v, s, x in zip(fall, start, side, strict=True):
        row = int(((s + v * t) % 1) * _S.height)
        column = int(((x + 0.02 * np.sin(2 * t + 9 * s)) % 1) * _S.width)
        out[row : row + 3, column : column + 3] = 215
    return out


def _leaves(t: float, picture: Picture, gust: float = 1.0) -> Picture:
    """A bush that fills the upper right: clumps that sway, each at its own pace."""
    random = np.random.default_rng(11)
    out = picture.copy()
    for _ in range(60):
        cx, cy, r = random.uniform(0.6, 1), random.uniform(0, 0.55), random.uniform(0.015, 0.035)
        pace, phase, light = random.uniform(0.5, 1.3), random.uniform(0, 6.3), random.uniform(40, 120)
        sway = gust * 0.012 * np.sin(6.28 * pace * t + phase)
        near = ((_S.x - cx - sway) * 16 / 9) ** 2 + (_S.y - cy) ** 2 < r * r
        out = np.where(near, np.float32(light), out)
    return out


def _beam(t: float, picture: Picture, start: float, end: float) -> Picture:
    """A car's headlights sweep over the wall from outside the picture."""
    x = crossing(t, start, end)
    if x is None:
        return picture
    glow = np.exp(-(((_S.x - x) / 0.16) ** 2) - ((_S.y - 0.5) / 0.3) ** 2)
    return np.asarray(picture * (1 + 1.3 * glow), np.float32)


def _cloud(t: float, picture: Picture, start: float, end: float) -> Picture:
    """A cloud's shadow wanders over the scene."""
    x = (t - start) / (end - start) * 2.4 - 0.7
    shade = 0.5 + 0.5 * np.tanh((0.35 - np.abs(_S.x - x)) / 0.1)
    out: Picture = (picture * (1 - 0.4 * shade)).astype(np.float32)
    return out


def _lamp(picture: Picture) -> Picture:
    """A lamp beside the door, with the shadow of a post."""
    away = np.hypot((_S.x - 0.2) * 16 / 9, _S.y - 0.2)
    light = 1.3 / (1 + (away / 0.35) ** 2)
    light = np.where((_S.x > 0.45) & (_S.x < 0.48), light * 0.3, light)
    out: Picture = (picture * (1 + light)).astype(np.float32)
    return out


def _stander(t: float, picture: Picture, came: float, stood: float, left: float, gone: float) -> Picture:
    if came <= t < stood:
        x = -0.1 + (t - came) / (stood - came) * 0.6
    elif stood <= t < left:
        x = 0.5
    elif left <= t < gone:
        x = 0.5 + (t - left) / (gone - left) * 0.6
    else:
        return picture
    return _S.person(picture, x)


def _knocked(picture: Picture, across: float, down: float) -> Picture:
    """What the camera sees that points a little elsewhere."""
    out: Picture = np.roll(picture, (round(down), round(across)), (0, 1))
    return out


def _tremor(t: float, start: float, strength: float, seconds: float) -> Picture:
    """A camera that shakes ever less, as after a door was slammed."""
    away = strength * np.exp(-(t - start) / seconds) if t >= start else 0.0
    return _knocked(WALL, away * np.cos(14 * (t - start)), away * np.sin(11 * (t - start)))


def _parcel(picture: Picture) -> Picture:
    out = picture.copy()
    out[130:148, 150:170] = 190
    out[138:140, 150:170] = 90
    return out


def _comes(t: float, picture: Picture, start: float, end: float) -> Picture:
    """Somebody far away comes straight towards the camera, and is gone."""
    if not start <= t < end:
        return picture
    tall = 0.1 + 0.15 * (t - start) / (end - start)
    return _S.person(picture, 0.5, foot=0.55 + tall / 2, tall=tall, shade=60)


def _ease(t: float, start: float, seconds: float) -> float:
    return min(1.0, max(0.0, (t - start) / seconds))


NIGHT = np.float32(0.25)
WALL = _S.wall

WORLDS: dict[str, World] = {
    "still": World(paint=lambda _: WALL),
    "walker": World(paint=lambda t: _walk(t, WALL, (12, 18)), truth=((12, 18),)),
    "two walkers": World(
        paint=lambda t: _walk(t, WALL, (10, 15), (28, 33)), truth=((10, 15), (28, 33)), seconds=40
    ),
    "pale walker": World(paint=lambda t: _walk(t, WALL, (12, 18), shade=78), truth=((12, 18),)),
    "slow walker": World(paint=lambda t: _walk(t, WALL, (10, 40)), truth=((10, 40),), seconds=50),
    "far walker": World(
        paint=lambda t: _walk(t, WALL, (12, 24), tall=0.1, foot=0.6), truth=((12.5, 23.5),), spare=((12, 24),)
    ),
    "runner": World(paint=lambda t: _walk(t, WALL, (12, 13.6)), truth=((12, 13.6),)),
    "begins with motion": World(
        paint=lambda t: _walk(t, WALL, (-3, 6), (18, 24)), truth=((0.5, 6), (18, 24)), spare=((0, 6),)
    ),
    "begins with somebody standing": World(
        paint=lambda t: _stander(t, WALL, -9, -8, 12, 15), truth=((12, 15),), spare=((0, 15),)
    ),
    "stands still, then leaves": World(
        paint=lambda t: _stander(t, WALL, 10, 13, 28, 31),
        truth=((10, 13), (28, 31)),
        spare=((10, 31),),
        seconds=45,
    ),
    "parks for good": World(
        paint=lambda t: _stander(t, WALL, 10, 13, 99, 100), truth=((10, 13),), seconds=50
    ),
    "leaves a parcel": World(
        paint=lambda t: _walk(t, _parcel(WALL) if t > 15 else WALL, (12, 18)), truth=((12, 18),), seconds=40
    ),
    "comes straight on": World(
        paint=lambda t: _comes(t, WALL, 12, 28), truth=((16, 28),), spare=((12, 28),), seconds=40
    ),
    "knock that stays": World(paint=lambda t: _knocked(WALL, 8, 5) if t > 12 else WALL),
    "turned camera": World(paint=lambda t: _knocked(WALL, 40, 15) if t > 12 else WALL),
    "door slams": World(paint=lambda t: _tremor(t, 12, 8, 0.8)),
    "walker after a knock": World(
        paint=lambda t: _walk(t, _knocked(WALL, 8, 5) if t > 8 else WALL, (14, 20)), truth=((14, 20),)
    ),
    "knock beside a walker": World(
        paint=lambda t: _walk(t, _knocked(WALL, 8, 5) if t > 15 else WALL, (12, 18)), truth=((12, 18),)
    ),
    "wind at the pole": World(
        paint=lambda t: _walk(t, _knocked(WALL, 3 * np.sin(2.1 * t), np.sin(3.3 * t)), (30, 36)),
        truth=((30, 36),),
        seconds=45,
    ),
    "night noise": World(paint=lambda _: WALL * NIGHT + 10, noise=9),
    "night walker": World(
        paint=lambda t: _walk(t, WALL * NIGHT + 10, (14, 20), shade=90), noise=9, truth=((14, 20),)
    ),
    "very dark walker": World(
        paint=lambda t: _walk(t, WALL * np.float32(0.12) + 4, (14, 20), shade=2), noise=1, truth=((14, 20),)
    ),
    "rain": World(paint=lambda t: _rain(t, WALL, 60)),
    "heavy rain": World(paint=lambda t: _rain(t, WALL, 200)),
    "rain sets in": World(paint=lambda t: _rain(t, WALL, 100) if t > 14 else WALL),
    "walker in rain": World(paint=lambda t: _rain(t, _walk(t, WALL, (14, 20)), 100), truth=((14, 20),)),
    "snow": World(paint=lambda t: _snow(t, WALL, 60)),
    "leaves": World(paint=lambda t: _leaves(t, WALL), seconds=40),
    "a gust of wind": World(
        paint=lambda t: _leaves(t, WALL, 0.4 if t < 20 else 1.0), seconds=45, spare=((20, 24),)
    ),
    "walker before leaves": World(
        paint=lambda t: _walk(t, _leaves(t, WALL), (20, 26)), truth=((20, 26),), seconds=40
    ),
    "headlights": World(paint=lambda t: _beam(t, WALL * NIGHT + 8, 12, 14.5)),
    "headlights by day": World(paint=lambda t: _beam(t, WALL * np.float32(0.6), 12, 13.5)),
    "light switched on": World(paint=lambda t: WALL if t > 14 else WALL * NIGHT),
    "light switched off": World(paint=lambda t: WALL if t < 14 else WALL * NIGHT),
    "lamp on and off": World(
        paint=lambda t: _lamp(WALL * np.float32(0.5)) if 12 < t < 20 else WALL * np.float32(0.5)
    ),
    "walker after the light": World(
        paint=lambda t: _walk(t, WALL if t > 12 else WALL * NIGHT, (20, 26)), truth=((20, 26),), seconds=36
    ),
    "exposure steps": World(
        paint=lambda t: WALL * np.float32(1.0 - 0.12 * (10 < t < 18) + 0.2 * (t > 24)), seconds=36
    ),
    "exposure glides": World(paint=lambda t: WALL * np.float32(1 + 0.6 * _ease(t, 12, 1.5))),
    "cloud": World(paint=lambda t: _cloud(t, WALL, 8, 26), seconds=36),
    "fast cloud": World(paint=lambda t: _cloud(t, WALL, 10, 15)),
    "dusk": World(paint=lambda t: WALL * np.float32(1 - 0.7 * t / 60), seconds=60),
    "infrared": World(paint=lambda t: WALL if t < 14 else (150 - WALL * np.float32(0.4)), noise=4),
    "low rate": World(paint=lambda t: _walk(t, WALL, (12, 18)), truth=((12, 18),), fps=2),
    "five a second": World(paint=lambda t: _walk(t, WALL, (12, 18)), truth=((12, 18),), fps=5),
    "long GOP": World(
        paint=lambda t: _walk(t, WALL, (22, 26)), truth=((22, 26),), gop_seconds=15, seconds=40
    ),
    "short GOP": World(paint=lambda t: _walk(t, WALL, (12, 18)), truth=((12, 18),), gop_seconds=0.5),
    "between keyframes": World(
        paint=lambda t: _walk(t, WALL, (22.4, 23.9)), truth=((22.4, 23.9),), gop_seconds=4, seconds=36
    ),
    "B-frames": World(paint=lambda t: _walk(t, WALL, (12, 18)), truth=((12, 18),), b_frames=3),
    "starved encoder": World(
        paint=lambda t: _walk(t, WALL, (12, 18)), truth=((12, 18),), noise=5, bit_rate=60_000
    ),
}


def frames(world: World) -> Iterator[NDArray[np.uint8]]:
    """The pictures' brightness, with sensor noise."""
    random = np.random.default_rng(1)
    grain = [random.normal(0, world.noise, (world.height, world.width)).astype(np.float32) for _ in range(23)]
    for number in range(round(world.seconds * world.fps)):
        picture = world.paint(number / world.fps)
        shift = int(random.integers(0, world.width))
        noisy = picture + np.roll(grain[int(random.integers(len(grain)))], shift, 1)
        yield np.clip(noisy, 0, 255).astype(np.uint8)


def film(path: Path, world: World) -> Path:
    """As a camera would send it: H.264 at a camera's bit rate, in MP4."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=world.fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = world.width, world.height, "yuv420p"
        stream.bit_rate = world.bit_rate
        stream.codec_context.gop_size = max(1, round(world.fps * world.gop_seconds))
        stream.codec_context.max_b_frames = world.b_frames
        stream.options = {"preset": "ultrafast", "x264-params": "scenecut=0:log-level=-1"}
        gray = np.full((world.height // 2, world.width), 128, np.uint8)
        for number, luma in enumerate(frames(world)):
            frame = av.VideoFrame.from_ndarray(np.vstack([luma, gray]), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, world.fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def faults(world: World, events: list[Span]) -> list[str]:
    """What is wrong about these events; nothing if they say what happened."""
    wrong = []
    for start, end in world.truth:
        if not any(a < end and b > start for a, b in events):
            wrong.append(f"nothing was told of {start}-{end} s")
    for a, b in events:
        allowed = [*world.truth, *world.spare]
        if not any(a < end and b > start for start, end in allowed):
            wrong.append(f"{a:.1f}-{b:.1f} s: nothing moved")
        elif b > max(end for start, end in allowed if a < end and b > start) + 3:
            wrong.append(f"{a:.1f}-{b:.1f} s: ends late")
        elif a < min(start for start, end in allowed if a < end and b > start) - 1:
            wrong.append(f"{a:.1f}-{b:.1f} s: begins early")
    return wrong
