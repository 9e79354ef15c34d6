"""Does something move? A picture's brightness against its own recent past; arithmetic on small integers.

A strided sample is blurred (3x3 box) and compared with a running mean that starts as the first picture, so
nothing has to be learned first. Pixels that differ clearly are hot; lone ones are noise and are dropped.
Where the picture is restless by itself, as noise and leaves in wind are, it takes more to be hot.

Only when enough is hot is a closer look taken, at three things. Light changes brightness and keeps structure:
what is the background's own structure, brighter or darker, is light. What is hot and does not change is no
motion for long, and background in the end: one who has left leaves a ghost, another one parks. And what comes
and goes at the same place again and again is restless. Where all of the picture differs at once, or its edges
do, that was the light or the camera: see `scene`. What moves on and on is looked at closely once a second.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latchstring.hub.cameras.decode import Luma
from latchstring.hub.motion.arithmetic import (
    Bits,
    Part,
    blur,
    bounds,
    crowded,
    means,
    near,
    share_around,
    widened,
    with_margin,
)
from latchstring.hub.motion.models import MotionSettings, looks_needed
from latchstring.hub.motion.scene import SHIFTED_SHARE, is_another, is_shifted
from latchstring.hub.motion.zones import mask

SAMPLED_ROWS = 96
FREEZE_US = 2_000_000
LOOKS_A_SECOND = 5
_HOT = 9 * 10
"""A blurred pixel is a sum of nine: it is hot from a difference of 10 in 256 on, or more where noisy."""
_NOISE_FACTOR = 4
_CROWD = 5
"""A hot pixel counts if five of the nine around and with it are hot."""
FLOOR_SHARE = 0.0003
"""Less than this is never motion."""
RESTLESS_SHARE = 0.01
"""Restlessness is learned everywhere while less than this moves, so that nobody who lingers teaches it."""
_LEARN, _LEARN_HOT, _LEARN_LIGHT = np.int16(4), np.int16(7), np.int16(1)
"""The mean follows by 1/16 a look where it is quiet, 1/128 where something moves, 1/2 where light changed."""
_LEARN_RESTLESS = 4
_MOST_RESTLESS = 9 * 40 << 3
_REACH = 4
"""Structure is what differs from the mean of 9x9 pixels, and is compared within as many."""
_STRUCTURE = 0.35
"""Of the hot threshold: so strong is, on average, what the background's structure does not explain."""
_DIMMEST, _BRIGHTEST = 0.25, 4.0
_FADED = 1.5
"""Where the background shows so much more than the picture, somebody has left."""
_LIT_SHARE = 0.1
"""So much of the picture is lit otherwise, at once, when a lamp is switched."""
_SOME = 1e-3
_MARGIN = 2
_GHOST_LOOKS, _STILL_LOOKS, _PARKED_LOOKS = LOOKS_A_SECOND, 3 * LOOKS_A_SECOND // 2, 10 * LOOKS_A_SECOND
_COMPANY = 8
"""How far a body reaches that changes or moves somewhere; what is hot within is no light, but its inside."""
_BODY_REACH, _BODY, _BODY_OF_SPREAD, _BODY_AT_MOST = 4, 0.2, 5.0, 0.5
"""A body fills so much of some 9x9 pixels, and more where much of the picture moves."""
_BODIES_OF_ALL = 0.5
"""When less than this of what moves belongs to bodies, it is weather."""
_PROOF_LASTS_US = 900_000
"""What is an event is proved once a second, and seen to go on in between."""
_STRIDE = 10
"""So far somebody comes from one look to the next who crosses the picture in three seconds."""
_RETURNS = 5
"""Coming and going so often within some twenty seconds is restlessness."""

_EIGHT = np.int16(8)

Gray = NDArray[np.int16]
_NONE: Gray = np.zeros((0, 0), np.int16)
Kind = Literal["quiet", "motion", "unsure", "settling", "scene-change"]


@dataclass(frozen=True, slots=True)
class MotionSample:
    """One look at one camera."""

    utc_us: int
    share: float  # of the picture that moves, 0 to 1; known below the camera's sensitivity too
    kind: Kind
    """`settling`: it has just begun, and finds its exposure; `unsure`: and something moves, it seems.

    `scene-change`: the light was switched, or the camera was moved.
    """


def stride(height: int) -> int:
    """Which step through rows and columns leaves about `SAMPLED_ROWS` rows."""
    return max(1, round(height / SAMPLED_ROWS))


