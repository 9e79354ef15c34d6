"""What the watcher is given."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from latchstring.base.errors import BadInput
from latchstring.hub.cameras.regions import Region

MOST_ZONES = 10
_MOST_SHARE, _DECADES = 0.02, 2
NEEDED, NEEDED_SMALL = 2, 3
_SMALL_SHARE = 0.01


class BadMotionSettings(BadInput):
    """The sensitivity is a number from 0 to 1, and a camera has at most 10 motion zones."""


@dataclass(frozen=True, kw_only=True)
class MotionSettings:
    """What the owner chose for one camera."""

    zones: tuple[Region, ...] = ()  # none: the whole picture
    sensitivity: float = 0.5
    always_awake: bool = False  # every frame is decoded, so that nothing is told late
    is_on: bool = True  # off: nobody looks, and nothing is told; what is recorded stays the same

    def __post_init__(self) -> None:
        if not (math.isfinite(self.sensitivity) and 0 <= self.sensitivity <= 1):
            raise BadMotionSettings
        if len(self.zones) > MOST_ZONES:
            raise BadMotionSettings

    @property
    def min_share(self) -> float:
        """How much of the picture must move: 2 % at 0, 0.2 % at 0.5, 0.02 % at 1."""
        return float(_MOST_SHARE * 10 ** (-_DECADES * self.sensitivity))


def needed_for(share: float) -> float | None:
    """The least sensitivity at which motion of this share is told; None: not at any."""
    if share <= 0:
        return None
    needed = math.log10(_MOST_SHARE / share) / _DECADES
    return max(0.0, needed) if needed <= 1 else None


def looks_needed(share: float) -> int:
    """So many looks in a row with motion begin an event: more while little of the picture moves."""
    return NEEDED if share >= _SMALL_SHARE else NEEDED_SMALL


@dataclass(frozen=True, slots=True)
class CodedFrame:
    """One H.264 frame to look at."""

    session: int  # another number: the stream was interrupted, so decoder and background start anew
    data: bytes
    extradata: bytes
    utc_us: int


class FrameFeed(Protocol):
    """Where frames come from: a camera's sub stream, or what its recorder holds in memory."""

    def frames(self, stopping: threading.Event) -> Iterator[CodedFrame]:
        """Frames as they come, until `stopping`. Interruptions are handled within."""
        ...
