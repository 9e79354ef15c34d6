"""Something moved in front of a camera, or somebody pressed its button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from latchstring.base.ids import CameraId, EventId
from latchstring.base.time import TimeRange, from_micros

EventKind = Literal["motion", "press"]


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many events of each kind began in one quarter of an hour: every land's midnight begins one."""

    at: datetime
    motions: int
    presses: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """A stretch of motion, with the pauses in it; while open its end still grows. Or a press."""

    id: EventId
    camera: CameraId
    start_us: int  # [start, end)
    end_us: int
    peak_us: int  # when most of the picture moved
    score: float  # largest share of the picture that moved, 0 to 1
    is_open: bool
    kind: EventKind = "motion"

    @property
    def during(self) -> TimeRange:
        return TimeRange(from_micros(self.start_us), from_micros(self.end_us))

    @property
    def peak(self) -> datetime:
        return from_micros(self.peak_us)