class Detector:
    """Looks at one camera's pictures in order. For one thread; make a new one after a reconnect."""

    def __init__(self, settings: MotionSettings | None = None) -> None:
        self.settings = settings or MotionSettings()
        self._mean: Gray | None = None  # eight times the blurred picture
        self._threshold: Gray = _NONE
        self._gray: Gray = _NONE  # the last blurred picture
        self._anchor: Gray = _NONE  # another one, up to a second old
        self._still: Gray = _NONE
        self._turns: Gray = _NONE
        self._looked_us = 0  # closely
        self._part: Part = (slice(0), slice(0))  # what was looked at closely
        self._row, self._share = 0, 0.0  # in so many closer looks so much moved
        self._looks = 0
        self._was_hot: Bits | None = None
        self._frozen_until_us = 0

    def copy(self) -> Detector:
        """Another one that has seen the same, to try a look with."""
        other = copy(self)
        if self._mean is not None:
            other._mean, other._threshold = self._mean.copy(), self._threshold.copy()
            other._still, other._turns = self._still.copy(), self._turns.copy()
        return other

    def stirs(self, luma: Luma) -> bool:
        """Whether a closer look is worth while. Learns nothing."""
        gray = blur(luma)
        if self._mean is None or self._mean.shape != gray.shape:
            return True
        hot: Bits = np.abs(gray * _EIGHT - self._mean) > self._threshold
        return int(np.count_nonzero(crowded(hot, _CROWD))) >= FLOOR_SHARE * hot.size

    def look(self, luma: Luma, utc_us: int, *, closely: bool = False) -> MotionSample:
        """`luma` is strided already; when its shape changes, the background starts anew.

        `closely`: what is told must be proved.
        """
        gray = blur(luma)
        if self._mean is None or self._mean.shape != gray.shape:
            self._start(gray, utc_us)
            return MotionSample(utc_us, 0.0, "settling")
        self._gray_before, self._gray = self._gray, gray
        is_proved = self._row >= looks_needed(self._share) and 0 < utc_us - self._looked_us < _PROOF_LASTS_US
        if is_proved and not closely and self._goes_on():
            return MotionSample(utc_us, self._share, "motion")
        passed = _looks_between(self._looked_us, utc_us)
        self._looked_us = utc_us
        delta = gray * _EIGHT
        delta -= self._mean
        away = np.abs(delta)
        hot: Bits = away > self._threshold
        count = int(np.count_nonzero(hot))
        settling = utc_us < self._frozen_until_us
        row, self._row = self._row, 0
        if count < FLOOR_SHARE * hot.size:
            self._mean += np.right_shift(delta, _LEARN, out=delta)
            self._learn_noise(away)
            self._was_hot, self._hot_before = None, count
            return MotionSample(utc_us, 0.0, "settling" if settling else "quiet")
        share = None
        if not is_another(hot, count) and not self._is_shifted(hot, count, settling=settling):
            share = self._closer(gray, delta, away, hot, passed, settling=settling)
        if share is None:
            self._learn_noise(away)
            self._start(gray, utc_us)
            return MotionSample(utc_us, 0.0, "scene-change")
        if share < self.settings.min_share:
            return MotionSample(utc_us, share, "settling" if settling else "quiet")
        if settling:
            return MotionSample(utc_us, share, "unsure")
        self._row, self._share = row + 1, share
        return MotionSample(utc_us, share, "motion")

    def _goes_on(self) -> bool:
        """Whether something changes where something moved, or as far as it may have come. Learns nothing."""
        self._part = part = widened(self._part, _STRIDE, self._gray.shape)
        changed: Bits = np.abs(self._gray[part] - self._gray_before[part]) > self._threshold[part] >> 4
        if self.settings.zones:
            changed &= mask(self.settings.zones, self._gray.shape)[part]
        return int(np.count_nonzero(crowded(changed, _CROWD))) >= FLOOR_SHARE * self._gray.size

    def _is_shifted(self, hot: Bits, count: int, *, settling: bool) -> bool:
        """Whether the camera was moved, just now or again while it settles."""
        assert self._mean is not None
        is_sudden = settling or self._hot_before < count / 4
        return is_sudden and count > SHIFTED_SHARE * hot.size and is_shifted(hot, self._mean, self._threshold)

    def _closer(
        self, gray: Gray, delta: Gray, away: Gray, hot: Bits, passed: int, *, settling: bool
    ) -> float | None:
        """The share of the picture that moves, of what is hot; learns from each part as befits it.

        `passed`: how many looks this one stands for, as the one before was so long ago.
        None: a light was switched, and what is strange at the same instant are the shadows that it throws.
        """
        assert self._mean is not None
        self._part = part = bounds(hot, _MARGIN)
        here = hot[part]
        strange, faded = self._structure(gray, here, part)
        count = int(np.count_nonzero(here))
        lit = count - int(np.count_nonzero(strange))
        was, self._hot_before = self._hot_before, count
        if lit > _LIT_SHARE * hot.size and lit > count / 2 and was < count / 4:
            return None
        still = self._count_still(gray, here, part, passed)
        parked = (still > _PARKED_LOOKS) | (faded & (still > _GHOST_LOOKS))
        body = strange > parked
        self._count_turns(hot, part)
        rate = np.where(here, _LEARN_LIGHT, _LEARN)
        rate[near(body, _COMPANY)] = _LEARN_HOT
        rate[strange & parked] = 0
        learned = delta >> _LEARN
        np.right_shift(delta[part], rate, out=learned[part])
        self._mean += learned
        share = self._share_of_bodies(body & (still <= _STILL_LOOKS), part)
        everywhere = settling or share < RESTLESS_SHARE
        where = None if everywhere else self._turns > _RETURNS << 8
        if where is None or np.count_nonzero(where):
            self._forget_offset(away[part], gray[part], body, part)
            self._learn_noise(away, where)
        return share

    def _share_of_bodies(self, moving: Bits, part: Part) -> float:
        """Bodies are dense; drops and flakes are many and far apart."""
        assert self._mean is not None
        rows, columns = self._mean.shape
        dense = crowded(moving, _CROWD)
        count = int(np.count_nonzero(dense))
        least = max(_BODY, min(_BODY_OF_SPREAD * count / self._mean.size, _BODY_AT_MOST))
        body: Bits = dense & (share_around(dense, _BODY_REACH, of=(rows, columns), part=part) > least)
        if np.count_nonzero(body) < _BODIES_OF_ALL * count:
            return 0.0
        if self.settings.zones:
            body &= mask(self.settings.zones, (rows, columns))[part]
        return int(np.count_nonzero(body)) / self._mean.size

    def _structure(self, gray: Gray, hot: Bits, part: Part) -> tuple[Bits, Bits]:
        """Which hot pixels show what the background in other light does not, and which of them show less."""
        assert self._mean is not None
        now, before = (with_margin(values, part, 2 * _REACH) for values in (gray, self._mean))
        both = np.empty((2, *now.shape), np.float32)
        both[0] = now
        np.multiply(before, np.float32(0.125), out=both[1])
        both = both[:, _REACH:-_REACH, _REACH:-_REACH] - means(both, _REACH)
        products = np.empty((3, *both.shape[1:]), np.float32)
        np.multiply(both, both, out=products[:2])
        np.multiply(both[0], both[1], out=products[2])
        of_now, of_before, common = means(products, _REACH)
        gain = np.minimum(np.maximum(common / np.maximum(of_before, _SOME), _DIMMEST), _BRIGHTEST)
        rest = of_now - gain * (2 * common - gain * of_before)
        least = self._threshold[part] * np.float32(_STRUCTURE / 8)
        strange: Bits = hot & (rest > least * least)
        return strange, strange & (of_before > _FADED * of_now)

    def _count_still(self, gray: Gray, hot: Bits, part: Part, passed: int) -> Gray:
        """For how many looks nothing has changed at and around each pixel."""
        changed = np.abs(gray[part] - self._anchor[part]) > self._threshold[part] >> 4
        changed = crowded(changed & hot, _CROWD)
        self._looks += passed
        if self._looks >= LOOKS_A_SECOND:
            self._anchor, self._looks = gray, 0
        still: Gray = self._still[part] + np.int16(passed)
        still *= hot > near(changed, _COMPANY)
        self._still = np.zeros_like(gray)
        self._still[part] = still
        return still

    def _count_turns(self, hot: Bits, part: Part) -> None:
        """Where it has come and gone of late."""
        self._turns -= self._turns >> 6
        if self._was_hot is not None:
            self._turns[part] += (hot[part] > self._was_hot[part]) * np.int16(1 << 8)
        self._was_hot = hot

    def _forget_offset(self, away: Gray, gray: Gray, body: Bits, part: Part) -> None:
        """Of a body only its change since the last look is restless, or who lingers would be noise."""
        change = np.abs(gray - self._gray_before[part])
        change *= _EIGHT
        np.minimum(away, change, out=away, where=body)

    def _learn_noise(self, away: Gray, where: Bits | None = None) -> None:
        usual = np.minimum(away, self._most_restless)
        usual *= _NOISE_FACTOR
        usual += _HOT << 3
        usual -= self._threshold
        usual >>= _LEARN_RESTLESS
        if where is not None:
            usual *= where
        self._threshold += usual

    def _start(self, gray: Gray, utc_us: int) -> None:
        threshold = np.full_like(gray, _HOT << 4)
        if self._threshold.shape == gray.shape:
            np.maximum(threshold, self._threshold, out=threshold)  # leaves and noise are still there
        self._mean, self._threshold = gray << 3, threshold
        self._most_restless = np.full_like(gray, _MOST_RESTLESS)  # numpy is far faster with two pictures
        self._still = np.zeros_like(gray)
        self._turns = np.zeros_like(gray)
        self._was_hot = None
        self._hot_before = 0
        self._row = 0
        self._gray = gray
        self._anchor, self._looks, self._looked_us = gray, 0, utc_us
        self._frozen_until_us = utc_us + FREEZE_US


def _looks_between(before_us: int, now_us: int) -> int:
    return max(1, min(round((now_us - before_us) * LOOKS_A_SECOND / 1_000_000), _PARKED_LOOKS))
