"""Does something move? A picture's brightness against its own recent past; arithmetic on small integers.

A strided sample is blurred (3x3 box) and compared with a running mean that starts as the first picture, so
nothing has to be learned first. Pixels that differ clearly are hot; lone ones are noise and are dropped.
Where the picture is restless by itself, as leaves in wind are, it takes more to be hot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latchstring.hub.cameras.decode import Luma
from latchstring.hub.motion.models import MotionSettings
from latchstring.hub.motion.zones import Mask, mask

SAMPLED_ROWS = 96
FREEZE_US = 2_000_000
_HOT = 9 * 20
"""A blurred pixel is a sum of nine: it is hot from a difference of 20 in 256 on."""
_CROWD = 5
"""A hot pixel counts if five of the nine around and with it are hot."""
FLOOR_SHARE = 0.0003
"""Less than this is never motion."""
RESTLESS_SHARE = 0.01
"""Restlessness is learned only while less than this moves, so that nobody who lingers teaches it."""
SCENE_SHARE = 0.6
"""So much of the picture differs when the scene is another."""
_LEARN, _LEARN_HOT = 4, 7
"""The mean follows by 1/16 a look where it is quiet or still, and by 1/128 where something moves."""
_LEARN_RESTLESS = 4
_MOST_RESTLESS = 9 * 40 << 3

Gray = NDArray[np.int16]
Bits = NDArray[np.bool_]
Kind = Literal["quiet", "motion", "settling", "scene-change"]


@dataclass(frozen=True, slots=True)
class MotionSample:
    """One look at one camera."""

    utc_us: int
    share: float  # of the picture that moves, 0 to 1; known below the camera's sensitivity too
    kind: Kind  # settling: just connected; scene-change: the light was switched, or the camera was turned


def stride(height: int) -> int:
    """Which step through rows and columns leaves about `SAMPLED_ROWS` rows."""
    return max(1, round(height / SAMPLED_ROWS))


class Detector:
    """Looks at one camera's pictures in order. For one thread; make a new one after a reconnect."""

    def __init__(self, settings: MotionSettings | None = None) -> None:
        self.settings = settings or MotionSettings()
        self._mean: Gray | None = None  # eight times the blurred picture
        self._frozen_until_us = 0

    def stirs(self, luma: Luma) -> bool:
        """Whether a closer look is worth while. Learns nothing."""
        gray = _blur(luma)
        if self._mean is None or self._mean.shape != gray.shape:
            return True
        hot: Bits = np.abs((gray << 3) - self._mean) > self._threshold
        return bool(self._crowded(hot) >= FLOOR_SHARE * hot.size)

    def look(self, luma: Luma, utc_us: int) -> MotionSample:
        """`luma` is strided already; when its shape changes, the background starts anew."""
        gray = _blur(luma)
        if self._mean is None or self._mean.shape != gray.shape:
            self._start(gray, utc_us)
            return MotionSample(utc_us, 0.0, "settling")
        delta = (gray << 3) - self._mean
        away = np.abs(delta)
        hot = away > self._threshold
        count = int(np.count_nonzero(hot))
        if count > SCENE_SHARE * hot.size:
            self._start(gray, utc_us)
            return MotionSample(utc_us, 0.0, "scene-change")
        share = self._share(hot, count)
        rate = np.where(hot, _LEARN_HOT, _LEARN).astype(np.int16) if count else _LEARN
        self._mean += np.right_shift(delta, rate, out=delta)
        if share < RESTLESS_SHARE:
            usual = np.minimum(away, _MOST_RESTLESS) * 2 + (_HOT << 3)
            self._threshold += (usual - self._threshold) >> _LEARN_RESTLESS
        if utc_us < self._frozen_until_us:
            return MotionSample(utc_us, share, "settling")
        return MotionSample(utc_us, share, "motion" if share >= self.settings.min_share else "quiet")

    def _share(self, hot: Bits, count: int) -> float:
        return self._crowded(hot) / hot.size if count >= FLOOR_SHARE * hot.size else 0.0

    def _crowded(self, hot: Bits) -> int:
        """How many hot pixels stand among hot pixels, inside the zones."""
        crowded = (_blur(hot.view(np.uint8)) >= _CROWD) & hot[1:-1, 1:-1]
        inside = self._inside(hot.shape)
        return int(np.count_nonzero(crowded if inside is None else crowded & inside[1:-1, 1:-1]))

    def _inside(self, shape: tuple[int, ...]) -> Mask | None:
        return mask(self.settings.zones, (shape[0], shape[1])) if self.settings.zones else None

    def _start(self, gray: Gray, utc_us: int) -> None:
        self._mean = gray << 3
        self._threshold = np.full_like(gray, _HOT << 3)
        self._frozen_until_us = utc_us + FREEZE_US


def _blur(luma: Luma) -> Gray:
    """The sum of each pixel's 3x3 neighbourhood."""
    wide = luma.astype(np.int16)
    rows = wide[:-2] + wide[1:-1]
    rows += wide[2:]
    out = rows[:, :-2] + rows[:, 1:-1]
    out += rows[:, 2:]
    return out
