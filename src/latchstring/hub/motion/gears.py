"""How closely to look. Pure: no clock, no video; times come with the frames.

In first gear only keyframes are decoded, and the coded frames since the last one are kept. What stirs, in a
keyframe, in the frames' sizes or by word from outside, shifts to second gear: the kept frames are decoded
from their keyframe on, so that nothing before the shift is missed; then every frame, until all is quiet.

While it is beyond doubt that something moves, keyframes are enough again: two that show it with less between
them than an event bridges are one event. When one shows it no more, what was kept before it is decoded.
"""

from __future__ import annotations

from latchstring.hub.cameras.patience import RECORDED_SECONDS, TOLD_SECONDS, WATCHED_SECONDS
from latchstring.hub.motion.detector import MotionSample

AFTER_MOTION_US = 500_000
"""Until all has come to rest. Who stirs again is seen in first gear from the keyframe before on."""
AFTER_WORD_US = 10_000_000
AFTER_HINT_US = 2_000_000
AFTER_START_US = 60_000_000
LONGEST_BLIND_US = 2_500_000
"""A camera whose keyframes lie further apart than this is watched in second gear."""
SURE_LOOKS = 3
"""Motion in so many looks in a row has been told: it takes no more to open an event."""
CLEAR_SHARE = 0.01
"""And so much of the picture that there is no doubt, and nothing to be learned of what is restless."""
AFTER_TOLD_US = 4_000_000
"""So long what moves anew belongs to the event before, even when it is seen as late as `TOLD_SECONDS`."""
_LEAST_FRAMES = 20
_HINT_FACTOR, _HINT_BYTES = 2.0, 200
_LEARN = 1 / 64


class Gears:
    """One camera's gear: second while something was heard of lately, else first."""

    def __init__(self, began_us: int) -> None:
        self._until_us = began_us + AFTER_START_US
        self._word_until_us = began_us
        self._told_until_us = began_us
        self._row = 0
        self._is_clear = False

    def is_second(self, at_us: int) -> bool:
        return not self._is_clear and (at_us < self._until_us or at_us < self._word_until_us)

    def is_clear(self) -> bool:
        """Whether something moves beyond doubt: first gear, as long as keyframes show it."""
        return self._is_clear

    def patience_seconds(self, at_us: int) -> float:
        """How long frames may gather: what they show is urgent where something may begin."""
        if at_us < self._told_until_us:
            return TOLD_SECONDS
        return WATCHED_SECONDS if self.is_second(at_us) else RECORDED_SECONDS

    def looked(self, sample: MotionSample) -> None:
        """What a look showed."""
        at_us, moves = sample.utc_us, sample.kind == "motion"
        self._row = self._row + 1 if moves else 0
        is_sure = self._row >= SURE_LOOKS
        if moves:
            self._stay(at_us + AFTER_MOTION_US)
        if is_sure:
            self._told_until_us = at_us + AFTER_TOLD_US
            self._word_until_us = at_us  # what was announced has come
        self._is_clear = is_sure and sample.share >= CLEAR_SHARE

    def told(self, at_us: int) -> None:
        """Somebody else says that something stirs."""
        self._word_until_us = max(self._word_until_us, at_us + AFTER_WORD_US)

    def blind(self, at_us: int) -> None:
        """The last keyframe is long ago."""
        self._is_clear = False
        self.hinted(at_us)

    def hinted(self, at_us: int) -> None:
        """A keyframe or the sizes of frames look as if something stirred."""
        self._stay(at_us + AFTER_HINT_US)

    def _stay(self, until_us: int) -> None:
        self._until_us = max(self._until_us, until_us)


class Sizes:
    """Frames between keyframes that are suddenly large hint at motion. A hint only costs decoding."""

    def __init__(self) -> None:
        self._usual = 0.0
        self._seen = 0
        self._large = 0

    def hint(self, size_bytes: int) -> bool:
        """Whether this frame and the one before it are far larger than usual; learns from each."""
        if self._seen < _LEAST_FRAMES:
            self._seen += 1
            self._usual += (size_bytes - self._usual) / self._seen
            return False
        is_large = size_bytes > self._usual * _HINT_FACTOR + _HINT_BYTES
        self._large = self._large + 1 if is_large else 0
        self._usual += (size_bytes - self._usual) * _LEARN
        return self._large >= 2
